"""More stories of the desk: star codes, conference, tones, volume, intercom, anonymous calls.

The other side is `Peer`, whose messages can be looked at.
"""

from urllib.parse import unquote

import pytest

from tests.phone.receiver import setting_of
from tests.phone.sippeer import Peer
from tests.phone.test_calls import state
from tests.phone.test_desk import three  # noqa: F401  a fixture


@pytest.fixture
def peer():
    """A SIP peer in the PBX's place."""
    made = Peer()
    yield made
    made.close()


@pytest.fixture
def desk(phones, peer):
    """Give ``start(**settings)``: phone 100 whose calls all go to the peer."""

    def start(**settings):
        phone = phones("100", user_outbound1=f"127.0.0.1:{peer.port}", **settings)
        peer.phone = ("127.0.0.1", phone.sip_port)
        return phone

    return start


def called(phone, peer, count=1):
    """Wait until the phone's `count`-th call has come to the peer; return the latest."""
    phone.wait(lambda calls: len(peer.some("in", "up")) >= count, seconds=15)
    return peer.some("in", "up")[-1]


def number(call):
    """Return whom an INVITE is for."""
    return unquote(call.invite.first.split(" ")[1].removeprefix("sip:").partition("@")[0])


def type_in(phone, digits):
    """Press digits."""
    for digit in digits:
        phone.ask(f"press {digit} 20")


def test_do_not_disturb_dials_the_pbxs_codes(desk, peer):
    phone = desk(dnd_on_code="*78", dnd_off_code="*79")
    for code in ("*78", "*79"):
        phone.ask("press DND")
        call = called(phone, peer)
        assert number(call) == code
        peer.answer(call)
        phone.wait(state("connected"))
        peer.bye(call)
        phone.wait(state())


def test_redirection_dials_the_code_with_the_number_and_the_pbx_forwards(desk, peer):
    phone = desk(
        redirect_number="300",
        redirect_always_on_code="*72",
        redirect_always_off_code="*73",
        redirect_busy_off_code="#74",
        redirect_busy_on_code="*74",
        redirect_busy_number="301",
    )
    dialled = []
    for event in ("all", "busy", "none"):
        phone.ask(f"set redirect_event {event}")
        for _ in range(2 if event == "busy" else 1):
            call = called(phone, peer)
            dialled.append(number(call))
            peer.answer(call)
            phone.wait(state("connected"))
            peer.bye(call)
            phone.wait(state())
            if event == "all":  # a call that comes nevertheless rings
                other = peer.invite("222")
                phone.wait(state("ringing"))
                peer.cancel(other)
                phone.wait(state())
    assert dialled == ["*72300", "*73", "*74301", "#74"]


def test_a_code_waits_until_the_call_is_over(desk, peer):
    phone = desk(dnd_on_code="*78")
    phone.ask("dial 200")
    first = called(phone, peer)
    peer.answer(first)
    phone.wait(state("connected"))
    phone.ask("press DND")
    assert [x["state"] for x in phone.ask("calls")] == ["connected"]
    phone.ask("press CANCEL")
    assert number(called(phone, peer)) == "*78"


def test_the_conference_key_moves_both_calls_to_the_pbxs_conference(desk, peer, receiver):
    phone = desk(conf_uri="800", fkey4="active keyevent F_CONFERENCE")
    for event in ("hold", "transfer", "disconnected"):
        phone.ask(
            f"set {setting_of(event)} http://127.0.0.2:{receiver.port}/100/{event}?r=$remote"
        )
    for digits in ("200", "201"):
        phone.ask("dial " + digits)
        peer.answer(called(phone, peer, len(phone.ask("calls"))))
        phone.wait(lambda calls: calls[-1]["state"] == "connected")
    phone.ask("press P5")
    conference = called(phone, peer, 3)
    assert number(conference) == "800"
    peer.answer(conference)
    phone.wait(state("connected"))  # the others were moved there, and have gone
    assert phone.ask("calls")[0]["remote"].startswith("800@")
    referred = [x for x in peer.asked if x.method == "REFER"]
    assert [x["Refer-To"] for x in referred] == ["<sip:800@desk.example>"] * 2
    receiver.expect("100", "hold", "hold", "disconnected", "disconnected")


