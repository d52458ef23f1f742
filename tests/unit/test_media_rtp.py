"""RTP packets in and out (RFC 3550, appendices A.1, A.3 and A.8), and RTCP."""

from mediakit import seeded
from support import raises

from media import rtcp
from media.rtp import HEADER, Sender, Source, wrap


def _packet(sequence, timestamp, ssrc=0x80000001, kind=0, payload=b"x" * 160, first=0x80):
    head = bytes((first, kind)) + (sequence & 0xFFFF).to_bytes(2, "big")
    head += (timestamp & 0xFFFFFFFF).to_bytes(4, "big") + ssrc.to_bytes(4, "big")
    return head + payload


def _take(source, packet):
    return source.read(packet, len(packet)) and source.accept(packet)


def test_a_packet_of_ours_reads_as_it_was_meant():
    sender, source = Sender(seeded(5), 160), Source()
    sender.resize(160)
    sender.high, sender.low, sender.sequence = 0x12FF, 0xFF80, 0xFFFF
    seen = []
    for _ in range(3):
        sender.pack(8, False)
        data = bytes(sender.view)
        assert source.read(data, len(data)) and len(data) == 172
        seen.append((source.sequence, source.timestamp, source.kind, source.at, source.size))
        sender.count(160)
        sender.advance(160)
    assert seen == [
        (0xFFFF, 0xFFFF80, 8, 12, 160),
        (0, 0x000020, 8, 12, 160),
        (1, 0x0000C0, 8, 12, 160),
    ]
    assert (sender.high, sender.low) == (0x1300, 0x160) and sender.sent == 3


def test_a_timestamp_before_the_wrap_of_its_lower_half_can_be_packed_again():
    sender = Sender(seeded(), 4)
    sender.high, sender.low = 7, 100
    sender.pack(101, True, 300)
    assert bytes(sender.packet[4:8]) == (0x70064 - 300).to_bytes(4, "big")
    assert sender.packet[1] == 0x80 | 101


def test_header_extensions_csrcs_and_padding_are_seen_past():
    source = Source()
    body = b"\xbe\xde\0\1abcd" + b"payload" + b"\0\0\3"
    data = _packet(1, 2, payload=b"CSRC" + body, first=0x80 | 0x20 | 0x10 | 1)
    assert source.read(data, len(data))
    assert data[source.at : source.at + source.size] == b"payload"


def test_what_is_no_rtp_or_cut_short_is_refused():
    source = Source()
    good = _packet(1, 2)
    for data in (
        b"",
        good[:11],
        b"\x40" + good[1:],
        _packet(1, 2, payload=b"", first=0x8F),
        _packet(1, 2, payload=b"ab", first=0x90),
        _packet(1, 2, payload=b"\0\0\xff\xffabcd", first=0x90),
        _packet(1, 2, payload=b"ab\xff", first=0xA0),
        _packet(1, 2, payload=b"ab\x00", first=0xA0),
    ):
        assert not source.read(data, len(data)), data
    assert source.invalid == 8


def test_a_source_is_believed_after_two_packets_in_sequence():
    source = Source()
    found = [_take(source, _packet(n, 160 * n)) for n in (10, 20, 21, 22)]
    assert found == [False, False, True, True] and source.lost() == 0


def test_loss_is_counted_over_the_wrap_and_reordering_is_none():
    source = Source()
    for n in (65530, 65531, 65532, 65534, 65533, 65535, 65536, 65540, 65541):
        _take(source, _packet(n, 160 * n))
    assert source.lost() == 3 and source.total_lost() == 3
    assert source.fraction() == 3 * 256 // 11
    assert source.fraction() == 0
    _take(source, _packet(65543, 0))
    assert source.fraction() == 128


def test_a_duplicate_is_taken_once_and_counted():
    source = Source()
    found = [_take(source, _packet(n, 160 * n)) for n in (1, 2, 2, 3, 2, 4)]
    assert found == [False, True, False, True, False, True] and source.duplicates == 2


def test_another_source_is_followed_when_it_proves_itself():
    source = Source()
    for n in range(1, 9):
        _take(source, _packet(n, 160 * n))
    assert not _take(source, _packet(500, 7, ssrc=9))
    assert _take(
        source, _packet(9, 160 * 9)
    )  # the old one goes on: a stray packet changed nothing
    assert not _take(source, _packet(700, 7, ssrc=9))
    assert _take(source, _packet(701, 167, ssrc=9))
    assert source.changes == 2 and source.total_expected() == 9
    assert source.total_lost() == 0


def test_a_jump_of_the_sequence_is_a_restart_only_when_it_goes_on_from_there():
    source = Source()
    for n in range(1, 5):
        _take(source, _packet(n, 160 * n))
    assert not _take(source, _packet(30000, 5))
    assert _take(source, _packet(5, 800))
    assert not _take(source, _packet(30000, 5))
    assert _take(source, _packet(30001, 165)) and source.total_lost() == 0


