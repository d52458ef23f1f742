"""Whole calls between two voices on a virtual clock and network; no byte allocated per frame."""

import math

from mediakit import Call, Phone, Said, alike, pair, power, run, speech, tone
from support import Clock, only_in_the_vm, until

from media import rtcp
from media.codecs import packet_time
from media.figures import Figures, mos
from media.g711 import ALAW, ULAW
from media.jitter import Jitter
from media.rtp import Source
from media.tones import digit, melody


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


def test_the_marker_begins_a_talk_spurt_and_sequence_numbers_go_on():
    first, second = pair()
    run(first.clock, 1000, first, second)
    packets = _rtp(first)
    assert [x[1] >> 7 for x in packets] == [1] + [0] * (len(packets) - 1)
    numbers = [int.from_bytes(x[2:4], "big") for x in packets]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    first.clock.move(500)  # a stall, whose frames are left out
    run(first.clock, 200, first, second)
    assert [x[1] >> 7 for x in _rtp(first)[len(packets) :]][0] == 1
    assert sum([x[1] >> 7 for x in _rtp(first)]) == 2


def test_timestamps_and_sequence_numbers_go_on_over_hold():
    first, second = pair()
    run(first.clock, 1000, first, second)
    for said in ({"direction": "sendonly"}, {"direction": "inactive"}, {"ip": "0.0.0.0"}, {}):
        first.hears(second, **said)
        before = len(_rtp(first))
        run(first.clock, 2000, first, second)
        after = _rtp(first)[before:]
        nowhere = "ip" in said
        assert len(after) == (100 if not said else 0 if nowhere else 2), (said, len(after))
        assert not nowhere or not [x for _, x in first.network.seen if x[0] == "0.0.0.0"]
    packets = _rtp(first)
    numbers = [int.from_bytes(x[2:4], "big") for x in packets]
    stamps = [int.from_bytes(x[4:8], "big") for x in packets]
    assert (numbers[-1] - numbers[0]) & 0xFFFF == len(packets) - 1
    assert len({x[8:12] for x in packets}) == 1
    assert (stamps[-1] - stamps[0]) // 8 == 9000 - 20
    assert packets[-100][1] >> 7, "speech begins again"


def test_packets_of_any_length_leave_evenly():
    for ptime in (10, 20, 30, 40, 50, 60):
        first, second = pair(ptime=ptime)
        times, count = [], 0
        for _ in range(400):
            run(first.clock, 10, first, second)
            if len(_rtp(first)) > count:
                assert len(_rtp(first)) == count + 1, "two at once"
                count += 1
                times.append(first.clock.ms())
        gaps = [first.clock.diff(times[i + 1], times[i]) for i in range(len(times) - 1)]
        assert set(gaps[1:]) == {ptime}, (ptime, gaps[:10])


def test_no_more_than_what_the_other_side_takes():
    for said, gets in (
        ({"ptime": 40, "maxptime": 30}, 30),
        ({"ptime": 0, "maxptime": 10}, 10),
        ({"ptime": 20, "maxptime": 150}, 20),
    ):
        first, second = pair(**said)
        run(first.clock, 500, first, second)
        assert len(_rtp(first)[0]) == 12 + 8 * gets, said


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


def test_voice_that_is_led_elsewhere_for_a_while_is_no_loss():
    first, second = pair()
    run(first.clock, 1000, first, second)
    there = second.call.voice
    second.call.state = "held"
    first.network.lost = lambda data: True  # the exchange has music played meanwhile
    run(first.clock, 2000, first, second)
    second.call.state = "connected"
    first.network.lost = None
    run(first.clock, 500, first, second)
    assert second.voice.figures(second.call).lost == 0
    second.call.voice = Said("10.0.0.9", 4000)  # it leads the voice through itself
    second.voice.media(second.call)
    first.network.lost = lambda data: True
    run(first.clock, 1000, first, second)
    second.call.voice = Said(there.ip, there.port)  # and away again
    second.voice.media(second.call)
    first.network.lost = None
    run(first.clock, 500, first, second)
    assert second.voice.figures(second.call).lost == 0
    first.network.lost = lambda data: not data[3] % 8
    run(first.clock, 1000, first, second)
    assert second.voice.figures(second.call).lost > 4


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


def test_digits_in_band_are_tones_in_the_stream_without_speech_beside_them():
    for codec in ("PCMU", "PCMA"):
        first, second = pair(codec=codec, events=None)
        run(first.clock, 500, first, second)
        second.audio.forget()
        assert first.voice.send_tones(first.call, "5")
        run(first.clock, 400, first, second)
        heard, low, high = second.audio.played, 0, 0
        for at in range(0, len(heard) - 400, 80):
            low = max(low, power(heard[at : at + 400], 770))
            high = max(high, power(heard[at : at + 400], 1336))
        assert low > 0.15 and high > 0.15, (codec, low, high)
        run(first.clock, 1000, first, second)
        assert alike(second.audio, speech, 1200)[0] > 0.99


def test_digits_in_band_end_with_their_call_and_want_one_that_may_be_spoken_to():
    first, second = pair()
    assert not first.voice.send_tones(Call(), "1")
    run(first.clock, 500, first, second)
    assert first.voice.send_tones(first.call, "123")
    first.call.state = "ended"
    first.voice.media(first.call)
    run(first.clock, 500, first)


def _left(phone):
    """Return how many packets of any kind have left."""
    return len(phone.network.seen)


