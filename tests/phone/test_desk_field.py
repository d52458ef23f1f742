"""What users of other phones reported, told of this one: numbers, keys, events, emergencies."""

import pytest

from tests.phone.receiver import setting_of
from tests.phone.test_calls import state
from tests.phone.test_desk_more import called, desk, number, peer  # noqa: F401  fixtures
from tools.control import Refused

# ruff: noqa: F811


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("(030) 555-1", "0305551"),
        ("+49-30-555", "+4930555"),
        ("0049/30 555", "004930555"),
        ("+49 (0)30 555", "+4930555"),
        ("tel:+49-30-555", "+4930555"),
    ],
)
def test_numbers_are_dialled_as_people_write_them(desk, peer, written, dialled):
    phone = desk(fkey6="active speed " + written, redirect_number=written)
    phone.ask("dial " + written)
    assert number(called(phone, peer)) == dialled
    phone.ask("press CANCEL")
    phone.wait(state())
    phone.ask("press P7")
    phone.wait(lambda _: len([x for x in peer.asked if x.method == "INVITE"]) == 2)
    assert number(called(phone, peer)) == dialled
    assert phone.ask("get fkey6")["value"] == "active speed " + written
    phone.ask("press CANCEL")
    phone.ask("set redirect_event all")
    phone.wait(lambda lines: f"Forwarded: {dialled}" in lines["lines"], "display")


def test_what_is_no_number_is_refused_when_it_is_set_and_when_it_is_dialled(desk, peer):
    phone = desk()
    for line in (
        "set redirect_number 0800 FLOWERS",
        "set conf_uri 0800 FLOWERS",
        "set fkey5 active speed 0800 FLOWERS",
        "set fkey5 active blf <a b@h>",
        "dial 0800 FLOWERS",
    ):
        with pytest.raises(Refused, match="0800 FLOWERS|a b@h"):
            phone.ask(line)
    assert not peer.asked


def test_a_key_is_shown_as_it_was_set_and_one_that_is_not_there_is_refused(desk):
    phone = desk()
    for text in (
        "1 blf &lt;sip:143@192.0.2.9;user=phone&gt;|*8",
        "1 blf <sip:141@192.0.2.9;user=phone>",
    ):
        phone.ask("set fkey6 " + text)
        assert phone.ask("get fkey6")["value"] == text
    keys = sum(name.startswith("P") for name in phone.ask("lamps"))
    phone.ask(f"set fkey{max(keys, 32) - 1} active speed 201")
    with pytest.raises(Refused, match="there is no key P"):
        phone.ask(f"set fkey{max(keys, 32)} active speed 201")


def test_an_address_from_provisioning_is_watched_as_it_is_meant(desk, peer):
    phone = desk(fkey5=f"1 blf &lt;sip:143@127.0.0.1:{peer.port};user=phone&gt;|*8")
    phone.wait(lambda _: any(x.method == "SUBSCRIBE" for x in peer.asked))
    asked = next(x for x in peer.asked if x.method == "SUBSCRIBE")
    assert asked.first.startswith(f"SUBSCRIBE sip:143@127.0.0.1:{peer.port} ")


def test_forwarding_without_a_number_names_the_setting_that_is_missing(desk):
    phone = desk()
    with pytest.raises(Refused, match="redirect_number"):
        phone.ask("set redirect_event all")
    assert phone.ask("get redirect_event")["value"] == "none"


def test_events_tell_how_long_a_call_was_and_in_which_direction(desk, peer, receiver):
    query = "?seconds=$duration&way=$call_direction"
    events = {
        setting_of(x): f"http://127.0.0.2:{receiver.port}/100/{x}{query}"
        for x in ("incoming", "outgoing", "connected", "disconnected", "missed")
    }
    phone = desk(**events)
    call = peer.invite("201")
    phone.wait(state("ringing"))
    phone.ask("press ENTER")
    phone.wait(state("connected"))
    phone.wait(lambda lines: "0:01" in lines["lines"], "display")
    phone.ask("press CANCEL")
    phone.wait(state())
    receiver.expect("100", "incoming", "connected", "disconnected")
    assert receiver.query("100", "connected") == {"seconds": "0", "way": "in"}
    assert int(receiver.query("100", "disconnected")["seconds"]) >= 1
    phone.ask("dial 201")
    peer.answer(called(phone, peer), 486)
    phone.wait(state())
    receiver.expect("100", "incoming", "connected", "disconnected", "outgoing", "disconnected")
    assert receiver.query("100", "disconnected") == {"seconds": "0", "way": "out"}
    assert call.state == "over"


