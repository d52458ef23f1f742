"""Between 16 kHz, as parts and wideband calls have it, and 8 kHz: a half-band filter of 39 taps.

Flat to 3.4 kHz, 6 dB down at 4 kHz, more than 50 dB from 5 kHz on; 1.2 ms of delay each way.
"""

from array import array

from base.compat import const
from base.samples import copy, double, exchange, fill, halve

# Beside the middle one, 16384 being 1: a windowed sin(x)/x, their sum makes a gain of 1
TAPS = array("h", [5198, -1655, 905, -559, 355, -222, 133, -75, 40, -24])
_PAIRS = const(10)
_FRAME = const(160)
_WIDE = const(320)
_BEFORE = const(38)  # samples of 16 kHz that the filter looks back
_NARROW = const(19)  # and of 8 kHz


class Halver:
    """Makes frames of 160 samples of 320; `space` is where the next 320 are to be put, at `at`."""

    at = _BEFORE

    def __init__(self):
        self.space = array("h", bytes(2 * (_BEFORE + _WIDE)))

    def reset(self):
        """Forget what was heard."""
        fill(self.space, 0, _BEFORE, 0)

    def halve(self, frame):
        """Fill `frame` from the 320 samples in `space`."""
        space = self.space
        halve(space, 0, frame, _FRAME, TAPS, _PAIRS)
        copy(space, _WIDE, space, 0, _BEFORE)

    def keep(self, frame):
        """Fill `frame` with the 320 samples as they are; the next one may be halved again."""
        space = self.space
        copy(space, _BEFORE, frame, 0, _WIDE)
        copy(space, _WIDE, space, 0, _BEFORE)


class Doubler:
    """Makes 320 samples, in `wide`, of frames of 160; `swap` 1 exchanges neighbours."""

    def __init__(self, swap=0):
        self.wide = array("h", bytes(2 * _WIDE))
        self._swap = swap
        self._kept = False  # the last frame was not doubled
        self._space = array("h", bytes(2 * (_NARROW + _FRAME)))

    def double(self, frame):
        """Fill `wide` from `frame`."""
        space = self._space
        if self._kept:
            self._kept = False
            for i in range(_NARROW):
                space[i] = self.wide[_WIDE - 2 * _NARROW + 2 * i]
        copy(frame, 0, space, _NARROW, _FRAME)
        double(space, 0, self.wide, 0, _FRAME, TAPS, _PAIRS, self._swap)
        copy(space, _FRAME, space, 0, _NARROW)

    def keep(self, frame):
        """Fill `wide` with the 320 samples of `frame`; the next one may be doubled again."""
        self._kept = True
        copy(frame, 0, self.wide, 0, _WIDE)
        if self._swap:
            exchange(self.wide, 0, _FRAME)
