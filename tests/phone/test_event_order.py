"""The order of events where messages cross, fork, or come from unusual sides of a call."""

import pytest

from tests.phone.receiver import setting_of
from tests.phone.sippeer import Peer
from tests.phone.test_calls import state

_NAMES = (
    "offhook onhook incoming outgoing connected disconnected missed hold unhold transfer "
    "blind_transfer attended_transfer received_attended_transfer dnd_on redirection_on"
).split()


class Crossing(Peer):
    """A peer that answers a call in the moment in which it is given up, and hangs up twice."""

    late = False

    def _asked(self, message):
        call = self.calls.get(message.call_id)
        if message.method == "CANCEL" and self.late and call.state == "in":
            self.asked.append(message)
            self.respond(message, 200)
            self.answer(call)
            return
        super()._asked(message)


@pytest.fixture
def peer():
    """The other side of every call."""
    made = Crossing()
    yield made
    made.close()


@pytest.fixture
def desk(phones, peer, receiver):
    """Give ``start(**settings)``: phone 100 whose calls go to the peer, its events to us."""

    def start(**settings):
        at = f"http://127.0.0.2:{receiver.port}/100/"
        events = {setting_of(x): f"{at}{x}?id=$call-id&key=$active_key" for x in _NAMES}
        phone = phones("100", user_outbound1=f"127.0.0.1:{peer.port}", **{**events, **settings})
        peer.phone = ("127.0.0.1", phone.sip_port)
        return phone

    return start


def told(phone, receiver, *events):
    """Expect these events, and none after them: the last one is DND's, switched on here."""
    phone.ask("set dnd_mode on")
    receiver.expect("100", *events, "dnd_on")


def calling(phone, peer, number="201"):
    """Call; return the peer's side once it rings there."""
    before = len(peer.some("in", "up", "over"))
    phone.ask(f"dial {number}")
    phone.wait(lambda _: len(peer.some("in", "up", "over")) > before)
    call = peer.some("in")[-1]
    phone.wait(lambda calls: calls[-1]["state"] == "ringing")
    return call


def answered(phone, peer, user="201"):
    """Let the peer call, and answer by the key; return its side."""
    call = peer.invite(user)
    phone.wait(lambda calls: any(x["state"] == "ringing" for x in calls))
    phone.ask("press ENTER")
    phone.wait(lambda _: call.state == "up")
    return call


def test_an_answer_that_crosses_our_giving_up_is_a_call_that_never_was(desk, peer, receiver):
    phone = desk()
    peer.late = True
    call = calling(phone, peer)
    phone.ask("press CANCEL")
    phone.wait(state())
    phone.wait(lambda _: {"ACK", "BYE"} <= {x.method for x in peer.asked})
    told(phone, receiver, "outgoing", "disconnected")
    assert call.state == "over"


def test_a_cancel_that_comes_after_the_answer_changes_nothing(desk, peer, receiver):
    phone = desk()
    call = answered(phone, peer)
    peer.cancel(call)
    phone.wait(lambda _: [x for x in call.replies if x[0] == "CANCEL"])
    assert phone.ask("calls")[0]["state"] == "connected"
    peer.bye(call)
    phone.wait(state())
    told(phone, receiver, "incoming", "connected", "disconnected")


def test_byes_that_cross_end_a_call_once(desk, peer, receiver):
    phone = desk()
    call = answered(phone, peer)
    phone.ask("press CANCEL")
    peer.bye(call)  # it has not seen ours, or does as if
    phone.wait(lambda _: [x for x in call.replies if x[0] == "BYE"])
    phone.wait(state())
    told(phone, receiver, "incoming", "connected", "disconnected")


def test_of_several_forks_one_is_connected_and_the_others_are_ended(desk, peer, receiver):
    phone = desk()
    call = calling(phone, peer)
    for tag in ("fork1", "fork2"):
        lines = [x + f";tag={tag}" if x.startswith("To:") else x for x in call.invite.copied()]
        lines.append(f"Contact: <sip:{tag}@127.0.0.1:{peer.port}>")
        peer._send(["SIP/2.0 183 x", *lines])
        peer._send(["SIP/2.0 200 x", *lines], peer._sdp(call))
    phone.wait(state("connected"))
    phone.wait(lambda _: any(x.method == "BYE" for x in peer.asked))
    (bye,) = [x for x in peer.asked if x.method == "BYE"]
    assert "fork2" in bye["To"] and phone.ask("calls")[0]["state"] == "connected"
    phone.ask("press CANCEL")
    phone.wait(state())
    told(phone, receiver, "outgoing", "connected", "disconnected")