def test_a_call_that_was_not_answered_sends_nothing_whatever_was_described():
    for state in ("calling", "ringing"):
        for direction in ("sendrecv", "sendonly", "recvonly", "inactive"):
            first, second = pair(direction=direction)
            first.call.state = state
            first.voice.on_digit = None
            first.voice.send_dtmf(first.call, "1")
            run(first.clock, 12000, first, second)
            assert not _left(first), (state, direction)
            first.call.state = "connected"
            run(first.clock, 12000, first, second)
            assert _left(first) > 5, (state, direction)


def test_a_call_of_ours_speaks_to_whoever_sends_early_media():
    for state in ("calling", "ringing"):
        first, second = pair()
        first.call.direction, first.call.state = "out", state
        run(first.clock, 1000, first, second)
        packets = _rtp(first)
        assert len(packets) == 50, "a way through routers; digits for a voice menu"
        assert max([max([abs(ULAW[code]) for code in x[12:]]) for x in packets]) == 0


def test_a_call_that_has_ended_sends_nothing_and_holds_no_port():
    for state in ("connected", "held", "ringing"):
        for direction in ("in", "out"):
            first, second = pair()
            first.call.state, first.call.direction = state, direction
            run(first.clock, 1000, first, second)
            first.voice.send_dtmf(first.call, "123")
            first.call.state = "ended"
            first.voice.media(first.call)
            first.voice.media(first.call)
            assert not first.network.sockets
            before = _left(first)
            run(first.clock, 12000, first, second)
            assert _left(first) == before, (state, direction)


def test_a_call_that_has_ended_gets_no_port_any_more():
    first, second = pair()
    first.call.state = "ended"
    first.voice.media(first.call)
    assert first.voice.port(first.call) and not first.network.sockets
    first.call.voice = Said("10.0.0.2", 4000)
    first.voice.media(first.call)
    before = _left(first)
    run(first.clock, 1000, first)
    assert _left(first) == before


def test_of_three_calls_to_one_place_only_the_answered_one_sends():
    first, second = pair()
    waiting = [Call("ringing"), Call("ringing")]
    for call in waiting:
        first.voice.port(call)
        call.voice = Said("10.0.0.2", first.call.voice.port)
        first.voice.media(call)
    run(first.clock, 2000, first, second)
    assert len({x[8:12] for x in _rtp(first)}) == 1
    waiting[0].state = "ended"
    first.voice.media(waiting[0])
    waiting[1].state, first.call.state = "connected", "held"
    run(first.clock, 2000, first, second)
    assert len({x[8:12] for x in _rtp(first)}) == 2


def test_ringback_of_ours_ends_when_early_media_is_heard():
    first, second = pair()
    first.call.direction, first.call.state = "out", "ringing"
    first.voice.tone("ringback")
    assert first.voice.player.playing and not first.voice.hears(first.call)
    run(first.clock, 500, first, second)
    assert first.voice.hears(first.call) and not first.voice.player.playing
    first.voice.tone("ringback")
    assert not first.voice.player.playing


def _conference(one="PCMU", two="PCMU"):
    """Return a phone in the middle of two, joined, and those two; each says a tone of its own."""
    wires, clock = {}, Clock(0x3FFFF000)
    middle = Phone("10.0.0.1", wires, clock, tone(500))
    left = Phone("10.0.0.2", wires, clock, tone(1000))
    right = Phone("10.0.0.3", wires, clock, tone(1600))
    middle.join(left, codec=one)
    left.join(middle, codec=one)
    middle.other = Call()
    port = middle.voice.port(middle.other)
    right.voice.port(right.call)
    middle.other.voice = Said("10.0.0.3", right.voice.port(right.call), codec=two)
    middle.voice.media(middle.other)
    right.call.voice = Said("10.0.0.1", port, codec=two)
    right.voice.media(right.call)
    middle.voice.joined = (middle.call, middle.other)
    return middle, left, right


def _hears(phone):
    """Return which of the three tones a phone has heard in the last 0.2 s."""
    last = phone.audio.played[-1600:]
    return [hz for hz in (500, 1000, 1600) if power(last, hz) > 0.05]


def test_in_a_conference_each_hears_the_two_others_and_nobody_himself():
    middle, left, right = _conference()
    run(middle.clock, 2000, middle, left, right)
    assert _hears(middle) == [1000, 1600]
    assert _hears(left) == [500, 1600]
    assert _hears(right) == [500, 1000]


def test_calls_that_are_not_joined_are_never_mixed():
    middle, left, right = _conference()
    middle.voice.joined = ()
    run(middle.clock, 2000, middle, left, right)
    assert _hears(middle) == [1000] and _hears(left) == [500] and _hears(right) == []


def test_a_muted_conference_goes_on_between_the_two_others():
    middle, left, right = _conference()
    middle.voice.muted = True
    run(middle.clock, 2000, middle, left, right)
    assert (_hears(middle), _hears(left), _hears(right)) == ([1000, 1600], [1600], [1000])


def test_a_conference_on_hold_is_silent_for_all_and_comes_back():
    middle, left, right = _conference()
    run(middle.clock, 1000, middle, left, right)
    middle.call.state = middle.other.state = "held"
    run(middle.clock, 1000, middle, left, right)
    assert (_hears(middle), _hears(left), _hears(right)) == ([], [], [])
    middle.call.state = middle.other.state = "connected"
    run(middle.clock, 1000, middle, left, right)
    assert (_hears(middle), _hears(left), _hears(right)) == (
        [1000, 1600],
        [500, 1600],
        [500, 1000],
    )