def test_a_semi_attended_transfer_gives_the_target_up_and_sends_the_other_there(desk, peer):
    phone = desk()
    phone.ask("dial 200")
    first = called(phone, peer)
    peer.answer(first)
    phone.wait(state("connected"))
    phone.ask("press HOLD")
    phone.wait(state("held"))
    phone.ask("dial 201")
    called(phone, peer, 2)
    phone.wait(state("held", "ringing"))
    phone.ask("press TRANSFER")
    phone.wait(state())
    (refer,) = (x for x in peer.asked if x.method == "REFER")
    assert refer.call_id == first.call_id
    assert refer["Refer-To"].startswith("<sip:201@") and "Replaces" not in refer["Refer-To"]
    assert any(x.method == "CANCEL" for x in peer.asked)


def tone(phone):
    """Return the tone that is heard."""
    return phone.ask("status")["tone"]


def test_each_state_has_its_tone(desk, peer):
    phone = desk()
    assert tone(phone) == ""
    phone.ask("hook off")
    assert tone(phone) == "dial"
    type_in(phone, "200")
    assert tone(phone) == ""
    phone.ask("press ENTER")
    call = called(phone, peer)
    phone.wait(state("ringing"))
    assert tone(phone) == "ringback"
    peer.answer(call)
    phone.wait(state("connected"))
    assert tone(phone) == ""
    peer.invite("201")
    phone.wait(state("connected", "ringing"))
    assert tone(phone) == "waiting"
    peer.cancel(peer.some("out")[0])
    phone.wait(state("connected"))
    peer.bye(call)
    phone.wait(state())
    assert tone(phone) == "busy"
    phone.ask("hook on")
    assert tone(phone) == ""


def test_waiting_messages_make_the_dial_tone_stutter_and_their_key_calls_the_mailbox(desk, peer):
    phone = desk(user_mailbox1="*97", fkey4="active keyevent F_RETRIEVE", subscription_expiry=600)
    peer.notify("Messages-Waiting: yes\r\nVoice-Message: 2/1\r\n", "message-summary")
    phone.wait(lambda lamps: lamps["P5"] == "on", "lamps")
    assert "Messages: 2" in phone.ask("display")["lines"]
    phone.ask("press SPEAKER")
    assert tone(phone) == "stutter"
    phone.ask("press CANCEL")
    phone.ask("press P5")
    assert number(called(phone, peer)) == "*97"


def test_volume_is_that_of_what_is_open_and_mute_ends_with_the_call(desk, peer):
    phone = desk()
    phone.ask("press VOLUME_UP")
    assert phone.ask("get vol_ringer")["value"] == 9
    phone.ask("dial 200")
    call = called(phone, peer)
    peer.answer(call)
    phone.wait(state("connected"))
    phone.ask("press VOLUME_DOWN")
    assert phone.ask("get vol_speaker")["value"] == 7
    phone.ask("press HEADSET")
    assert phone.ask("status")["audio"] == "headset"
    phone.ask("hook off")
    assert phone.ask("status")["audio"] == "handset"
    phone.ask("press SPEAKER")
    phone.ask("hook on")  # the loudspeaker goes on
    assert phone.ask("status")["audio"] == "speaker"
    phone.ask("press MUTE")
    assert "Muted" in phone.ask("display")["lines"]
    peer.bye(call)
    phone.wait(state())
    phone.wait(lambda shown: "Muted" not in shown["lines"], "display")


