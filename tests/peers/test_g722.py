"""Our G.722 beside SpanDSP's, an implementation that is not ours, bit for bit."""

import array
import math
import random

import pytest

from media.g722 import Decoder, Encoder
from tests.peers import spandsp, speech

_LIMITS = (-32768, 32767)


def _coded(samples):
    encoder, out = Encoder(), bytearray(len(samples) // 2)
    for at in range(0, len(out), 160):
        encoder.encode(samples, 2 * at, out, at, min(160, len(out) - at))
    return bytes(out)


def _decoded(codes):
    decoder, out = Decoder(), array.array("h", bytes(4 * len(codes)))
    source = array.array("h", list(codes))
    for at in range(0, len(codes), 160):
        decoder.decode(source, at, out, 2 * at, min(160, len(codes) - at))
    return out


def _alike(codes):
    """Assert that both decode alike; what is too large wraps in SpanDSP and is limited here."""
    for ours, theirs in zip(_decoded(codes), spandsp.decode(codes), strict=True):
        assert ours == theirs or ours in _LIMITS, (ours, theirs)


def _kinds():
    dice = random.Random(3)
    yield [dice.randint(-32768, 32767) for _ in range(16000)]
    yield [
        int(max(-32768, min(32767, dice.gauss(0, 9000 * (i // 1600 % 3))))) for i in range(16000)
    ]
    yield [int(32767 * math.sin(i * i / 20000)) for i in range(16000)]
    yield [32767 * (-1) ** (i // 37) for i in range(16000)]
    yield [0] * 1600 + [1, -1] * 800


def test_each_byte_is_spandsps():
    for kind in _kinds():
        samples = array.array("h", kind)
        assert _coded(samples) == spandsp.encode(samples)
        _alike(spandsp.encode(samples))


def test_speech_is_coded_and_decoded_as_spandsp_does():
    said = speech.spoken()[:24000]
    wide = array.array("h", [x for pair in zip(said, said, strict=True) for x in pair])
    codes = spandsp.encode(wide)
    assert _coded(wide) == codes
    assert _decoded(codes) == spandsp.decode(codes)


@pytest.mark.parametrize("seed", range(3))
def test_any_bytes_are_decoded_as_spandsp_does(seed):
    _alike(random.Random(seed).randbytes(8000))
