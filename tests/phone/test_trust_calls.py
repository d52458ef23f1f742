"""Nobody but its owner makes the phone dial, answer or say no to others: attacks by calls."""

import re
import socket

import pytest

from tests.phone.attack import (
    STRANGER,
    answered_by_hand,
    called,
    gone,
    ringing,
    told,
)
from tests.phone.pbx import Pbx
from tests.phone.sippeer import Peer

_TARGET = "Refer-To: <sip:0900123@127.0.0.9>"


def invites(peer):
    """Return the Request-URIs of the INVITEs that began a call."""
    found = [x for x in peer.asked if x.method == "INVITE" and "tag=" not in x["To"]]
    return [x.first.split(" ")[1] for x in found]


def early(phone, peer, call):
    """Return the To value of the 180, once it has come: the early dialog has its tag."""
    phone.wait(lambda _: 180 in call.seen)
    return next(x["To"] for x in peer.answers if x.status == 180 and x.call_id == call.call_id)


# -- REFER ---------------------------------------------------------------------------------------


def test_a_refer_of_a_stranger_dials_nothing_while_it_rings_nor_when_it_was_answered(
    opened, pbx, stranger
):
    call = stranger.invite("201")
    ringing(opened)
    call.remote = early(opened, stranger, call)
    stranger.request(call, "REFER", more=[_TARGET])
    assert told(opened, call, "REFER") == 403
    opened.ask("hook off")
    opened.wait(lambda _: call.state == "up")
    stranger.request(call, "REFER", more=[_TARGET])
    opened.wait(lambda _: [s for m, s in call.replies if m == "REFER"] == [403, 403])
    alone = stranger.alone("REFER", more=[_TARGET])
    assert told(opened, alone, "REFER") == 403
    stranger.bye(call)
    gone(opened)
    assert not invites(pbx) and not invites(stranger)


def test_the_registrars_refer_counts_once_a_call_and_only_when_it_was_answered(registered, pbx):
    phone = registered()
    call = pbx.invite("201")
    ringing(phone)
    call.remote = early(phone, pbx, call)
    target = f"Refer-To: <sip:300@127.0.0.9:{pbx.port}>"
    pbx.request(call, "REFER", more=[target])
    assert told(phone, call, "REFER") == 403
    phone.ask("hook off")
    phone.wait(lambda _: call.state == "up")
    pbx.request(call, "REFER", more=[target])
    made = called(phone, pbx)
    pbx.request(call, "REFER", more=[target.replace("300", "301")])
    phone.wait(lambda _: [x for x in call.replies if x[0] == "REFER"][1:] and len(call.replies))
    phone.wait(lambda _: [s for m, s in call.replies if m == "REFER"] == [403, 202, 403])
    pbx.answer(made, 486)
    pbx.bye(call)
    gone(phone)
    assert [x.partition("@")[0] for x in invites(pbx)] == ["sip:300"]


@pytest.mark.parametrize(
    ("settings", "target"),
    [
        ({"refer_from": "nobody"}, "sip:300@127.0.0.9"),
        ({"block_url_dialing": "on"}, "sip:bob@elsewhere.example"),
        ({"block_url_dialing": "on"}, "sip:300@127.0.66.1"),
    ],
)
def test_a_refer_dials_nothing_that_the_owner_could_not(registered, pbx, settings, target):
    phone = registered(**settings)
    call = answered_by_hand(phone, pbx)
    pbx.request(call, "REFER", more=[f"Refer-To: <{target}>"])
    assert told(phone, call, "REFER") == 403
    pbx.bye(call)
    gone(phone)
    assert not invites(pbx)


# -- who rings, and how --------------------------------------------------------------------------


def test_who_is_not_the_registrar_rings_nothing_and_hears_so_once_a_minute(registered, stranger):
    phone = registered(stranger)
    calls = [stranger.invite("201"), stranger.invite("202")]
    phone.wait(lambda _: calls[0].state == "over")
    stranger.alone("OPTIONS")
    phone.wait(lambda _: any(x.method == "OPTIONS" for x in stranger.answers))
    assert calls[0].seen == {403} and calls[1].seen == set()
    assert phone.ask("calls") == [] and phone.ask("lamps") == phone.ask("lamps")
    assert "201" not in str(phone.ask("display"))