def test_an_intercom_call_is_answered_by_itself_only_where_the_setting_allows(desk, peer):
    phone = desk()
    alert = ["Alert-Info: <http://pbx.example>;info=alert-autoanswer;delay=0"]
    first = peer.invite("222", alert)
    phone.wait(state("ringing"))
    peer.cancel(first)
    phone.wait(state())
    phone.ask("set intercom_enabled on")
    for asks in (alert, ["Answer-Mode: Auto"], ["Call-Info: <sip:x>;answer-after=0"]):
        call = peer.invite("222", asks)
        phone.wait(state("connected"))
        assert phone.ask("status")["audio"] == "speaker"
        phone.wait(lambda _, call=call: call.state == "up")
        peer.bye(call)
        phone.wait(state())


def test_a_call_without_a_number_is_rejected_where_the_setting_wants_it(desk, peer):
    phone = desk(reject_anonymous="on")
    call = peer.invite("anonymous")
    phone.wait(lambda _: call.state == "over")
    assert 433 in call.seen and 180 not in call.seen


def test_outgoing_calls_hide_the_number_where_the_setting_wants_it(desk, peer):
    phone = desk()
    for value, shown in (("on", "anonymous@anonymous.invalid"), ("off", "100@desk.example")):
        phone.ask(f"set privacy_out {value}")
        phone.ask("dial 200")
        call = called(phone, peer)
        assert shown in call.invite["From"]
        assert call.invite["Privacy"] == ("id" if value == "on" else "")
        peer.answer(call, 486)
        phone.wait(state())


def test_only_digits_are_dialled_where_the_setting_wants_it(desk, peer):
    phone = desk(block_url_dialing="on", fkey4="active speed sip:bob@example.com")
    phone.ask("press P5")
    phone.wait(lambda x: "Digits only" in x["lines"], "display")
    assert phone.ask("calls") == []


def test_the_digits_are_dialled_after_the_timeout(desk, peer):
    phone = desk(auto_dial=1)
    phone.ask("hook off")
    type_in(phone, "200")
    assert number(called(phone, peer)) == "200"


def test_alert_info_chooses_the_pattern_of_the_bell(desk, peer):
    phone = desk(ring_sound=1, alert_internal_ring_sound=2)
    for text, hertz in (
        ("<http://x>;info=internal", 520),
        ("<http://x/bellcore-dr3>", 660),
        ("<urn:alert:service:normal>,<urn:alert:source:internal>", 520),
    ):
        call = peer.invite("222", ["Alert-Info: " + text])
        phone.wait(state("ringing"))
        phone.wait(lambda x, hertz=hertz: x["ringer"] == hertz, "status")
        peer.cancel(call)
        phone.wait(state())
    phone.wait(lambda x: not x["ringer"], "status")


def test_four_calls_are_held_and_swapped_and_a_fifth_gets_busy(desk, peer):
    phone = desk()
    calls = []
    for count in range(4):
        calls.append(peer.invite(201 + count))
        phone.wait(lambda now: now and now[-1]["state"] == "ringing")
        phone.ask(f"press P{count + 1}")
        phone.wait(state(*["held"] * count, "connected"))
    fifth = peer.invite("205")
    phone.wait(lambda _: fifth.state == "over")
    assert 486 in fifth.seen
    phone.ask("press P2")
    phone.wait(state("held", "connected", "held", "held"))
    assert [phone.ask("lamps")[f"P{x}"] for x in (1, 2, 3, 4)] == ["slow", "on", "slow", "slow"]
    for call in calls:
        peer.bye(call)
    phone.wait(state())


def test_the_reason_for_no_registration_is_on_the_display(phones, peer):
    phone = phones("100", user_register1="on", user_outbound1=f"127.0.0.1:{peer.port}")
    phone.wait(lambda x: x["lines"][2:] == ["100 not registered", " 403 x"], "display")