def test_a_call_that_is_refused_after_it_rang_is_disconnected_once(desk, peer, receiver):
    phone = desk()
    statuses = (486, 603, 404, 500, 487)
    for status in statuses:
        peer.answer(calling(phone, peer), status)
        phone.wait(state())
    told(phone, receiver, *(["outgoing", "disconnected"] * len(statuses)))


def test_a_waiting_call_that_gives_up_is_missed_and_the_other_goes_on(desk, peer, receiver):
    phone = desk()
    first = answered(phone, peer)
    second = peer.invite("202")
    phone.wait(lambda calls: len(calls) == 2)
    peer.cancel(second)
    phone.wait(lambda calls: len(calls) == 1)
    assert phone.ask("calls")[0]["state"] == "connected"
    peer.bye(first)
    phone.wait(state())
    told(phone, receiver, "incoming", "connected", "incoming", "disconnected", "missed",
         "disconnected")  # fmt: skip


def test_a_handset_put_back_while_a_call_waits_ends_the_one_and_the_other_rings_on(
    desk, peer, receiver
):
    phone = desk()
    first = peer.invite("201")
    phone.wait(state("ringing"))
    phone.ask("hook off")
    phone.wait(lambda _: first.state == "up")
    second = peer.invite("202")
    phone.wait(lambda calls: len(calls) == 2)
    phone.ask("hook on")
    phone.wait(state("ringing"))
    phone.ask("hook off")
    phone.wait(lambda _: second.state == "up")
    peer.bye(second)
    phone.wait(state())
    phone.ask("hook on")
    told(phone, receiver, "incoming", "offhook", "connected", "incoming", "onhook",
         "disconnected", "offhook", "connected", "disconnected", "onhook")  # fmt: skip


def test_parking_is_a_blind_transfer_and_its_end(desk, peer, receiver):
    phone = desk(fkey5="active orbit *85")
    call = answered(phone, peer)
    phone.ask("press P6")
    phone.wait(state())
    (refer,) = [x for x in peer.asked if x.method == "REFER"]
    assert "*85@" in refer["Refer-To"] and call.state == "over"
    told(phone, receiver, "incoming", "connected", "transfer", "blind_transfer", "disconnected")


def test_a_call_taken_over_while_it_is_held_stays_held(desk, peer, receiver):
    phone = desk()
    held = answered(phone, peer)
    phone.ask("press HOLD")
    phone.wait(state("held"))
    tag = held.remote.partition("tag=")[2]
    ours = held.local.partition("tag=")[2]
    value = f"{held.call_id};to-tag={tag};from-tag={ours}"
    new = peer.invite("300", ["Replaces: " + value])
    phone.wait(lambda _: new.state == "up" and held.state == "over")
    phone.wait(lambda calls: [x["state"] for x in calls] == ["held"])
    assert phone.ask("calls")[0]["remote"].startswith("300@")
    assert phone.ask("calls")[0]["key"] == "P1"
    phone.ask("press HOLD")
    phone.wait(state("connected"))
    peer.bye(new)
    phone.wait(state())
    told(phone, receiver, "incoming", "connected", "hold", "received_attended_transfer",
         "connected", "disconnected", "unhold", "disconnected")  # fmt: skip


def test_both_kinds_of_transfer_are_told_in_their_order(desk, peer, receiver):
    phone = desk()
    answered(phone, peer)
    phone.ask("press TRANSFER")
    phone.wait(state("held"))
    phone.ask("dial 300")  # that is the target
    phone.wait(state())
    answered(phone, peer, "202")
    phone.ask("press HOLD")
    phone.wait(state("held"))
    call = calling(phone, peer, "300")
    peer.answer(call)
    phone.wait(lambda calls: [x["state"] for x in calls] == ["held", "connected"])
    phone.ask("press TRANSFER")
    phone.wait(state())
    told(phone, receiver, "incoming", "connected", "hold", "transfer", "blind_transfer",
         "disconnected", "incoming", "connected", "hold", "outgoing", "connected", "transfer",
         "attended_transfer", "disconnected", "disconnected")  # fmt: skip