_ASKS = (
    "Answer-Mode: Auto",
    "Priv-Answer-Mode: Auto",
    "Call-Info: <sip:x>;answer-after=0",
    "Alert-Info: <http://x>;info=alert-autoanswer;delay=0",
)


@pytest.mark.parametrize("asks", _ASKS)
def test_the_loudspeaker_opens_for_the_registrar_only(registered, pbx, stranger, asks):
    neighbour = Peer(pbx.ip)  # the registrar's address, another port
    phone = registered(stranger, neighbour, filter_registrar="off", intercom_enabled="on")
    for peer in (stranger, neighbour):
        call = peer.invite("201", [asks])
        ringing(phone)
        assert phone.ask("status")["audio"] != "speaker" and 200 not in call.seen
        peer.cancel(call)
        gone(phone)
    call = pbx.invite("201", [asks])
    phone.wait(lambda _: call.state == "up")
    assert phone.ask("status")["audio"] == "speaker"
    pbx.bye(call)
    gone(phone)
    neighbour.close()


# -- room for the owner --------------------------------------------------------------------------


def test_bad_offers_of_a_stranger_leave_room_for_the_registrar(opened, pbx, stranger):
    bad = [stranger.invite("201", body="v=0\r\nm=nothing that fits\r\n") for _ in range(12)]
    opened.wait(lambda _: any(call.final for call in bad))
    call = pbx.invite("300")
    ringing(opened)
    pbx.cancel(call)
    gone(opened)
    assert all(x.final is None or x.final.status in (400, 488, 503) for x in bad)


def test_calls_that_a_stranger_lets_ring_keep_nobody_out(opened, pbx, stranger):
    for index in range(6):
        stranger.invite(f"20{index}")
    opened.wait(lambda calls: len(calls) >= 2)
    call = pbx.invite("300")
    opened.wait(lambda _: 180 in call.seen or call.final)
    assert 180 in call.seen
    opened.ask("hook off")  # the registrar's is answered first
    opened.wait(lambda _: call.state == "up")
    pbx.bye(call)
    opened.ask("hook on")
    opened.ask("dial 300")
    assert called(opened, pbx)


def _options(ip, phone):
    """Return a connection from `ip` whose OPTIONS was answered, None where it was closed."""
    stream = socket.socket()
    stream.bind((ip, 0))
    stream.settimeout(10)
    stream.connect(phone.address)
    port = stream.getsockname()[1]
    text = (
        "OPTIONS sip:100@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/TCP {ip}:{port};branch=z9hG4bK{port}\r\nMax-Forwards: 70\r\n"
        f"From: <sip:x@{ip}>;tag=1\r\nTo: <sip:100@127.0.0.1>\r\nCall-ID: {port}\r\n"
        "CSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n"
    )
    try:
        stream.sendall(text.encode())
        if stream.recv(4096).startswith(b"SIP/2.0 200"):
            return stream
    except OSError:
        pass
    stream.close()
    return None


def test_connections_of_strangers_leave_room_for_the_registrar(registered, pbx):
    phone = registered()
    homes = [_options(pbx.ip, phone) for _ in range(2)]
    assert all(homes)
    strangers = [_options(f"127.0.66.{number}", phone) for number in range(20, 26)]
    assert all(strangers)  # a new one ends the oldest of them
    left = [x.recv(1) for x in strangers[:4]]  # which have been closed
    assert left == [b""] * 4
    for stream in homes:  # and none of the registrar's was
        stream.setblocking(False)
        with pytest.raises(BlockingIOError):
            stream.recv(1)
    third = _options(pbx.ip, phone)  # one more costs a stranger's
    assert third and strangers[4].recv(1) == b""
    for stream in (*homes, *strangers, third):
        stream.close()