def test_whoever_holds_the_conference_plays_no_music_into_it():
    middle, left, right = _conference()
    middle.call.remote_hold = True
    middle.call.voice = Said("10.0.0.2", middle.call.voice.port, direction="sendonly")
    middle.voice.media(middle.call)
    run(middle.clock, 2000, middle, left, right)
    assert _hears(middle) == [1600] and _hears(right) == [500]


def test_when_one_hangs_up_the_conference_is_a_call_with_the_other():
    for gone in (0, 1):
        middle, left, right = _conference()
        run(middle.clock, 1000, middle, left, right)
        call = (middle.call, middle.other)[gone]
        call.state = "ended"
        middle.voice.media(call)
        run(middle.clock, 1000, middle, left, right)
        stays = (right, left)[gone]
        assert _hears(middle) == [(1600, 1000)[gone]] and _hears(stays) == [500]


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
    assert 90 <= figures.strangers <= 102, "its packets are counted"


def test_who_knows_the_numbers_of_a_stream_is_not_heard_either():
    first, second = pair()
    port = first.voice.stream(first.call).port.number
    stranger = Phone("10.0.0.9", first.network.wires, first.clock, lambda i: 0)
    forged = []

    def overtake(data):
        """Send what the other side will send next, but loud, before it does."""
        if len(data) == 172:
            sequence, timestamp = data[3] + 1 & 255, int.from_bytes(data[4:8], "big") + 160
            head = data[:3] + bytes((sequence,)) + timestamp.to_bytes(4, "big") + data[8:12]
            forged.append(head + b"\x80" * 160)
            stranger.network.carry(_Sock, forged[-1], ("10.0.0.1", port))
        return False

    second.network.lost = overtake
    run(first.clock, 3000, first, second)
    assert len(forged) > 140
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99
    assert first.voice.figures(first.call).strangers > 100, "they are counted"


class _Sock:
    number = 4444


def test_who_was_there_first_loses_the_line_to_the_place_that_was_described():
    wires, clock = {}, Clock()
    first = Phone("10.0.0.1", wires, clock, speech)
    second = Phone("10.0.0.2", wires, clock, lambda i: speech(i + 1000))
    stranger = Phone("10.0.0.9", wires, clock, lambda i: 20000)
    first.join(second)
    stranger.voice.port(stranger.call)
    stranger.call.voice = Said("10.0.0.1", first.voice.stream(first.call).port.number)
    stranger.voice.media(stranger.call)
    run(clock, 1000, first, stranger)
    assert first.voice.stream(first.call).port.remote[0] == "10.0.0.9"  # as behind a router
    second.join(first)
    run(clock, 4000, first, stranger, second)
    assert first.voice.stream(first.call).port.remote[0] == "10.0.0.2"
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99
    assert alike(second.audio, speech, 1200)[0] > 0.99


def test_what_waited_when_the_port_was_locked_is_not_heard():
    first, second = pair()
    sock = first.network.sockets[first.voice.stream(first.call).port.number]
    run(first.clock, 40, second)
    for n in range(40):  # behind the right packets: they would be read after the lock
        packet = bytearray(172)
        packet[0], packet[3], packet[6], packet[11] = 0x80, n, n, 77
        sock.arrived.append((bytes(packet), ("10.0.0.9", 4000)))
    run(first.clock, 2000, first, second)
    assert first.voice.stream(first.call).source.changes == 1
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def test_the_same_description_again_leaves_what_was_learnt():
    wires, clock = {}, Clock()
    first = Phone("10.0.0.1", wires, clock, speech)
    second = Phone("10.0.0.2", wires, clock, lambda i: speech(i + 1000))
    first.join(second)
    second.join(first)
    for _ in range(2):
        first.hears(second, ip="192.168.1.2", port=7000)  # what the phone behind a router believes
        run(clock, 3000, first, second)
        assert first.network.sockets[first.voice.stream(first.call).port.number].opened <= 2
        assert first.voice.stream(first.call).port.remote[0] == "10.0.0.2"
    lost = first.voice.figures(first.call).lost
    assert lost == 0 and alike(second.audio, speech, 1200)[0] > 0.99


def test_who_holds_us_in_silence_is_not_ended_and_who_is_back_and_silent_is():
    first, second = pair()
    told = []
    first.voice.on_silence = told.append
    first.voice.get = {"rtp_timeout": 5}.get
    run(first.clock, 1000, first, second)
    for said in ({"direction": "sendonly"}, {"direction": "inactive"}, {"ip": "0.0.0.0"}):
        first.hears(second, **said)
        run(first.clock, 8000, first)
        assert not told, said
    first.hears(second)
    run(first.clock, 4000, first)
    assert not told
    run(first.clock, 2000, first)
    assert told == [first.call]


def _noise(phone):
    """Return (mean square root, largest) of what was played in the last 0.2 s."""
    x = phone.audio.played[-1600:]
    return math.sqrt(sum([s * s for s in x]) / len(x)), max(x)


def test_comfort_noise_is_heard_at_its_level_and_speech_after_it_too():
    for kind, said in ((13, None), (98, 98)):
        first, second = pair(comfort=said)
        run(first.clock, 1000, first, second)
        stream = second.voice.stream(second.call)
        encode, stream._encode = stream._encode, None  # it rests, and says so now and then
        concealed = first.voice.figures(first.call).concealed
        for turn in range(15):
            if turn % 5 == 0:
                sender = stream.sender
                sender.pack(kind, False)
                sender.packet[12] = 40  # -dBov
                stream.port.send(memoryview(sender.packet)[:13])
                sender.count(1)
            run(first.clock, 100, first, second)
            stream.sender.advance(800)
        loud, most = _noise(first)
        assert 0.8 < loud / 327.68 < 1.2, loud  # 32768 / 100
        assert most < 3 * loud
        assert first.voice.figures(first.call).concealed - concealed <= 60, "that was no loss"
        stream._encode = encode
        second.audio.at = 0
        run(first.clock, 2000, first, second)
        assert alike(first.audio, lambda i: speech(i + 1000))[0] > 0.99
        assert first.voice.figures(first.call).lost == 0


