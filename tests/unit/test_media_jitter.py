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


# -- the buffer, packet by packet -----------------------------------------------------------------

_TABLE = array("h", [100 * i for i in range(256)])


class Steady:
    """A buffer that is played a frame each 20 ms; packets say their number, 100 times as loud."""

    def __init__(self, longest=300, start=0xFFFE00):
        self.jitter, self.start, self.now = Jitter(longest), start, 0
        self.heard = []  # of each frame the sample in its middle
        self.frame = array("h", bytes(320))

    def put(self, n, size=160, learn=True, says=None):
        at = (self.start + 160 * n) & MASK
        data = bytes((n if says is None else says,)) * size
        self.jitter.put(data, 0, size, at, self.now, _TABLE, learn)

    def take(self):
        found = self.jitter.take(self.frame, self.now)
        self.heard.append((self.frame[80] + 50) // 100 if found else None)
        self.now = (self.now + 160) & MASK

    def run(self, *numbers):
        """Let a frame pass for each; a tuple comes at once, None is a packet that did not."""
        for each in numbers:
            for n in each if isinstance(each, tuple) else () if each is None else (each,):
                self.put(n)
            self.take()
        return self.heard


def test_the_first_packet_is_heard_40_ms_after_it_came_and_each_in_its_place():
    line = Steady()
    assert line.jitter.delay(0) == line.jitter.depth() == 0
    line.take()
    assert line.run(1, 2, 3, 4, 5, 6) == [None, 0, 0, 1, 2, 3, 4]
    jitter = line.jitter
    assert jitter.late == jitter.concealed == jitter.grown == jitter.shrunk == 0
    assert jitter.delay(line.now) == 320, "the wanted delay"
    assert jitter.depth() == 320, "two packets"


def test_a_bound_below_the_first_delay_holds_from_the_start():
    for longest, heard in ((20, [0, 1, 2, 3]), (40, [0, 0, 1, 2]), (300, [0, 0, 1, 2])):
        line = Steady(longest)
        assert line.run(1, 2, 3, 4) == heard, longest
        assert line.jitter.target == min(320, 8 * longest)
    assert Jitter(399).longest == 3192 and Jitter(400).longest == Jitter(900).longest == 3200
    assert Jitter().longest == 2400


def test_a_lost_packet_is_concealed_and_the_next_ones_stay_in_their_place():
    line = Steady()
    assert line.run(1, 2, 3, 4, None, 6, 7, 8, 9)[:6] == [0, 0, 1, 2, 3, 4]
    assert line.heard[6] == 4 and line.heard[7:] == [6, 7], "the last one once more"
    assert line.jitter.concealed == 160 and line.jitter.late == 0
    line.run(None, None, None, None)
    assert line.heard[-4:-2] == [8, 9]
    assert line.jitter.concealed == 160 + 320 and line.jitter.depth() == 0


def test_a_packet_that_comes_before_its_turn_is_over_is_no_loss_after_it_it_is_late():
    line = Steady()
    line.run(1, 2, 3, 4, None, (6, 5), 7, 8, 9)
    assert line.heard[2:] == [1, 2, 3, 4, 5, 6, 7]
    assert line.jitter.late == line.jitter.concealed == 0
    line = Steady()
    line.run(1, 2, 3, 4, None, 6, 7, (8, 5), 9, 10)
    assert line.jitter.late == 1 and line.jitter.concealed == 160
    assert 5 not in line.heard and line.heard[7] == 6


def test_of_a_packet_whose_beginning_is_late_the_rest_is_heard():
    line = Steady()
    line.run(1, 2, 3, 4)
    line.run(None, None, None)  # 5 to 8 come as one, when half of 5 should have been played
    assert line.jitter.late == 0
    before = line.jitter.concealed
    line.jitter._play = (line.jitter._play + 80) & MASK
    line.put(5, 640)
    assert line.jitter.late == 1
    line.run(None)
    assert line.heard[-1] == 5 and line.jitter.concealed == before
    assert line.jitter.depth() == 640 - 80 - 160


def test_what_is_no_packet_of_speech_is_left_out():
    for size, taken in ((0, 0), (1, 1), (2048, 1), (2049, 0)):
        line = Steady()
        line.put(1, size)
        assert line.jitter.running is bool(taken) and line.jitter.depth() == taken * (320 + size)


def test_a_packet_from_far_away_begins_anew_and_one_within_the_ring_does_not():
    # the ring holds 512 ms: 4096 samples
    for n, anew in ((-24, False), (-25, True), (26, True), (1000, True)):
        line = Steady()
        line.run(1, 2)
        line.put(n, says=77)
        late = line.jitter.late
        for _ in range(3):
            line.take()
        assert (line.heard[-1] == 77) is anew, n
        assert late == (n == -24), n


def test_comfort_noise_has_the_power_that_it_was_told():
    for level in (0, 20, 50, 78, 127):
        jitter, out = Jitter(), array("h", bytes(320))
        assert not jitter.take(out, 0)
        jitter.comfort(level)
        assert jitter.take(out, 0)
        total = 0
        for _ in range(20):
            assert jitter.take(out, 0)
            total += sum([x * x for x in out])
        loud = math.sqrt(total / 3200)
        wanted = min(32767 / math.sqrt(3), 32768 * 10 ** (-level / 20))
        assert abs(loud - wanted) < 0.1 * wanted + 1, (level, loud, wanted)
        jitter.reset()
        assert not jitter.take(out, 0) and not max(out), "it ends with the call"


def test_after_a_rest_speech_is_no_loss_and_a_rest_ends_with_speech():
    line = Steady()
    line.run(1, 2, 3, 4, 5)
    line.jitter.comfort(60)
    line.run(None, None, None, None, None, None)
    assert line.jitter.concealed == 0
    line.run(12, 13, 14, 15, None, None, None, None)
    assert line.jitter.concealed > 0 and 14 in line.heard


def test_what_we_know_to_be_late_by_our_own_fault_is_not_learnt():
    for learn in (True, False):
        line = Steady()
        for n in range(1, 100):
            late = 480 if n > 50 else 0
            line.now += late
            line.put(n, learn=learn)
            line.now -= late
            line.take()
        assert (line.jitter.target > 480) is learn, learn


def test_of_packets_that_come_at_once_the_first_one_tells():
    line = Steady()
    for n in range(0, 120, 4):
        line.run(tuple(range(n, n + 4)), None, None, None)
    # the first of four is 0 late, beside the fourth, which is 60 ms too early
    assert 480 <= line.jitter.target <= 700, line.jitter.target


def test_nothing_is_learnt_from_the_first_half_second_and_much_in_the_second():
    line = Steady()
    for n in range(1, 25):
        line.now += 240 * (n & 1)
        line.put(n)
        line.now -= 240 * (n & 1)
        line.take()
    assert line.jitter.target == 320
    for n in range(25, 60):
        line.now += 240 * (n & 1)
        line.put(n)
        line.now -= 240 * (n & 1)
        line.take()
    assert line.jitter.target == 400, "240 samples are in the fourth bin of 80, and a margin"


def test_a_call_begins_with_nothing_of_the_one_before():
    line = Steady()
    line.run(1, 2, 3, 4, None, 6, 7, 8, (9, 5))
    jitter = line.jitter
    jitter.comfort(20)
    jitter.widen(1)
    assert jitter.wide == 1 and not jitter.running and jitter.concealed
    jitter.clear()
    assert jitter.wide == 0 and not jitter.running and jitter.target == 320
    assert jitter.late == jitter.concealed == jitter.grown == jitter.shrunk == 0
    out = array("h", bytes(320))
    assert not jitter.take(out, 0) and max(out) == 0
    jitter.put(bytes((50,)) * 160, 0, 160, 7, 0, _TABLE)
    heard = []
    for n in range(4):
        jitter.take(out, 160 * n)
        heard.append(out[80])
    assert heard[:2] == [0, 0] and heard[2] == 5000


# -- concealment, to the sample -------------------------------------------------------------------


def _wave(n, wide=0, loud=8000):
    """Return 200 Hz, a period of 40 samples of 8 kHz."""
    period = 40 << wide
    return array("h", [int(loud * math.sin(2 * math.pi * i / period)) for i in range(n)])


def _gone(wide, n, piece=80):
    """Return what is made of the `n` samples after 50 ms of a tone."""
    plc = Concealer()
    plc.room(wide)
    plc.reset(wide)
    plc.good(_wave(400 << wide, wide), 0, 400 << wide)
    out = array("h", bytes(2 * n))
    for at in range(0, n, piece):
        plc.lost(out, at, min(piece, n - at))
    return plc, out


def test_a_tone_goes_on_for_10_ms_and_fades_evenly_until_60():
    for wide in (0, 1):
        for piece in (80, 160, 400):
            n = 640 << wide
            _, out = _gone(wide, n, piece)
            wave = _wave(n, wide)
            for i in range(n):
                at = i >> wide
                gain = 1 if at < 80 else max(0, (480 - at) / 400)
                assert abs(out[i] - wave[i] * gain) < 150, (wide, piece, i, out[i], wave[i] * gain)
            assert not max(out[480 << wide :]) and not min(out[480 << wide :])


def test_speech_that_is_back_is_faded_in_longer_after_a_longer_gap():
    # G.711 appendix I: a quarter of the period, and 4 ms more for each 10 ms; 10 ms at most
    for gap, ends in ((80, 10 + 16), (81, 10 + 48), (160, 10 + 48), (161, 80), (400, 80)):
        for wide in (0, 1):
            plc, _ = _gone(wide, gap << wide, 400)
            back = array("h", [2000] * (160 << wide))
            plc.good(back, 0, 160 << wide)
            assert set(back[(ends << wide) :]) == {2000}, (gap, wide)
            near = (ends << wide) - 2
            assert max([abs(x - 2000) for x in back[near - 8 : near]]) > 0, (gap, wide)
            again = array("h", [1000] * 160)
            plc.good(again, 0, 160)
            assert set(again) == {1000}, "only once"


def test_where_what_comes_does_not_follow_it_is_faded_in_too():
    plc = Concealer()
    plc.good(_wave(400), 0, 400)
    plc.cut()
    x = array("h", [3000] * 160)
    plc.good(x, 0, 160)
    assert x[0] < 1000 and set(x[26:]) == {3000} and x[12] not in (0, 3000)
    plc, _ = _gone(0, 160)
    plc.cut()  # a gap is one already
    x = array("h", [3000] * 160)
    plc.good(x, 0, 160)
    assert set(x[58:]) == {3000} and x[50] != 3000


def test_a_voice_of_any_pitch_is_repeated_by_its_own_period():
    for period in (40, 57, 80, 100, 120):
        plc, wave = Concealer(), array("h", bytes(1200))
        for i in range(600):
            t = 2 * math.pi * i / period
            wave[i] = int(5000 * math.sin(t) + 2500 * math.sin(2 * t + 1))
        plc.good(wave, 0, 400)
        out = array("h", bytes(160))
        plc.lost(out, 0, 80)
        assert max([abs(out[i] - wave[400 + i]) for i in range(80)]) < 700, period


def test_what_is_forgotten_is_not_repeated():
    plc, out = Concealer(), array("h", bytes(320))
    plc.good(_wave(400), 0, 400)
    plc.comfort = 500
    plc.lost(out, 0, 160)
    plc.reset()
    assert plc.comfort == plc.gone == 0
    plc.lost(out, 0, 160)
    assert not max(out) and not min(out)
