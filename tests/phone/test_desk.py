"""Stories of the desk: hold, swap, call waiting, transfer, redirection, redial, dial plan."""

import pytest

from tests.phone.receiver import setting_of
from tests.phone.test_calls import dial, state
from tools.control import Refused

EVENTS = (
    "offhook onhook incoming outgoing connected disconnected missed hold unhold transfer "
    "blind_transfer attended_transfer received_attended_transfer"
).split()


@pytest.fixture
def three(phones, receiver):
    """Phones 100, 200 and 300; each sends what it dials to a tiny proxy-less dial plan of ours.

    100 reaches 200; 200 reaches 300; 300 reaches 100. Further targets are dialled as SIP URIs.
    """
    desks = [phones(name) for name in ("100", "200", "300")]
    for desk, other in zip(desks, desks[1:] + desks[:1], strict=True):
        desk.ask(f"set user_outbound1 127.0.0.1:{other.sip_port}")
    for name, desk in zip(("100", "200", "300"), desks, strict=True):
        for event in EVENTS:
            url = f"http://127.0.0.2:{receiver.port}/{name}/{event}?remote=$remote&key=$active_key"
            desk.ask(f"set {setting_of(event)} {url}")
    return desks


def talk(first, second, number):
    """Let `first` call `number` and `second` answer with the handset."""
    dial(first, number)
    second.wait(lambda calls: any(c["state"] == "ringing" for c in calls))
    second.ask("hook off")
    first.wait(state("connected"))


def test_hold_and_take_back_are_events_and_lamps(three, receiver):
    first, second, _ = three
    talk(first, second, "200")
    first.ask("press HOLD")
    first.wait(state("held"))
    assert first.ask("lamps")["P1"] == "slow"
    second.wait(lambda lines: "You are on hold" in lines["lines"], "display")
    first.ask("press HOLD")
    first.wait(state("connected"))
    assert first.ask("lamps")["P1"] == "on"
    receiver.expect("100", "offhook", "outgoing", "connected", "hold", "unhold")


def test_a_waiting_call_is_answered_while_the_first_is_held(three):
    first, second, third = three
    talk(first, second, "200")
    dial(third, "100")
    first.wait(state("connected", "ringing"))
    assert first.ask("lamps")["P2"] == "fast"
    first.ask("press P2")
    first.wait(state("held", "connected"))
    assert (first.ask("lamps")["P1"], first.ask("lamps")["P2"]) == ("slow", "on")
    first.ask("press P1")
    first.wait(state("connected", "held"))
    third.ask("hook on")
    first.wait(state("connected"))
    first.ask("hook on")
    first.wait(state())


def test_a_second_call_gets_busy_without_call_waiting(three):
    first, second, third = three
    first.ask("set call_waiting off")
    talk(first, second, "200")
    dial(third, "100")
    third.wait(state())
    third.wait(lambda lines: "Busy" in lines["lines"], "display")
    assert [c["state"] for c in first.ask("calls")] == ["connected"]


def test_a_blind_transfer_moves_the_other_side(three, receiver):
    first, second, third = three
    talk(first, second, "200")
    first.ask("press TRANSFER")
    first.wait(state("held"))
    for digit in "300":
        first.ask(f"press {digit} 20")
    first.ask("press ENTER")
    third.wait(state("ringing"))
    third.ask("press SPEAKER")
    third.wait(state("connected"))
    first.wait(state())
    told = receiver.of("100")
    assert told[:4] == ["offhook", "outgoing", "connected", "hold"]
    assert told[4:6] == ["transfer", "blind_transfer"]
    assert told.count("disconnected") == 1
    second.wait(state("connected"))


def test_an_attended_transfer_joins_the_two_others(three, receiver):
    first, second, third = three
    talk(first, second, "200")
    first.ask("press HOLD")
    first.wait(state("held"))
    first.ask(f"set user_outbound1 127.0.0.1:{third.sip_port}")
    first.ask("dial 300")
    third.wait(state("ringing"))
    third.ask("press SPEAKER")
    first.wait(state("held", "connected"))
    first.ask("press TRANSFER")
    first.wait(state())
    third.wait(state("connected"))
    second.wait(state("connected"))
    told = receiver.of("100")
    assert "attended_transfer" in told and told.count("transfer") == 1
    assert told.count("disconnected") == 2
    assert "received_attended_transfer" in receiver.of("300")


