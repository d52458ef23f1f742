"""Stories of function keys, call completion and what a redirected call tells."""

import pytest

from tests.phone.test_calls import state
from tests.phone.test_desk_more import called, desk, number, peer, type_in  # noqa: F401  fixtures
from tools import stored
from tools.control import Refused


def shows(text):
    """Return a test for the display: `text` stands somewhere on it."""
    return lambda answer: any(text in line for line in answer["lines"])


def test_the_transfer_event_on_a_key_asks_for_the_target(desk, peer):  # noqa: F811
    phone = desk(fkey4="active keyevent F_TRANSFER")
    phone.ask("dial 201")
    peer.answer(called(phone, peer))
    phone.wait(state("connected"))
    phone.ask("press P5")
    phone.wait(state("held"))
    phone.wait(shows("Transfer to"), "display")
    type_in(phone, "300")
    phone.ask("press P5")
    phone.wait(lambda calls: any(m.method == "REFER" for m in peer.asked))
    assert "sip:300@" in next(m for m in peer.asked if m.method == "REFER")["Refer-To"]


@pytest.mark.parametrize(
    "event, text",
    [
        ("F_MISSED_LIST", "Missed"),
        ("F_ACCEPTED_LIST", "Received"),
        ("F_DIALED_LIST", "Dialled"),
        ("F_CALL_LIST", "Dialled"),
        ("F_HELP", "127.0.0.1"),
        ("F_MESSAGE", "100"),
        ("F_NONE", "100"),
    ],
)
def test_a_list_or_a_message_opens_by_a_key(desk, event, text):  # noqa: F811
    phone = desk(fkey4="active keyevent " + event)
    phone.ask("press P5")
    phone.wait(shows(text), "display")


def test_the_identity_of_outgoing_calls_changes_by_a_key(desk, peer):  # noqa: F811
    phone = desk(
        user_name2="110",
        user_host2="desk.example",
        user_register2="off",
        user_outbound2=f"127.0.0.1:{peer.port}",
        fkey4="active keyevent F_NEXT_ID",
    )
    phone.ask("press P5")
    phone.wait(shows("110"), "display")
    phone.ask("dial 201")
    assert "sip:110@" in called(phone, peer).invite["From"]
    phone.ask("press CANCEL")
    phone.wait(state())
    phone.ask("press P5")
    phone.wait(lambda answer: answer["lines"][0] == "100", "display")


@pytest.mark.parametrize("kind", ["speed", "dest", "icom", "orbit", "transfer"])
def test_a_key_takes_a_number_as_a_snom_writes_it(desk, peer, kind):  # noqa: F811
    phone = desk(fkey4=f"active {kind} <sip:201@desk.example;user=phone>|*8")
    if kind == "transfer":  # without a call it asks for nothing
        phone.ask("dial 300")
        peer.answer(called(phone, peer))
        phone.wait(state("connected"))
        phone.ask("press P5")
        phone.wait(lambda calls: any(m.method == "REFER" for m in peer.asked))
        refer = next(m for m in peer.asked if m.method == "REFER")
        assert refer["Refer-To"] == "<sip:201@desk.example>"
    else:
        phone.ask("press P5")
        assert number(called(phone, peer)) == "201"


def test_a_key_event_that_there_is_not_is_refused_with_those_there_are(desk):  # noqa: F811
    phone = desk()
    with pytest.raises(Refused) as caught:
        phone.ask("set fkey4 active keyevent F_DNDD")
    assert "fkey4" in str(caught.value) and "'F_DNDD'" in str(caught.value)
    assert "F_TRANSFER" in str(caught.value)
    phone.ask("set fkey4 active keyevent DND")
    phone.ask("press P5")
    phone.wait(lambda answer: answer["value"] == "on", "get dnd_mode")


@pytest.mark.parametrize(
    "event, reason", [("all", "unconditional"), ("busy", "user-busy"), ("time", "no-answer")]
)
def test_a_redirected_call_is_told_who_sent_it_on_and_why(desk, peer, event, reason):  # noqa: F811
    phone = desk(redirect_number="300", redirect_event=event, redirect_time="1")
    if event == "busy":
        phone.ask("dial 201")
        peer.answer(called(phone, peer))
        phone.wait(state("connected"))
    call = peer.invite("201")
    phone.wait(lambda calls: call.final, seconds=15)
    assert call.final.status == 302
    assert "sip:300@" in call.final["Contact"]
    assert call.final["Diversion"] == f"<sip:100@desk.example>;reason={reason};counter=1"


