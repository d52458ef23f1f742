"""Subscriptions with SIPp as the notifier: BLF lamps, pick-up, messages waiting, check-sync."""

from tests.peers.sipp import Run, answer, answered, expect, request
from tests.peers.test_kamailio import states

INFO = "application/dialog-info+xml"


def info(version, state="", kind="full"):
    """Return a dialog-info body in which 201 has one call in `state`, or none."""
    dialog = ""
    if state:
        dialog = (
            '<dialog id="7" call-id="c9" local-tag="lt" remote-tag="rt" direction="recipient">'
            f"<state>{state}</state></dialog>"
        )
    return (
        '<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" '
        f'version="{version}" state="{kind}" entity="sip:201@x">{dialog}</dialog-info>'
    )


def notify(cseq, body, state="active;expires=600"):
    """Return the steps of a NOTIFY with a dialog-info body, and its 200."""
    lines = ("Event: dialog", f"Subscription-State: {state}")
    return answered("NOTIFY", *lines, body=body, cseq=cseq, kind=INFO), expect(200)


def granted(seconds=600):
    """Return the steps of a SUBSCRIBE that is granted."""
    asked = expect("SUBSCRIBE", "Event: dialog", "Accept: application/dialog-info.xml", learn=True)
    return asked, answer(200, f"Expires: {seconds}")


def watcher(desk, run, **settings):
    """Return a phone whose P6 watches 201 at SIPp."""
    return desk("100", user_outbound1=f"127.0.0.1:{run.port}", fkey5="active blf 201", **settings)


def lamp(wanted):
    """Return a test for P6's lamp."""
    return lambda lamps: lamps["P6"] == wanted


def test_a_blf_lamp_follows_and_the_event_is_sent(desk, tmp_path):
    run = Run(
        tmp_path / "blf",
        (
            *granted(),
            *notify(1, info(0)),
            *notify(2, info(1, "early", "partial")),
            *notify(3, info(2, "confirmed", "partial")),
            *notify(4, info(3, "terminated", "partial")),
            *notify(5, info(4, "confirmed", "partial")),
        ),
    )
    url = "http://127.0.0.2:9/n?l=$local"
    phone = watcher(desk, run, action_received_subscr_notify_url=url)
    phone.wait(lamp("on"), "lamps")
    run.done()
    row = phone.ask("counters")["action_received_subscr_notify_url"]
    assert row["queued"] == 5


def test_a_ringing_extension_is_picked_up_with_replaces(desk, tmp_path):
    wanted = "Replaces: c9;to-tag=rt;from-tag=lt;early-only"
    caller = Run(
        tmp_path / "caller",
        (expect("INVITE", wanted, "Require: replaces"), answer(486), expect("ACK")),
    )
    early = info(0, "early").replace(
        "</state>", f"</state><remote><target uri='sip:300@127.0.0.1:{caller.port}'/></remote>"
    )
    run = Run(tmp_path / "ring", (*granted(), *notify(1, early)))
    server = Run(
        tmp_path / "code", (expect("INVITE", "INVITE sip:.8201@"), answer(486), expect("ACK"))
    )
    phone = desk(
        "100",
        fkey5=f"active blf sip:201@127.0.0.1:{run.port}",
        user_host1=f"127.0.0.1:{server.port}",
        user_register1="off",
    )
    phone.wait(lamp("fast"), "lamps")
    run.done()
    phone.ask("press P6")
    caller.done()
    phone.wait(states())
    phone.ask("set pickup_code *8")
    phone.ask("press P6")
    server.done()
    phone.wait(states())


def test_a_refusal_a_dead_dialog_and_a_termination_are_survived(desk, tmp_path):
    run = Run(
        tmp_path / "again",
        (
            expect("SUBSCRIBE"),
            answer(423, "Min-Expires: 7200"),
            expect("SUBSCRIBE", "Expires: 7200", learn=True),
            answer(200, "Expires: 7200"),
            *notify(1, info(0, "confirmed")),
            *notify(2, info(3, "early", "partial")),  # two versions were lost
            expect("SUBSCRIBE"),
            answer(200, "Expires: 7200", tag=False),
            *notify(3, info(4, "early")),
        ),
    )
    phone = watcher(desk, run)
    phone.wait(lamp("fast"), "lamps")
    run.done()


def test_a_press_calls_who_is_idle(desk, tmp_path):
    run = Run(
        tmp_path / "call",
        (*granted(), *notify(1, info(0))),
    )
    phone = watcher(desk, run)
    phone.wait(lambda row: row.get("total", {}).get("queued") == 0, "counters")
    run.done()
    phone.ask("press P6")
    calls = phone.wait(lambda calls: len(calls) == 1)
    assert calls[0]["remote"] == "201@desk.example"
    phone.ask("press CANCEL")
    phone.wait(states())


def test_waiting_messages_are_shown_asked_for_or_not(desk, tmp_path):
    summary = "Messages-Waiting: yes\nVoice-Message: 3/8 (0/0)\n"
    asked = expect("SUBSCRIBE", "Event: message-summary", learn=True)
    lines = ("Event: message-summary", "Subscription-State: active;expires=600")
    kind = "application/simple-message-summary"
    run = Run(
        tmp_path / "mwi",
        (
            asked,
            answer(200, "Expires: 600"),
            answered("NOTIFY", *lines, body=summary, cseq=1, kind=kind),
            expect(200),
        ),
    )
    phone = desk(
        "100",
        user_outbound1=f"127.0.0.1:{run.port}",
        user_mailbox1="*97",
        fkey6="active keyevent F_RETRIEVE",
    )
    run.done()
    phone.wait(lambda shown: "Messages: 3" in shown["lines"], "display")
    assert phone.ask("lamps")["P7"] == "on"
    head = request("NOTIFY", "Event: message-summary", body="Messages-Waiting: no", inside=False)
    head = head.replace("application/sdp", kind)
    Run(tmp_path / "no", (head, expect(200)), ("127.0.0.1", phone.sip_port)).done()
    phone.wait(lambda lamps: lamps["P7"] == "off", "lamps")
    assert not any("Messages" in line for line in phone.ask("display")["lines"])
