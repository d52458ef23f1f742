"""What each loop over codes, the ring, tones, statistics and packets does, by its numbers."""

import math
from array import array

from media import loops, loops_plain

_NONE = -32768
_BOTH = (loops, loops_plain)


def _ring(*values):
    return array("h", values)


def test_codes_are_expanded_into_the_ring_over_its_end():
    table = array("h", [100 * i for i in range(256)])
    for which in _BOTH:
        ring = _ring(*[_NONE] * 8)
        which.expand(bytes((9, 9, 1, 2, 3)), 2, 3, table, ring, 22, 7)
        assert list(ring) == [300] + [_NONE] * 5 + [100, 200]


def test_a_run_is_of_what_is_there_or_of_what_is_not():
    for which in _BOTH:
        ring = _ring(1, 2, _NONE, _NONE, _NONE, 6, 7, 8)
        for at, n, found in (
            (0, 8, 2), (0, 1, 1), (0, 2, 2), (1, 8, 1), (2, 8, -3), (3, 8, -2), (2, 2, -2),
            (2, 1, -1), (5, 8, 5), (5, 4, 4), (5, 5, 5), (13, 8, 5), (7, 8, 3), (10, 3, -3),
        ):  # fmt: skip
            assert which.run(ring, at, 7, n) == found, (at, n)
        whole = _ring(*range(1, 9))
        assert which.run(whole, 3, 7, 8) == 8
        assert which.run(_ring(*[_NONE] * 8), 3, 7, 8) == -8


def test_samples_are_taken_dropped_or_only_looked_at():
    for which in _BOTH:
        for name, left in (("take", _NONE), ("peek", None), ("drop", _NONE)):
            ring, out = _ring(1, 2, 3, 4, 5, 6, 7, 8), _ring(0, 0, 0, 0, 0)
            if name == "drop":
                which.drop(ring, 14, 7, 3)
            else:
                getattr(which, name)(ring, 14, 7, out, 1, 3)
                assert list(out) == [0, 7, 8, 1, 0], name
            after = [1, 2, 3, 4, 5, 6, 7, 8]
            if left is not None:
                after[6] = after[7] = after[0] = left
            assert list(ring) == after, name


_SINE = array("h", [round(16383 * math.sin(math.pi * i / 256)) for i in range(512)])


def test_a_tone_has_its_frequency_its_gain_and_goes_on_from_piece_to_piece():
    step = (1000 << 18) // 125  # 1 kHz: eight samples of 8 kHz are a period
    for which in _BOTH:
        for wide in (0, 1):
            out, state = array("h", bytes(80)), array("i", [0, step, 0, 0, 32768, 32768, 0])
            which.waves(out, 0, 17, _SINE, state, wide)
            which.waves(out, 17, 15, _SINE, state, wide)
            n = 8 << wide
            wanted = [16383 * math.sin(2 * math.pi * (i + 1) / n) for i in range(32)]
            assert max([abs(out[i] - wanted[i]) for i in range(32)]) < 2, wide
            assert list(out[32:]) == [0] * 8
        both, state = (
            array("h", bytes(64)),
            array("i", [0, step, 1 << 22, 2 * step, 16384, 16384, 0]),
        )
        which.waves(both, 0, 32, _SINE, state, 0)
        for i in range(32):
            t = 2 * math.pi * (i + 1) / 8
            wanted = (math.sin(t) + math.sin(2 * t + math.pi / 2)) * 16383 / 2
            assert abs(both[i] - wanted) < 3, i


def test_a_tone_swells_by_its_steps_and_stops_at_its_gain():
    flat = array("h", [16384] * 512)
    for which in _BOTH:
        for gain, wanted, move, found in (
            (0, 10000, 4000, [0, 2000, 4000, 5000, 5000]),
            (10000, 0, 4000, [5000, 3000, 1000, 0, 0]),
            (8000, 8000, 4000, [4000] * 5),
            (0, 8000, 4000, [0, 2000, 4000, 4000, 4000]),
            (8000, 0, 4000, [4000, 2000, 0, 0, 0]),
        ):
            out, state = array("h", bytes(10)), array("i", [0, 1, 0, 0, gain, wanted, move])
            which.waves(out, 0, 5, flat, state, 0)
            assert list(out) == found and state[4] == wanted


