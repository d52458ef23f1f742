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
