"""Concealment of lost speech in the manner of ITU-T G.711 Appendix I, without its delay.

The last pitch period is repeated, two of them from 10 ms on, three from 20; after 10 ms it fades,
at 60 it is silent. Where it begins, a step becomes a slope of a quarter of a period; where speech
comes back, both are cross-faded. No object is made for any of that.

The numbers here are samples of 8 kHz; at 16 kHz all are twice as many.
"""

from array import array

from base.compat import const
from base.samples import copy, differ, fade, fill, lag, level, scale, slide
from media.loops import noise

_HISTORY = const(400)  # samples: three periods of 120, and the quarter before them
_SHORTEST = const(40)  # 200 Hz
_LONGEST = const(120)  # 67 Hz
_COMPARED = const(160)
_FULL = const(80)  # samples before it fades
_SILENT = const(480)  # samples until nothing is left
_STEP = const(163)  # of the gain, each sample: 65536 / 400
_STEEPEST = const(32767)
_MERGE = const(80)  # samples of the cross-fade back, at most


class Concealer:
    """Conceals gaps of one stream: `good` takes what is there, `lost` makes what is not.

    `comfort` is the amplitude of the noise that follows a gap where the other side sends comfort
    noise, 0 for silence. `wide` is 1 for speech of 16 kHz.
    """

    def __init__(self):
        self.wide = 0
        self.room(0)
        self.reset()

    def room(self, wide):
        """Have room for speech of 16 kHz (1), or of 8 (0)."""
        self._old = array("h", bytes(2 * _HISTORY << wide))  # as it was when the gap began
        self._end = array("h", bytes(2 * _LONGEST << wide))
        self._merge = array("h", bytes(2 * _MERGE << wide))
        self._heard = array("h", bytes(2 * _HISTORY << wide))

    def reset(self, wide=None):
        """Forget what was heard, and go on with speech of 16 kHz where `wide` is 1 (`room` has to
        be there), 8 if it is 0; None leaves that as it is."""
        if wide is not None:
            self.wide = wide
        self._history = _HISTORY << self.wide
        fill(self._heard, 0, self._history, 0)
        self.gone = 0  # samples concealed since speech was there
        self.comfort = 0
        self._seed = 1
        self._period = _LONGEST << self.wide
        self._quarter = self._period >> 2
        self._count = 1
        self._at = self._step = 0

    def good(self, x, at, n):
        """Take `n` samples that have come, and cross-fade into them after a gap."""
        gone = self.gone
        if gone:
            wide = self.wide
            longer = 16 + ((gone - 1) // (80 << wide)) * 32 << wide
            size = min(n, _MERGE << wide, self._quarter + longer)
            self._continue(self._merge, 0, size)
            fade(self._merge, 0, x, at, x, at, size)
            self.gone = 0
        self._remember(x, at, n)

    def lost(self, x, at, n):
        """Make `n` samples (50 ms at most) in place of what has not come."""
        if not self.gone:
            self._begin()
        self._continue(x, at, n)
        self._remember(x, at, n)

    def cut(self):
        """What comes next does not follow what was heard: it is to be cross-faded in."""
        if not self.gone:
            self._begin()
            self.gone = 1

    def _continue(self, x, at, n):
        """Make `n` samples; the step at the beginning of a gap becomes a slope."""
        self._make(x, at, n)
        if self._step:
            slide(x, at, min(n, self._quarter), self._step)
            self._step = 0

    def _remember(self, x, at, n):
        heard, history = self._heard, self._history
        if n < history:
            copy(heard, n, heard, 0, history - n)
        else:
            at, n = at + n - history, history
        copy(x, at, heard, history - n, n)

    def _begin(self):
        old, history, wide = self._old, self._history, self.wide
        copy(self._heard, 0, old, 0, history)
        compared, longest = _COMPARED << wide, _LONGEST << wide
        start = history - compared
        period = lag(old, start, compared, _SHORTEST << wide, longest, -1, 2 << wide)
        if differ(old, start, start - period, compared) > level(old, start, compared):
            period = longest  # no voice: a long piece of it buzzes less
        self._period = period
        quarter = self._quarter = period >> 2
        step = old[history - 1] - old[history - 1 - period]
        self._step = max(-_STEEPEST, min(_STEEPEST, step))
        copy(old, history - quarter, self._end, 0, quarter)
        self._count = 0
        self._repeat(1)
        self._at = history - period

    def _repeat(self, count):
        """Repeat the last `count` periods; their end is made to flow into their beginning."""
        if count == self._count:
            return
        self._count = count
        history, quarter = self._history, self._quarter
        start = history - count * self._period
        fade(self._end, 0, self._old, start - quarter, self._old, history - quarter, quarter)

    def _make(self, x, at, n):
        wide, history = self.wide, self._history
        full, silent, step = _FULL << wide, _SILENT << wide, _STEP >> wide
        while n:
            gone = self.gone
            if gone >= silent:
                self._quiet(x, at, n)
                return
            edge = full if gone < full else 2 * full if gone < 2 * full else silent
            self._repeat(1 if gone < full else 2 if gone < 2 * full else 3)
            size = min(n, edge - gone, history - self._at)
            copy(self._old, self._at, x, at, size)
            if gone >= full:
                scale(x, at, size, (silent - gone) * step, -step)
            self._at += size
            if self._at == history:
                self._at = history - self._count * self._period
            self.gone = gone + size
            at += size
            n -= size

    def _quiet(self, x, at, n):
        if self.comfort:
            self._seed = noise(x, at, n, self._seed, self.comfort)
        else:
            fill(x, at, n, 0)
        self.gone = _SILENT << self.wide