def test_comfort_noise_before_any_speech_is_heard():
    first, second = pair()
    run(first.clock, 100, first)
    sock = first.network.sockets[first.voice.stream(first.call).port.number]
    for n in range(3):
        packet = bytes((0x80, 13, 0, n, 0, 0, n, 0, 0, 0, 0, 5, 30))
        sock.arrived.append((packet, ("10.0.0.2", second.voice.port(second.call))))
    run(first.clock, 500, first)
    assert 0.8 < _noise(first)[0] / 1036 < 1.2


def test_payload_types_are_ours_and_theirs():
    first, second = pair()
    first.call.voice.events = 96  # their answer's number: they may send by ours, too (3264 5.1)
    first.hears(second, events=96)
    run(first.clock, 500, first, second)
    assert first.voice.send_dtmf(first.call, "7")
    assert second.voice.send_dtmf(second.call, "5")
    run(first.clock, 1000, first, second)
    sent = [x for x in _rtp(first) if len(x) == 16]
    assert sent and {x[1] & 127 for x in sent} == {96}
    assert "".join(first.digits) == "5"
    dynamic = {"codec": "PCMA", "payload": 110}
    first.hears(second, **dynamic)
    second.hears(first, **dynamic)
    before = len(_rtp(first))
    run(first.clock, 2000, first, second)
    assert {x[1] & 127 for x in _rtp(first)[before:]} == {110}
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99
    second.hears(first, codec="PCMU")  # one of those that we have offered, without a word
    run(first.clock, 2000, first, second)
    assert alike(first.audio, lambda i: speech(i + 1000), 1200)[0] > 0.99


def _reports(phone):
    """Return (data, address) of the RTCP that `phone` has sent."""
    return [x for x in phone.network.seen if 192 <= x[0][1] <= 223]


def test_reports_go_where_they_are_wanted():
    first, second = pair()
    for said, wanted in (
        ({}, ("10.0.0.2", 0)),
        ({"control": 9001}, ("10.0.0.2", 9001)),
        ({"control": 9001, "control_ip": "10.0.0.7"}, ("10.0.0.7", 9001)),
        ({"mux": True}, ("10.0.0.2", -1)),
    ):
        first.hears(second, **said)
        before = len(_reports(first))
        run(first.clock, 8000, first, second)
        rtp = second.voice.port(second.call)
        port = {0: rtp + 1, -1: rtp}.get(wanted[1], wanted[1])
        found = {to for _, to in _reports(first)[before:]}
        assert found == {(wanted[0], port)}, (said, found)


def _from_elsewhere(first, second, data, port=5555):
    """Let RTCP come to the first phone from another port of the second one's router."""
    number = first.voice.stream(first.call).port.number + 1
    first.network.sockets[number].arrived.append((data, (second.network.ip, port)))
    run(first.clock, 40, first, second)


def test_reports_from_another_port_are_believed_where_they_know_the_call():
    first, second = pair()
    run(first.clock, 500, first, second)
    reports = first.voice.stream(first.call).reports
    ours = first.voice.stream(first.call).sender.ssrc
    theirs = second.voice.stream(second.call).sender.ssrc
    _from_elsewhere(first, second, rtcp.report(99, "x", []))
    _from_elsewhere(first, second, rtcp.report(99, "x", [rtcp.block(98, 9, 9, 9, 9, 9, 9)]))
    assert reports.received == 0 and reports.strangers == 2
    assert first.voice.figures(first.call).strangers == 2
    _from_elsewhere(first, second, rtcp.report(theirs, "x", []))
    _from_elsewhere(
        first, second, rtcp.report(theirs, "x", [rtcp.block(ours, 64, 1, 9, 80, 0, 0)]), 5556
    )
    assert reports.received == 2 and reports.loss == 25 and reports.jitter == 10


def test_reports_to_who_is_behind_a_router_go_where_its_own_come_from():
    first, second = pair()
    first.hears(second, ip="192.168.1.2", port=7000)
    run(first.clock, 2000, first, second)
    theirs = second.voice.stream(second.call).sender.ssrc
    _from_elsewhere(first, second, rtcp.report(theirs, "x", []), 5556)
    before = len(_reports(first))
    run(first.clock, 8000, first)
    assert {to for _, to in _reports(first)[before:]} == {("10.0.0.2", 5556)}


