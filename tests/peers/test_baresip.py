"""baresip and a simulated phone, each calling the other."""

import pytest

from tests.peers.peer import until
from tests.peers.test_kamailio import registered, states


@pytest.fixture
def both(desk, baresip):
    """A phone and a baresip that call each other directly."""
    other = baresip()
    phone = desk("100", user_outbound1=other.address)
    return phone, other


def outgoing(phone, other):
    """Let the phone call baresip until both are connected."""
    phone.ask("hook off")
    phone.ask("dial 200")
    other.wait("CALL_INCOMING")
    phone.wait(states("ringing"))
    other.ask("accept")
    other.wait("CALL_ESTABLISHED")
    phone.wait(states("connected"))


def incoming(phone, other):
    """Let baresip call the phone until both are connected."""
    other.ask("dial", f"sip:100@127.0.0.1:{phone.sip_port}")
    phone.wait(states("ringing"))
    phone.ask("hook off")
    other.wait("CALL_ESTABLISHED")
    phone.wait(states("connected"))


def test_the_phone_calls_and_hangs_up(both):
    phone, other = both
    outgoing(phone, other)
    phone.ask("hook on")
    other.wait("CALL_CLOSED")
    phone.wait(states())


def test_the_phone_calls_and_baresip_hangs_up(both):
    phone, other = both
    outgoing(phone, other)
    other.ask("hangup")
    phone.wait(states())


def test_baresip_calls_and_either_side_hangs_up(both):
    phone, other = both
    incoming(phone, other)
    phone.ask("hook on")
    other.wait("CALL_CLOSED")
    phone.wait(states())
    incoming(phone, other)
    other.ask("hangup")
    phone.wait(states())


def test_calls_rejected_and_cancelled_on_both_sides(both):
    phone, other = both
    other.ask("dial", f"sip:100@127.0.0.1:{phone.sip_port}")
    phone.wait(states("ringing"))
    phone.ask("press CANCEL")
    assert "486" in other.wait("CALL_CLOSED")["param"]
    other.ask("dial", f"sip:100@127.0.0.1:{phone.sip_port}")
    phone.wait(states("ringing"))
    other.ask("hangup")
    phone.wait(states())
    phone.ask("dial 200")
    other.wait("CALL_INCOMING")
    other.ask("hangup")
    phone.wait(states())
    phone.ask("dial 200")
    other.wait("CALL_INCOMING")
    phone.ask("press CANCEL")
    other.wait("CALL_CLOSED")
    phone.wait(states())


def test_do_not_disturb_is_busy(both):
    phone, other = both
    phone.ask("set dnd_mode on")
    other.ask("dial", f"sip:100@127.0.0.1:{phone.sip_port}")
    assert "486" in other.wait("CALL_CLOSED")["param"]


def test_hold_by_either_side(both):
    phone, other = both
    outgoing(phone, other)
    phone.ask("press HOLD")
    phone.wait(states("held"))
    assert "sendrecv" not in other.ask("callstat")
    phone.ask("press HOLD")
    phone.wait(states("connected"))
    for command in ("hold", "resume"):
        other.ask(command)
        phone.wait(states("connected"))
    phone.ask("hook on")
    other.wait("CALL_CLOSED")


def test_dtmf_of_the_phone_reaches_baresip_and_the_other_way(both):
    phone, other = both
    phone.ask("set user_dtmf_info1 sip_info_only")
    outgoing(phone, other)
    phone.ask("press 5")
    assert other.wait("CALL_DTMF_START")["param"] == "5"
    phone.ask("press #")
    assert other.wait("CALL_DTMF_START")["param"] == "#"
    phone.ask("hook on")


def test_baresip_transfers_the_phone_to_another(desk, baresip):
    first, second = baresip(), desk("300")
    phone = desk("100", refer_from="anybody")
    incoming(phone, first)
    first.ask("transfer", f"sip:300@127.0.0.1:{second.sip_port}")
    second.wait(states("ringing"))
    second.ask("hook off")
    second.wait(states("connected"))
    phone.wait(lambda calls: any(call["remote"].startswith("300@") for call in calls))
    second.ask("hook on")


def test_the_phone_transfers_baresip_to_another(desk, baresip):
    other, third = baresip(), desk("300")
    phone = desk("100", user_host1=f"127.0.0.1:{third.sip_port}", user_register1="off")
    incoming(phone, other)
    phone.ask("press TRANSFER")
    phone.wait(states("held"))
    for digit in "300":
        phone.ask(f"press {digit} 20")
    phone.ask("press TRANSFER")
    third.wait(states("ringing"))
    third.ask("hook off")
    third.wait(states("connected"))
    phone.wait(states())
    assert third.ask("calls")[0]["remote"].startswith("200@")
    third.ask("hook on")


def test_a_call_through_kamailio(desk, kamailio, baresip):
    proxy = kamailio()
    account = f"regint=60;auth_user=200;auth_pass=secret200;outbound=sip:{proxy.address}"
    other = baresip(user="200", host=proxy.address, account=account)
    until(lambda: proxy.bindings("200"))
    phone = desk("100", user_host1=proxy.address)
    registered(phone)
    outgoing(phone, other)
    phone.ask("hook on")
    other.wait("CALL_CLOSED")
    other.ask("dial", f"sip:100@{proxy.address}")
    phone.wait(states("ringing"))
    phone.ask("hook off")
    other.wait("CALL_ESTABLISHED")
    other.ask("hangup")
    phone.wait(states())
