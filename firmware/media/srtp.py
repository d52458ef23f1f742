"""SRTP and SRTCP (RFC 3711): AES in counter mode, HMAC-SHA1 with a tag of 80 or 32 bits.

One `Way` is one direction of one call. No object is made for a packet of RTP. Keys come by SDES
(RFC 4568): 16 bytes of master key and 14 of salt, of which each way has its own.
"""

from array import array

from base.compat import aes, const
from media.sha1 import Mac, counters, differ, forward, xor

KEY = const(30)  # bytes of master key and salt
SUITES = {"AES_CM_128_HMAC_SHA1_80": 10, "AES_CM_128_HMAC_SHA1_32": 4}  # bytes of the tag
_CONTROL_TAG = const(10)  # SRTCP's is of 80 bits in both (RFC 4568 6.2)
_SALT = const(14)
_HEADER = const(12)
_BLOCKS = const(12)  # of a chunk: a packet of 20 ms is one
_WINDOW = const(64)  # packets that may be late (3.3.2)
_SEEN = const(128)
_HALF = const(0x8000)
_SOURCES = const(8)
_NONE = const(-1)
_INDEX = const(0x3FFFFFFF)


class Stream:
    """Bytes that are laid upon a packet, by one key and salt."""

    def __init__(self, key, salt):
        self._encrypt = aes(key)
        self._salt = salt
        self._iv = bytearray(16)
        self._in, self._out = bytearray(16 * _BLOCKS), bytearray(16 * _BLOCKS)
        whole_in, whole_out = memoryview(self._in), memoryview(self._out)
        self._ins = [whole_in[: 16 * n] for n in range(_BLOCKS + 1)]
        self._outs = [whole_out[: 16 * n] for n in range(_BLOCKS + 1)]

    def lay(self, src, a, dst, b, n, source, at, high, low):
        """Write ``src[a:a + n]``, encrypted or decrypted, to ``dst[b:]`` (4.1.1).

        ``source[at:at + 4]`` is the SSRC, `high` the upper 32 bits of the packet's index (less
        than 2**30 is used), `low` the lower 16.
        """
        iv, salt = self._iv, self._salt
        for i in range(_SALT):
            iv[i] = salt[i]
        for i in range(4):
            iv[4 + i] ^= source[at + i]
        iv[8] ^= high >> 24
        iv[9] ^= high >> 16 & 255
        iv[10] ^= high >> 8 & 255
        iv[11] ^= high & 255
        iv[12] ^= low >> 8
        iv[13] ^= low & 255
        first = 0
        while n > 0:
            size = min(n, 16 * _BLOCKS)
            blocks = (size + 15) >> 4
            counters(self._in, iv, first, blocks)
            self._encrypt(self._ins[blocks], self._outs[blocks])
            xor(src, a, self._out, dst, b, size)
            first += blocks
            a += size
            b += size
            n -= size


def derive(master, label, size):
    """Return `size` bytes of key `label` from a master key and salt (4.3.1, no renewal)."""
    salt = bytearray(master[16:KEY])
    salt[7] ^= label
    out = bytearray(size)
    Stream(master[:16], bytes(salt)).lay(out, 0, out, 0, size, bytes(4), 0, 0, 0)
    return bytes(out)


class _Half:
    """Keys of RTP, or of RTCP (`labels` from 3)."""

    def __init__(self, master, labels):
        self.stream = Stream(derive(master, labels, 16), derive(master, labels + 2, _SALT))
        self.mac = Mac(derive(master, labels + 1, 20))


