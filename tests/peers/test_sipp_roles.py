"""SIPp scenarios: the phone in each role of a transfer, session timers, OPTIONS, check-sync."""

import pytest

from tests.peers.sipp import Run, answer, answered, expect, request, sdp
from tests.peers.test_kamailio import states
from tests.peers.test_sipp_calls import BEGIN, end

_TIMER = "Supported: timer"


@pytest.fixture
def phone(desk):
    """A phone with the number 100 that is called directly."""
    return desk("100")


def _learn(step, variable):
    """Let a step for a response keep the tag of its To as `variable`."""
    action = (
        f'<action><ereg regexp="tag=([^;]*)" search_in="hdr" header="To:" check_it="true" '
        f'assign_to="all{variable},{variable}"/><log message="[$all{variable}]"/></action>'
    )
    return step.replace("></recv>", f">{action}</recv>")


def _other(step, tag=""):
    """Move a request into another dialog of the same scenario."""
    step = step.replace("Call-ID: [call_id]", "Call-ID: other///[call_id]")
    step = step.replace(";tag=[pid]t[call_number]\n", ";tag=[pid]o[call_number]\n", 1)
    return step.replace("[peer_tag_param]", f";tag=[${tag}]" if tag else "")


def test_the_phone_as_target_of_an_attended_transfer(phone, tmp_path):
    replaces = "Replaces: [call_id];to-tag=[$first];from-tag=[pid]t[call_number]"
    invite, ringing, accepted = BEGIN[0], expect(180, optional=True), expect(200)
    run = Run(
        tmp_path / "target",
        (
            invite,
            expect(100, optional=True),
            ringing,
            _learn(accepted, "first"),
            request("ACK"),
            _other(request("INVITE", replaces, body=sdp(), inside=False)),
            expect(100, optional=True),
            _learn(accepted, "second"),
            _other(request("ACK"), "second"),
            expect("BYE"),
            answer(200, tag=False),
            _other(request("BYE", cseq=2), "second"),
            expect(200),
        ),
        phone.address,
    )
    phone.wait(states("ringing"))
    phone.ask("hook off")
    run.done()
    phone.wait(states())


def test_the_phone_as_transferor_of_an_attended_transfer(phone, tmp_path):
    frag, event = "message/sipfrag;version=2.0", "Event: refer"
    over = "Subscription-State: terminated;reason=noresource"
    held = (
        expect("INVITE", "a=sendonly"),
        answer(200, body=sdp("recvonly", 2), tag=False, retrans=True),
        expect("ACK"),
    )
    gone = (expect("BYE"), answer(200, tag=False))
    first = Run(
        tmp_path / "transferee",
        (
            *BEGIN,
            *held,
            expect("REFER", "Refer-To: <sip:.*Replaces=.*to-tag%3D.*from-tag%3D", "Referred-By: "),
            answer(202, tag=False),
            request("NOTIFY", event, over, body="SIP/2.0 200 OK", kind=frag, cseq=2),
            expect(200),
            *gone,
        ),
        phone.address,
    )
    phone.wait(states("ringing"))
    phone.ask("hook off")
    phone.wait(states("connected"))
    second = Run(tmp_path / "target", (*BEGIN, *gone), phone.address)
    phone.wait(states("connected", "ringing"))
    phone.ask("press ENTER")
    phone.wait(states("held", "connected"))
    phone.ask("press TRANSFER")
    first.done()
    phone.wait(lambda calls: len(calls) < 2)
    phone.ask("press CANCEL")
    second.done()
    phone.wait(states())


def test_an_interval_that_is_too_small_for_them_is_asked_for_again(desk, tmp_path):
    run = Run(
        tmp_path / "timer",
        (
            expect("INVITE", "Session-Expires: 90"),
            answer(422, "Min-SE: 120"),
            expect("ACK"),
            expect("INVITE", "Session-Expires: 120", "Min-SE: 120", learn=True),
            answer(
                200, _TIMER, "Require: timer", "Session-Expires: 120;refresher=uas", body=sdp()
            ),
            expect("ACK"),
            answered("BYE"),
            expect(200),
        ),
    )
    phone = desk("100", user_outbound1=f"127.0.0.1:{run.port}", session_timer=90)
    phone.ask("dial 200")
    run.done()
    phone.wait(states())


def test_the_phone_refreshes_the_session_when_that_is_its_part(desk, tmp_path):
    refresh = expect("UPDATE", "Session-Expires: 90;refresher=uac")
    granted = "Session-Expires: 90;refresher=uac"
    run = Run(
        tmp_path / "refresh",
        (
            expect("INVITE", learn=True),
            answer(200, _TIMER, "Require: timer", "Allow: UPDATE", granted, body=sdp()),
            expect("ACK"),
            refresh,
            answer(200, _TIMER, "Require: timer", granted, tag=False),
            answered("BYE"),
            expect(200),
        ),
        seconds=60,
    )
    phone = desk("100", user_outbound1=f"127.0.0.1:{run.port}", session_timer=90)
    phone.ask("dial 200")
    run.done()
    phone.wait(states())


def test_options_are_answered_in_every_state(phone, tmp_path):
    ask = request("OPTIONS", inside=False), expect(200, "Allow: INVITE", "Accept: application/sdp")

    def asked():
        Run(tmp_path / "options", ask, phone.address).done()

    asked()
    run = Run(tmp_path / "call", (*BEGIN, *_reinvite(), *end(2)), phone.address)
    phone.wait(states("ringing"))
    asked()
    phone.ask("hook off")
    phone.wait(states("connected"))
    asked()
    phone.ask("press DND")
    asked()
    phone.ask("press HOLD")
    phone.wait(states("held"))
    asked()
    run.done()
    phone.wait(states())


def _reinvite():
    return (
        expect("INVITE", "a=sendonly"),
        answer(200, body=sdp("recvonly", 2), tag=False, retrans=True),
        expect("ACK"),
        '<pause milliseconds="1000"/>',
    )


def test_a_check_sync_of_the_registrar_restarts_the_phone(desk, tmp_path):
    run = Run(
        tmp_path / "registrar",
        (
            expect("REGISTER"),
            answer(200, "Expires: 600"),
            request("NOTIFY", "Event: check-sync;reboot=true", inside=False),
            expect(200),
            expect("REGISTER", "Expires: 0"),
            answer(200),
        ),
    )
    phone = desk("100", user_register1="on", user_host1=f"127.0.0.1:{run.port}")
    run.done()
    assert phone.process.wait(10) == 0  # the simulated board's reset


def test_a_body_of_several_parts_is_a_call_like_any_other(phone, tmp_path):
    parts = (
        "--b1\nContent-Type: application/sdp\n\n"
        + sdp()
        + "\n--b1\nContent-Type: text/plain\nContent-Disposition: x;handling=optional\n\nhello\n"
        + "--b1--\n"
    )
    invite = request("INVITE", body=parts, kind="multipart/mixed;boundary=b1", inside=False)
    run = Run(tmp_path / "parts", (invite, *BEGIN[1:], *end(2)), phone.address)
    phone.wait(states("ringing"))
    phone.ask("hook off")
    run.done()
    phone.wait(states())
