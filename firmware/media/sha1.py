"""HMAC-SHA1 (RFC 2104) over a packet, without an object for it; and the loops of `media.srtp`.

hashlib has no state that can be kept: each tag would cost four objects and two more blocks.
Native code (`media.sha1_viper`) where the interpreter loads it, else its portable twin.
"""

from array import array

from base.compat import const

try:
    from media.sha1_viper import *
except (ImportError, ValueError, SyntaxError):  # CPython; a chip that the code was not made for
    from media.sha1_plain import *

_BLOCK = const(64)
_DIGEST = const(20)
# of FIPS 180-4, in halves for interpreters whose small numbers are short; then a mask
_STARTS = (0x6745, 0x2301, 0xEFCD, 0xAB89, 0x98BA, 0xDCFE, 0x1032, 0x5476, 0xC3D2, 0xE1F0)
_ROUNDS = (0x5A82, 0x7999, 0x6ED9, 0xEBA1, 0x8F1B, 0xBCDC, 0xCA62, 0xC1D6, 0xFFFF, 0xFFFF)


def _words(halves):
    return array("I", [halves[i] << 16 | halves[i + 1] for i in range(0, len(halves), 2)])


WORDS = _words(_ROUNDS)
_W = array("I", bytes(4 * 80))


class Mac:
    """HMAC-SHA1 by `key` (64 bytes at most); `digest` holds the 20 bytes of the latest one."""

    def __init__(self, key):
        self.digest = bytearray(_DIGEST)
        self._state = _words(_STARTS)
        self._rest = bytearray(2 * _BLOCK)
        self._inner, self._outer = _words(_STARTS), _words(_STARTS)
        key += bytes(_BLOCK - len(key))
        block(self._inner, bytes([x ^ 0x36 for x in key]), 0, _W, WORDS)
        block(self._outer, bytes([x ^ 0x5C for x in key]), 0, _W, WORDS)

    def make(self, data, n, more, m):
        """Make the digest of ``data[:n]`` and, after it, ``more[:m]`` (63 bytes at most)."""
        state, rest = self._state, self._rest
        move(self._inner, state)
        at = 0
        while at + _BLOCK <= n:
            block(state, data, at, _W, WORDS)
            at += _BLOCK
        left = n - at
        forward(data, at, rest, 0, left)
        forward(more, 0, rest, left, m)
        self._end(state, left + m, _BLOCK + n + m)
        put(state, rest)
        move(self._outer, state)
        self._end(state, _DIGEST, _BLOCK + _DIGEST)
        put(state, self.digest)

    def _end(self, state, left, size):
        """Take the last `left` bytes, which stand in `_rest`; `size` is that of all."""
        rest = self._rest
        rest[left] = 0x80
        end = _BLOCK if left + 9 <= _BLOCK else 2 * _BLOCK
        clear(rest, left + 1, end)
        rest[end - 3], rest[end - 2], rest[end - 1] = size >> 13, size >> 5 & 255, size << 3 & 255
        block(state, rest, 0, _W, WORDS)
        if end > _BLOCK:
            block(state, rest, _BLOCK, _W, WORDS)
