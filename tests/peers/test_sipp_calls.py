"""SIPp scenarios for each thing that a call may do, the phone in each role."""

import pytest

from tests.peers.sipp import Run, answer, answered, expect, pause, request, sdp
from tools.control import Phone

pytestmark = pytest.mark.usefixtures("own_network")


@pytest.fixture
def phone(tmp_path):
    """A phone with the number 100 that calls directly, with room on its heap."""
    settings = {"user_name1": "100", "user_host1": "desk.example", "user_register1": "off"}
    settings.update({"user_pass1": "secret", "auto_dial": "1", "refer_from": "anybody"})
    with Phone(tmp_path / "phone", settings, ["--heap", "4m"]) as running:
        yield running


@pytest.fixture
def calls(phone, tmp_path):
    """Give ``start(*steps)``: SIPp calls the phone."""

    def start(*steps, **more):
        return Run(tmp_path / "sipp", steps, phone.address, **more)

    return start


@pytest.fixture
def called(phone, tmp_path):
    """Give ``start(*steps)``: SIPp is called by the phone, by way of its outbound proxy."""

    def start(*steps, dial="200"):
        run = Run(tmp_path / "sipp", steps)
        phone.ask(f"set user_outbound1 127.0.0.1:{run.port}")
        phone.ask("hook off")
        for digit in dial + "#":
            phone.ask(f"press {digit} 20")
        return run

    return start


def state(phone, wanted):
    """Wait until the phone's only call has a state, or is gone with None."""
    if wanted is None:
        phone.wait(lambda found: not found)
    else:
        phone.wait(lambda found: found and found[0]["state"] == wanted)


def pick_up(phone):
    """Answer the ringing call by the handset."""
    state(phone, "ringing")
    phone.ask("hook off")


INVITE = request("INVITE", body=sdp(), inside=False)
BEGIN = (INVITE, expect(100, optional=True), expect(180), expect(200), request("ACK"))


def end(cseq=2):
    """Return the steps of SIPp hanging up."""
    return request("BYE", cseq=cseq), expect(200)


# -- SIPp calls ---------------------------------------------------------------------------------


def test_an_answered_call(phone, calls):
    run = calls(*BEGIN, *end())
    pick_up(phone)
    run.done()
    state(phone, None)


def test_a_hundred_calls_in_a_row(phone, calls):
    phone.ask("set autoanswer on")
    calls(*BEGIN, *end(), count=100, seconds=90).done()
    state(phone, None)


def test_a_rejected_and_a_cancelled_call(phone, calls):
    busy = request("ACK", branch="[branch-4]")
    run = calls(INVITE, expect(100, optional=True), expect(180), expect(486), busy)
    state(phone, "ringing")
    phone.ask("press CANCEL")
    run.done()
    cancel = request("CANCEL", "Reason: SIP;cause=200", inside=False, branch="[branch-3]")
    run = calls(INVITE, expect(100, optional=True), expect(180), cancel, expect(200), expect(487))
    run.done()
    state(phone, None)


def test_a_reliable_180_gets_its_prack(phone, calls):
    first = request("INVITE", "Require: 100rel", body=sdp(), inside=False)
    ringing = expect(180, "Require:.*100rel", learn=False).replace(
        "<action>",
        '<action><ereg regexp="[0-9]+" search_in="hdr" header="RSeq:" check_it="true" '
        'assign_to="rseq"/>',
    )
    prack = request("PRACK", "RAck: [$rseq] 1 INVITE", cseq=2)
    steps = (first, expect(100, optional=True), ringing, prack, expect(200))
    run = calls(*steps, expect(200), request("ACK"), *end(3))
    state(phone, "ringing")
    phone.wait(lambda found: found["transactions"] == 2, "status")  # the PRACK was here
    phone.ask("hook off")
    run.done()


def test_hold_by_re_invite_and_by_update(phone, calls):
    hold = request("INVITE", body=sdp("sendonly", 2), cseq=2)
    update = request("UPDATE", body=sdp("sendrecv", 3), cseq=3)
    offerless = request("INVITE", cseq=4)
    held, free = expect(200, "a=recvonly"), expect(200, "a=sendrecv")
    ack = request("ACK", cseq=4, body=sdp("sendrecv", 4))
    run = calls(
        *BEGIN, hold, held, request("ACK", cseq=2), update, free, offerless, free, ack, *end(5)
    )
    pick_up(phone)
    run.done()


