"""Whole calls between two voices on a virtual clock and network; no byte allocated per frame."""

import sys

from mediakit import Call, Phone, Said, alike, pair, run, speech
from support import Clock, Skip

from media import rtcp
from media.g711 import ALAW, ULAW


def _rtp(phone):
    """Return the RTP packets that `phone` has sent."""
    return [x for x, _ in phone.network.seen if not 192 <= x[1] <= 223]


def test_two_phones_hear_each_other_in_both_codecs():
    for codec in ("PCMU", "PCMA"):
        first, second = pair(codec=codec)
        run(first.clock, 3000, first, second)
        for phone, says in ((second, speech), (first, lambda i: speech(i + 1000))):
            found, delay = alike(phone.audio, says, 1200)
            assert found > 0.99, (codec, found)
            assert delay <= 80 * 8, delay


def test_a_packet_every_ptime_whatever_it_is():
    for ptime in (10, 20, 30, 40, 60):
        first, second = pair(ptime=ptime)
        run(first.clock, 3000, first, second)
        packets = _rtp(first)
        assert abs(len(packets) - 3000 // ptime) <= 2, ptime
        assert all([len(x) == 12 + 8 * ptime for x in packets])
        stamps = [int.from_bytes(x[4:8], "big") for x in packets]
        assert all([stamps[i + 1] - stamps[i] == 8 * ptime for i in range(len(stamps) - 1)])
        assert alike(second.audio, speech, 1600)[0] > 0.98, ptime


def test_ptimes_that_nobody_should_ask_for_are_limited():
    for wish, gets in ((0, 20), (5, 10), (25, 20), (200, 60), (None, 20)):
        first, second = pair(ptime=wish)
        run(first.clock, 500, first, second)
        assert len(_rtp(first)[0]) == 12 + 8 * gets, wish


def test_the_marker_is_never_set_and_sequence_numbers_go_on():
    first, second = pair()
    run(first.clock, 1000, first, second)
    packets = _rtp(first)
    assert not any([x[1] >> 7 for x in packets])
    numbers = [int.from_bytes(x[2:4], "big") for x in packets]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_muted_sends_exact_silence_and_goes_on_sending():
    for codec, table in (("PCMU", ULAW), ("PCMA", ALAW)):
        first, second = pair(codec=codec)
        run(first.clock, 500, first, second)
        before = len(_rtp(first))
        first.voice.muted = True
        run(first.clock, 1000, first, second)
        packets = _rtp(first)[before:]
        assert len(packets) == 50
        assert max([max([abs(table[code]) for code in x[12:]]) for x in packets]) <= 8


def test_hold_sends_silence_and_resume_brings_no_old_speech_back():
    first, second = pair()
    run(first.clock, 2000, first, second)
    first.call.state = "held"
    second.call.voice = Said(first.network.ip, second.call.voice.port, direction="sendonly")
    second.voice.media(second.call)
    second.audio.says = lambda i: 30000 if i & 8 else -30000  # must never be heard
    run(first.clock, 1000, first, second)
    assert max(first.audio.played[-1600:]) == 0
    assert max(second.audio.played[-1600:]) < 10
    second.audio.says = None
    run(first.clock, 200, first, second)
    first.audio.forget()
    first.call.state = "connected"
    second.call.voice = Said(first.network.ip, second.call.voice.port)
    second.voice.media(second.call)
    second.audio.says = speech
    run(first.clock, 2000, first, second)
    assert max(first.audio.played) < 12000
    assert alike(second.audio, speech, 1200)[0] > 0.99


def test_who_only_listens_sends_a_sign_of_life():
    first, second = pair()
    first.call.voice = Said("10.0.0.2", first.call.voice.port, direction="sendonly")
    first.voice.media(first.call)
    run(first.clock, 5000, first, second)
    assert 4 <= len(_rtp(first)) <= 6
    assert max([max([abs(ULAW[code]) for code in x[12:]]) for x in _rtp(first)]) == 0
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def test_digits_arrive_once_each_both_ways_and_over_a_lossy_line():
    first, second = pair()
    run(first.clock, 500, first, second)
    count = [0]

    def lost(data):
        count[0] += 1
        return count[0] % 3 == 0

    first.network.lost = lost
    assert first.voice.send_dtmf(first.call, "1177#")
    assert second.voice.send_dtmf(second.call, "*0D")
    run(first.clock, 2500, first, second)
    assert "".join(second.digits) == "1177#" and "".join(first.digits) == "*0D"


def test_digits_are_no_events_where_the_other_side_does_not_know_them():
    first, second = pair(events=None)
    assert not first.voice.send_dtmf(first.call, "1")
    assert not first.voice.send_dtmf(Call(), "1")


def test_a_stranger_changes_nothing():
    first, second = pair()
    run(first.clock, 1000, first, second)
    stranger = Phone("10.0.0.9", first.network.wires, first.clock, lambda i: 20000)
    port = first.voice.stream(first.call).port.number
    stranger.call.voice = Said("10.0.0.1", port)
    stranger.voice.port(stranger.call)
    stranger.voice.media(stranger.call)
    run(first.clock, 2000, first, second, stranger)
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99
    assert max(stranger.audio.played) == 0
    figures = first.voice.figures(first.call)
    assert figures.lost == 0 and figures.late == 0


def test_a_stranger_who_is_there_first_gives_way_to_who_was_described():
    wires, clock = {}, Clock()
    first = Phone("10.0.0.1", wires, clock, speech)
    second = Phone("10.0.0.2", wires, clock, lambda i: speech(i + 1000))
    stranger = Phone("10.0.0.9", wires, clock, lambda i: 20000)
    first.join(second)
    stranger.voice.port(stranger.call)
    stranger.call.voice = Said("10.0.0.1", first.voice.stream(first.call).port.number)
    stranger.voice.media(stranger.call)
    run(clock, 100, first, stranger)
    second.join(first)
    run(clock, 3000, first, stranger, second)
    assert first.voice.figures(first.call).strangers > 0
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def test_who_is_behind_a_router_is_learnt_and_answered_there():
    wires, clock = {}, Clock()
    first = Phone("10.0.0.1", wires, clock, speech)
    second = Phone("10.0.0.2", wires, clock, lambda i: speech(i + 1000))
    first.join(second)
    second.join(first)
    first.call.voice.ip, first.call.voice.port = "192.168.1.2", 7000  # what the phone believes
    first.call.voice = Said("192.168.1.2", 7000)
    first.voice.media(first.call)
    run(clock, 3000, first, second)
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99
    assert alike(second.audio, speech, 1200)[0] > 0.99


def test_a_new_description_moves_the_stream_and_the_old_place_is_heard_no_more():
    first, second = pair()
    run(first.clock, 1000, first, second)
    third = Phone("10.0.0.3", first.network.wires, first.clock, lambda i: speech(i + 500))
    first.join(third)
    third.join(first)
    first.audio.forget()
    run(first.clock, 2500, first, second, third)
    assert alike(first.audio, lambda i: speech(i + 500))[0] > 0.99
    assert alike(third.audio, speech)[0] > 0.99
    assert first.voice.stream(first.call).port.remote[0] == "10.0.0.3"


def test_early_media_is_heard_and_what_we_say_is_not_sent_before_the_answer():
    first, second = pair()
    first.call.direction, first.call.state = "out", "ringing"
    run(first.clock, 2000, first, second)
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99
    assert max([max([abs(ULAW[code]) for code in x[12:]]) for x in _rtp(first)]) == 0
    first.call.state = "connected"
    run(first.clock, 1000, first, second)
    assert alike(second.audio, speech, 1200)[0] > 0.99


def test_two_calls_are_apart():
    first, second = pair()
    third = Phone("10.0.0.3", first.network.wires, first.clock, lambda i: 20000)
    held = Call("held")
    port = first.voice.port(held)
    held.voice = Said("10.0.0.3", third.voice.port(third.call), direction="recvonly")
    first.voice.media(held)
    third.call.voice = Said("10.0.0.1", port, direction="sendonly")
    third.voice.media(third.call)
    run(first.clock, 2000, first, second, third)
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99
    assert max(third.audio.played) < 10


def test_a_call_whose_voice_stops_is_told_once_and_a_held_one_is_not():
    first, second = pair()
    told = []
    first.voice.on_silence = told.append
    first.voice.get = {"rtp_timeout": 5}.get
    run(first.clock, 2000, first, second)
    run(first.clock, 4000, first)
    assert not told
    run(first.clock, 2000, first)
    assert told == [first.call]
    first, second = pair()
    first.voice.on_silence = told.append
    first.voice.get = {"rtp_timeout": 5}.get
    first.call.state = "held"
    run(first.clock, 10000, first)
    assert len(told) == 1


def test_reports_tell_both_sides_and_the_end_says_goodbye():
    for shared in (False, True):
        first, second = pair(mux=shared)
        run(first.clock, 20000, first, second)
        reports = first.voice.stream(first.call).reports
        assert reports.received >= 2 and reports.loss == 0
        assert reports.round_trip is not None and reports.round_trip < 1000
        ours = [(x, to) for x, to in first.network.seen if 192 <= x[1] <= 223]
        stream = first.voice.stream(first.call)
        stream.call.state = "ended"
        first.voice.media(stream.call)
        last, _ = first.network.seen[-1]
        assert rtcp.read(last, 0).bye
        assert len(ours) >= 3 and {to[1] & 1 for _, to in ours} == {0 if shared else 1}


def test_the_end_of_a_call_leaves_nothing_and_tells_its_figures():
    first, second = pair()
    count = [0]

    def lost(data):
        count[0] += 1
        return count[0] % 10 == 0

    second.network.lost = lost
    run(first.clock, 10000, first, second)
    first.call.state = "ended"
    first.voice.media(first.call)
    assert not first.network.sockets and first.voice.stream(first.call) is None
    figures = first.figures
    assert 7 < figures.loss < 13 and 3 < figures.mos < 3.8, str(figures)
    assert figures.sent > 400 and figures.received > 400 and figures.jitter < 20
    assert "lost" in first.lines[-1] and "MOS" in first.lines[-1]
    again = Call()
    first.voice.port(again)
    assert first.voice.stream(again).jitter.late == 0


def test_ports_that_are_taken_are_passed_over():
    phone = Phone("10.0.0.1", {}, rtp_port=5001)
    phone.network.taken = (5000, 5002, 5005)
    assert phone.voice.port(Call()) == 5004
    assert phone.voice.port(Call()) == 5006 and 5007 in phone.network.sockets


def test_packets_leave_by_deadlines_and_a_stall_is_left_out():
    first, second = pair()
    run(first.clock, 1000, first, second)
    before = _rtp(first)
    first.clock.move(45)  # late, but made up for
    for _ in range(5):
        first.voice.step()
    assert len(_rtp(first)) == len(before) + 3
    first.clock.move(15)
    run(first.clock, 100, first, second)
    first.clock.move(500)
    run(first.clock, 500, first, second)
    packets = _rtp(first)
    numbers = [int.from_bytes(x[2:4], "big") for x in packets]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    stamps = [int.from_bytes(x[4:8], "big") for x in packets]
    assert abs((stamps[-1] - stamps[0]) // 8 - 2140) <= 20  # the timestamp ran on
    assert 20 <= first.voice.skipped <= 26


def test_an_empty_packet_opens_the_socket_anew():
    first, second = pair()
    run(first.clock, 1000, first, second)
    stream = first.voice.stream(first.call)
    sock = first.network.sockets[stream.port.number]
    sock.arrived.insert(0, (b"", sock.peer))
    run(first.clock, 2000, first, second)
    assert sock.opened == 2
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def test_packets_that_wait_together_are_taken_apart_whatever_their_kind():
    for shared in (False, True):
        first, second = pair(mux=shared)
        run(first.clock, 500, first, second)
        for turn in range(40):  # the first one reads each 60 ms only
            if turn == 10:
                second.voice.send_dtmf(second.call, "42")
            run(first.clock, 60, second)
            for _ in range(6):
                first.clock.move(-10)
            run(first.clock, 60, first)
        run(first.clock, 500, first, second)
        figures = first.voice.figures(first.call)
        assert figures.lost == 0 and figures.late <= 4, str(figures)
        assert "".join(first.digits) == "42"
        assert alike(first.audio, lambda i: speech(i + 1000))[0] > 0.99


def test_junk_on_the_port_is_ignored():
    first, second = pair()
    run(first.clock, 500, first, second)
    sock = first.network.sockets[first.voice.stream(first.call).port.number]
    for junk in (b"\0", b"\x80", b"\xff" * 40, b"\x80\xc8\0\0", b"\x80\xc8\0\xff" + bytes(40)):
        sock.arrived.append((junk, sock.peer))
    sock.arrived.append((b"\x80\x60" + bytes(1600), sock.peer))
    run(first.clock, 2000, first, second)
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def test_tones_are_heard_and_mixed_into_a_call():
    phone = Phone("10.0.0.1", {}, tone_scheme="US")
    phone.voice.tone("dial")
    run(phone.clock, 500, phone)
    assert max(phone.audio.played) > 3000
    phone.voice.tone("")
    run(phone.clock, 100, phone)
    assert max(phone.audio.played[-400:]) == 0
    first, second = pair()
    run(first.clock, 1000, first, second)
    first.voice.tone("waiting")
    first.audio.forget()
    run(first.clock, 200, first, second)
    assert max(first.audio.played) > 4000


class _Circle:
    """A socket that gives one packet after another, in place, and takes any."""

    def __init__(self, packets):
        self.packets = packets
        self.turn = 0
        self.ready = False
        self.taken = 0

    def readinto(self, buffer):
        if not self.ready:
            return None
        self.ready = False
        packet = self.packets[self.turn]
        self.turn = (self.turn + 1) % len(self.packets)
        n = self.turn + self.taken
        for i in range(172):
            buffer[i] = packet[i]
        buffer[2] = n >> 8 & 255
        buffer[3] = n & 255
        n *= 160
        buffer[5], buffer[6], buffer[7] = n >> 16 & 255, n >> 8 & 255, n & 255
        if not self.turn:
            self.taken += len(self.packets)
        return 172

    def write(self, packet):
        return len(packet)


def test_ten_thousand_frames_allocate_nothing():
    if sys.implementation.name != "micropython":
        raise Skip("only MicroPython can lock its heap")
    import gc

    import micropython

    first, second = pair()
    run(first.clock, 200, first, second)
    voice, stream = first.voice, first.voice.stream(first.call)
    circle = _Circle([bytearray(x) for x in _rtp(second)[:8]])
    stream.port._sock = circle
    first.audio = voice.audio = _Still()
    run(first.clock, 200, first)
    stream.jitter.reset()
    stream.source.high = -1
    gc.collect()
    micropython.heap_lock()
    try:
        for n in range(10000):
            if n % 31:  # some are lost: they are concealed
                circle.ready = True
            else:
                circle.turn = (circle.turn + 1) % 8
                if not circle.turn:
                    circle.taken += 8
            voice._receive(0, True)
            if n == 500:
                voice.muted = True
            voice.frame()
            voice._count = 0  # what need not be done in each frame may allocate
    finally:
        micropython.heap_unlock()
    assert stream.source.received > 9000 and stream.jitter.concealed > 100 * 160
    assert stream.sender.sent > 10000


class _Still:
    delay = 0

    def read(self, frame):
        pass

    def write(self, frame):
        pass