def test_an_emergency_number_is_dialled_whoever_calls(opened, pbx, stranger):
    for index in range(8):
        stranger.invite(f"20{index}")
    for index in range(4):
        pbx.invite(f"30{index}")
    opened.wait(lambda calls: len(calls) >= 4)
    opened.ask("hook off")
    opened.ask("dial 112")
    call = called(opened, pbx)
    assert invites(pbx) == [f"sip:112@127.0.0.9:{pbx.port}"]
    pbx.answer(call)
    opened.wait(lambda _: call.state == "up")


def test_no_stranger_takes_over_a_call_nor_tells_what_an_extension_does(phones, stranger):
    """He knows all ids of it, as everybody does who watches the extension."""
    pbx = Pbx()
    pbx.watchable = True
    phone = phones("100", **pbx.settings, filter_registrar="off", fkey5="active blf 201")
    pbx.phone = stranger.phone = phone.address
    phone.wait(lambda _: pbx.some("watched"))
    (watched,) = pbx.some("watched")
    stranger.calls[watched.call_id] = watched
    watched.cseq = 50
    stranger.tell(watched, "confirmed")
    assert told(phone, watched) == 481
    call = answered_by_hand(phone, pbx)
    tags = [re.search(r"tag=(\w+)", call.final[x])[1] for x in ("To", "From")]
    value = f"Replaces: {call.call_id};to-tag={tags[0]};from-tag={tags[1]}"
    other = stranger.invite("666", [value])
    phone.wait(lambda _: other.final)
    assert other.final.status == 403 and call.state == "up"
    assert [x["remote"] for x in phone.ask("calls")] == ["201@127.0.0.9"]
    assert phone.ask("lamps")["P6"] == "off"
    pbx.bye(call)
    gone(phone)
    pbx.close()


# -- where a call goes ---------------------------------------------------------------------------


def test_a_302_of_the_registrar_is_followed_and_that_of_others_asked(registered, pbx, stranger):
    phone = registered(stranger)
    other = Peer("127.0.66.2")
    other.phone = phone.address
    phone.ask("dial 300")
    to = [f"Contact: <sip:301@127.0.0.9:{pbx.port}>"]
    pbx.answer(called(phone, pbx), 302, to)
    phone.wait(lambda _: len(invites(pbx)) == 2)
    pbx.answer(pbx.some("in")[-1], 486)
    gone(phone)
    phone.ask(f"dial sip:200@{STRANGER}:{stranger.port}")
    to = [f"Contact: <sip:0900@{other.ip}:{other.port}>"]
    stranger.answer(called(phone, stranger), 302, to)
    phone.wait(lambda shown: "Redirected to" in shown["lines"], "display")
    phone.ask("press CANCEL")
    gone(phone)
    assert not other.raw
    other.close()


def test_the_owner_forwards_to_a_number_and_a_302_of_the_caller_changes_nothing(registered, pbx):
    phone = registered(redirect_event="all", redirect_number="555")
    call = pbx.invite("201", ["Contact: <sip:999@127.0.66.1>", "Diversion: <sip:998@127.0.66.1>"])
    phone.wait(lambda _: call.state == "over")
    assert call.final.status == 302 and "sip:555@" in call.final["Contact"]


# -- what counts as the registrar's --------------------------------------------------------------


def neighbours(pbx):
    """Return a peer at the registrar's address and another port, and one at another address."""
    return Peer(pbx.ip), Peer("127.0.66.3")