def test_what_does_not_fit_on_the_display_is_shown_in_turn(phones, peer):
    phone = phones(
        "100",
        user_register1="on",
        user_outbound1=f"127.0.0.1:{peer.port}",
        redirect_number="300",
        redirect_event="all",
        dnd_mode="on",
    )
    phone.wait(lambda x: " 403 x" in x["lines"], "display")
    peer.notify("Messages-Waiting: yes\r\nVoice-Message: 2/1\r\n", "message-summary")
    for line in ("Forwarded: 300", "Messages: 2", "100 not registered", "Do not disturb"):
        answer = phone.wait(lambda x, line=line: line in x["lines"], "display")
        assert answer["lines"][0] == "100" and len(answer["lines"]) == 6


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("201&outgoing_uri=100@desk.example", "201"),
        ("%2B4930123&outgoing_uri=sip:100@desk.example", "+4930123"),
        ("+49 (30) 123-45/6", "+4930123456"),
        ("*21*1%23", "*21*1#"),
        ("sip:201@desk.example", "201"),
    ],
)
def test_a_key_dials_by_command_htm_and_its_lamp_shows_no_failure(desk, peer, written, dialled):
    phone = desk(fkey5=f"active url http://localhost/command.htm?number={written}")
    phone.ask("press P6")
    assert number(called(phone, peer)) == dialled
    row = phone.wait(lambda x: x.get("P6", {}).get("3xx"), "counters")["P6"]
    assert (row["queued"], row["sent"], row["ok"], row["failed"]) == (1, 1, 1, 0)
    assert phone.ask("lamps")["P6"] == "off"


def test_command_htm_without_a_number_dials_nothing(desk, peer):
    phone = desk(fkey5="active url http://localhost/command.htm?number=")
    phone.ask("press P6")
    phone.wait(lambda x: x.get("P6", {}).get("4xx"), "counters")
    assert phone.ask("calls") == []


def test_command_htm_presses_keys_of_the_module_and_keys_with_times(desk, peer):
    phone = desk(
        fkey32="active speed 232",
        fkey5="active url http://localhost/command.htm?key=EK0",
        fkey6="active url http://localhost/command.htm?key=CANCEL;2,20,20;0,30;1;%23",
        fkey7="active url http://localhost/command.htm?key=EK18",
        action_longpress_url="http://localhost/command.htm?RELEASE_ALL_CALLS",
        fkey8="active url http://localhost/command.htm?key=P10,2100",
    )
    phone.ask("press P6")
    assert number(called(phone, peer)) == "232"
    phone.ask("press P7")
    assert number(called(phone, peer, 1 + len(peer.some("in")))) == "201"
    phone.ask("press P8")
    phone.wait(lambda x: x.get("P8", {}).get("4xx"), "counters")
    phone.ask("press P9")
    phone.wait(lambda x: x.get("action_longpress_url", {}).get("ok"), "counters")
    phone.wait(state())


def test_calls_that_end_in_the_same_moment_are_counted_down_one_by_one(desk, peer, receiver):
    url = f"http://127.0.0.2:{receiver.port}/100"
    query = "?n=$nr_ongoing_calls&id=$csta_id&long=$longpress_key"
    events = {setting_of(x): f"{url}/{x}{query}" for x in ("disconnected", "missed", "longpress")}
    phone = desk(fkey5=f"active url {url}/key{query}", **events)
    made = []
    for count in (1, 2, 3):
        made.append(peer.invite(f"20{count}"))
        phone.wait(state(*["ringing"] * count))
    with peer.lock:
        for call in made:
            peer.cancel(call)
    receiver.expect("100", *["disconnected", "missed"] * 3)
    told = [(q["id"], q["n"]) for _, event, q in receiver.seen if event == "disconnected"]
    assert told == [("1", "2"), ("2", "1"), ("3", "0")]
    phone.ask("press P6")
    phone.ask("press P7 2100")
    receiver.expect("100", *["disconnected", "missed"] * 3, "key", "longpress")
    assert receiver.query("100", "key")["long"] == "$longpress_key"
    assert receiver.query("100", "longpress")["long"] == "P7"