def busy(phone, peer):  # noqa: F811
    """Call 201, who is busy."""
    phone.ask("dial 201")
    peer.answer(called(phone, peer), 486)
    phone.wait(state())


def watched(phone, peer):  # noqa: F811
    """Return the subscription that the phone has made at the peer."""
    phone.wait(lambda calls: peer.some("watched"))
    return peer.some("watched")[0]


def test_who_was_busy_is_watched_and_called_when_they_are_free(desk, peer):  # noqa: F811
    peer.watchable = True
    phone = desk(call_completion="on")
    busy(phone, peer)
    phone.wait(shows("ENTER: call back 201"), "display")
    phone.ask("press ENTER")
    found = watched(phone, peer)
    phone.wait(shows("Waiting for 201"), "display")
    peer.tell(found, "confirmed")
    peer.tell(found, "terminated", 1)
    phone.wait(shows("Free, ENTER: 201"), "display")
    phone.wait(lambda calls: peer.some("watched") == [])  # it is not watched any longer
    phone.ask("press ENTER")
    assert number(called(phone, peer, 1)) == "201"
    assert phone.wait(state("ringing"))[0]["remote"] == "201@desk.example"


def test_who_did_not_answer_is_called_after_their_next_call(desk, peer):  # noqa: F811
    peer.watchable = True
    phone = desk(call_completion="on")
    phone.ask("dial 201")
    called(phone, peer)
    phone.wait(state("ringing"))
    phone.ask("press CANCEL")
    phone.wait(state())
    phone.ask("press ENTER")
    found = watched(phone, peer)
    peer.tell(found, "terminated")  # nobody there: that they do not talk says nothing
    phone.wait(lambda status: status["subscriptions"] == 1, "status")
    assert shows("Waiting for 201")(phone.ask("display"))
    peer.tell(found, "confirmed", 1)
    peer.tell(found, "terminated", 2)
    phone.wait(shows("Free, ENTER: 201"), "display")
    phone.ask("press CANCEL")
    phone.wait(lambda answer: not shows("Free")(answer), "display")


def test_a_number_that_cannot_be_watched_is_told_so(desk, peer):  # noqa: F811
    phone = desk(call_completion="on")  # the peer answers SUBSCRIBE with 481
    busy(phone, peer)
    phone.ask("press ENTER")
    phone.wait(shows("Cannot be watched"), "display")


def test_nothing_is_offered_where_the_setting_is_off(desk, peer):  # noqa: F811
    phone = desk()
    busy(phone, peer)
    phone.wait(shows("Busy"), "display")
    assert not shows("ENTER")(phone.ask("display"))


def test_missed_calls_are_counted_until_their_list_is_looked_at(desk, peer):  # noqa: F811
    phone = desk(fkey4="active keyevent F_MISSED_LIST")
    for _ in range(2):
        call = peer.invite("201")
        phone.wait(state("ringing"))
        peer.cancel(call)
        phone.wait(state())
    phone.wait(shows("Missed: 2"), "display")
    phone.ask("press P5")
    phone.wait(shows(">201"), "display")
    phone.ask("press CANCEL")
    phone.wait(lambda answer: len(answer["lines"]) == 2, "display")


def test_a_volume_is_kept_over_a_restart(phones, tmp_path):
    phone = phones("100")
    phone.ask("press VOLUME_DOWN")
    phone.wait(lambda _: stored.folder(tmp_path / "100").get("vol_ringer") == "7")


def test_a_transfer_leaves_no_call_where_the_target_ends_none(desk, peer):  # noqa: F811
    phone = desk()
    for count in (1, 2):
        phone.ask(f"dial 20{count}")
        phone.wait(lambda calls, count=count: len(peer.some("in", "up")) == count)
        peer.answer(peer.some("in")[0])
        phone.wait(lambda calls: calls[-1]["state"] == "connected")
    phone.ask("press TRANSFER")
    phone.wait(state())
    assert len(peer.some("over")) == 2
