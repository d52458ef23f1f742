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