def test_counts_fade_by_their_part_rounded_up():
    for which in _BOTH:
        bins = array("h", [0, 1, 8, 9, 800, 7])
        which.forget(bins, 5, 3)
        assert list(bins) == [0, 0, 7, 7, 700, 7]


def test_a_quantile_is_the_first_up_to_which_more_than_that_lies():
    for which in _BOTH:
        for counts, per, found in (
            ([1024, 0, 0, 0], 1017, 0),
            ([1017, 7, 0, 0], 1017, 1),
            ([1018, 6, 0, 0], 1017, 0),
            ([512, 0, 0, 512], 511, 0),
            ([512, 0, 0, 512], 512, 3),
            ([0, 0, 0, 0], 512, 3),
            ([0, 0, 0, 9], 512, 3),
            ([1, 1, 1, 1], 0, 0),
        ):
            assert which.quantile(array("h", counts + [999]), 4, per) == found, (counts, per)


def test_noise_is_even_of_its_gain_and_goes_on_by_its_seed():
    for which in _BOTH:
        whole, parts = array("h", bytes(4000)), array("h", bytes(4000))
        seed = which.noise(whole, 0, 2000, 1, 8192)
        assert which.noise(parts, 700, 1300, which.noise(parts, 0, 700, 1, 8192), 8192) == seed
        assert whole == parts and 0 <= seed <= 0xFFFF
        assert max(whole) < 8192 and min(whole) >= -8192
        assert max(whole) > 8100 and min(whole) < -8100
        assert abs(sum(whole) / 2000) < 200, "no direct current"
        power = sum([x * x for x in whole]) / 2000
        assert 0.95 < power / (8192 * 8192 / 3) < 1.05
        follow = sum([whole[i] * whole[i + 1] for i in range(1999)]) / 2000
        assert abs(follow) < 0.1 * power, "it is white"
        shifted = sum([whole[i] * whole[i + 2] for i in range(1998)]) / 2000
        assert abs(shifted) < 0.1 * power


def _packet(sequence, ssrc=b"\1\2\3\4", first=0x80, kind=0, payload=b"x" * 20):
    number = (sequence & 0xFFFF).to_bytes(2, "big")
    return bytes((first, kind)) + number + b"\0\0\0\0" + ssrc + payload


def test_where_the_next_packet_begins_is_found():
    report = b"\x81\xc9\0\7" + b"\1\2\3\4" + bytes(24)
    for which in _BOTH:
        for sequence in (0, 500, 0xFFFF):
            one = _packet(sequence)
            size = len(one)
            for next_one, found in (
                (_packet(sequence + 1), True),
                (_packet(sequence + 63), True),
                (_packet(sequence + 64), False),
                (_packet(sequence - 64), True),
                (_packet(sequence - 65), False),
                (_packet(sequence + 256), False),
                (_packet(sequence + 1, b"\1\2\3\5"), False),
                (_packet(sequence + 1, b"\2\2\3\4"), False),
                (_packet(sequence + 1, first=0x40), False),
                (_packet(sequence + 1, first=0xC0), False),
                (_packet(sequence + 1, first=0xBF, kind=0xFF), True),
                (_packet(sequence + 1, payload=b""), True),  # a header is the least
                (_packet(sequence + 1, payload=b"")[:-1], False),
                (report, True),
                (b"\x80\xc8" + report[2:], True),
                (b"\x80\xc7" + report[2:], False),
                (b"\x80\xca" + report[2:], False),
                (report[:4] + b"\1\2\3\5" + report[8:], False),
            ):
                data = bytearray(one + next_one + b"\0" * 20)
                n = size + len(next_one)
                assert which.border(data, n) == (size if found else n), (sequence, next_one)
            assert which.border(bytearray(one), size) == size
            bare = bytearray(_packet(sequence, payload=b"") + _packet(sequence + 1, payload=b""))
            assert which.border(bare, len(bare)) == 12


def test_bytes_are_moved_to_the_front():
    for which in _BOTH:
        data = bytearray(b"abcdefgh")
        which.forward(data, 3, 4)
        assert data == b"defgefgh"
