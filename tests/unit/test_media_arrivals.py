"""The jitter buffer with arrivals of every kind, beside an ideal buffer that knows them all.

Of a buffer with a fixed delay the best is the one that waits as long as the latest packet that it
wants to have: `Arrivals.ideal` is its delay for as many late packets as ours had.
"""

from array import array

from mediakit import pair, run, seeded, speech
from support import only_in_the_vm

from media.g711 import ENCODERS, ULAW
from media.jitter import Jitter
from media.rtp import MASK

_SYLLABLE = array("h", [speech(i) for i in range(2560)])
_CODED = bytearray(2560 + 160)
ENCODERS["PCMU"](_SYLLABLE, 0, _CODED, 0, 2560)
_CODED[2560:] = _CODED[:160]
_GRID = 10  # ms: the chip looks at its socket that often
_SECONDS = 30


class Arrivals:
    """Packets of 20 ms: `late(n)` gives the ms that each is late, None for never."""

    def __init__(self, late, seconds=_SECONDS):
        self.sent = 50 * seconds
        self.seconds = seconds
        self.flying = []
        self.never = 0
        self._late = []
        for n in range(self.sent):
            found = late(n)
            self.never += found is None
            if found is not None:
                self.flying.append((20 * n + found, n))
                self._late.append(found)
        self.flying.sort()

    def play(self):
        """Play them all; set `delay` (mean ms of the second half), `concealed` and `late` (% of
        what was sent)."""
        jitter, out, at = Jitter(), array("h", bytes(320)), 0
        flying, delays, start = self.flying, [], 0xFFF000
        for now in range(0, 20 * self.sent, _GRID):
            while at < len(flying) and flying[at][0] <= now:
                stamp = 160 * flying[at][1]
                jitter.put(_CODED, stamp % 2560, 160, (start + stamp) & MASK, 8 * now & MASK, ULAW)
                at += 1
            if now % 20 == 0:
                if now > 10000 * self.seconds // 20:
                    delays.append(jitter.delay(8 * now & MASK))
                jitter.take(out, 8 * now & MASK)
        self.delay = sum(delays) / len(delays) / 8
        self.concealed = 100 * jitter.concealed / (160 * self.sent)
        self.late = 100 * jitter.late / self.sent
        self.jitter = jitter
        return self

    def ideal(self):
        """Return the ms that a buffer needs that loses as many as ours has, knowing all."""
        ordered = sorted(self._late)
        last = min(len(ordered) - 1, int(len(ordered) * (1 - self.late / 100)))
        return ordered[last] - ordered[0]


def _beside(arrivals, more, loss):
    """Assert delay and loss: at most `more` ms and `loss` % above the ideal buffer's."""
    arrivals.play()
    never = 100 * arrivals.never / arrivals.sent
    told = (arrivals.delay, arrivals.ideal(), arrivals.concealed, arrivals.late, never)
    assert arrivals.delay <= arrivals.ideal() + more, told
    assert arrivals.concealed <= never + loss, told
    assert arrivals.late <= loss, told


def test_an_even_line_needs_the_grid_and_a_frame():
    _beside(Arrivals(lambda n: 0), 40, 0.3)


def test_reordering_costs_the_time_of_the_latest():
    bits = seeded(3)
    _beside(Arrivals(lambda n: 20 * (bits(2) % 3)), 40, 1)


def test_a_fifth_lost_at_random_costs_no_delay():
    bits = seeded(4)
    _beside(Arrivals(lambda n: None if bits(10) < 205 else 0), 45, 1)


def test_a_fifth_lost_in_pieces_of_three_costs_no_delay():
    bits = seeded(5)
    gone = [bits(10) < 75 for _ in range(_SECONDS * 50)]
    _beside(Arrivals(lambda n: None if any(gone[max(0, n - 2) : n + 1]) else 0), 45, 1)