def test_session_timers_as_the_one_who_is_called(phone, calls):
    timer = "Supported: timer"
    short = request("INVITE", "Session-Expires: 30", timer, body=sdp(), inside=False)
    ack = request("ACK", branch="[branch-3]")
    good = request(
        "INVITE",
        "Session-Expires: 90;refresher=uac",
        "Min-SE: 90",
        timer,
        body=sdp(),
        inside=False,
        cseq=2,
    )
    steps = (short, expect(100, optional=True), expect(422, "Min-SE: 90"), ack)
    agreed = expect(200, "Session-Expires: 90;refresher=uac", "Require: timer")
    run = calls(
        *steps,
        good,
        expect(100, optional=True),
        expect(180),
        agreed,
        request("ACK", cseq=2),
        request("UPDATE", "Session-Expires: 90;refresher=uac", timer, cseq=3),
        expect(200, "Session-Expires: 90;refresher=uac"),
        *end(4),
    )
    pick_up(phone)
    run.done()


def test_dtmf_by_info_and_wrong_things_inside_a_dialog(phone, calls):
    relay = "application/dtmf-relay"
    body = "Signal=5\nDuration=160\n"
    run = calls(
        *BEGIN,
        request("INFO", body=body, kind=relay, cseq=2),
        expect(200),
        request("INFO", body="x", kind="text/plain", cseq=3),
        expect(415, "Accept: application/dtmf"),
        request("OPTIONS", cseq=4),
        expect(200, "Allow: .*INVITE"),
        request("MESSAGE", body="x", kind="text/plain", cseq=5),
        expect(405, "Allow: .*INVITE"),
        request("INFO", "Require: nonsense", cseq=6),
        expect(420, "Unsupported: nonsense"),
        request("UPDATE", "Require: nonsense", cseq=7),
        expect(420, "Unsupported: nonsense"),
        *end(8),
    )
    pick_up(phone)
    run.done()


def test_requests_outside_of_dialogs(phone, calls):
    out = {"inside": False}
    run = calls(
        request("OPTIONS", **out),
        expect(200, "Accept: application/sdp"),
        request("REGISTER", cseq=2, **out),
        expect(405, "Allow: "),
        request("FOO", cseq=3, **out),
        expect(501),
        request("OPTIONS", "Require: nonsense", cseq=4, **out),
        expect(420),
        request("REFER", "Refer-To: <sip:1@127.0.0.1>", cseq=5, **out),
        expect(403),
        request("BYE", cseq=6, **out),
        expect(481),
    )
    run.done()


def test_the_phone_as_transferee(phone, calls, tmp_path):
    target = Run(tmp_path / "target", (expect("INVITE", "Referred-By: <sip:sipp@"), *TAKEN[1:]))
    run = calls(
        *BEGIN,
        request(
            "REFER",
            f"Refer-To: <sip:300@127.0.0.1:{target.port}>",
            "Referred-By: <sip:sipp@[local_ip]>",
            cseq=2,
        ),
        expect(202),
        expect("NOTIFY", "SIP/2.0 100", "Subscription-State: active"),
        answer(200, tag=False),
        expect("NOTIFY", "SIP/2.0 200", "Subscription-State: terminated"),
        answer(200, tag=False),
        expect("INVITE", "a=sendonly"),  # one call at a time is heard
        answer(200, body=sdp("recvonly", 2), tag=False, retrans=True),
        expect("ACK"),
        *end(3),
    )
    pick_up(phone)
    run.done()
    phone.ask("hook on")
    phone.ask("press CANCEL")
    target.done()


# -- SIPp is called -----------------------------------------------------------------------------

TAKEN = (
    answer(180),
    answer(200, body=sdp(), retrans=True),
    expect("ACK"),
    expect("BYE"),
    answer(200, tag=False),
)


def test_the_phone_calls(phone, called):
    run = called(expect("INVITE", "a=sendrecv", "Supported: .*100rel"), *TAKEN)
    state(phone, "connected")
    phone.ask("hook on")
    run.done()
    state(phone, None)