def test_a_report_says_when_the_last_one_came_and_what_was_heard():
    first, second = pair()
    run(first.clock, 1000, first, second)
    theirs = second.voice.stream(second.call).sender.ssrc
    data = rtcp.report(theirs, "x", [], (0x11112222, 0x33334444, 0, 5, 800))
    _from_elsewhere(first, second, data)
    since = first.clock.ms()
    run(first.clock, 300, first, second)
    stream = first.voice.stream(first.call)
    stream.reports._send(False)
    made = _reports(first)[-1][0]
    name = b"\x01\x0c%s" % stream.reports._name.encode()
    assert made[1] == rtcp.SR and made[0] == 0x81 and name in made
    assert int.from_bytes(made[4:8], "big") == stream.sender.ssrc
    stamp = int.from_bytes(made[16:20], "big")
    last = int.from_bytes(_rtp(first)[-1][4:8], "big")
    assert (stamp - last) & 0xFFFFFFFF == 160
    assert int.from_bytes(made[20:24], "big") == len(_rtp(first))
    assert int.from_bytes(made[24:28], "big") == 160 * len(_rtp(first))
    about = made[28:52]
    assert int.from_bytes(about[:4], "big") == theirs
    highest = int.from_bytes(_rtp(second)[-1][2:4], "big")
    assert abs(int.from_bytes(about[8:12], "big") - highest) <= 1
    assert int.from_bytes(about[16:20], "big") == 0x22223333
    passed = first.clock.diff(first.clock.ms(), since) * 65536 // 1000
    assert abs(int.from_bytes(about[20:24], "big") - passed) <= 65536 * 50 // 1000
    stream.reports._sent = stream.sender.sent  # nothing was said since
    stream.reports._send(False)
    made = _reports(first)[-1][0]
    assert made[1] == rtcp.RR and made[0] == 0x81 and name in made


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
        row = first.voice.summary()[0]
        assert row["told"][0] == 0 and row["target"] <= 40 and row["depth"] <= 80
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
    assert phone.voice.port(Call()) == 5006 and 5007 in phone.network.sockets
    assert phone.voice.port(Call()) == 5008 and 5009 in phone.network.sockets
    assert 5004 not in phone.network.sockets


def test_the_first_buffer_is_there_from_the_start_and_without_memory_a_call_has_no_voice():
    made = []

    def buffer():
        made.append(1)
        if len(made) > 1:
            raise MemoryError("memory allocation failed")
        return Jitter()

    phone = Phone("10.0.0.1", {}, buffer=buffer)
    assert len(made) == 1
    first, second = Call(), Call()
    phone.voice.port(first)
    assert len(made) == 1 and phone.voice.stream(first)
    sockets = len(phone.network.sockets)
    assert phone.voice.port(second) and phone.voice.stream(second) is None
    assert len(phone.network.sockets) == sockets, "nothing is left open"
    assert "memory is short" in phone.lines[-1]
    second.voice = Said()
    phone.voice.media(second)
    second.state = first.state = "ended"
    phone.voice.media(second)
    phone.voice.media(first)
    assert not phone.network.sockets
    assert phone.voice.port(Call()) and len(made) == 2, "the first one's buffer is used again"


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


@only_in_the_vm
def test_ten_thousand_frames_allocate_nothing():
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


@only_in_the_vm
def test_a_conference_with_tones_allocates_nothing_whatever_its_codecs():
    for codecs in (("PCMU", "PCMA"), ("G722", "PCMU"), ("PCMA", "G722"), ("G722", "G722")):
        _without_a_heap(*codecs)


def _without_a_heap(*codecs):
    import gc

    import micropython

    middle, left, right = _conference(*codecs)
    run(middle.clock, 200, middle, left, right)
    voice, circles = middle.voice, []
    for call, other in ((middle.call, left), (middle.other, right)):
        circle = _Circle([bytearray(x) for x in _rtp(other)[:8]])
        stream = voice.stream(call)
        stream.port._sock = circle
        stream.source.high = -1
        circles.append(circle)
    middle.audio = voice.audio = _Still()
    run(middle.clock, 200, middle)
    voice.sound(melody("m:d=32,o=6,b=200:c,e,g,p"), True)
    voice.send_tones(middle.call, "0123456789")
    gc.collect()
    micropython.heap_lock()
    try:
        for _ in range(2000):
            for circle in circles:
                circle.ready = True
            voice._receive(0, True)
            voice.frame()
            voice._count = 0
    finally:
        micropython.heap_unlock()
    assert voice.stream(middle.other).source.received > 1900
    assert not voice._keys.playing and voice.player.playing


class _Still:
    delay = 0
    fault = ""

    def read(self, frame):
        pass

    def write(self, frame):
        pass


def test_where_no_port_is_free_a_call_has_no_voice_and_the_log_says_why():
    first, _ = pair()
    phone = Phone("10.0.0.7", {}, first.clock)
    phone.network.taken = range(65536)
    assert phone.voice.port(phone.call) == 16384
    assert phone.voice.stream(phone.call) is None
    assert phone.lines[0].startswith("voice: no port: OSError")


def test_a_call_that_was_described_and_never_spoke_says_no_goodbye():
    first, second = pair()
    stream = first.voice.stream(first.call)
    assert stream.port.failed == 0
    first.network.seen.clear()
    first.call.state = "ended"
    first.voice.media(first.call)
    assert first.network.seen == []


def test_a_packet_has_ten_to_sixty_ms_in_tens():
    for wish, most, gets in (
        (0, 0, 20), (None, 0, 20), (20, 0, 20), (1, 0, 10), (9, 0, 10), (10, 0, 10), (19, 0, 10),
        (25, 0, 20), (30, 0, 30), (59, 0, 50), (60, 0, 60), (61, 0, 60), (200, 0, 60),
        (40, 30, 30), (30, 40, 30), (30, 30, 30), (30, 29, 20), (0, 10, 10), (0, 5, 10),
        (20, 1, 10), (100, 150, 60),
    ):  # fmt: skip
        assert packet_time(wish, most) == gets, (wish, most)