def test_unconditional_redirection_sends_the_caller_on(three):
    first, second, third = three
    first.ask("unset user_outbound1")
    first.ask(f"set user_host1 127.0.0.1:{second.sip_port}")
    second.ask(f"set redirect_number sip:300@127.0.0.1:{third.sip_port}")
    second.ask("set redirect_event all")
    dial(first, "200")
    third.wait(state("ringing"))
    assert second.ask("calls") == []
    first.ask("hook on")
    third.wait(state())


def test_redial_calls_the_number_dialled_last(three):
    first, second, _ = three
    talk(first, second, "200")
    first.ask("hook on")
    first.wait(state())
    second.ask("hook on")
    first.ask("press REDIAL")
    second.wait(state("ringing"))
    first.ask("press CANCEL")
    second.wait(state())


def test_a_dial_plan_dials_a_complete_number_at_once(three):
    first, second, _ = three
    first.ask("set dial_plan 2xx|0.")
    first.ask("hook off")
    for digit in "200":
        first.ask(f"press {digit} 20")
    second.wait(state("ringing"))
    first.ask("hook on")
    second.wait(state())


def test_on_hook_dialling_waits_for_enter(three):
    first, second, _ = three
    for digit in "200":
        first.ask(f"press {digit} 20")
    assert first.ask("display")["lines"][0] == "Dial: 200"
    assert first.ask("calls") == []
    first.ask("press ENTER")
    second.wait(state("ringing"))
    first.ask("press CANCEL")
    second.wait(state())


def test_the_display_speaks_german(three):
    first, second, _ = three
    second.ask("set language Deutsch")
    dial(first, "200")
    second.wait(lambda lines: "Anruf von" in lines["lines"], "display")
    first.ask("hook on")
    second.wait(state())
    second.ask("press DND")
    second.wait(lambda lines: "Nicht stören" in lines["lines"], "display")


def test_the_call_lists_survive_a_restart(phones, tmp_path, receiver):
    first = phones("100")
    second = phones("200", user_outbound1=f"127.0.0.1:{first.sip_port}")
    dial(second, "100")
    first.wait(state("ringing"))
    second.ask("hook on")
    first.wait(state())
    first.ask("press LEFT")
    lines = first.ask("display")["lines"]
    assert lines[0] == "Missed" and "200" in lines[1]
    first.ask("press CANCEL")


def test_a_refused_setting_is_named_with_what_would_be_right(phones):
    phone = phones("100")
    for line, word in (
        ("set redirect_time 900", "1 to 120"),
        ("set action_incoming_url http://$phone_ip/x", "localhost"),
        ("set fkey4 active nonsense x", "speed"),
        ("set user_nme1 x", "no setting"),
        ("press Q", "no key"),
        ("hook sideways", "off or on"),
        ("nonsense", "help"),
    ):
        with pytest.raises(Refused) as refusal:
            phone.ask(line)
        assert word in str(refusal.value), str(refusal.value)


def test_localhost_urls_press_keys_of_the_phone_itself(phones):
    phone = phones("100")
    phone.ask("set fkey4 active url http://localhost/command.htm?key=DND")
    phone.ask("press P5")
    phone.wait(lambda answer: answer["value"] == "on", "get dnd_mode")


def test_a_url_key_blinks_while_its_request_is_under_way(phones):
    import socket

    with socket.socket() as deaf:
        deaf.bind(("127.0.0.2", 0))
        deaf.listen()
        phone = phones("100", fkey4=f"active url http://127.0.0.2:{deaf.getsockname()[1]}/")
        phone.ask("press P5")
        phone.wait(lambda lamps: lamps["P5"] == "slow", "lamps")
