"""Real speech: the recording that SIPp's package brings, and what is asserted of a copy of it."""

import pathlib
import struct

import pytest

from media.g711 import ALAW
from tests import wavs

PCAP = pathlib.Path("/usr/share/sip-tester/g711a.pcap")
LIKE = 0.95  # correlation; a busy machine's buffers move, which costs some
GOOD = 3.2  # PESQ; G.711 alone has 4.5
LEVEL = 1.5  # dB


def packets():
    """Return the payloads of the recording, A-law, 30 ms each."""
    if not PCAP.exists():
        pytest.skip("no recorded speech; run 'make peers'")
    data, at, found = PCAP.read_bytes(), 24, []
    while at < len(data):
        size = struct.unpack("<I", data[at + 8 : at + 12])[0]
        found.append(data[at + 16 + 42 + 12 : at + 16 + size])  # Ethernet, IP, UDP; RTP
        at += 16 + size
    return found


def spoken(loud=1.0):
    """Return six seconds of it as samples; a handset's microphone amplifies by 10 dB."""
    coded = b"".join(packets())
    samples = [int(ALAW[x] * loud) for x in coded][8000:56000]
    return wavs.array.array("h", samples)


def wide(loud=1.0):
    """Return it at 16 kHz, with something above 4 kHz: each sample twice."""
    return wavs.array.array("h", [x for sample in spoken(loud) for x in (sample, sample)])


def whole():
    """Return all of it as samples."""
    return wavs.array.array("h", [ALAW[x] for x in b"".join(packets())])


def alike(heard, said, seconds=5, rate=8000):
    """Return (correlation, dB) of the loud parts of the last `seconds` of what was heard."""
    size = rate // 4
    return wavs.likeness(heard, said, len(heard) - rate * seconds, 4 * seconds, size, loud=True)


def compare(path, said, like=LIKE, good=GOOD, level=LEVEL, gain=0.0, rate=8000):
    """Assert that the end of the recording at `path` is as what was `said`, `gain` dB louder.

    Returns (correlation, dB, PESQ or None).
    """
    heard = wavs.read(path, rate)
    found, loud = alike(heard, said, rate=rate)
    # the best of three pieces: a busy machine leaves frames out, which PESQ hears
    starts = [len(heard) - rate * ms // 1000 for ms in (6000, 4500, 3000)]
    pieces = [wavs.quality(heard, said, at, 3, rate) for at in starts]
    quality = None if None in pieces else max(pieces)
    told = (round(found, 3), round(loud, 2), quality and round(quality, 2))
    assert found > like, told
    assert gain - level < loud < gain + level, told
    assert quality is None or quality > good, told
    return told