def test_what_went_elsewhere_for_a_while_was_not_lost():
    source = Source()
    for n in range(65500, 65510):
        _take(source, _packet(n, 160 * n))
    source.away()
    for n in range(65600, 65610):  # over the wrap
        _take(source, _packet(n, 160 * n))
    assert source.total_lost() == 0 and source.fraction() == 0
    _take(source, _packet(65612, 0))
    assert source.total_lost() == 2
    assert source.total_expected() == 19 + 3


def test_jitter_is_that_of_the_rfc():
    source, wanted, last = Source(), 0.0, None
    for n in range(1, 200):
        now = 160 * n + (n * 37 % 11) * 8
        data = _packet(n, 160 * n)
        if _take(source, data):
            source.measure(now & 0xFFFFFF)
            transit = now - 160 * n
            if last is not None:
                wanted += (abs(transit - last) - wanted) / 16
            last = transit
    assert abs(source.jitter / 16 - wanted) < 1, (source.jitter / 16, wanted)


def test_differences_of_timestamps_are_signed():
    assert wrap(5 - 0xFFFFFF) == 6 and wrap(0xFFFFFF - 5) == -6 and wrap(0) == 0


def test_a_sender_report_reads_as_it_was_meant():
    about = rtcp.block(0x8000ABCD, 25, -3, 70000, 123, 0x11112222, 65536)
    data = rtcp.report(7, "phone", [about], (1, 0x80000000, 0xFFFFFFFF, 5, 800), bye=True)
    assert len(data) % 4 == 0 and rtcp.is_rtcp(data)
    found = rtcp.read(data, 0x8000ABCD)
    assert (found.middle, found.loss, found.lost, found.jitter) == (0x00018000, 25, -3, 123)
    assert found.bye and rtcp.round_trip(0x11112222 + 65536 + 6554, found) == 100
    assert rtcp.read(data, 8).loss is None


def test_a_receiver_report_has_the_cname_too():
    data = rtcp.report(7, "0123456789AB", [])
    assert data[1] == rtcp.RR and b"\x01\x0c0123456789AB\0" in data
    assert rtcp.read(data, 7).middle is None


def test_reports_that_are_cut_short_or_lie_about_their_length_are_refused():
    data = rtcp.report(7, "phone", [rtcp.block(7, 0, 0, 0, 0, 0, 0)], (1, 2, 3, 4, 5))
    for junk in (b"", data[:7], data[:40], b"\x80\xca" + data[2:], data[:3] + b"\xff" + data[4:]):
        with raises(ValueError):
            rtcp.read(junk, 7)
    with raises(ValueError):
        rtcp.read(b"\x9f" + data[1:], 7)  # 31 blocks


def test_reports_come_at_random_between_two_and_six_seconds():
    bits = seeded(3)
    found = [rtcp.interval(bits) for _ in range(200)]
    assert min(found) >= 2050 and max(found) < 6160 and max(found) - min(found) > 3000


def test_the_header_has_twelve_bytes():
    assert HEADER == 12


# -- ours -----------------------------------------------------------------------------------------


def test_a_sender_begins_at_random_and_says_who_it_is():
    asked = []

    def bits(n):
        asked.append(n)
        return (1 << n) - 1

    sender, source = Sender(bits, 160), Source()
    sender.pack(0, False)
    data = bytes(sender.view)
    assert len(data) == 172 and source.read(data, 172) and data[0] == 0x80
    assert data[8:12] == b"\xff" * 4 == sender.ssrc.to_bytes(4, "big")
    assert source.sequence == 0x7FFF, "half of the numbers are left until they wrap (RFC 3711)"
    assert data[4:8] == b"\xff" * 4 and sorted(asked) == [15, 16, 16, 32]
    assert sender.sent == sender.octets == 0
    sender.pack(8, True)
    assert source.read(sender.packet, 172) and source.marker and source.kind == 8
    sender.pack(8, False)
    assert source.read(sender.packet, 172) and not source.marker


def test_what_was_sent_is_counted_and_wraps_where_its_field_does():
    sender = Sender(lambda n: 0, 160)
    sender.sequence = 0xFFFE
    found = []
    for octets in (160, 100, 4):
        sender.count(octets)
        found.append((sender.sequence, sender.sent, sender.octets))
    assert found == [(0xFFFF, 1, 160), (0, 2, 260), (1, 3, 264)]
    for samples, wanted in ((0xFFFF, 0xFFFF), (1, 0x10000), (0xFFFF, 0x1FFFF), (2, 0x20001)):
        sender.advance(samples)
        sender.pack(0, False)
        assert int.from_bytes(sender.packet[4:8], "big") == wanted
    sender.high, sender.low = 0xFFFF, 0xFFFF
    sender.advance(1)
    sender.pack(0, False)
    assert bytes(sender.packet[4:8]) == bytes(4)


