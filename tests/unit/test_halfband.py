"""The half-band filter between 16 and 8 kHz: what passes, what does not, and what is as it was."""

from array import array
from math import pi, sin

from base.halfband import TAPS, Doubler, Halver


def _wave(hz, rate, n, loud=8000):
    return array("h", [int(loud * sin(2 * pi * hz * i / rate)) for i in range(n)])


def _loud(samples):
    return (sum([x * x for x in samples]) / len(samples)) ** 0.5


def _halved(wide):
    halver, out, frame = Halver(), [], array("h", bytes(320))
    for at in range(0, len(wide), 320):
        for i in range(320):
            halver.space[halver.at + i] = wide[at + i]
        halver.halve(frame)
        out += list(frame)
    return out


def _doubled(narrow, swap=0):
    doubler, out = Doubler(swap), []
    for at in range(0, len(narrow), 160):
        doubler.double(narrow[at : at + 160])
        out += list(doubler.wide)
    return out


def test_what_8_khz_can_carry_passes_and_the_rest_does_not():
    assert (
        sum(TAPS) == 4096
    )  # 16384 is 1: with the half in the middle, and both sides, a gain of 1
    for hz, low, high in (
        (0.001, -0.1, 0.1), (1000, -0.1, 0.1), (3400, -0.2, 0.2),
        (5000, -200, -50), (6000, -200, -50), (7500, -200, -50),
    ):  # fmt: skip
        wide = _wave(hz, 16000, 1600) if hz > 1 else array("h", [8000] * 1600)
        found = _loud(_halved(wide)[160:]) / _loud(wide[320:])
        assert 10 ** (low / 20) <= found + 1e-9 <= 10 ** (high / 20), (hz, found)


def test_what_is_doubled_sounds_as_it_did_and_nothing_beside_it():
    for hz in (300, 1000, 3000):
        out = _doubled(_wave(hz, 8000, 800))[320:]
        wanted = _wave(hz, 16000, 1600)
        errors = []
        for delay in range(10, 30):  # the filter's delay is found
            errors.append(
                max([abs(out[i] - wanted[320 - delay + i]) for i in range(len(out) - 40)])
            )
        assert min(errors) < 120, (hz, min(errors))


def test_neighbours_are_exchanged_for_a_part_that_wants_them_so():
    narrow = _wave(700, 8000, 480)
    plain, swapped = _doubled(narrow), _doubled(narrow, 1)
    assert plain[0::2] == swapped[1::2] and plain[1::2] == swapped[0::2] and plain != swapped


def test_the_delay_is_1_2_ms_each_way():
    wide = array("h", [0] * 640)
    wide[101] = 16000
    halved = _halved(wide)
    assert halved.index(max(halved)) == (101 + 19) // 2  # 19 samples at 16 kHz: 1.2 ms
    narrow = array("h", [0] * 320)
    narrow[50] = 16000
    doubled = _doubled(narrow)
    assert doubled.index(max(doubled)) == 2 * (50 + 10) and max(doubled) == 16000


def test_frames_that_were_kept_are_heard_by_the_filter_when_it_goes_on():
    wide = _wave(1000, 16000, 3 * 320)
    whole, halver = _halved(wide), Halver()
    frame, kept = array("h", bytes(320)), array("h", bytes(640))
    for turn in range(3):
        for i in range(320):
            halver.space[halver.at + i] = wide[320 * turn + i]
        if turn == 1:
            halver.keep(kept)
            assert list(kept) == list(wide[320:640])
        else:
            halver.halve(frame)
            assert list(frame) == whole[160 * turn : 160 * turn + 160]
    halver.reset()
    for i in range(320):
        halver.space[halver.at + i] = wide[i]
    halver.halve(frame)
    assert list(frame) == whole[:160], "what was heard is forgotten"


def test_a_wide_frame_goes_out_as_it_is_and_the_next_narrow_one_follows_smoothly():
    wide, narrow = _wave(500, 16000, 320), _wave(500, 8000, 640)
    for swap in (0, 1):
        doubler = Doubler(swap)
        doubler.double(narrow[:160])
        before = list(doubler.wide)
        doubler.keep(wide)
        pairs = list(wide) if not swap else [wide[i ^ 1] for i in range(320)]
        assert list(doubler.wide) == pairs and before != pairs
        doubler.double(narrow[160:320])
        out = list(doubler.wide) if not swap else [doubler.wide[i ^ 1] for i in range(320)]
        steps = [abs(out[i + 1] - out[i]) for i in range(319)]
        assert max(steps) < 2200, (swap, max(steps))
        other = Doubler(swap)
        other.double(narrow[:160])
        other.double(narrow[160:320])
        doubler.double(narrow[320:480])
        other.double(narrow[320:480])
        assert doubler.wide == other.wide, "after that frame all is as if there had been none"
