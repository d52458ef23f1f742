"""RTCP to the byte: reports as RFC 3550 section 6.4 draws them, and their bounds."""

from binascii import hexlify, unhexlify

from support import raises

from media import rtcp

_BLOCK = "8000abcd19fffffd000111700000007b1111222200010000"


def _hex(data):
    return hexlify(data).decode()


def _block(ssrc=0x8000ABCD, lost=-3):
    return rtcp.block(ssrc, 25, lost, 70000, 123, 0x11112222, 65536)


def test_a_sender_report_with_its_name_and_goodbye_is_the_one_of_the_standard():
    data = rtcp.report(0x01020304, "ab", [_block()], (1, 0x80000000, 0xFFFFFFFF, 5, 800), True)
    assert _hex(data) == (
        "81c8000c" "01020304" "00000001" "80000000" "ffffffff" "00000005" "00000320" + _BLOCK
        + "81ca0003" "01020304" "0102" "6162" "00" "000000"
        "81cb0001" "01020304"
    )  # fmt: skip


def test_a_receiver_report_has_as_many_blocks_as_there_are():
    for blocks in range(3):
        data = rtcp.report(9, "abc", [_block()] * blocks)
        head = "%02xc900%02x" % (0x80 + blocks, 1 + 6 * blocks)
        assert _hex(data) == head + "00000009" + _BLOCK * blocks + (
            "81ca0003000000090103616263000000"
        )
    long = rtcp.report(9, "x" * 300, [])
    assert long[16 + 1] == 200 and len(long) % 4 == 0  # a name is cut there


def test_what_is_lost_is_told_as_far_as_24_bits_reach():
    for lost, text in (
        (0, "000000"), (1, "000001"), (-1, "ffffff"), (0x7FFFFF, "7fffff"), (0x800000, "7fffff"),
        (-0x800000, "800000"), (-0x800001, "800000"),
    ):  # fmt: skip
        data = _block(lost=lost)
        assert _hex(data)[10:16] == text and len(data) == 24
        found = rtcp.read(rtcp.report(7, "p", [data]), 0x8000ABCD)
        assert found.lost == max(-0x800000, min(0x7FFFFF, lost))


def test_a_block_is_ours_by_its_source_wherever_it_stands():
    for place in range(3):
        blocks = [_block(ssrc=5), _block(ssrc=6), _block(ssrc=7)]
        blocks[place] = rtcp.block(0xCAFE, 99, 4, 5, 6, 7, 8)
        for sender in (None, (3, 0x40000000, 1, 2, 3)):
            found = rtcp.read(rtcp.report(0x77, "p", blocks, sender), 0xCAFE)
            assert (found.loss, found.lost, found.jitter) == (99, 4, 6)
            assert (found.last_sr, found.since) == (7, 8) and found.ssrc == 0x77
            assert found.middle == (0x00034000 if sender else None) and not found.bye


def test_reports_of_a_bound_and_of_whole_words():
    plain = unhexlify("80c9000100000009")
    assert rtcp.read(plain, 9).ssrc == 9 and rtcp.read(plain, 9).loss is None
    others = unhexlify("80cc000100000000")  # APP, which nobody here wants
    filled = plain + others * 149
    assert len(filled) == 1200 and rtcp.read(filled, 9).ssrc == 9
    assert rtcp.read(plain + others + unhexlify("81cb000100000009"), 9).bye
    for junk in (
        filled + others,
        plain[:7],
        others + plain,  # a compound packet begins with a report
        unhexlify("80c8000100000009"),  # SR without its numbers
        unhexlify("81c9000100000009"),  # a block that is not there
        plain + unhexlify("40cb000100000009"),
        plain + unhexlify("81cb000200000009"),
    ):
        with raises(ValueError):
            rtcp.read(junk, 9)


def test_packets_that_wait_together_are_cut_where_the_second_report_begins():
    one = rtcp.report(7, "phone", [_block()], (1, 2, 3, 4, 5), True)
    two = rtcp.report(8, "other", [])
    buffer = bytearray(one + two + b"\x80\x00junk")
    assert rtcp.length(buffer, len(one)) == len(one)
    assert rtcp.length(buffer, len(one + two)) == len(one)
    assert rtcp.length(bytearray(two + b"\x80\x00junk"), len(two) + 6) == len(two)
    assert rtcp.length(b"\x80\x00ab", 4) == 4  # no report: all of it
    for kind, found in ((191, False), (192, True), (200, True), (223, True), (224, False)):
        assert rtcp.is_rtcp(bytes((0x80, kind))) is found


def test_a_round_trip_is_what_has_passed_beside_the_others_time():
    def passed(now, last_sr, since):
        about = rtcp.block(1, 0, 0, 0, 0, last_sr, since)
        return rtcp.round_trip(now, rtcp.read(rtcp.report(7, "p", [about]), 1))

    assert passed(0x20000, 0x10000, 0x8000) == 500
    assert passed(0x00000100, 0xFFFF0100, 0x8000) == 500  # the middle of the time wraps
    assert passed(0x20000, 0, 0) is None  # it has none of our reports yet
    assert passed(0x1007FFFF, 0x10000000, 0) == 7999
    assert passed(0x10080000, 0x10000000, 0) is None
    assert passed(0x10000000, 0x10000001, 0) is None  # of the future


def test_reports_are_five_seconds_apart_by_the_rules_of_the_standard():
    for drawn, least, most in ((0, 2050, 2053), (512, 4103, 4105), (1023, 6151, 6155)):
        assert least <= rtcp.interval(lambda bits, drawn=drawn: drawn) <= most