class _Counts:
    """As much of a stream as its figures look at."""

    def __init__(self, sent=0, numbers=(), late=0, jitter=0, target=0, concealed=0, trip=None):
        self.sender = self.jitter = self.reports = self
        self.source = Source()
        self.sent, self.late, self.target, self.concealed = sent, late, target, concealed
        self.round_trip, self.strangers = trip, 7
        for n in numbers:
            packet = bytes((0x80, 0, 0, n)) + bytes(8)
            self.source.read(packet, 12)
            self.source.accept(packet)
        self.source.jitter = jitter


def test_figures_are_in_packets_percent_and_ms():
    stream = _Counts(50, list(range(30)) + list(range(40, 51)), 2, 16 * 80 + 5, 320, 1601, 90)
    found = Figures(stream, 0, 30)  # 50 are expected after the first one, which proved itself
    assert (found.sent, found.received, found.lost, found.late) == (50, 40, 10, 2)
    assert (found.loss, found.discarded) == (20.0, 4.0)
    assert found.jitter == 10 and found.concealed == 200 and found.strangers == 7
    assert found.delay == 45 + 40 + 20 + 30, "half the way, the buffer, a frame, the parts"
    assert abs(found.mos - mos(24, 135)) < 0.001
    assert str(found) == (
        "sent 50, received 40, lost 10 (20.0%%), late 2, jitter 10 ms, delay 135 ms, MOS %.1f"
        % mos(24, 135)
    )
    found = Figures(_Counts(target=160), 0)
    assert (found.sent, found.received, found.lost, found.loss, found.discarded) == (0, 0, 0, 0, 0)
    assert found.delay == 40 and abs(found.mos - mos(0, 40)) < 0.001
    found = Figures(_Counts(numbers=[1, 2, 9], late=200), 0)
    assert found.loss == 75 and found.discarded == 2500 and found.mos == mos(100, 20)


def test_a_sign_of_life_is_sent_each_second_by_who_only_listens():
    first, second = pair()
    run(first.clock, 100, first, second)
    first.hears(second, direction="sendonly")
    times = []
    for _ in range(450):
        before = len(_rtp(first))
        run(first.clock, 10, first, second)
        if len(_rtp(first)) > before:
            times.append(first.clock.ms())
    gaps = [first.clock.diff(times[i + 1], times[i]) for i in range(len(times) - 1)]
    assert gaps[-3:] == [1000, 1000, 1000], gaps
    assert [x[1] >> 7 for x in _rtp(first)][-3:] == [1, 1, 1], "each begins anew"


def test_the_timestamp_runs_on_while_a_call_only_rings():
    first, second = pair()
    first.call.state = "ringing"
    sender = first.voice.stream(first.call).sender
    before = sender.high << 16 | sender.low
    run(first.clock, 2000, first, second)
    assert not _rtp(first)
    assert ((sender.high << 16 | sender.low) - before) & 0xFFFFFFFF == 16000
    first.call.state = "connected"
    run(first.clock, 100, first, second)
    assert _rtp(first)[0][1] >> 7 and not _rtp(first)[1][1] >> 7


def test_the_other_side_is_followed_elsewhere_after_eight_packets_in_sequence():
    for sequence, follows in (  # and one more, for a source proves itself by two
        (range(9), True),
        (range(8), False),
        ([0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12], False),
        ([0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13], True),
        ([65533, 65534, 65535, 0, 1, 2, 3, 4, 5], True),
    ):
        first, second = pair()
        first.hears(second, ip="192.168.1.2", port=7000)
        stream = first.voice.stream(first.call)
        sock = first.network.sockets[stream.port.number]
        for n in sequence:
            packet = bytes((0x80, 0, n >> 8, n & 255)) + bytes(168)
            sock.arrived.append((packet, ("10.0.0.9", 5)))
        sock.arrived.append((b"\x80\0\0\1" + bytes(168), ("10.0.0.8", 6)))  # of another place
        run(first.clock, 40, first)
        assert (stream.port.remote == ("10.0.0.9", 5)) is follows, list(sequence)
        if not follows:
            assert stream.strangers == len(list(sequence)) + 1


def _packets(phone, *payloads):
    """Let RTP of the described place come to a phone; each is (payload type, payload)."""
    stream = phone.voice.stream(phone.call)
    sock = phone.network.sockets[stream.port.number]
    address = (phone.call.voice.ip, phone.call.voice.port)
    for n, (kind, payload) in enumerate(payloads):
        sock.arrived.append((bytes((0x80, kind, 0, n, 0, 0, n)) + bytes(5) + payload, address))
    run(phone.clock, 60, phone)
    return stream


def test_payloads_that_nobody_spoke_of_are_counted_and_not_heard():
    first, second = pair()
    run(first.clock, 20, first)
    stream = _packets(
        first, (0, bytes(160)), (99, bytes(160)), (13, b""), (13, b"\x28"), (3, b"x")
    )
    assert stream.unknown == 3, "99, 3, and a comfort noise of no level"
    first, second = pair(events=96, comfort=101)
    run(first.clock, 20, first)
    stream = _packets(first, (0, bytes(160)), (101, b"\x28"), (96, b"\x05\0\0\xa0"), (97, b"x"))
    assert first.digits == ["5"] and stream.unknown == 1
    first, second = pair(events=96)
    run(first.clock, 20, first)
    _packets(first, (0, bytes(160)), (101, b"\x05\0\0\xa0"))
    assert first.digits == ["5"], "by the number of our own offer"


def test_a_digit_that_nobody_waits_for_is_no_fault():
    first, second = pair()
    first.voice.on_digit = None
    _packets(first, (0, bytes(160)), (0, bytes(160)), (101, b"\x05\0\0\xa0"))
    assert first.voice.stream(first.call).source.received == 2


