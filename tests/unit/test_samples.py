"""The loops over samples: what they do, and that the native ones give their twins' numbers."""

from array import array

from base import samples, samples_plain
from media import loops, loops_plain

_SEED = [1]


def _random(bits):
    _SEED[0] = (_SEED[0] * 1103515245 + 12345) & 0x7FFFFFFF
    return (_SEED[0] >> 8) & ((1 << bits) - 1)


def _noise(n, loud=32767):
    return array("h", [(_random(16) - 32768) * loud >> 15 for _ in range(n)])


def _same(name, module, twin, *args):
    """Call both with copies of the same arrays; they return and leave the same."""
    first = [type(x)(x) if isinstance(x, bytearray) else _copy(x) for x in args]
    second = [type(x)(x) if isinstance(x, bytearray) else _copy(x) for x in args]
    got, wanted = getattr(module, name)(*first), getattr(twin, name)(*second)
    assert got == wanted, (name, got, wanted)
    for i in range(len(args)):
        assert first[i] == second[i] or list(first[i]) == list(second[i]), name


def _copy(x):
    return x if isinstance(x, int) else array("i" if max(x) > 32767 else "h", x)


def test_native_loops_over_samples_give_the_numbers_of_their_twins():
    taps = array("h", [5204, -1646, 877, -506, 283, -145, 65, -24])
    for loud in (32767, 3000, 5):
        x, y = _noise(500, loud), _noise(500, loud)
        out = array("h", bytes(1400))
        for name, args in (
            ("copy", (x, 3, out, 5, 200)),
            ("copy", (x, 100, x, 0, 300)),
            ("fill", (x, 7, 9, -32768)),
            ("level", (x, 0, 500)),
            ("scale", (x, 0, 500, 65536 * 4, -300)),
            ("mix", (x, 1, y, 2, 400)),
            ("fade", (x, 0, y, 3, out, 0, 33)),
            ("slide", (x, 5, 40, -2000)),
            ("slide", (x, 5, 40, 2001)),
            ("differ", (x, 0, 200, 100)),
            ("lag", (x, 0, 80, 40, 120, 1, 2)),
            ("lag", (x, 300, 160, 40, 120, -1, 2)),
            ("lag", (x, 260, 200, 80, 240, -1, 4)),
            ("exchange", (x, 3, 150)),
            ("halve", (x, 0, out, 160, taps, 8)),
            ("double", (x, 0, out, 0, 160, taps, 8, 0)),
            ("double", (x, 0, out, 0, 160, taps, 8, 1)),
            ("highpass", (x, 0, 500, array("h", [100, -100]), 29800)),
        ):
            _same(name, samples, samples_plain, *args)


def test_native_loops_over_codes_and_the_ring_give_the_numbers_of_their_twins():
    ring = _noise(64)
    for at in (3, 4, 5, 40, 41, 63, 0):
        ring[at] = -32768
    coded = bytearray([_random(8) for _ in range(100)])
    table = _noise(256)
    out = array("h", bytes(400))
    state = array("i", [100, 1000000, 5, 700000, 0, 9000, 30])
    sine = _noise(512, 16000)
    head = b"\x80\0\xff\xff" + bytes(4) + b"SSRC"
    packets = bytearray(head + b"\x80" * 20 + b"\x80\0\0\0" + head[4:] + bytes(16))
    for name, args in (
        ("ulaw", (_noise(100), 0, coded, 0, 100)),
        ("alaw", (_noise(100, 600), 0, coded, 0, 100)),
        ("expand", (coded, 10, 50, table, ring, 50, 63)),
        ("run", (ring, 3, 63, 20)),
        ("run", (ring, 6, 63, 100)),
        ("run", (ring, 6 + 64, 63, 10)),
        ("take", (ring, 60, 63, out, 3, 20)),
        ("drop", (ring, 60, 63, 20)),
        ("peek", (ring, 60, 63, out, 3, 20)),
        ("waves", (out, 0, 200, sine, state, 0)),
        ("waves", (out, 0, 200, sine, state, 1)),
        ("waves", (out, 0, 200, sine, array("i", [9, 900000, 0, 0, 9000, 20, 70]), 0)),
        ("forget", (array("h", [0, 1, 30000, 77]), 4, 6)),
        ("quantile", (array("h", [5, 100, 30, 7, 0, 1]), 6, 993)),
        ("border", (packets, 60)),
        ("border", (packets, 30)),
        ("forward", (bytearray(coded), 20, 60)),
        ("noise", (out, 0, 100, 12345, 300)),
    ):
        _same(name, loops, loops_plain, *args)