def test_a_packet_of_before_has_the_timestamp_of_before():
    sender = Sender(lambda n: 0, 160)
    for now, back in ((0x10064, 99), (0x10064, 100), (0x10064, 101), (0, 1), (0, 0), (5, 5)):
        sender.high, sender.low = now >> 16, now & 0xFFFF
        sender.pack(101, False, back)
        assert int.from_bytes(sender.packet[4:8], "big") == (now - back) & 0xFFFFFFFF, (now, back)
        assert (sender.high << 16 | sender.low) == now


# -- theirs ---------------------------------------------------------------------------------------


def test_a_header_is_seen_past_to_its_last_byte():
    for first, more, at, size in (
        (0x80, b"", 12, 0),
        (0x80, b"x", 12, 1),
        (0x8F, bytes(60), 72, 0),  # 15 CSRCs
        (0x8F, bytes(60) + b"x", 72, 1),
        (0x90, bytes(4), 16, 0),
        (0x90, b"\0\0\0\2" + bytes(8) + b"xy", 24, 2),
        (0x90, b"\0\0\1\0" + bytes(1024) + b"xy", 1040, 2),
        (0x92, bytes(8) + b"\0\0\0\1" + bytes(4) + b"x", 28, 1),
        (0xA0, b"\1", 12, 0),
        (0xA0, b"x\0\2", 12, 1),
        (0xA0, b"\0\0\3", 12, 0),
    ):
        source, data = Source(), _packet(1, 2, payload=more, first=first)
        assert source.read(data, len(data)), (first, more)
        assert (source.at, source.size, source.invalid) == (at, size, 0)
        if more:  # a byte less than that is none
            assert not source.read(data[:12], 12) or first in (0x80, 0xA0)
    for first, more in ((0x8F, bytes(59)), (0x90, bytes(3)), (0x90, b"\0\0\0\2" + bytes(7)),
                        (0xA0, b"\2"), (0xA0, b"x\0\4"), (0xA0, b"xx\0")):  # fmt: skip
        source, data = Source(), _packet(1, 2, payload=more, first=first)
        assert not source.read(data, len(data)) and source.invalid == 1, (first, more)


def test_numbers_of_a_packet_are_read_whole():
    source = Source()
    assert source.read(_packet(0xFEDC, 0x89ABCDEF, kind=0xFF), 172)
    assert (source.sequence, source.timestamp) == (0xFEDC, 0xABCDEF)
    assert (source.kind, source.marker) == (127, True)
    assert source.read(_packet(1, 1, kind=0x7F), 172) and source.kind == 127 and not source.marker


def _running(first=1000, count=10):
    source = Source()
    for n in range(first, first + count):
        _take(source, _packet(n, 160 * n))
    return source


def test_a_gap_and_a_late_packet_are_told_from_a_restart_by_the_bounds_of_a_1():
    # MAX_DROPOUT 3000, MAX_MISORDER 100
    for step, taken in ((1, 1), (2, 1), (2999, 1), (3000, 0), (30000, 0), (-100, 0), (-99, 1)):
        source = _running()
        n = 1009 + step
        assert _take(source, _packet(n, 0)) is bool(taken), step
        assert source.changes == 1
        if not taken:
            assert source.invalid == 2, "one before it was believed"
            n += 2 if step > 0 else -2
            assert not _take(source, _packet(n, 0)), "which is not in sequence"
            assert _take(source, _packet(n + 1, 0)) and source.changes == 2
            assert source.total_expected() == 9 + 1 and source.lost() == 0
        elif step > 1:
            assert source.lost() == step - 1


def test_a_source_proves_itself_by_its_own_two_packets_in_sequence():
    source = Source()
    for sequence, ssrc, taken in (
        (1, 0x10001, 0), (2, 0x10002, 0), (3, 0x20002, 0), (5, 0x20002, 0), (7, 0x20002, 0),
        (8, 0x30002, 0), (9, 0x20002, 0), (10, 0x20002, 1), (11, 0x20002, 1), (12, 0x20003, 0),
        (13, 0x30002, 0), (12, 0x20002, 1),
    ):  # fmt: skip
        assert _take(source, _packet(sequence, 5, ssrc=ssrc)) is bool(taken), (sequence, ssrc)
    assert source.changes == 1 and source.received == 3
    assert source.high << 16 | source.low == 0x20002
    source = Source()
    assert [_take(source, _packet(n, 5)) for n in (0xFFFF, 0x10000)] == [False, True]


