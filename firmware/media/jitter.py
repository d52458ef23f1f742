"""The jitter buffer: adaptive, bounded, without an object made for a packet.

Packets of any length are decoded into a ring by their timestamp; each frame takes from there what
is due. The delay follows how late packets are beside the fastest ones of the last seconds: at the
lateness that all but 0.7 % stay below, and a little more. It grows at once: when nothing is there,
playing waits. It shrinks by one pitch period, cross-faded, at a time.

Times are samples of 8 kHz in 24 bits, as timestamps are. In a wide stream such a time has a code
of G.722, which is two samples: there the ring keeps codes, for they are decoded in their order.
"""

from array import array

from base.compat import const
from base.samples import copy, differ, fade, fill, lag, level
from media.g722 import Decoder
from media.loops import drop, expand, forget, peek, quantile, run, take
from media.plc import Concealer
from media.rtp import MASK, wrap

_SIZE = const(4096)  # samples: 512 ms
_RING = const(4095)
_NONE = const(-32768)
_FRAME = const(160)
_BIN = const(80)  # samples of lateness that one bin of the statistics is wide
_BINS = const(32)
_WEIGHT = const(50)  # of one packet; with _FORGET all of them are 25600
_FORGET = const(9)  # 2**9 packets are remembered, 10 s
_PER = const(1017)  # 1024ths of all packets that come in time
_WINDOW = const(100)  # packets after which the fastest one is looked for anew
_START = const(320)  # samples of delay at first
_MARGIN = const(80)  # over the lateness: the chip's clock tick
_SLACK = const(80)  # samples below the wanted delay until it grows
_SPARE = const(120)  # samples above it until it shrinks
_REST = const(3)  # frames between two steps
_URGENT = const(640)  # samples above it from which any cut is better than the delay
_SHORTEST = const(40)  # samples of a pitch period
_LONGEST = const(120)
_LOOK = const(280)  # a frame and the longest of them
_FAR = const(1 << 25)
_UNIFORM = const(56756)  # the largest value of even noise that has the power of 0 dBov


