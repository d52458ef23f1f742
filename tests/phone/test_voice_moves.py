"""Voice that moves in mid-call, begins before the answer, and belongs to calls that wait."""

import math
import re

import pytest

from tests import wavs
from tests.peers.peer import until
from tests.phone.rtppeer import Rtp
from tests.phone.sippeer import Peer

_RINGBACK = 425  # Hz, Germany's


@pytest.fixture
def place():
    """Give ``place(hz, ip)``: an `Rtp`, closed at the end."""
    made = []

    def start(*words, **more):
        made.append(Rtp(*words, **more))
        return made[-1]

    yield start
    for each in made:
        each.close()


@pytest.fixture
def desk(phones, tmp_path):
    """A phone that records what it hears, and a peer that it calls and that calls it."""
    peer = Peer()
    phone = phones("100", options=("--audio", f",{tmp_path}/heard.wav"))
    phone.ask(f"set user_outbound1 127.0.0.1:{peer.port}")
    peer.phone = phone.address
    yield phone, peer
    peer.close()


def _where(message):
    """Return (ip, port) of a description of the phone's."""
    ip = re.search(r"c=IN IP4 (\S+)", message.body)[1]
    return ip, int(re.search(r"m=audio (\d+)", message.body)[1])


def _hears(phone, path):
    """Return which of the tones of these tests the phone has heard in the last half second."""
    begin = len(wavs.read(path))
    phone.wait(lambda _: len(wavs.read(path)) > begin + 9600)
    piece = wavs.read(path)[-4000:]
    return [hz for hz in (_RINGBACK, 600, 1000, 1500) if _level(piece, hz) > 400]


def _level(piece, hz):
    turns = [2 * math.pi * hz * i / wavs.RATE for i in range(len(piece))]
    real = sum(x * math.cos(t) for x, t in zip(piece, turns, strict=True))
    imaginary = sum(x * math.sin(t) for x, t in zip(piece, turns, strict=True))
    return 2 * math.hypot(real, imaginary) / len(piece)


def _states(phone):
    return [call["state"] for call in phone.ask("calls")]


def _call(phone, peer, at, user="200"):
    """Let the peer call with its voice at `at`; return the call when it rings."""
    count = len(phone.ask("calls"))
    call = peer.invite(user, body=at.sdp())
    phone.wait(lambda calls: len(calls) == count + 1 and calls[-1]["state"] == "ringing")
    return call


def _answered(call, at):
    """Wait for the answer to our INVITE, and speak to where it says."""
    until(lambda: call.state == "up")
    at.to = _where(call.final)


def _move(peer, call, at, version):
    """Let a re-INVITE move the stream to `at`; what was there before goes on speaking."""
    call.replies.clear()
    peer.request(call, "INVITE", at.sdp(version=version))
    until(lambda: ("INVITE", 200) in call.replies)
    at.to = _where(call.final)


def test_a_reinvite_moves_the_stream_to_another_address_and_port_and_back(desk, place, tmp_path):
    phone, peer = desk
    server, direct = place(600), place(1000, "127.0.0.3")
    call = _call(phone, peer, server)
    phone.ask("hook off")
    _answered(call, server)
    server.wait(50)
    assert _hears(phone, tmp_path / "heard.wav") == [600]

    _move(peer, call, direct, 2)
    count = len(server.packets)
    direct.wait(75)
    assert _hears(phone, tmp_path / "heard.wav") == [1000]
    assert len(server.packets) == count, "it went on to where it was before"

    _move(peer, call, server, 3)
    count = len(direct.packets)
    server.wait(75)
    assert _hears(phone, tmp_path / "heard.wav") == [600]
    assert len(direct.packets) == count

    assert len(server.sources() | direct.sources()) == 1
    numbers = sorted(server.numbers() + direct.numbers())
    assert len(set(numbers)) == len(numbers) and numbers[-1] - numbers[0] == len(numbers) - 1
    assert len(phone.ask("voice")) == 1


