"""G.722 at 64 kbit/s: speech up to 7 kHz, 16,000 samples a second, of which a byte codes two.

Bit for bit as the ITU's reference. RTP calls its clock 8000 all the same (RFC 3551 section 4.5.2):
a byte is a tick, as in G.711. Neither way allocates anything.
"""

from array import array

from base.compat import const
from base.samples import copy, fill

try:
    from media.g722_viper import band, mirror, pack, weave
except (ImportError, ValueError, SyntaxError):  # CPython; a chip that the code was not made for
    from media.g722_plain import band, mirror, pack, weave

_MOST = const(160)  # codes at once: 20 ms
_BEFORE = const(22)  # samples that the filter remembers
_STATE = const(22)

_DECISIONS = (
    0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714,
    786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919, 0, 0,
)  # fmt: skip
_NEGATIVE = (63, 62) + tuple(range(31, 3, -1))
_POSITIVE = tuple(range(61, 31, -1))
_LOW4 = (
    0, -20456, -12896, -8968, -6288, -4240, -2584, -1200,
    20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
)  # fmt: skip
_STEPS4 = (
    -60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60,
)  # fmt: skip
_HIGH2 = (-7408, -1616, 7408, 1616)
_UNUSED = (0,) * 12
_STEPS2 = (798, -214, 798, -214)
_LOGARITHMS = (
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834,
    2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
)  # fmt: skip
_LOW6 = (
    -136, -136, -136, -136, -24808, -21904, -19008, -16704,
    -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
    -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576,
    -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
    24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192,
    10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
    4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032,
    1688, 1360, 1040, 728, 432, 136, -432, -136,
)  # fmt: skip
# where each begins: 0, 32, 62, 92, 108, 124, 128, 140, 144, 176
_TABLES = array(
    "h",
    _DECISIONS + _NEGATIVE + _POSITIVE + _LOW4 + _STEPS4 + _HIGH2 + _UNUSED + _STEPS2
    + _LOGARITHMS + _LOW6,
)  # fmt: skip


class _Coder:
    """What both ways keep: the state of each band, and what passes the filter."""

    def __init__(self):
        self._x = array("h", bytes(2 * (_BEFORE + 2 * _MOST)))
        self._low, self._high = array("h", bytes(2 * _MOST)), array("h", bytes(2 * _MOST))
        self._lower, self._upper = array("h", bytes(2 * _STATE)), array("h", bytes(2 * _STATE))
        self.reset()

    def reset(self):
        """Begin anew."""
        fill(self._lower, 0, _STATE, 0)
        fill(self._upper, 0, _STATE, 0)
        self._lower[9], self._upper[9] = 32, 8  # det
        fill(self._x, 0, _BEFORE, 0)


class Encoder(_Coder):
    """Codes samples of 16 kHz."""

    def encode(self, samples, a, dst, to, n):
        """Code ``2 * n`` samples from `a` on into `n` bytes (160 at most)."""
        x, low, high = self._x, self._low, self._high
        copy(samples, a, x, _BEFORE, 2 * n)
        mirror(x, low, 0, high, n, 0)
        copy(x, 2 * n, x, 0, _BEFORE)
        band(low, 0, low, n, self._lower, 0, _TABLES)
        band(high, 0, high, n, self._upper, 1, _TABLES)
        pack(low, high, dst, to, n)


class Decoder(_Coder):
    """Makes samples of 16 kHz; its codes are in an ``array("h")``."""

    def __init__(self):
        super().__init__()
        self._kept = array("h", bytes(2 * (2 * _STATE + _BEFORE)))

    def decode(self, codes, a, samples, to, n):
        """Make ``2 * n`` samples of `n` codes from `a` on (160 at most)."""
        x, low, high = self._x, self._low, self._high
        band(codes, a, low, n, self._lower, 2, _TABLES)
        band(codes, a, high, n, self._upper, 3, _TABLES)
        weave(low, high, x, n)
        mirror(x, samples, to, samples, n, 1)
        copy(x, 2 * n, x, 0, _BEFORE)

    def keep(self):
        """Note the state, for `back`."""
        kept = self._kept
        copy(self._lower, 0, kept, 0, _STATE)
        copy(self._upper, 0, kept, _STATE, _STATE)
        copy(self._x, 0, kept, 2 * _STATE, _BEFORE)

    def back(self):
        """Be as at `keep`: what was decoded since was only looked at."""
        kept = self._kept
        copy(kept, 0, self._lower, 0, _STATE)
        copy(kept, _STATE, self._upper, 0, _STATE)
        copy(kept, 2 * _STATE, self._x, 0, _BEFORE)