def test_a_call_that_was_forwarded_after_a_time_is_not_missed(desk, peer, receiver):
    events = {
        setting_of(x): f"http://127.0.0.2:{receiver.port}/100/{x}"
        for x in ("incoming", "disconnected", "missed", "dnd_on")
    }
    phone = desk(redirect_number="300", redirect_event="time", redirect_time="1", **events)
    call = peer.invite("201")
    phone.wait(lambda _: call.state == "over")
    phone.ask("press DND")
    receiver.expect("100", "incoming", "disconnected", "dnd_on")


def test_an_emergency_call_finds_a_place_where_no_other_does(desk, peer):
    phone = desk(sip_max_calls="2", emergency_numbers="112", block_url_dialing="on")
    for count in (1, 2):
        phone.ask("dial 20%d" % count)
        peer.answer(called(phone, peer, count))
        phone.wait(lambda calls: calls[-1]["state"] == "connected")
    with pytest.raises(Refused, match="too many calls"):
        phone.ask("dial 203")
    phone.ask("dial 112")
    phone.wait(lambda _: any(number(x) == "112" for x in peer.some("in")))
    assert len(phone.ask("calls")) == 2


def test_cancel_ends_what_is_held_when_nothing_else_is_there(desk, peer):
    phone = desk()
    phone.ask("dial 201")
    peer.answer(called(phone, peer))
    phone.wait(state("connected"))
    phone.ask("press HOLD")
    phone.wait(state("held"))
    phone.ask("press CANCEL")
    phone.wait(state())
    assert any(x.method == "BYE" for x in peer.asked)


def test_a_ringing_key_that_cannot_pick_up_says_so_and_does_not_call(desk, peer):
    peer.watchable = True
    phone = desk(fkey5="active blf 201")
    phone.wait(lambda _: peer.some("watched"))
    peer.tell(peer.some("watched")[0], "early")
    phone.wait(lambda lamps: lamps["P6"] == "fast", "lamps")
    phone.ask("press P6")
    phone.wait(lambda lines: "Set pickup_code" in lines["lines"], "display")
    assert phone.ask("calls") == [] and not any(x.method == "INVITE" for x in peer.asked)


@pytest.mark.parametrize(("key", "followed"), [("ENTER", 1), ("CANCEL", 0), ("hook", 0)])
def test_a_redirection_by_somebody_else_is_asked_first(phones, peer, receiver, key, followed):
    ended = f"http://127.0.0.2:{receiver.port}/100/disconnected"
    phone = phones("100", action_disconnected_url=ended)
    phone.ask("hook off")
    phone.ask(f"dial sip:201@127.0.0.1:{peer.port}")
    first = called(phone, peer)
    peer.answer(first, 302)
    shown = phone.wait(lambda lines: "Redirected to" in lines["lines"], "display")
    assert {"peer", f"@127.0.0.1:{peer.port}"} <= set(shown["lines"])
    phone.ask("hook on" if key == "hook" else "press " + key)
    if followed:
        phone.wait(lambda _: any(number(x) == "peer" for x in peer.some("in")))
        phone.ask("press CANCEL")
    phone.wait(state())
    receiver.expect("100", "disconnected")
    invites = [x.first.split(" ")[1] for x in peer.asked if x.method == "INVITE"]
    assert [x.partition("@")[0] for x in invites] == ["sip:201", "sip:peer"][: 1 + followed]
    assert "Redirected to" not in phone.ask("display")["lines"]