def test_what_one_source_has_lost_stays_counted_when_another_follows():
    source = _running(65530)  # 65531 to 65539 over the wrap; one before it was believed
    for n in (65545, 65546):
        _take(source, _packet(n, 0))
    assert (source.lost(), source.total_lost(), source.total_expected()) == (5, 5, 16)
    for n in (7, 8, 9, 12):
        _take(source, _packet(n, 0, ssrc=9))
    assert (source.lost(), source.total_lost(), source.total_expected()) == (2, 7, 16 + 5)
    assert source.expected() == 5 and source.received == 3
    for n in (50, 51):
        _take(source, _packet(n, 0, ssrc=10))
    assert (source.lost(), source.total_lost(), source.total_expected()) == (0, 7, 16 + 5 + 1)


def test_duplicates_never_make_a_loss_of_others_smaller():
    source = _running()
    for n in (1005, 1006, 1007):
        assert not _take(source, _packet(n, 0))
    assert source.lost() == -3 and source.total_lost() == 0 and source.duplicates == 3
    assert source.fraction() == 0
    for n in (500, 501, 503):
        _take(source, _packet(n, 0, ssrc=9))
    assert source.total_lost() == 1


def test_before_anything_came_nothing_is_lost_or_expected():
    source = Source()
    assert source.lost() == source.total_lost() == source.total_expected() == 0
    assert (source.received, source.changes, source.invalid, source.duplicates) == (0, 0, 0, 0)


def test_a_duplicate_is_known_among_the_last_128():
    source = _running(1000, 300)
    for n in (1299, 1298, 1201):
        assert not _take(source, _packet(n, 0)), n
    assert source.duplicates == 3
    source = Source()
    for n in range(0, 3):  # numbers of which nothing came are no duplicates
        _take(source, _packet(n, 0))
    assert source.duplicates == 0


def test_the_loss_since_the_last_report_is_told_in_256ths():
    source = _running(1000, 10)  # 9 of 9
    assert source.fraction() == 0
    for n in (1010, 1012, 1013, 1014):  # 4 of 5
        _take(source, _packet(n, 0))
    assert source.fraction() == 256 // 5 and source.fraction() == 0
    for n in (1015, 1016, 1116):
        _take(source, _packet(n, 0))
    assert source.fraction() == 99 * 256 // 102
    for n in (7, 8, 10):  # another source begins its own
        _take(source, _packet(n, 0, ssrc=9))
    assert source.fraction() == 256 // 3


def test_what_is_missing_while_voice_was_elsewhere_is_none_but_the_one_after_it():
    source = _running()
    source.away()
    assert _take(source, _packet(1009 + 51, 0)) and source.lost() == 0
    assert source.total_expected() == 9 + 1
    assert _take(source, _packet(1009 + 53, 0)) and source.lost() == 1
    source.away()
    assert not _take(source, _packet(1009 + 53, 0)), "a duplicate does not end that"
    assert _take(source, _packet(1009 + 60, 0))
    assert source.lost() + source.duplicates == 1, source.lost()


def _measured(source, transits, start=0):
    for n, transit in enumerate(transits):
        data = _packet(n + start, 160 * n)
        source.read(data, len(data))
        source.measure((160 * n + transit) & 0xFFFFFF)
    return source.jitter


def test_jitter_is_to_the_sixteenth_that_of_the_rfc():
    transits = [0xFFFFF0 + (n * 53 % 17) * 40 for n in range(60)]  # over the wrap of 24 bits
    wanted = 0
    for i in range(1, len(transits)):  # RFC 3550 A.8, as it stands there
        wanted += abs(transits[i] - transits[i - 1]) - ((wanted + 8) >> 4)
    assert _measured(Source(), transits) == wanted
    assert _measured(Source(), [500]) == 0, "the first one has nothing before it"
    assert _measured(Source(), [0, 160]) == 160 and _measured(Source(), [160, 0]) == 160
    assert _measured(Source(), [0, 0x7FFFFF]) == 0xFFFF, "a jump of the clock is bounded"


def test_a_pause_and_another_source_are_no_jitter():
    source = Source()
    assert _measured(source, [100, 100]) == 0
    source.away()
    assert _measured(source, [90000, 90000]) == 0
    for n in (7, 8):
        _take(source, _packet(n, 0, ssrc=9))
    assert _measured(source, [70000, 70000]) == 0


def test_differences_reach_as_far_as_24_bits_do():
    assert wrap(0x7FFFFF) == 0x7FFFFF and wrap(0x800000) == -0x800000
    assert wrap(-0x800000) == -0x800000 and wrap(-0x800001) == 0x7FFFFF
    assert wrap(0x1000000) == 0 and wrap(-1) == -1