def test_a_cross_fade_goes_from_one_to_the_other():
    x, y, out = array("h", [1000] * 50), array("h", [-1000] * 50), array("h", bytes(100))
    samples.fade(x, 0, y, 0, out, 0, 50)
    assert out[0] > 950 and out[49] < -950
    assert all(out[i] >= out[i + 1] for i in range(49))


def test_too_much_gain_is_limited_not_wrapped():
    x = array("h", [20000, -20000, 100])
    samples.scale(x, 0, 3, 65536 * 8, 0)
    assert list(x) == [32767, -32768, 800]


def test_the_period_of_a_tone_is_found():
    x = array("h", [1000 if i % 57 < 28 else -1000 for i in range(400)])
    assert samples.lag(x, 0, 160, 40, 120, 1, 2) in (57, 114)
    assert samples.lag(x, 240, 160, 40, 120, -1, 2) in (57, 114)


def test_of_two_samples_one_is_made_and_of_one_two():
    source, out = array("h", [0, 4, 8, 100, -60, 20, 12, 1]), array("h", [0] * 8)
    samples.halve(source, 0, out, 3, array("h", [4096]), 1)  # a half, and a quarter each side
    assert list(out[:3]) == [4, 37, -2]
    samples.double(source, 0, out, 0, 3, array("h", [4096]), 1, 0)  # the middle of neighbours
    assert list(out[:6]) == [0, 2, 4, 6, 8, 54]
    samples.double(source, 0, out, 2, 2, array("h", [4096]), 1, 1)
    assert list(out[2:6]) == [2, 0, 6, 4]


def _array(*values):
    return array("h", values)


def test_copies_and_fills_stay_within_their_bounds():
    x, out = _array(1, 2, 3, 4, 5), _array(9, 9, 9, 9, 9)
    samples.copy(x, 1, out, 2, 2)
    assert list(out) == [9, 9, 2, 3, 9]
    samples.copy(x, 2, x, 0, 3)
    assert list(x) == [3, 4, 5, 4, 5]
    samples.fill(x, 1, 3, -7)
    assert list(x) == [3, -7, -7, -7, 5]
    samples.exchange(x, 1, 2)
    assert list(x) == [3, -7, -7, 5, -7]


def test_how_loud_and_how_different_samples_are_is_a_mean():
    x = _array(32767, 10, -20, 30, -32768, 14, 20)
    assert samples.level(x, 1, 3) == 20 and samples.level(x, 0, 1) == 32767
    assert samples.level(x, 4, 1) == 32768 and samples.level(_array(1, 1, 1, 0), 0, 4) == 0
    assert samples.level(_array(1, 1, 1, 1), 0, 4) == 1
    assert samples.differ(x, 1, 5, 2) == 22 and samples.differ(x, 1, 1, 3) == 0
    assert samples.differ(x, 0, 4, 1) == 65535
    assert samples.differ(_array(0, 0, 0, 1, 2, 0), 0, 3, 3) == 1
    assert samples.differ(_array(0, 0, 0, 1, 1, 0), 0, 3, 3) == 0


def test_a_gain_grows_from_sample_to_sample_and_both_ends_are_limited():
    x = _array(5, 1000, 1000, 1000, 1000, 5)
    samples.scale(x, 1, 4, 65536, 32768)
    assert list(x) == [5, 1000, 1500, 2000, 2500, 5]
    x = _array(16383, 16384, -16384, -16385, 8000)
    samples.scale(x, 0, 5, 131072, 0)
    assert list(x) == [32766, 32767, -32768, -32768, 16000]
    x = _array(1000, 1000, 1000, 1000)
    samples.scale(x, 0, 4, 65536, -16384)
    assert list(x) == [1000, 750, 500, 250]
    x = _array(10, -10)
    samples.scale(x, 0, 2, 32 * 65536, 0)
    assert list(x) == [320, -320]


def test_two_voices_are_added_and_limited():
    x, y = _array(1, 30000, -30000, 5, 32766), _array(0, 7, 2767, -2768, -9, 1)
    samples.mix(x, 1, y, 2, 3)
    assert list(x) == [1, 32767, -32768, -4, 32766]
    samples.mix(x, 4, y, 5, 1)
    assert x[4] == 32767
    x = _array(30000, -30000)
    samples.mix(x, 0, _array(2768, -2769), 0, 2)
    assert list(x) == [32767, -32768]


