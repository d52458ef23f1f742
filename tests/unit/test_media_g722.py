"""G.722 beside what SpanDSP makes of the same sound, and its native loops' twins."""

import math
from array import array
from hashlib import sha256

from support import only_in_the_vm

from media import g722, g722_plain
from media.g722 import Decoder, Encoder

_FRAMES = 15


class _Dice:
    """Numbers of 16 bits, the same in each run."""

    def __init__(self, seed=1):
        self._seed = seed

    def __call__(self):
        self._seed = (self._seed * 1103515245 + 12345) & 0x7FFFFFFF
        return self._seed >> 8 & 0xFFFF


def sound(kind):
    """Return 0.3 s of "noise", "hiss", "sweep" (up to 7 kHz), "steps" or "bursts"."""
    dice, n = _Dice(), 320 * _FRAMES
    if kind == "noise":
        return array("h", [dice() - 32768 for _ in range(n)])
    if kind == "hiss":
        return array("h", [dice() % 41 - 20 for _ in range(n)])
    if kind == "sweep":
        return array("h", [int(9000 * math.sin(i * i * 7 / 81487)) for i in range(n)])
    if kind == "steps":
        return array("h", [32767 if i // 50 & 1 else -32768 for i in range(n)])
    return array("h", [(dice() - 32768) // 4 * (i // 2000 & 1) for i in range(n)])


def _coded(samples, sizes=(160,)):
    encoder, coded, at = Encoder(), bytearray(len(samples) // 2), 0
    while at < len(coded):
        for size in sizes:
            encoder.encode(samples, 2 * at, coded, at, size)
            at += size
    return coded


def _decoded(codes, sizes=(160,)):
    decoder, at = Decoder(), 0
    source, samples = array("h", [x for x in codes]), array("h", bytes(4 * len(codes)))
    while at < len(codes):
        for size in sizes:
            decoder.decode(source, at, samples, 2 * at, size)
            at += size
    return samples


def _sign(data):
    return sha256(bytes(data)).digest().hex()[:16]


# what SpanDSP 2.0 makes of them; tests/peers/test_g722.py asks it again
CODED = {
    "noise": "06120c2d72b93949",
    "hiss": "458c11c3ba18595a",
    "sweep": "7f0cf1a69d4e11eb",
    "steps": "9060beee79ea7bba",
    "bursts": "58591b4b5ed957b3",
}
DECODED = {
    "hiss": "5391ab12dcf0df31",
    "sweep": "d7dd0c0af1adccad",
    "bursts": "b62880a87c69ef5c",
}


def test_it_codes_as_spandsp_does_bit_for_bit():
    for kind, wanted in sorted(CODED.items()):
        assert _sign(_coded(sound(kind))) == wanted, kind


def test_it_decodes_as_spandsp_does_bit_for_bit():
    for kind, wanted in sorted(DECODED.items()):
        assert _sign(_decoded(_coded(sound(kind)))) == wanted, kind


def test_any_codes_give_sound_within_its_limits():
    dice = _Dice()
    samples = _decoded(bytes([dice() & 255 for _ in range(160 * _FRAMES)]))
    assert max(samples) == 32767 and min(samples) == -32768


def test_pieces_of_any_size_are_one_stream():
    samples = sound("sweep")
    whole = _coded(samples)
    assert _coded(samples, (1, 79, 80)) == whole
    assert _decoded(whole, (3, 157)) == _decoded(whole)


def test_what_was_only_looked_at_leaves_no_trace():
    codes = array("h", [x for x in _coded(sound("sweep"))])
    wanted = _decoded(_coded(sound("sweep")))
    decoder, samples, look = Decoder(), array("h", bytes(640)), array("h", bytes(640))
    for at in range(0, len(codes) - 320, 160):
        decoder.decode(codes, at, samples, 0, 160)
        assert samples == wanted[2 * at : 2 * at + 320], at
        decoder.keep()
        decoder.decode(codes, at + 160, look, 0, 120)
        decoder.back()


def test_after_a_reset_it_begins_anew():
    samples = sound("bursts")
    encoder, coded = Encoder(), bytearray(160)
    encoder.encode(samples, 4000, coded, 0, 160)
    first = bytes(coded)
    encoder.encode(samples, 4000, coded, 0, 160)
    assert bytes(coded) != first
    encoder.reset()
    encoder.encode(samples, 4000, coded, 0, 160)
    assert bytes(coded) == first


def test_speech_up_to_seven_kilohertz_comes_through():
    for hz in (200, 1000, 3000, 5000, 6800):
        wave = array("h", [int(8000 * math.sin(math.pi * hz * i / 8000)) for i in range(6400)])
        heard = _decoded(_coded(wave))[3200:]
        turns = [math.pi * hz * i / 8000 for i in range(3200)]
        real = sum([heard[i] * math.cos(turns[i]) for i in range(3200)]) / 1600
        imaginary = sum([heard[i] * math.sin(turns[i]) for i in range(3200)]) / 1600
        level = math.sqrt(real * real + imaginary * imaginary)
        assert 7000 < level < 9000, (hz, level)


@only_in_the_vm
def test_the_native_loops_and_their_twins_are_alike():
    assert g722.band is not g722_plain.band
    names = ("band", "mirror", "pack", "weave")
    native = [getattr(g722, name) for name in names]
    dice = _Dice(5)
    codes = bytes([dice() & 255 for _ in range(1600)])
    wanted = [_coded(sound(kind)[:3200]) for kind in sorted(CODED)] + [_decoded(codes)]
    try:
        for name in names:
            setattr(g722, name, getattr(g722_plain, name))
        found = [_coded(sound(kind)[:3200]) for kind in sorted(CODED)] + [_decoded(codes)]
    finally:
        for i in range(len(names)):
            setattr(g722, names[i], native[i])
    assert found == wanted