def test_the_phone_cancels(phone, called):
    run = called(
        expect("INVITE"),
        answer(180),
        expect("CANCEL"),
        answer(200, tag=False),
    )
    state(phone, "ringing")
    phone.ask("hook on")
    run.done()
    state(phone, None)


def test_a_challenged_invite(phone, called):
    challenge = 'WWW-Authenticate: Digest realm="sipp", nonce="abc", qop="auth", algorithm=MD5'
    run = called(
        expect("INVITE"),
        answer(401, challenge),
        expect("ACK"),
        expect("INVITE", "CSeq: 2 INVITE", auth="secret"),
        *TAKEN,
    )
    state(phone, "connected")
    phone.ask("hook on")
    run.done()


def test_reliable_early_media(phone, called):
    run = called(
        expect("INVITE"),
        answer(183, "Require: 100rel", "RSeq: 77", body=sdp()),
        expect("PRACK", "RAck: 77 1 INVITE"),
        answer(200, tag=False),
        pause(300),
    )
    state(phone, "ringing")
    run.done()


def test_a_redirection_is_followed(phone, called, tmp_path):
    target = Run(tmp_path / "target", (expect("INVITE", "CSeq: 2 INVITE"), *TAKEN))
    phone.ask("unset user_outbound1")
    moved = answer(302, f"Contact: <sip:300@127.0.0.1:{target.port}>").replace(
        "Contact: <sip:sipp@[local_ip]:[local_port]>\n", ""
    )
    run = Run(tmp_path / "sipp", (expect("INVITE"), moved, expect("ACK")))
    phone.ask(f"set user_host1 127.0.0.1:{run.port}")
    phone.ask("hook off")
    for digit in "200#":
        phone.ask(f"press {digit} 20")
    run.done()
    state(phone, "connected")
    phone.ask("hook on")
    target.done()


CONNECT = (
    expect("INVITE", learn=True),
    answer(200, body=sdp(), retrans=True),
    expect("ACK"),
)


def test_our_hold_meets_glare_and_is_tried_again(phone, called):
    run = called(
        *CONNECT,
        expect("INVITE", "a=sendonly"),
        answer(491, tag=False),
        expect("ACK"),
        expect("INVITE", "a=sendonly"),
        answer(200, body=sdp("recvonly", 2), tag=False, retrans=True),
        expect("ACK"),
        expect("INVITE", "a=sendrecv"),
        answer(200, body=sdp("sendrecv", 3), tag=False, retrans=True),
        expect("ACK"),
        expect("BYE"),
        answer(200, tag=False),
    )
    state(phone, "connected")
    phone.ask("press HOLD")
    state(phone, "held")
    phone.ask("press HOLD")
    state(phone, "connected")
    phone.ask("hook on")
    run.done()


def test_the_called_side_hangs_up(phone, called):
    run = called(*CONNECT, answered("BYE", cseq=1), expect(200))
    run.done()
    state(phone, None)


def test_the_phone_as_transferor(phone, called):
    event = "Event: refer"
    frag = "message/sipfrag;version=2.0"
    run = called(
        *CONNECT,
        expect("INVITE", "a=sendonly"),
        answer(200, body=sdp("recvonly", 2), tag=False, retrans=True),
        expect("ACK"),
        expect("REFER", "Refer-To: <sip:300@", "Referred-By: "),
        answer(202, tag=False),
        answered(
            "NOTIFY",
            event,
            "Subscription-State: active;expires=60",
            cseq=1,
            body="SIP/2.0 100 Trying",
            kind=frag,
        ),
        expect(200),
        answered(
            "NOTIFY",
            event,
            "Subscription-State: terminated;reason=noresource",
            cseq=2,
            body="SIP/2.0 200 OK",
            kind=frag,
        ),
        expect(200),
        expect("BYE"),
        answer(200, tag=False),
    )
    state(phone, "connected")
    phone.ask("press TRANSFER")
    state(phone, "held")
    for digit in "300":
        phone.ask(f"press {digit} 20")
    phone.ask("press TRANSFER")
    run.done()
    state(phone, None)