class Way:
    """One direction by `master` (30 bytes) with a tag of `tag` bytes.

    `forged` counts packets whose tag was wrong, `replayed` those that had come before.
    """

    def __init__(self, master, tag):
        self.tag = tag
        self.forged = self.replayed = 0
        self._rtp, self._rtcp = _Half(master, 0), _Half(master, 3)
        self._roll = 0  # of the sequence number (ROC)
        self._last = _NONE
        self._more = bytearray(4)
        self._seen = array("H", bytes(2 * _SEEN))
        self._high = self._low = _NONE  # of the SSRC that is heard
        self._gone = []  # those that were heard before, which must not come again
        self._newer = False  # the packet in hand is the newest
        self._index = _NONE  # of SRTCP
        self._control_seen = []

    # -- out ------------------------------------------------------------------------------------

    def protect(self, packet, size, out):
        """Write the RTP packet ``packet[:size]``, with a header of 12 bytes, to `out`; return its
        size."""
        sequence = packet[2] << 8 | packet[3]
        if self._last != _NONE and sequence < self._last and self._last - sequence > _HALF:
            self._roll += 1
        self._last = sequence
        half = self._rtp
        forward(packet, 0, out, 0, _HEADER)
        half.stream.lay(
            packet, _HEADER, out, _HEADER, size - _HEADER, packet, 8, self._roll, sequence
        )
        self._roll_bytes(self._roll)
        half.mac.make(out, size, self._more, 4)
        forward(half.mac.digest, 0, out, size, self.tag)
        return size + self.tag

    def _roll_bytes(self, roll):
        more = self._more
        more[0], more[1] = roll >> 24 & 255, roll >> 16 & 255
        more[2], more[3] = roll >> 8 & 255, roll & 255

    # -- in -------------------------------------------------------------------------------------

    def open(self, data, size, at):
        """Decrypt the packet ``data[:size]`` in place; return its size without the tag.

        `at` is where its payload begins (`rtp.Source.read`). 0 where it is forged, came before, or
        is too old.
        """
        tag, end = self.tag, size - self.tag
        if end < at:
            self.forged += 1
            return 0
        sequence = data[2] << 8 | data[3]
        high, low = data[8] << 8 | data[9], data[10] << 8 | data[11]
        other = high != self._high or low != self._low
        roll = self._begin(high, low) if other else self._guess(sequence)
        if roll < 0 or not (self._newer or self._fits(sequence)):
            self.replayed += 1
            return 0
        half = self._rtp
        self._roll_bytes(roll)
        half.mac.make(data, end, self._more, 4)
        if differ(data, end, half.mac.digest, tag):
            self.forged += 1
            return 0
        half.stream.lay(data, at, data, at, end - at, data, 8, roll, sequence)
        if other:
            self._follow(high, low)
        if self._newer:
            self._roll, self._last = roll, sequence
        self._seen[sequence & (_SEEN - 1)] = sequence
        return end

    def _guess(self, sequence):
        """Return the roll-over counter of a sequence number (3.3.1), -1 for one before all."""
        last, roll = self._last, self._roll
        self._newer = (sequence - last + _HALF & 0xFFFF) > _HALF
        if self._newer:
            return roll + 1 if sequence < last else roll
        return roll - 1 if sequence > last else roll

    def _fits(self, sequence):
        """Return whether a packet that is not the newest is neither too old nor came before."""
        behind = self._last - sequence & 0xFFFF
        return behind < _WINDOW and self._seen[sequence & (_SEEN - 1)] != sequence

    def _begin(self, high, low):
        """Return the roll-over counter of a source that is not heard yet, -1 for one of before."""
        self._newer = True
        return _NONE if (high, low) in self._gone else 0

    def _follow(self, high, low):
        """Another source under the same key: the one that was heard is gone."""
        if self._last != _NONE:
            self._gone = self._gone[1 - _SOURCES :] + [(self._high, self._low)]
        self._high, self._low = high, low
        for i in range(_SEEN):
            self._seen[i] = i ^ 0xFFFF  # a number that never stands there

    # -- reports --------------------------------------------------------------------------------

    def protect_report(self, data):
        """Return the SRTCP packet of an RTCP packet (3.4)."""
        index = self._index = self._index + 1 & _INDEX
        size, half = len(data), self._rtcp
        out = bytearray(size + 4 + _CONTROL_TAG)
        out[:8] = data[:8]
        half.stream.lay(data, 8, out, 8, size - 8, data, 4, index >> 16, index & 0xFFFF)
        out[size : size + 4] = (index | 0x80000000).to_bytes(4, "big")
        half.mac.make(out, size + 4, out, 0)
        out[size + 4 :] = half.mac.digest[:_CONTROL_TAG]
        return out

    def open_report(self, data):
        """Return the RTCP packet of an SRTCP packet, None where it is forged or came before."""
        size, half = len(data) - 4 - _CONTROL_TAG, self._rtcp
        if size < 8:
            self.forged += 1
            return None
        half.mac.make(data, size + 4, data, 0)
        if differ(data, size + 4, half.mac.digest, _CONTROL_TAG):
            self.forged += 1
            return None
        index = int.from_bytes(data[size : size + 4], "big")
        encrypted, index = index >> 31, index & 0x7FFFFFFF
        if index in self._control_seen or index + _WINDOW <= self._index:
            self.replayed += 1
            return None
        self._control_seen = self._control_seen[-15:] + [index]
        self._index = max(self._index, index)
        out = bytearray(data[:size])
        if encrypted:
            half.stream.lay(data, 8, out, 8, size - 8, data, 4, index >> 16, index & 0xFFFF)
        return out


class Secured:
    """Both ways of one call; `out` and `way`, what comes in, are None where nothing is encrypted.

    `largest` is the size of a packet of RTP at most, in bytes.
    """

    def __init__(self, largest):
        self.out = self.way = None
        self._secret = None  # (suite, our key, theirs) in use, see `sip.call.sdp.Media`
        self._largest = largest
        self._sealed = self._views = None  # what leaves, and how much of it

    @property
    def suite(self):
        """The suite in use, "" for none."""
        return self._secret[0] if self._secret else ""

    def use(self, secret, *sizes):
        """Encrypt by the keys of a description; each way goes on where its own key stays.

        `sizes` are those that packets of RTP will have, in bytes: `seal` takes no other.
        """
        if not secret:
            self._secret = self.out = self.way = None
            return
        suite, ours, theirs = secret
        tag, before = SUITES[suite], self._secret or ("", b"", b"")
        if self.out is None or (suite, ours) != before[:2]:
            self.out = Way(ours, tag)
        if self.way is None or (suite, theirs) != (before[0], before[2]):
            self.way = Way(theirs, tag)
        self._secret = secret
        if self._sealed is None:
            self._sealed = bytearray(self._largest + _CONTROL_TAG)
        whole = memoryview(self._sealed)
        self._views = {size: whole[: size + tag] for size in sizes}

    def seal(self, packet, size):
        """Return the RTP packet ``packet[:size]`` encrypted; it holds until the next one."""
        self.out.protect(packet, size, self._sealed)
        return self._views[size]

    def refused(self):
        """Return how many packets were forged or came twice."""
        return self.way.forged + self.way.replayed if self.way else 0