def test_each_call_in_the_summary_tells_how_it_is():
    first, second = pair(codec="PCMA")
    first.call.call_id = "a\x1bb"
    first.audio.delay = 40
    run(first.clock, 500, first, second)
    first.voice.send_dtmf(first.call, "123")
    row = first.voice.summary()[0]
    stream = first.voice.stream(first.call)
    assert row["codec"] == "PCMA" and row["srtp"] == "" and row["forged"] == 0
    assert row["port"] == second.call.voice.port and "\x1b" not in row["call_id"]
    assert row["digits"] is True and row["round_trip"] is None and row["told"] is None
    assert (
        row["target"] == stream.jitter.target // 8 and row["depth"] == stream.jitter.depth() // 8
    )
    assert row["delay"] == row["target"] + 60 and row["sent"] == len(_rtp(first))
    assert row["latest"] <= 10 and row["skipped"] == 0
    bare = Call()
    assert first.voice.port(bare) and first.voice.summary()[1]["codec"] == ""
    assert first.voice.figures(first.call).delay == row["delay"]
    assert first.voice.figures(Call()) is None and not first.voice.hears(Call())


def test_ports_are_even_and_within_their_bounds():
    for wish, gets in (
        (1, 1024), (1024, 1024), (1025, 1024), (1026, 1026), (5001, 5000), (65335, 65334),
        (65334, 65334), (65535, 65334), (None, 16384), (0, 16384),
    ):  # fmt: skip
        phone = Phone("10.0.0.1", {}, rtp_port=wish)
        assert phone.voice.port(Call()) == gets, wish
        assert sorted(phone.network.sockets) == [gets, gets + 1]
        assert phone.voice.port(Call("ended")) == (wish or 16384)


def test_twenty_pairs_of_ports_are_tried_and_a_hundred_used_by_turns():
    phone = Phone("10.0.0.1", {}, rtp_port=5000)
    phone.network.taken = range(5000, 5038)
    assert phone.voice.port(Call()) == 5038
    phone = Phone("10.0.0.1", {}, rtp_port=5000)
    phone.network.taken = range(5000, 5040)
    assert phone.voice.port(Call()) == 5000 and not phone.voice.summary()
    assert "no port" in phone.lines[0]
    phone = Phone("10.0.0.1", {}, rtp_port=5000)
    seen = []
    for _ in range(102):
        call = Call()
        seen.append(phone.voice.port(call))
        call.state = "ended"
        phone.voice.media(call)
    assert seen == list(range(5000, 5200, 2)) + [5000, 5002]


def test_two_buffers_wait_for_the_next_calls_and_no_more():
    made = []

    def buffer():
        made.append(Jitter())
        return made[-1]

    phone = Phone("10.0.0.1", {}, buffer=buffer)
    for wanted in (4, 6):
        calls = [Call() for _ in range(4)]
        for call in calls:
            phone.voice.port(call)
        assert len(made) == wanted, "two of the four before are used again"
        for call in calls:
            call.state = "ended"
            phone.voice.media(call)


def test_tones_are_of_the_country_and_end_when_another_one_begins():
    for scheme, hz in (("DE", 425), ("FR", 440), ("XX", 425), (None, 425)):
        phone = Phone("10.0.0.1", {}, tone_scheme=scheme)
        phone.voice.tone("dial")
        run(phone.clock, 400, phone)
        assert power(phone.audio.played[-1600:], hz) > 0.1, scheme
        assert power(phone.audio.played[-1600:], 865 - hz) < 0.05, scheme
    phone.voice.tone("no such tone")
    assert not phone.voice.player.playing
    phone.voice.tone("busy")  # 480 ms, and as long a pause
    run(phone.clock, 460, phone)
    phone.voice.tone("busy")  # the same again goes on
    run(phone.clock, 100, phone)
    assert max(phone.audio.played[-160:]) == 0
    phone.voice.tone("stutter")
    run(phone.clock, 140, phone)  # six short ones before it? not in Germany
    assert power(phone.audio.played[-800:], 400) > 0.1


def test_a_sound_is_heard_once_or_again_and_again_and_a_tone_after_it():
    phone = Phone("10.0.0.1", {})
    beep = digit("5", 100)
    for repeat in (False, True):
        phone.voice.sound(beep, repeat)
        run(phone.clock, 200, phone)
        assert phone.voice.player.playing is repeat
    phone.voice.tone("")
    assert not phone.voice.player.playing, "none is not the tone that was"


def test_digits_in_band_end_before_speech_goes_on_and_small_letters_are_digits():
    first, second = pair(events=None)
    run(first.clock, 500, first, second)
    assert first.voice.send_tones(first.call, "d")
    run(first.clock, 140, first, second)
    assert power(second.audio.played[-560:], 941) > 0.1
    assert power(second.audio.played[-560:], 1633) > 0.1
    for _ in range(64):
        assert first.voice.send_tones(first.call, "1") or _ > 60
    assert not first.voice.send_tones(first.call, "1"), "too many wait"
    assert not first.voice.send_tones(Call(), "1")
    first.call.state = "held"
    run(first.clock, 20, first)
    assert not first.voice.send_tones(first.call, "1"), "who is on hold hears none"