def test_restart_messages_and_identities_are_taken_from_the_registrars_own_port_only(
    registered, pbx
):
    others = neighbours(pbx)
    phone = registered(*others, filter_registrar="off")
    waiting = "Messages-Waiting: yes\r\nVoice-Message: 7/0\r\n"
    for peer in others:
        for event, body in (("check-sync;reboot=true", ""), ("message-summary", waiting)):
            call = peer.notify(body, event)
            assert told(phone, call) == 403, event
        call = peer.invite("201", ['P-Asserted-Identity: "Boss" <sip:1@127.0.0.9>'])
        ringing(phone)
        (shown,) = phone.ask("calls")
        assert shown["remote"].startswith("201@")
        peer.cancel(call)
        gone(phone)
    assert told(phone, pbx.notify(waiting, "message-summary")) == 200
    call = pbx.invite("201", ['P-Asserted-Identity: "Boss" <sip:1@127.0.0.9>'])
    ringing(phone)
    assert phone.ask("calls")[0]["remote"].startswith("1@")
    pbx.cancel(call)
    gone(phone)
    for peer in others:
        peer.close()
    assert told(phone, pbx.notify("", "check-sync;reboot=true")) == 200
    phone.process.wait(15)  # it restarts, and the simulated one ends


def test_a_connection_from_the_registrars_host_is_not_the_registrars(registered, pbx):
    phone = registered(filter_registrar="off", intercom_enabled="on")
    with socket.socket() as stream:
        stream.bind((pbx.ip, 0))
        stream.settimeout(10)
        stream.connect(phone.address)
        text = (
            "NOTIFY sip:100@127.0.0.1 SIP/2.0\r\n"
            f"Via: SIP/2.0/TCP {pbx.ip}:{pbx.port};branch=z9hG4bKtcp\r\nMax-Forwards: 70\r\n"
            "From: <sip:pbx@127.0.0.9>;tag=1\r\nTo: <sip:100@127.0.0.9>\r\nCall-ID: tcp\r\n"
            "CSeq: 1 NOTIFY\r\nEvent: check-sync\r\nSubscription-State: active\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        stream.sendall(text.encode())
        assert stream.recv(4096).startswith(b"SIP/2.0 403")
    assert phone.ask("status")["identities"][0]["registered"]


def test_answers_and_requests_of_strangers_do_not_reach_a_call(registered, pbx, stranger):
    phone = registered(stranger, filter_registrar="off")
    phone.ask("dial 300")
    call = called(phone, pbx)
    stranger.respond(call.invite, 486)  # as if he had seen all of it
    stranger.respond(call.invite, 200, stranger._sdp(call))
    stranger.alone("OPTIONS")
    phone.wait(lambda _: any(x.method == "OPTIONS" for x in stranger.answers))
    assert phone.ask("calls")[0]["state"] == "ringing"
    pbx.answer(call)
    phone.wait(lambda calls: calls[0]["state"] == "connected")
    forged = pbx.calls[call.call_id]
    stranger.calls[call.call_id] = forged
    for method in ("BYE", "INVITE", "REFER", "INFO", "UPDATE"):
        forged.cseq = 100
        stranger.request(forged, method, more=[_TARGET] if method == "REFER" else ())
        assert told(phone, forged, method) == 481, method
    assert phone.ask("calls")[0]["state"] == "connected"
    pbx.bye(call)
    gone(phone)


def test_nobody_learns_which_users_there_are(registered, pbx):
    phone = registered()
    seen = {}
    for index, user in enumerate(("100", "999")):
        for number, method in enumerate(("INVITE", "SUBSCRIBE", "MESSAGE", "NOTIFY", "OPTIONS")):
            peer = Peer(f"127.0.67.{10 * index + number + 1}")
            peer.phone, peer.user = phone.address, user
            call = peer.invite("x") if method == "INVITE" else peer.alone(method)
            told(phone, call, method)
            answer = peer.answers[-1]
            for event in ("check-sync", "message-summary"):  # as if in a dialog
                call.remote = f"<sip:{user}@127.0.0.1>;tag=x"
                peer.request(call, "NOTIFY", more=["Event: " + event])
                phone.wait(lambda _, call=call: ("NOTIFY", 481) in call.replies)
                call.replies.remove(("NOTIFY", 481))
            names = [n for n, _ in answer.headers]
            seen.setdefault(method, []).append((answer.first, names, answer["Allow"]))
            peer.close()
    for method, (existing, other) in seen.items():
        assert existing == other, method
    assert phone.ask("calls") == []
