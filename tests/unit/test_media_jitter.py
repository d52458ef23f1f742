"""The jitter buffer on a virtual clock with generated arrivals, and concealment."""

import math
from array import array

from mediakit import seeded, speech

from media.g711 import ENCODERS, ULAW
from media.jitter import Jitter
from media.plc import Concealer
from media.rtp import MASK

_BITS = seeded(7)


def _coded(start, n):
    out = bytearray(n)
    ENCODERS["PCMU"](array("h", [speech(start + i) for i in range(n)]), 0, out, 0, n)
    return out


_SPEECH = _coded(0, 2560)  # a syllable: it repeats, as 125 Hz does


class Line:
    """Sends packets `n` = 0, 1, … to a buffer, each `delay(n)` ms late or never (None)."""

    def __init__(self, delay, size=160, drift=0, start=0xFFF000, grid=10):
        self.jitter = Jitter()
        self.delay, self.size, self.drift, self.start, self.grid = delay, size, drift, start, grid
        self.sent = 0
        self.flying = []  # (ms, n)
        self.now = 0  # ms
        self.out = array("h", bytes(320))
        self.last = self.step = 0
        self.delays = []

    def run(self, ms, keep=True):
        """Let `ms` pass."""
        jitter = self.jitter
        for _ in range(ms // 10):
            while True:
                due = self.sent * self.size / (8 + self.drift / 125000)
                if due > self.now:
                    break
                late = self.delay(self.sent)
                if late is not None:
                    self.flying.append((due + late, self.sent))
                self.sent += 1
            now8 = (self.now * 8) & MASK
            for each in sorted([x for x in self.flying if x[0] <= self.now]):
                self.flying.remove(each)
                stamp = (self.start + each[1] * self.size) & MASK
                at = each[1] * self.size % 2560
                data = (_SPEECH + _SPEECH)[at : at + self.size]
                jitter.put(data, 0, self.size, stamp, now8, ULAW)
            if self.now % 20 == 0:
                self.delays.append(jitter.delay(now8) / 8)
                jitter.take(self.out, now8)
                if keep:
                    self.listen()
            self.now += 10

    def listen(self):
        """Keep the largest step between two samples after the first second."""
        last = self.last
        for sample in self.out:
            if abs(sample - last) > self.step and self.now > 1000:
                self.step = abs(sample - last)
            last = sample
        self.last = last


_STEEP = max([abs(speech(i + 1) - speech(i)) for i in range(2560)]) + 600


def test_an_even_line_is_played_as_it_was_with_little_delay():
    line = Line(lambda n: 5)
    line.run(4000)
    assert line.jitter.concealed == 0 and line.jitter.late == 0
    assert line.delays[-1] <= 45, line.delays[-1]
    assert line.step < _STEEP


def test_jitter_of_30_ms_settles_near_an_ideal_buffer():
    lateness = [_BITS(8) * 30 // 256 for _ in range(1000)]
    line = Line(lambda n: lateness[n % 1000])
    line.run(20000)
    late = line.jitter.late
    # an ideal buffer, knowing all, would delay by the worst lateness: 30 ms
    assert line.delays[-1] <= 30 + 40, line.delays[-1]
    assert late <= 5 and line.step < _STEEP


def test_reordering_is_put_right():
    line = Line(lambda n: 25 if n % 7 == 3 else 0)
    line.run(10000)
    at, concealed = line.jitter.late, line.jitter.concealed
    line.run(10000)
    assert line.jitter.late == at and line.jitter.concealed == concealed


def test_a_fifth_lost_is_concealed_and_costs_no_delay():
    line = Line(lambda n: None if n % 5 == 2 else 0)
    line.run(10000)
    rate = line.jitter.concealed / (8 * line.now)
    assert 0.17 < rate < 0.23, rate
    assert line.delays[-1] <= 60, line.delays[-1]
    assert line.step < 2 * _STEEP


def test_a_burst_after_300_ms_of_nothing_is_played_whole_and_the_delay_comes_down_again():
    def delay(n):
        return 20 * (115 - n) if 100 <= n < 115 else 0

    line = Line(delay)
    line.run(2000)
    before = line.delays[-1]
    line.run(400)
    assert line.jitter.late == 0 and max(line.delays) > 200
    line.run(4000)
    assert line.delays[-1] <= before + 45, line.delays[-1]
    assert line.step < 2 * _STEEP


def test_a_burst_beyond_the_bound_does_not_make_the_delay_unbounded():
    line = Line(lambda n: 20 * (200 - n) if 100 <= n < 200 else 0)
    line.run(8000)
    assert max(line.delays[205:]) < 420 and line.delays[-1] < 100


def test_a_drift_of_200_ppm_neither_empties_nor_fills_it():
    for drift in (200, -200):
        line = Line(lambda n: 0, drift=drift)
        line.run(30000)
        concealed = line.jitter.concealed
        line.run(220000, keep=False)
        assert line.delays[-1] < 70, line.delays[-1]
        moved = line.jitter.shrunk if drift > 0 else line.jitter.grown
        assert moved >= 0.00015 * 8 * line.now / 2, moved
        assert line.jitter.concealed - concealed < 8 * 220000 // 1000


def test_packets_of_any_length_are_played():
    for size in (80, 160, 240, 480, 800, 1600):
        line = Line(lambda n: 0, size=size)
        line.run(6000)
        rest = line.jitter.concealed
        line.run(4000)
        assert line.jitter.concealed == rest, size
        assert line.step < _STEEP, size


def test_a_jump_of_the_timestamp_is_followed_at_once():
    line = Line(lambda n: 0)
    line.run(2000)
    line.start += 0x123456
    line.run(200)
    assert 0 < line.delays[-1] < 100 and line.jitter.depth() < 800
    before = line.jitter.concealed
    line.run(2000)
    assert line.jitter.concealed == before


def test_a_stall_of_our_own_leaves_no_lasting_delay():
    line = Line(lambda n: 0)
    line.run(4000)
    target = line.jitter.target
    line.now += 500  # nothing was taken or put meanwhile
    line.run(3000)
    assert line.jitter.target <= target + 80
    assert line.delays[-1] < 80, line.delays[-1]


def test_silence_before_the_first_packet():
    jitter, out = Jitter(), array("h", [5] * 160)
    assert not jitter.take(out, 0) and max(out) == 0


# -- concealment ----------------------------------------------------------------------------------


def _concealed(gap, plc):
    """Return 200 ms of speech with a gap (start, samples) concealed by `plc`."""
    x = array("h", [speech(600 + i) for i in range(1600)])
    frame = array("h", bytes(160))
    for at in range(0, 1600, 80):
        for i in range(80):
            frame[i] = x[at + i]
        if gap[0] <= at < gap[0] + gap[1]:
            plc.lost(frame, 0, 80)
        else:
            plc.good(frame, 0, 80)
        for i in range(80):
            x[at + i] = frame[i]
    return x


def test_a_gap_in_voice_goes_on_as_the_voice_did():
    x = _concealed((800, 160), Concealer())
    error = sum([(x[i] - speech(600 + i)) ** 2 for i in range(800, 960)])
    power = sum([speech(600 + i) ** 2 for i in range(800, 960)])
    assert error < power / 10, 10 * math.log10(power / error)


def test_a_gap_begins_and_ends_without_a_click():
    for gap in (80, 160, 320, 480, 640):
        x = _concealed((720, gap), Concealer())
        assert max([abs(x[i] - x[i - 1]) for i in range(1, 1600)]) < 1.5 * _STEEP, gap


def test_a_long_gap_fades_to_silence_or_to_the_comfort_noise():
    plc = Concealer()
    x = _concealed((640, 720), plc)
    assert max(x[640 + 490 : 640 + 700]) == 0
    plc = Concealer()
    plc.comfort = 200
    x = _concealed((640, 720), plc)
    assert 0 < max(x[640 + 490 : 640 + 700]) <= 200
