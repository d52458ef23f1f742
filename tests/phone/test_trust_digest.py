"""The owner's password serves the owner: a relay of the digest ends with nothing.

Each attacker here does what the real one did: he hands the phone the PBX's own challenge, and
would show the answer to the PBX as his. What he got is looked for in every byte that reached him.
"""

import pytest

from tests.phone.attack import (
    STRANGER,
    answered_by_hand,
    called,
    gone,
)
from tests.phone.pbx import Pbx


def relay(peer, pbx, proxy):
    """Let `peer` answer whatever the phone asks for with a challenge of `pbx`."""
    take = peer._asked

    def asked(message):
        if message.method == "ACK" or (message.branch, message.method) in peer.sent:
            take(message)
            return
        peer.asked.append(message)
        peer.respond(message, 407 if proxy else 401, "", [pbx.challenge(proxy=proxy)])

    peer._asked = asked


def asked(phone, peer, method, count=1):
    """Wait until the phone has asked `peer` for `method` so often."""
    phone.wait(lambda _: sum(x.method == method for x in peer.asked) >= count)


def nothing(phone, peer):
    """No credentials have reached `peer`, nor do any after a moment in which the phone is busy."""
    peer.alone("OPTIONS")
    phone.wait(lambda _: any(x.method == "OPTIONS" for x in peer.answers))
    assert b"uthorization" not in peer.raw and b"response=" not in peer.raw


@pytest.mark.parametrize("proxy", [False, True], ids=["401", "407"])
@pytest.mark.parametrize("hidden", ["off", "on"])
def test_a_call_to_a_stranger_is_not_signed(registered, pbx, stranger, proxy, hidden):
    phone = registered(stranger, privacy_out=hidden)
    relay(stranger, pbx, proxy)
    for target in (f"sip:200@{STRANGER}:{stranger.port}", f"200@{STRANGER}:{stranger.port}"):
        phone.ask("dial " + target)
        gone(phone)
    asked(phone, stranger, "INVITE", 2)
    nothing(phone, stranger)


@pytest.mark.parametrize("proxy", [False, True], ids=["401", "407"])
def test_nothing_inside_a_strangers_call_is_signed(opened, pbx, stranger, proxy):
    opened.ask("set user_dtmf_info1 on")
    call = answered_by_hand(opened, stranger)
    relay(stranger, pbx, proxy)
    opened.ask("press 5")
    asked(opened, stranger, "INFO")
    opened.ask("press HOLD")
    asked(opened, stranger, "INVITE")
    opened.ask("hook on")
    opened.ask("press CANCEL")
    asked(opened, stranger, "BYE")
    gone(opened)
    nothing(opened, stranger)
    assert call.state == "up"  # only he thinks so


def test_a_302_of_the_registrar_does_not_carry_the_password_elsewhere(
    registered,
    pbx,
    stranger,
):
    phone = registered(stranger)
    relay(stranger, pbx, False)
    phone.ask("dial 300")
    contact = [f"Contact: <sip:0900@{STRANGER}:{stranger.port}>"]
    pbx.answer(called(phone, pbx), 302, contact)
    asked(phone, stranger, "INVITE")
    gone(phone)
    nothing(phone, stranger)


def test_a_watched_extension_at_a_strangers_host_gets_no_password(
    registered,
    pbx,
    stranger,
):
    relay(stranger, pbx, False)
    phone = registered(stranger, fkey5=f"active blf sip:201@{STRANGER}:{stranger.port}")
    asked(phone, stranger, "SUBSCRIBE")
    nothing(phone, stranger)


def test_a_transfer_to_a_stranger_carries_no_password(opened, pbx, stranger):
    answered_by_hand(opened, stranger)
    relay(stranger, pbx, True)
    opened.ask("press TRANSFER")
    for digit in "300":
        opened.ask("press " + digit)
    opened.ask("press ENTER")
    asked(opened, stranger, "REFER")
    nothing(opened, stranger)


