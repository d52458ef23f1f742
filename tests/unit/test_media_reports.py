"""RTCP to the byte: reports as RFC 3550 section 6.4 draws them, and their bounds."""

from binascii import hexlify, unhexlify

from mediakit import Said
from support import Clock, raises

from media import rtcp
from media.reports import Reports
from media.rtp import Sender, Source

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


# -- a stream's reports ---------------------------------------------------------------------------


class _Port:
    """What reports go out by and come in by."""

    def __init__(self):
        self.sent, self.arrived = [], []
        self.remote = self.source = None
        self.aimed, self.moved, self.closed = [], False, False

    def aim(self, address):
        self.aimed.append(address)
        self.remote = address

    def send(self, data):
        self.sent.append(bytes(data))

    def receive(self, buffer):
        if not self.arrived:
            return 0
        data, self.source = self.arrived.pop(0)
        buffer[: len(data)] = data
        return len(data)

    def close(self):
        self.closed = True


class _Stream:
    """What a stream is to its reports."""

    def __init__(self):
        self.port, self.source = _Port(), Source()
        self.sender = Sender(lambda n: 0x1234 if n < 32 else 0x89ABCDEF, 160)
        self.sealed = 0

    def seal(self, data):
        self.sealed += 1
        return data

    def open(self, data):
        return None if data[:1] == b"!" else data

    def hear(self, *numbers, ssrc=0x80000001):
        for n in numbers:
            packet = bytes((0x80, 0, n >> 8 & 255, n & 255, 0, 0, 0, 0)) + ssrc.to_bytes(4, "big")
            self.source.read(packet, 12)
            self.source.accept(packet)

    def speak(self, count=1):
        for _ in range(count):
            self.sender.count(160)
            self.sender.advance(160)


class _Voice:
    def __init__(self, now=0):
        self.clock = Clock(now)
        self.drawn = 0

    def random(self, bits):
        return self.drawn


_THEIRS = 0x80000001


def _reports(now=0, shared=False, **more):
    """Return (voice, stream, the port of reports, Reports), told where they are to go."""
    voice, stream, port = _Voice(now), _Stream(), _Port()
    reports = Reports(voice, stream, port)
    reports.configure(Said("10.0.0.2", 4000, mux=shared, **more))
    return voice, stream, port, reports


def _blocks(data):
    """Return (ssrc, fraction, lost, highest, jitter, last SR, since) of the one block."""
    at = {200: 28, 201: 8}[data[1]]
    words = [int.from_bytes(data[i : i + 4], "big") for i in range(at, at + 24, 4)]
    return words[0], words[1] >> 24, words[1] & 0xFFFFFF, words[2], words[3], words[4], words[5]


def test_no_call_is_known_again_by_the_name_of_its_reports():
    names = []
    for number in (5, 7):
        voice, stream, port = _Voice(), _Stream(), _Port()
        voice.drawn = number
        reports = Reports(voice, stream, port)
        reports.configure(Said("10.0.0.2", 4000))
        stream.speak()
        for _ in range(2):
            voice.clock.move(4000)
            reports.send(voice.clock.ms())
        # SDES: CNAME and its length, the name, what fills up
        names.append({x[x.index(b"\1\x0c") + 2 :][:12] for x in port.sent})
    assert len(names[0]) == len(names[1]) == 1 and names[0] != names[1]


def test_the_first_report_comes_in_half_the_time_of_the_others():
    # RFC 3550 6.2: the first is due after half the interval, here the shortest, of 2052 ms
    for start in (0, 0x3FFFFFF0):
        voice, stream, port, reports = _reports(start)
        stream.speak()
        for ms in (1025, 1):
            voice.clock.move(ms)
            reports.send(voice.clock.ms())
            assert len(port.sent) == (ms == 1)
        for ms in (2051, 1, 2051, 1):
            before = len(port.sent)
            voice.clock.move(ms)
            reports.send(voice.clock.ms())
            assert len(port.sent) - before == (ms == 1)