def test_a_cross_fade_is_a_straight_line_and_may_go_into_either():
    for into in (0, 1, 2):
        x, y, out = (
            _array(9, 1000, 1000, 1000, 1000),
            _array(2000, 2000, 2000, 2000),
            _array(*[0] * 6),
        )
        target, at = ((x, 1), (y, 0), (out, 2))[into]
        samples.fade(x, 1, y, 0, target, at, 4)
        assert list(target[at : at + 4]) == [1125, 1375, 1625, 1875]
    assert x[0] == 9 and list(out[:2]) == [0, 0]
    x, y = _array(-32768, -32768), _array(32767, 32767)
    samples.fade(x, 0, y, 0, x, 0, 2)
    assert abs(x[0] + 16384) <= 2 and abs(x[1] - 16383) <= 2


def test_a_step_becomes_a_slope():
    x = _array(7, 0, 0, 0, 0, 7)
    samples.slide(x, 1, 4, 400)
    assert list(x) == [7, 400, 300, 200, 100, 7]
    x = _array(32700, -32700)
    samples.slide(x, 0, 1, 100)
    samples.slide(x, 1, 1, -100)
    assert list(x) == [32767, -32768]


def test_the_likest_distance_is_found_from_the_lowest_to_the_highest():
    for distance in (10, 11, 12, 17, 20):
        for step in (1, 2, 3):
            noise = _noise(60, 8000)
            x = array("h", [0] * 120)
            samples.copy(noise, 0, x, 40, 30)
            samples.copy(noise, 0, x, 40 + distance, 30)
            found = samples.lag(x, 40, distance, distance - 3 * step, distance + 3 * step, 1, step)
            assert found == distance, (distance, step)
            ends = ((distance, distance + 9), (distance - 9, distance))
            for low, high in ends:
                if low > 0 and (high - low) % step == 0:
                    assert samples.lag(x, 40, distance, low, high, 1, step) == distance
            found = samples.lag(
                x, 40 + distance, distance, distance - step, distance + step, -1, step
            )
            assert found == distance, (distance, step)
    assert samples.lag(array("h", [0] * 60), 20, 10, 5, 15, 1, 1) == 5, "of equals the first"


def test_nothing_outside_its_bounds_is_as_like():
    x = array("h", [0] * 60)
    for at in (20, 25, 40):  # the same again 5 and 20 later
        samples.copy(_array(900, -900, 700, -500), 0, x, at, 4)
    assert samples.lag(x, 20, 4, 6, 19, 1, 1) not in (5, 20)
    assert samples.lag(x, 20, 4, 5, 19, 1, 1) == 5
    assert samples.lag(x, 20, 4, 6, 20, 1, 1) == 20
    assert samples.lag(x, 20, 4, 6, 20, 1, 2) == 20
    assert 6 <= samples.lag(x, 20, 4, 6, 19, 1, 3) <= 19


def test_a_constant_is_taken_out_and_speech_is_left():
    state, x = _array(0, 0), array("h", [1000] * 400)
    samples.highpass(x, 0, 200, state, 29800)
    assert x[0] == 1000 and abs(x[199]) <= 16 and list(state) == [1000, x[199]]
    samples.highpass(x, 200, 200, state, 29800)  # it goes on where it was
    assert max(x[200:400]) <= 16
    state, x = _array(0, 0), _array(0, 16000, -16000, 16000)
    samples.highpass(x, 1, 3, state, 0)
    assert list(x) == [0, 16000, -32000, 32000]
    state, x = _array(-32768, 32767), _array(32767)
    samples.highpass(x, 0, 1, state, 32767)
    assert list(x) == [32767]
    state, x = _array(0, 100), _array(0, 0)  # what was is 16384/32768 of it, rounded
    samples.highpass(x, 0, 2, state, 16384)
    assert list(x) == [50, 25]


def test_a_filter_rounds_and_limits():
    out = _array(*[0] * 8)
    samples.halve(_array(0, 1, 0, 0, 0, 0), 0, out, 1, _array(0), 1)
    assert out[0] == 1, "a half is one"
    samples.halve(_array(*[32767] * 4), 0, out, 1, _array(8192), 1)
    assert out[0] == 32767
    samples.halve(_array(*[-32768] * 4), 0, out, 1, _array(8192), 1)
    assert out[0] == -32768
    samples.double(_array(*[32767] * 4), 0, out, 0, 2, _array(8192), 1, 0)
    assert list(out[:4]) == [32767] * 4
    samples.double(_array(0, 1, 0), 0, out, 0, 1, _array(4096), 1, 0)
    assert list(out[:2]) == [0, 1]
    taps = _array(100, 1000)  # beside the middle, and three away
    samples.halve(_array(1, 0, 4, 64, 8, 0, 2, 0), 0, out, 1, taps, 2)
    assert out[0] == (64 * 8192 + 100 * 12 + 1000 * 3 + 8192) >> 14