def test_duplicates_at_once_and_late_cost_nothing():
    first, second = pair()
    carry, late = second.network.carry, []

    def twice(sock, data, to):
        carry(sock, data, to)
        late.append(data)
        if len(late) % 3 == 0:
            carry(sock, late[-1], to)
        if len(late) % 7 == 0:
            carry(sock, late[-5], to)
        return True

    run(first.clock, 1000, first, second)
    delay = first.voice.figures(first.call).delay
    second.network.carry = twice
    run(first.clock, 5000, first, second)
    source, figures = first.voice.stream(first.call).source, first.voice.figures(first.call)
    assert source.duplicates > 100
    assert figures.delay <= delay and figures.late == 0 and figures.concealed == 0


def test_jitter_of_wifi_is_followed():
    """Most packets are a little late, a few by much, in bursts: a long tail."""
    bits, late = seeded(7), []
    for n in range(_SECONDS * 50):
        burst = 40 if n // 8 % 16 == 3 else 0
        late.append((bits(4) * bits(4)) // 8 + burst * bits(6) // 64)
    _beside(Arrivals(lambda n: late[n]), 45, 2)


def test_a_burst_after_300_ms_each_ten_seconds_is_played_and_forgotten():
    def late(n):
        at = n % 500
        return 20 * (115 - at) if 100 <= at < 115 else 0

    arrivals = Arrivals(late)
    arrivals.play()
    assert arrivals.late < 0.5 and arrivals.concealed < 3.5, (arrivals.late, arrivals.concealed)
    quiet = Arrivals(lambda n: 0)
    quiet.play()
    assert arrivals.delay < quiet.delay + 60, (arrivals.delay, quiet.delay)


def test_a_delay_that_changes_for_good_is_followed_without_loss():
    for step in (60, -60):
        arrivals = Arrivals(lambda n, step=step: 100 + (step if n > 400 else 0))
        arrivals.play()
        assert arrivals.late <= 0.3, arrivals.late
        assert arrivals.delay <= 60, arrivals.delay


@only_in_the_vm
# -- what the chip's mailbox of six packets lets through -----------------------------------------


def _stall(ms):
    """Let the first phone's loop stand still for `ms`; return (packets lost, the phones)."""
    first, second = pair()
    number = first.voice.stream(first.call).port.number
    run(first.clock, 2000, first, second)
    first.network.sockets[number].most = 6
    begin = first.voice.figures(first.call).lost
    run(first.clock, ms, second)
    run(first.clock, 2000, first, second)
    return first.voice.figures(first.call).lost - begin, first, second


def test_the_mailbox_of_six_keeps_what_came_in_120_ms_and_no_more():
    for ms in (40, 100, 120):
        lost, _, _ = _stall(ms)
        assert lost == 0, (ms, lost)
    for ms in (200, 400, 1000):
        lost, first, _ = _stall(ms)
        assert ms // 20 - 8 <= lost <= ms // 20 - 5, (ms, lost)
        figures = first.voice.figures(first.call)
        assert figures.delay < 130, figures.delay


def test_a_burst_of_the_line_beyond_six_loses_the_rest_and_nothing_after_it():
    first, second = pair()
    sock = first.network.sockets[first.voice.stream(first.call).port.number]
    run(first.clock, 2000, first, second)
    sock.most = 6
    for _ in range(5):  # 300 ms of nothing on the air
        kept, carry = [], first.network.wires["10.0.0.2"].carry
        second.network.carry = lambda s, data, to, kept=kept: kept.append((s, data, to)) or True
        run(first.clock, 300, first, second)
        second.network.carry = carry
        for each in kept:  # and then all at once
            carry(*each)
        assert len(sock.arrived) == 6
        run(first.clock, 3000, first, second)
    figures = first.voice.figures(first.call)
    assert 5 * (15 - 7) <= figures.lost <= 5 * (15 - 5), figures.lost
    assert figures.late < 6
    assert figures.delay < 130
