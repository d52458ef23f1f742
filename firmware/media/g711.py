"""G.711, bit for bit as the ITU's reference: µ-law (PCMU) and A-law (PCMA), 64 kbit/s.

An encoder is ``(samples, at, coded, to, n)``, from ``array("h")`` to a bytearray. A decoder is a
table of 256 samples for `media.loops.expand`. Neither allocates.
"""

from array import array

from media.loops import alaw, ulaw


def _expand_ulaw(code):
    code ^= 0xFF
    size = (((code & 15) << 3) + 132 << (code >> 4 & 7)) - 132
    return -size if code & 0x80 else size


def _expand_alaw(code):
    code ^= 0x55
    segment, size = code >> 4 & 7, (code & 15) << 4
    size = size + 8 if not segment else size + 264 << (segment - 1)
    return size if code & 0x80 else -size


ULAW = array("h", [_expand_ulaw(x) for x in range(256)])
ALAW = array("h", [_expand_alaw(x) for x in range(256)])

ENCODERS = {"PCMU": ulaw, "PCMA": alaw}
DECODERS = {"PCMU": ULAW, "PCMA": ALAW}
