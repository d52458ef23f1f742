"""G.711 against the ITU's own sweeps of all 65,536 samples, and its native loops' twins."""

from array import array
from hashlib import sha256

from support import data, only_in_the_vm

from media import g711, loops, loops_plain

_BLOCK = 4096


def _swept(encode, reference):
    source, wanted = data("itu-g711/sweep.src"), data("itu-g711/" + reference)
    samples, coded = array("h", bytes(2 * _BLOCK)), bytearray(_BLOCK)
    for at in range(0, len(source), 2 * _BLOCK):
        for i in range(_BLOCK):
            s = source[at + 2 * i] | source[at + 2 * i + 1] << 8
            samples[i] = s - 65536 if s > 32767 else s
        encode(samples, 0, coded, 0, _BLOCK)
        for i in range(_BLOCK):
            assert coded[i] == wanted[at + 2 * i] and not wanted[at + 2 * i + 1], at + 2 * i


def _expanded(table, coded, reference):
    coded, wanted = data("itu-g711/" + coded), data("itu-g711/" + reference)
    for i in range(0, len(coded), 2):
        s = wanted[i] | wanted[i + 1] << 8
        assert table[coded[i]] == (s - 65536 if s > 32767 else s), i


def test_mu_law_encodes_as_the_itu_does():
    _swept(g711.ENCODERS["PCMU"], "sweep-r.u")


def test_a_law_encodes_as_the_itu_does():
    _swept(g711.ENCODERS["PCMA"], "sweep-r.a")


def test_the_portable_twins_encode_as_the_itu_does():
    _swept(loops_plain.ulaw, "sweep-r.u")
    _swept(loops_plain.alaw, "sweep-r.a")


def test_mu_law_decodes_as_the_itu_does():
    _expanded(g711.ULAW, "sweep-r.u", "sweep-r.reu")


def test_a_law_decodes_as_the_itu_does():
    _expanded(g711.ALAW, "sweep-r.a", "sweep-r.rea")


def _sign(data):
    return sha256(bytes(data)).digest().hex()[:16]


# of what the ITU's reference (G.191) makes of all samples, and of all codes, one after another
_SIGNED = {
    "PCMU": ("90c29de505fb68e7", "3dab54339e520bb2"),
    "PCMA": ("38488f6fd710f468", "e04788d110e58ff8"),
}


def test_every_sample_and_every_code_is_as_the_itu_has_it():
    samples, coded = array("h", bytes(2 * _BLOCK)), bytearray(65536)
    for codec, encode in g711.ENCODERS.items():
        for at in range(0, 65536, _BLOCK):
            for i in range(_BLOCK):
                samples[i] = at + i - 32768
            encode(samples, 0, coded, at, _BLOCK)
        table = b"".join([(x & 0xFFFF).to_bytes(2, "little") for x in g711.DECODERS[codec]])
        assert (_sign(coded), _sign(table)) == _SIGNED[codec], codec


def test_a_few_codes_are_those_of_the_tables_in_the_standard():  # G.711 tables 1 and 2
    for table, code, sample in (
        (g711.ULAW, 0xFF, 0), (g711.ULAW, 0x7F, 0), (g711.ULAW, 0x80, 32124),
        (g711.ULAW, 0x00, -32124), (g711.ULAW, 0xFE, 8), (g711.ULAW, 0xEF, 132),
        (g711.ALAW, 0xD5, 8), (g711.ALAW, 0x55, -8), (g711.ALAW, 0xAA, 32256),
        (g711.ALAW, 0x2A, -32256), (g711.ALAW, 0xC5, 264), (g711.ALAW, 0xF5, 528),
    ):  # fmt: skip
        assert table[code] == sample, code


def test_no_code_means_the_sample_that_marks_a_gap():
    assert min(g711.ULAW) == -32124 and min(g711.ALAW) == -32256


@only_in_the_vm
def test_the_chip_has_native_loops():
    assert loops.ulaw is not loops_plain.ulaw