def test_digits_go_to_the_call_they_were_pressed_in():
    first, second = pair(events=None)
    third = Phone("10.0.0.3", first.network.wires, first.clock)
    other = Call()
    port = first.voice.port(other)
    third.voice.port(third.call)
    other.voice = Said("10.0.0.3", third.voice.port(third.call), events=None)
    first.voice.media(other)
    third.call.voice = Said("10.0.0.1", port, events=None)
    third.voice.media(third.call)
    run(first.clock, 500, first, second, third)
    assert first.voice.send_tones(first.call, "1" * 20)
    assert first.voice.send_tones(other, "5"), "those of the first call end"
    run(first.clock, 150, first, second, third)
    assert power(third.audio.played[-480:], 1336) > 0.1
    run(first.clock, 400, first, second, third)
    assert power(third.audio.played[-800:], 770) < 0.01
    assert power(second.audio.played[-800:], 697) < 0.03 and not first.voice._keys.playing


def test_a_step_tells_when_the_next_one_is_due():
    phone = Phone("10.0.0.1", {})
    phone.voice.port(phone.call)
    voice, clock = phone.voice, phone.clock
    voice._due = clock.ms()
    assert voice.step() == 10, "a frame was due: half way to the next one"
    for moved, wait in (
        (5, 5), (5, 10), (5, 5), (5, 10), (10, 10), (10, 10), (25, 5), (0, 5), (50, 0), (0, 5),
    ):  # fmt: skip
        clock.move(moved)
        assert voice.step() == wait, moved


def test_lateness_is_told_and_what_is_too_late_left_out():
    for late, frames, skipped in (
        (19, 1, 0),
        (60, 4, 0),
        (61, 1, 3),
        (79, 1, 3),
        (80, 1, 4),
        (200, 1, 10),
    ):
        phone = Phone("10.0.0.1", {})
        phone.voice.port(phone.call)
        clock = phone.clock
        phone.voice._due = clock.ms()
        clock.move(late)
        while not phone.voice.step():
            pass
        assert phone.voice.late == late and phone.voice.skipped == skipped, late
        assert phone.audio.count // 160 == frames, late


def test_memory_is_tidied_each_two_seconds_and_a_dead_part_told_at_once():
    phone = Phone("10.0.0.1", {})
    told, tidied = [], []
    phone.voice.on_fault, phone.voice.tidy = told.append, lambda: tidied.append(phone.clock.ms())
    phone.voice.port(phone.call)
    run(phone.clock, 6100, phone)
    assert [tidied[i + 1] - tidied[i] for i in range(len(tidied) - 1)] == [2000, 2000]
    assert not told
    for fault in ("microphone", "microphone", "", "speaker"):
        phone.audio.fault = fault
        run(phone.clock, 500, phone)
    assert told == ["microphone", "", "speaker"]
    phone.voice.on_fault, phone.audio.fault = None, "all"
    run(phone.clock, 500, phone)
    phone.voice.on_fault = told.append
    run(phone.clock, 500, phone)
    assert len(told) == 3, "it is told when it changes"


def test_whoever_only_hears_is_not_heard_and_whoever_only_speaks_is_not_spoken_to():
    for direction, we_hear, they_hear in (
        ("sendrecv", 1, 1), ("sendonly", 1, 0), ("recvonly", 0, 1), ("inactive", 0, 0),
    ):  # fmt: skip
        first, second = pair()
        first.hears(second, direction=direction)
        run(first.clock, 1500, first, second)
        assert (max(first.audio.played[-1600:]) > 1000) == bool(we_hear), direction
        assert (max(second.audio.played[-1600:]) > 1000) == bool(they_hear), direction
        assert first.voice.hears(first.call) == bool(we_hear)
        stream = first.voice.stream(first.call)
        assert stream.expects() == (direction == "sendrecv")


def test_silence_is_told_again_when_it_lasts_and_only_where_somebody_waits_for_it():
    first, second = pair()
    told = []
    first.voice.get = {"rtp_timeout": 5}.get
    run(first.clock, 1000, first, second)
    run(first.clock, 7000, first)  # nobody listens
    first.voice.on_silence = told.append
    run(first.clock, 500, first)
    assert told == [first.call] and "nothing from 200@peer for 5 s" in first.lines[-1]
    run(first.clock, 4400, first)
    assert len(told) == 1
    run(first.clock, 1200, first)
    assert len(told) == 2
    first.voice.get = {"rtp_timeout": 0}.get
    run(first.clock, 9000, first)
    assert len(told) == 2


def test_a_call_that_said_nothing_and_heard_nothing_has_no_figures():
    for spoke, heard in ((False, False), (True, False), (False, True)):
        first, second = pair()
        if spoke:
            run(first.clock, 200, first)
        if heard:
            first.call.state = "ringing"
            run(first.clock, 200, first, second)
        first.call.state = "ended"
        first.voice.media(first.call)
        assert (first.figures is not None) == (spoke or heard) == bool(first.voice.before)
        assert not first.voice.summary()


async def test_the_parts_run_while_a_call_or_a_tone_does():
    phone = Phone("10.0.0.1", {})
    del phone.voice._start  # as it is, with a task
    clock, told = phone.clock, []

    def passes(what):
        clock.move(10)
        return what()

    phone.voice.port(phone.call)
    assert not phone.audio.running
    await until(lambda: passes(lambda: phone.audio.count >= 1600))
    assert phone.audio.running
    phone.voice.on_fault, phone.audio.fault = told.append, "speaker"
    phone.call.state = "ended"
    phone.voice.media(phone.call)
    await until(lambda: passes(lambda: not phone.audio.running))
    assert told == ["speaker"]
    phone.voice.sound(digit("1", 60))
    await until(lambda: phone.audio.running)
    await until(lambda: passes(lambda: not phone.audio.running))
    assert max(phone.audio.played) > 0