def test_nothing_is_reported_to_nobody():
    voice = _Voice()
    reports = Reports(voice, _Stream(), _Port())
    voice.clock.move(10000)
    reports.send(voice.clock.ms())
    reports.close()
    assert not reports._port.sent and reports._port.closed


def test_who_has_spoken_since_sends_a_sender_report_who_has_not_a_receivers():
    voice, stream, port, reports = _reports()
    for spoken, kind in ((3, 200), (0, 201), (0, 201), (1, 200), (0, 201)):
        stream.speak(spoken)
        voice.clock.move(7000)
        reports.send(voice.clock.ms())
        data = port.sent[-1]
        assert data[1] == kind and data[0] == 0x80 and data[4:8] == unhexlify("89abcdef")
        assert b"\x01\x0c000000000000" in data
        if kind == 200:
            assert int.from_bytes(data[20:24], "big") == stream.sender.sent
            assert int.from_bytes(data[24:28], "big") == 160 * stream.sender.sent
            stamp = stream.sender.high << 16 | stream.sender.low
            assert int.from_bytes(data[16:20], "big") == stamp
    assert len(port.sent) == 5 and stream.sealed == 5 and not stream.port.sent


def test_the_time_of_a_report_is_ntps_and_runs_evenly():
    for ms, seconds, fraction in (
        (0, 2208988800, 0),
        (1500, 2208988801, 0x80000000),
        (7250, 2208988807, 0x40000000),
        (999, 2208988800, (999 << 32) // 1000),
    ):
        voice, stream, port, reports = _reports()
        stream.speak()
        voice.clock.move(ms)
        reports.close()
        data = port.sent[-1]
        assert int.from_bytes(data[8:12], "big") == seconds
        assert int.from_bytes(data[12:16], "big") == fraction


def test_what_we_hear_is_told_of_the_one_who_is_heard():
    voice, stream, port, reports = _reports()
    voice.drawn = 0
    stream.hear(65533, 65534, 65535, 65536, 65538, 65541)  # of 8 that are counted 3 are missing
    stream.source.jitter = 16 * 99 + 15
    voice.clock.move(7000)
    reports.send(voice.clock.ms())
    data = port.sent[-1]
    assert data[0] == 0x81
    assert _blocks(data) == (_THEIRS, 3 * 256 // 8, 3, 65541, 99, 0, 0)
    voice.clock.move(7000)
    reports.send(voice.clock.ms())
    assert _blocks(port.sent[-1])[:3] == (_THEIRS, 0, 3), "since the last one nothing"


def test_the_last_report_of_theirs_is_told_with_the_time_since():
    voice, stream, port, reports = _reports(0x3FFFFFFF)  # the clock wraps meanwhile
    stream.speak()
    stream.hear(1, 2)
    assert reports.take(rtcp.report(_THEIRS, "x", [], (0x11112222, 0x33334444, 0, 1, 160)))
    voice.clock.move(1500)
    reports.close()
    assert _blocks(port.sent[-1])[5:] == (0x22223333, 65536 * 3 // 2)
    stream.hear(1, 2, ssrc=7)  # another source: that was not about its reports
    reports.close()
    assert _blocks(port.sent[-1])[0] == 7 and _blocks(port.sent[-1])[5:] == (0, 0)


def test_what_they_tell_of_us_is_in_percent_and_ms():
    voice, stream, port, reports = _reports()
    assert reports.told() is None
    assert (reports.loss, reports.jitter, reports.round_trip) == (None, None, None)
    ours = stream.sender.ssrc
    stream.hear(1, 2)
    for loss, jitter, percent, ms in ((64, 800, 25, 100), (0, 7, 0, 0), (128, 8, 50, 1)):
        about = rtcp.block(ours, loss, 9, 9, jitter, 0, 0)
        assert reports.take(rtcp.report(_THEIRS, "x", [about]))
        assert reports.told() == [percent, ms] == [reports.loss, reports.jitter]
        assert reports.round_trip is None, "they have no report of ours yet"
    assert reports.received == 3


def test_a_round_trip_stays_known_while_reports_do_not_tell_it():
    voice, stream, port, reports = _reports()
    ours = stream.sender.ssrc
    stream.speak()
    voice.clock.move(2000)
    reports.send(voice.clock.ms())
    last = int.from_bytes(port.sent[-1][10:14], "big")
    voice.clock.move(500)
    assert reports.take(rtcp.report(7, "x", [rtcp.block(ours, 0, 0, 0, 0, last, 65536 // 4)]))
    assert reports.round_trip in (249, 250)
    assert reports.take(rtcp.report(7, "x", [rtcp.block(ours, 0, 0, 0, 0, 0, 0)]))
    assert reports.round_trip in (249, 250)


def test_reports_of_others_are_counted_and_junk_is_not_even_that():
    voice, stream, port, reports = _reports()
    stream.hear(1, 2)
    other = rtcp.block(1, 0, 0, 0, 0, 0, 0)
    for data, strangers in (
        (rtcp.report(9, "x", []), 1),
        (rtcp.report(9, "x", [other]), 2),
        (b"!" + rtcp.report(_THEIRS, "x", []), 2),  # forged
        (b"\x80", 2),
        (b"\x80\xc9\0\xff" + bytes(4), 2),
        (b"", 2),
    ):
        assert not reports.take(data), data
        assert reports.strangers == strangers and reports.received == 0
    assert reports.take(rtcp.report(_THEIRS, "x", [])) and reports.strangers == 2
    assert reports.take(rtcp.report(9, "x", [rtcp.block(stream.sender.ssrc, 0, 0, 0, 0, 0, 0)]))
    assert reports.received == 2


def test_reports_go_beside_the_voice_or_where_it_was_said():
    for more, address in (
        ({}, ("10.0.0.2", 4001)),
        ({"control": 9}, ("10.0.0.2", 9)),
        ({"control": 9, "control_ip": "10.0.0.3"}, ("10.0.0.3", 9)),
    ):
        voice, stream, port, reports = _reports(**more)
        assert port.aimed == [address]
    voice, stream, port, reports = _reports(shared=True)
    stream.speak()
    voice.clock.move(7000)
    reports.send(voice.clock.ms())
    assert len(stream.port.sent) == 1 and not port.sent
    reports = Reports(voice, stream, None)  # there is no port for them
    reports.configure(Said("10.0.0.2", 4000))
    voice.clock.move(7000)
    reports.receive()
    reports.send(voice.clock.ms())
    reports.close()
    assert len(stream.port.sent) == 1


def test_behind_a_router_they_follow_their_reports_as_voice_does():
    for moved in (True, False):
        for right in (True, False):
            voice, stream, port, reports = _reports()
            stream.hear(1, 2)
            stream.port.moved = moved
            data = rtcp.report(_THEIRS if right else 9, "x", [])
            port.arrived.append((data, ("10.0.0.9", 5)))
            reports.receive()
            where = ("10.0.0.9", 5) if moved and right else ("10.0.0.2", 4001)
            assert port.remote == where, (moved, right)
            reports.receive()
            assert reports.received == right


def test_goodbye_is_said_where_anything_was_said_and_the_port_is_closed():
    for spoken, reported, said in ((0, 0, 0), (1, 0, 1), (0, 1, 1), (1, 1, 1)):
        voice, stream, port, reports = _reports()
        stream.speak(spoken)
        if reported:
            voice.clock.move(7000)
            reports.send(voice.clock.ms())
            assert not rtcp.read(port.sent[-1], 1).bye
        before = len(port.sent)
        reports.close()
        assert port.closed and len(port.sent) - before == said
        if said:
            assert rtcp.read(port.sent[-1], 1).bye