def test_a_stream_that_moves_within_one_host_is_followed_too(desk, place, tmp_path):
    phone, peer = desk
    first, second = place(600), place(1000)
    call = _call(phone, peer, first)
    phone.ask("hook off")
    _answered(call, first)
    first.wait(50)
    _move(peer, call, second, 2)
    second.wait(50)
    assert _hears(phone, tmp_path / "heard.wav") == [1000]


def test_early_media_is_heard_without_ringback_and_the_answer_may_come_from_elsewhere(
    desk, place, tmp_path
):
    phone, peer = desk
    announcement, person = place(600), place(1500, "127.0.0.3")
    phone.ask("hook off")
    phone.ask("dial 200")
    call = until(lambda: peer.some("in") and peer.some("in")[0])
    phone.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    assert _hears(phone, tmp_path / "heard.wav") == [_RINGBACK]

    announcement.to = person.to = _where(call.invite)
    peer.respond(call.invite, 183, announcement.sdp())
    announcement.wait(50)
    assert _hears(phone, tmp_path / "heard.wav") == [600]
    assert _states(phone) == ["ringing"] and not person.packets

    call.state = "up"
    peer.respond(call.invite, 200, person.sdp(version=2))
    phone.wait(lambda calls: calls and calls[0]["state"] == "connected")
    count = len(announcement.packets)
    person.wait(75)
    assert _hears(phone, tmp_path / "heard.wav") == [1500]
    assert len(announcement.packets) == count
    peer.bye(call)
    phone.wait(lambda calls: not calls)
    assert phone.ask("voice") == []


def test_early_media_that_a_refusal_ends_leaves_nothing_open(desk, place, tmp_path):
    phone, peer = desk
    announcement = place(600)
    phone.ask("hook off")
    phone.ask("dial 200")
    call = until(lambda: peer.some("in") and peer.some("in")[0])
    announcement.to = _where(call.invite)
    peer.respond(call.invite, 183, announcement.sdp())
    announcement.wait(25)
    assert _hears(phone, tmp_path / "heard.wav") == [600]
    peer.answer(call, 404)
    phone.wait(lambda calls: not calls)
    assert phone.ask("voice") == []
    count = len(announcement.packets)
    assert 600 not in _hears(phone, tmp_path / "heard.wav")
    assert len(announcement.packets) == count


def test_of_calls_that_wait_nothing_is_sent_before_their_answer_nor_after_their_end(
    desk, place, tmp_path
):
    phone, peer = desk
    places = [place(hz) for hz in (600, 1000, 1500)]
    calls = [_call(phone, peer, places[0])]
    phone.ask("hook off")
    _answered(calls[0], places[0])
    for at, user in zip(places[1:], ("201", "202"), strict=True):
        calls.append(_call(phone, peer, at, user))
    places[0].wait(150)
    assert not places[1].packets and not places[2].packets
    assert 600 in _hears(phone, tmp_path / "heard.wav")  # and what knocks

    peer.cancel(calls[1])
    phone.wait(lambda found: len(found) == 2)
    phone.ask("press ENTER")  # takes the call that waits; the first one is held
    phone.wait(lambda found: sorted(x["state"] for x in found) == ["connected", "held"])
    _answered(calls[2], places[2])
    places[2].wait(75)
    assert _hears(phone, tmp_path / "heard.wav") == [1500]
    assert len(places[0].sources() | places[2].sources()) == 2 and not places[1].packets

    peer.bye(calls[2])
    phone.wait(lambda found: len(found) == 1)
    count = len(places[2].packets)
    phone.ask("press HOLD")
    phone.wait(lambda found: [x["state"] for x in found] == ["connected"])
    places[0].wait(75)
    assert _hears(phone, tmp_path / "heard.wav") == [600]
    phone.ask("hook on")
    phone.wait(lambda found: not found)
    assert (len(places[2].packets), len(places[1].packets)) == (count, 0)
    assert phone.ask("voice") == []
