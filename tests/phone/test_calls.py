"""Two whole phones in the VM that call each other: the events of each call, in order and whole."""

import collections

import pytest

from tests.phone.receiver import NEWER, setting_of

EVENTS = (
    "setup offhook onhook incoming outgoing connected disconnected missed dnd_on dnd_off "
    "redirection_on redirection_off longpress log_on log_off"
).split()
WHAT = (
    "remote=$remote&local=$local&callid=$call-id&id=$csta_id&key=$active_key"
    "&calls=$nr_ongoing_calls&name=$display_remote&long=$longpress_key"
)


@pytest.fixture
def desks(pair, receiver):
    """Two phones whose events all go to the receiver."""
    for name, phone in zip(("100", "200"), pair, strict=True):
        for event in EVENTS + NEWER:
            url = f"http://127.0.0.2:{receiver.port}/{name}/{event}?{WHAT}"
            phone.ask(f"set {setting_of(event)} {url}")
    return pair


def state(*wanted):
    """Return a test for the answer of ``calls``: the states of all calls."""
    return lambda calls: [call["state"] for call in calls] == list(wanted)


def dial(phone, number):
    """Lift the handset and dial."""
    phone.ask("hook off")
    for digit in number + "#":
        phone.ask(f"press {digit} 20")


def test_a_call_answered_with_the_handset_has_its_five_events_in_order(desks, receiver):
    first, second = desks
    dial(first, "200")
    second.wait(state("ringing"))
    second.ask("hook off")
    first.wait(state("connected"))
    second.wait(state("connected"))
    second.ask("hook on")
    first.wait(state())
    first.ask("hook on")
    receiver.expect("200", "incoming", "offhook", "connected", "onhook", "disconnected")
    receiver.expect("100", "offhook", "outgoing", "connected", "disconnected", "onhook")
    ids = {q["callid"] for _, e, q in receiver.seen if e in ("incoming", "outgoing", "connected")}
    assert len(ids) == 1
    for event in ("incoming", "offhook", "connected", "onhook", "disconnected"):
        query = receiver.query("200", event)
        assert query["remote"] == "100@desk.example" and query["local"] == "200@desk.example"
        assert query["key"] == "P1" and query["id"] == "1"
    assert receiver.query("200", "connected")["calls"] == "1"
    assert receiver.query("200", "disconnected")["calls"] == "0"


def test_a_call_answered_on_the_loudspeaker_has_no_hook_events(desks, receiver):
    first, second = desks
    dial(first, "200")
    second.wait(state("ringing"))
    second.ask("press SPEAKER")
    first.wait(state("connected"))
    second.wait(state("connected"))
    second.ask("press SPEAKER")
    first.wait(state())
    receiver.expect("200", "incoming", "connected", "disconnected")


def test_a_missed_call_is_told_after_its_end(desks, receiver):
    first, second = desks
    dial(first, "200")
    second.wait(state("ringing"))
    first.ask("hook on")
    second.wait(state())
    receiver.expect("200", "incoming", "disconnected", "missed")
    receiver.expect("100", "offhook", "outgoing", "onhook", "disconnected")


def test_a_rejected_call_is_disconnected_once_on_both_sides(desks, receiver):
    first, second = desks
    dial(first, "200")
    second.wait(state("ringing"))
    second.ask("press CANCEL")
    first.wait(state())
    receiver.expect("200", "incoming", "disconnected")
    receiver.expect("100", "offhook", "outgoing", "disconnected")


def test_do_not_disturb_rejects_without_ringing(desks, receiver):
    first, second = desks
    second.ask("press DND")
    second.ask("set dnd_mode on")
    dial(first, "200")
    first.wait(state())
    receiver.expect("200", "dnd_on", "disconnected", "missed")
    assert any("Busy" in line for line in first.ask("display")["lines"])


def test_redirection_on_and_off_are_events_of_the_setting(desks, receiver):
    _, second = desks
    second.ask("set redirect_number 300")
    for value in ("all", "busy", "none", "none"):
        second.ask(f"set redirect_event {value}")
    receiver.expect("200", "redirection_on", "redirection_on", "redirection_off")


def test_two_calls_keep_their_own_data(desks, receiver, phones):
    first, second = desks
    third = phones("300", user_outbound1=f"127.0.0.1:{second.sip_port}")
    dial(first, "200")
    second.wait(state("ringing"))
    second.ask("hook off")
    second.wait(state("connected"))
    dial(third, "200")
    second.wait(state("connected", "ringing"))
    keys = {call["remote"]: call["key"] for call in second.ask("calls")}
    assert keys == {"100@desk.example": "P1", "300@desk.example": "P2"}
    assert second.ask("lamps")["P1"] == "on" and second.ask("lamps")["P2"] == "fast"
    third.ask("hook on")
    second.wait(state("connected"))
    first.ask("hook on")
    second.wait(state())
    told = collections.Counter(
        (q["remote"], e) for who, e, q in receiver.seen if who == "200" and e != "offhook"
    )
    assert told[("300@desk.example", "disconnected")] == 1
    assert told[("300@desk.example", "missed")] == 1
    assert told[("100@desk.example", "missed")] == 0


def test_a_long_press_is_an_event_that_names_its_key(desks, receiver):
    first, _ = desks
    first.ask("press P7 2100")
    receiver.expect("100", "longpress")
    assert receiver.query("100", "longpress")["long"] == "P7"


def test_a_url_key_sends_on_press_or_on_release_with_long_press_on(desks, receiver):
    first, _ = desks
    url = f"http://127.0.0.2:{receiver.port}/100/key?key=$active_key"
    first.ask(f"set fkey4 active url {url}")
    first.ask("set fkey_longpress4 on")
    first.ask("press P5")
    receiver.expect("100", "key")
    first.ask("press P5 2100")
    receiver.expect("100", "key", "longpress")
    assert receiver.query("100", "key")["key"] == "P5"