def test_the_registrar_signs_no_target_that_the_other_side_has_chosen(
    registered,
    pbx,
):
    phone = registered()
    phone.ask("hook off")
    phone.ask("dial 300")
    evil = [
        f"Record-Route: <sip:{pbx.ip}:{pbx.port};lr>",
        f"Contact: <sip:0900@{STRANGER}:5060>",
    ]
    pbx.answer(called(phone, pbx), 200, evil)
    phone.wait(lambda calls: calls[0]["state"] == "connected")
    pbx.asks = ("INVITE", "BYE", "REGISTER")
    phone.ask("press HOLD")
    phone.wait(lambda _: f"INVITE sip:0900@{STRANGER}".encode() in pbx.raw)
    phone.ask("hook on")
    phone.ask("press CANCEL")
    gone(phone)
    pbx.alone("OPTIONS")
    phone.wait(lambda _: any(x.method == "OPTIONS" for x in pbx.answers))
    assert [x.method for x in pbx.allowed] == ["REGISTER"]
    assert pbx.raw.count(b"response=") == 1


def test_the_registrar_gets_what_it_asks_for_in_its_realm(registered, pbx):
    phone = registered(user_realm1="also.example")
    pbx.asks = ("REGISTER", "INVITE")
    for realm, taken in ((pbx.realm, True), ("also.example", True), ("else.example", False)):
        pbx.realm = realm
        before = len(pbx.allowed)
        phone.ask("dial 300")
        if taken:
            pbx.answer(called(phone, pbx), 486)
        gone(phone)
        assert len(pbx.allowed) == before + taken, realm


def test_an_algorithm_once_seen_is_not_taken_back(phones):
    for first, then, taken in (("SHA-256", "MD5", False), ("MD5", "SHA-256", True)):
        pbx = Pbx(algorithm=first)
        phone = phones(first, **{**pbx.settings, "user_name1": "100"})
        pbx.phone = phone.address
        phone.wait(lambda found: found["identities"][0]["registered"], "status")
        pbx.asks, pbx.algorithm = ("REGISTER", "INVITE"), then
        before = len(pbx.allowed)
        phone.ask("dial 300")
        if taken:
            pbx.answer(called(phone, pbx), 486)
        gone(phone)
        assert len(pbx.allowed) == before + taken
        assert pbx.raw.count(b"algorithm=MD5") == (first == "MD5")
        pbx.close()


def test_a_hidden_number_is_told_to_the_registrar_only(
    registered,
    pbx,
    stranger,
):
    phone = registered(stranger, user_name1="4711", user_realname1="Eve", privacy_out="on")
    before = len(pbx.raw)
    pbx.asks = ("REGISTER", "INVITE")
    phone.ask(f"dial sip:200@{STRANGER}:{stranger.port}")
    stranger.answer(called(phone, stranger), 486)
    gone(phone)
    assert b"4711" not in stranger.raw and b"Eve" not in stranger.raw
    assert b"P-Preferred-Identity" not in stranger.raw
    phone.ask("dial 300")
    pbx.answer(called(phone, pbx), 486)
    gone(phone)
    lines = [x for x in pbx.raw[before:].split(b"\r\n") if b"4711" in x]
    # which the registrar keeps to itself
    own = (b"Authorization: ", b"P-Preferred-Identity: ", b"P-Asserted-Identity: ")
    assert lines and all(x.startswith(own) for x in lines)


def test_the_password_is_in_no_log_and_no_answer_of_the_console(registered, pbx):
    phone = registered()
    phone.ask("set action_dnd_on_url http://127.0.0.1:9/?p=$user_pass1")
    phone.ask("set dnd_mode on")
    words = ("log", "show", "get user_pass1", "status", "counters", "get action_dnd_on_url")
    phone.wait(lambda found: found["total"]["failed"], "counters", 20)
    for word in words:
        assert pbx.password not in str(phone.ask(word)), word