class Jitter:
    """The buffer of one stream. `longest` ms of delay are never exceeded (400 at most).

    `wide` is 1 where frames have 320 samples of 16 kHz, 0 for 160 of 8 kHz.
    """

    def __init__(self, longest=300):
        self._ring = array("h", bytes(2 * _SIZE))
        self._bins = array("h", bytes(2 * _BINS))
        self._look = array("h", bytes(2 * _LOOK))
        self._codes = self._decoder = None  # of a wide stream
        self.wide = 0
        self.plc = Concealer()
        self.longest = 8 * min(longest, 400)
        self.clear()

    def widen(self, wide):
        """Be for speech of 16 kHz from now on (1), or of 8 (0); MemoryError where it has no room.

        What it took stays, for the next call.
        """
        if wide and self._decoder is None:
            self._codes = array("h", bytes(2 * _LOOK))
            self._look = array("h", bytes(4 * _LOOK))
            self.plc.room(1)
            self._decoder = Decoder()
        if wide != self.wide:
            self.wide = wide
            self.reset()

    def clear(self):
        """Begin a new call: forget all, the counters too."""
        self.late = self.concealed = self.shrunk = self.grown = 0
        self.wide = 0
        self.reset()

    def reset(self):
        """Forget all audio and all that was learnt of the other side; the counters stay."""
        fill(self._ring, 0, _SIZE, _NONE)
        fill(self._bins, 0, _BINS, 0)
        self.plc.reset(self.wide)
        if self.wide:
            self._decoder.reset()
        self.running = False
        self.target = min(_START, self.longest)
        self._learnt = 0
        self._play = self._newest = 0
        self._fastest = self._soon = self._before = 0
        self._count = self._rest = self._held = 0
        self._came = -1
        self._fresh = True
        self._rests = False

    def depth(self):
        """Return the samples between what is played next and the newest that has come."""
        return max(0, wrap(self._newest - self._play)) if self.running else 0

    def delay(self, now):
        """Return the samples by which playing is behind the fastest packets."""
        return wrap(now - self._play - self._fastest) if self.running else 0

    def comfort(self, noise):
        """The other side rests: what is not there is noise of -`noise` dBov (RFC 3389)."""
        self.plc.comfort = max(1, min(32767, int(_UNIFORM * 10 ** (-noise / 20))))
        self._rests = True

    def put(self, data, at, n, timestamp, now, table, learn=True):
        """Take a packet of `n` coded samples in ``data[at:]``, which came at `now`.

        `learn` is False where its lateness is our own fault.
        """
        if n <= 0 or n > _SIZE // 2:
            return
        self._rests = False
        if not self.running:
            self._begin(timestamp, now)
        elif learn:
            self._watch(timestamp, now)
        offset = wrap(timestamp - self._play)
        if offset + n > _SIZE or offset < -_SIZE:  # a jump: of the clock, or of the delay
            self._begin(timestamp, now)
            offset = wrap(timestamp - self._play)
        if offset + n <= 0:
            self.late += 1
            return
        if offset < 0:
            self.late += 1
            at, n, timestamp = at - offset, n + offset, self._play
        expand(data, at, n, table, self._ring, timestamp, _RING)
        end = (timestamp + n) & MASK
        if wrap(end - self._newest) > 0:
            self._newest = end

    def _begin(self, timestamp, now):
        fill(self._ring, 0, _SIZE, _NONE)
        self._play = (timestamp - self.target) & MASK
        self._newest = timestamp
        self._fastest = self._soon = self._before = wrap(now - timestamp)
        self._count = self._held = 0
        self._came = now
        self._fresh = self.running = True

    def _watch(self, timestamp, now):
        """Learn from how late a packet is; of those that come at once, the first one tells."""
        transit = wrap(now - timestamp)
        if wrap(transit - self._soon) < 0:
            self._soon = transit
        self._count += 1
        if self._count >= _WINDOW:
            self._before, self._soon, self._count = self._soon, transit, 0
        self._follow(self._soon if wrap(self._soon - self._before) < 0 else self._before)
        if now == self._came:
            return
        self._came = now
        bins = self._bins
        forget(bins, _BINS, _FORGET)
        late = wrap(transit - self._fastest) // _BIN
        bins[min(late, _BINS - 1)] += _WEIGHT
        if self._learnt < 64:
            self._learnt += 1
            if self._learnt < 25:
                return  # half a second tells little
        wanted = (quantile(bins, _BINS, _PER) + 1) * _BIN + _MARGIN
        self.target = min(wanted, self.longest)

    def _follow(self, fastest):
        """Take `fastest` as what packets are measured by; where the way has become longer for
        good, those of before were as much less late than we thought."""
        slower, bins = wrap(fastest - self._fastest) // _BIN, self._bins
        self._fastest = fastest
        if slower > 0:
            for i in range(1, _BINS):
                moved, bins[i] = bins[i], 0
                bins[max(0, i - slower)] += moved

    def take(self, out, now):
        """Fill the frame `out` that is played at `now`; return False for silence.

        To be called once a frame; `now` is when the frame is due, not when we get to it.
        """
        if not self.running:
            if self._rests:
                self.plc.lost(out, 0, _FRAME << self.wide)
            else:
                fill(out, 0, _FRAME << self.wide, 0)
            return self._rests
        excess = wrap(now - self._play - self._fastest) - self.target
        if self._rest:
            self._rest -= 1
        elif excess < -_SLACK and not self._held and not self.plc.gone:
            self._rest = _REST
            self.grown += _FRAME
            self.plc.lost(out, 0, _FRAME << self.wide)
            return True
        elif excess > _SPARE and self._shrink(out, excess):
            return True
        if excess > self.longest:
            self._skip(excess)
        self._fill(out)
        return True

    def _fill(self, out):
        at = 0
        ring, plc, wide = self._ring, self.plc, self.wide
        while at < _FRAME:
            n = run(ring, self._play, _RING, _FRAME - at)
            if n > 0:
                if wide:
                    take(ring, self._play, _RING, self._codes, 0, n)
                    self._decoder.decode(self._codes, 0, out, at << 1, n)
                else:
                    take(ring, self._play, _RING, out, at, n)
                plc.good(out, at << wide, n << wide)
                self._held = 0
                self._fresh = False
            else:
                ahead = wrap(self._newest - self._play)
                if ahead <= 0:  # nothing there: late or lost, the next packet will tell
                    n = _FRAME - at
                    plc.lost(out, at << wide, n << wide)
                    self._held = min(self._held + n, _FAR)
                    if not self._rests:
                        self.concealed += n
                    return
                n = min(-n, ahead)
                if self._held:  # this gap has been heard already
                    n = min(n, self._held)
                    self._held -= n
                    self._play = (self._play + n) & MASK
                    continue
                plc.lost(out, at << wide, n << wide)
                if not self._fresh:
                    self.concealed += n
            self._play = (self._play + n) & MASK
            at += n

    def _shrink(self, out, excess):
        """Play a frame and one pitch period in the time of a frame; return whether it was done,
        or else the frame was played as it is."""
        if self.plc.gone or run(self._ring, self._play, _RING, _LOOK) < _LOOK:
            return False
        look, wide, compared = self._look, self.wide, _LONGEST << self.wide
        self._peek(look)
        period = lag(look, 0, compared, _SHORTEST << wide, compared, 1, 2 << wide) >> wide << wide
        loud, shorter = level(look, 0, _FRAME << wide), period >> wide
        if loud > 100 and excess < _URGENT and differ(look, 0, period, compared) > loud >> 1:
            if not wide:
                return False  # it would be heard; the next frame may suit better
            copy(look, 0, out, 0, _FRAME << 1)  # this one was decoded already
            self._rest, shorter = 1, 0
        else:
            fade(look, 0, look, period, out, 0, period)
            copy(look, 2 * period, out, period, (_FRAME << wide) - period)
            self._rest = 1 if excess > _URGENT else _REST
        if wide:  # the decoder goes on where playing does
            self._decoder.back()
            if shorter:
                self._decoder.decode(self._codes, _FRAME, look, 0, shorter)
        drop(self._ring, self._play, _RING, _FRAME + shorter)
        self._play = (self._play + _FRAME + shorter) & MASK
        self.plc.good(out, 0, _FRAME << wide)
        self.shrunk += shorter
        return True

    def _peek(self, look):
        """Look at a frame and the longest pitch period after it; of a wide stream the frame is
        decoded for good."""
        if not self.wide:
            peek(self._ring, self._play, _RING, look, 0, _LOOK)
            return
        codes, decoder = self._codes, self._decoder
        peek(self._ring, self._play, _RING, codes, 0, _LOOK)
        decoder.decode(codes, 0, look, 0, _FRAME)
        decoder.keep()
        decoder.decode(codes, _FRAME, look, _FRAME << 1, _LONGEST)

    def _skip(self, excess):
        """Too late by far, such as after a stall: go on where it should be."""
        ahead = min(excess, max(0, wrap(self._newest - self._play)))
        drop(self._ring, self._play, _RING, ahead)
        self._play = (self._play + ahead) & MASK
        self.shrunk += ahead
        if ahead:
            self.plc.cut()
