"""More SIPp scenarios: what a PBX does to a phone besides the calls of test_sipp_calls."""

import subprocess

import pytest

from tests.peers.peer import program
from tests.peers.sipp import Run, answer, answered, expect, pause, request, scenario, sdp
from tests.peers.test_kamailio import states
from tools.control import free_ports

INVITE = request("INVITE", body=sdp(), inside=False)
BEGIN = (INVITE, expect(100, optional=True), expect(180, optional=True), expect(200))
CALLS = 100


@pytest.fixture
def phone(desk):
    """A phone with the number 100 that is called directly."""
    return desk("100")


@pytest.fixture
def sipp(phone, tmp_path):
    """Give ``sipp(*steps)``: SIPp calls the phone."""
    return lambda *steps, **more: Run(tmp_path / "sipp", steps, phone.address, **more)


def test_a_hundred_calls_in_a_row_leave_the_heap_as_it_was(phone, tmp_path):
    phone.ask("set autoanswer on")
    steps = (*BEGIN, request("ACK"), request("BYE", cseq=2), expect(200))
    folder = tmp_path / "row"
    folder.mkdir()
    (folder / "scenario.xml").write_text(scenario(steps))
    free = []
    for count in (CALLS // 5, CALLS * 4 // 5):
        port = free_ports(1)[0]
        words = [program("sipp"), "-sf", "scenario.xml", "-m", str(count), "-nostdin", "-l", "1"]
        words += ["-timeout", "60", "-timeout_error", "-i", "127.0.0.1", "-p", str(port), "-r"]
        words += ["20", "-trace_stat", "-stf", f"{port}.csv", "-fd", "1", "-nd"]
        words += ["%s:%d" % phone.address]
        subprocess.run(words, cwd=folder, timeout=90, capture_output=True)
        names, *_, last = (folder / f"{port}.csv").read_text().splitlines()
        row = dict(zip(names.split(";"), last.split(";"), strict=False))
        assert (row["SuccessfulCall(C)"], row["FailedCall(C)"]) == (str(count), "0")
        phone.wait(states())
        phone.wait(lambda found: found["transactions"] == 0, "status", 40)
        free.append(phone.ask("ram")["free"])
    # what late timers and loaded rooms hold is no drift; a call that stays is some kilobytes
    assert free[1] > free[0] - 4096, free


def test_hanging_up_before_the_ack_sends_the_2xx_again_then_bye(phone, sipp):
    phone.ask("set autoanswer on")
    run = sipp(
        *BEGIN,
        pause(700),
        request("ACK"),
        expect(200, optional=True),
        expect("BYE"),
        answer(200, tag=False),
    )
    phone.wait(states("connected"))
    phone.ask("press CANCEL")
    run.done()
    phone.wait(states())


def test_auto_answer_only_where_it_is_allowed(phone, sipp):
    wish = "Call-Info: <sip:pbx.example>;answer-after=0"
    first = request("INVITE", wish, body=sdp(), inside=False)
    cancel = request("CANCEL", inside=False, branch="[branch-3]")
    for allowed in ("off", "on"):  # and never where a stranger asks for it
        phone.ask(f"set intercom_enabled {allowed}")
        run = sipp(
            first, expect(100, optional=True), expect(180), cancel, expect(200), expect(487)
        )
        run.done()
        phone.wait(states())
    phone.ask("set user_host1 127.0.0.1")
    run = sipp(
        first,
        expect(100, optional=True),
        expect(180, optional=True),
        expect(200),
        request("ACK"),
        request("BYE", cseq=2),
        expect(200),
    )
    run.done()
    phone.wait(states())


def test_a_merged_request_gets_482(phone, sipp):
    again = request("INVITE", body=sdp(), inside=False)  # another branch, all else the same
    run = sipp(INVITE, expect(100, optional=True), expect(180), again, expect(482))
    run.done()
    phone.ask("press CANCEL")


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        (416, request("OPTIONS", uri="mailto:100@[remote_ip]", inside=False)),
        (420, request("OPTIONS", "Require: nonsense", inside=False)),
        (415, request("INVITE", body="x", kind="text/x-nothing", inside=False)),
        (513, request("OPTIONS", f"X-Long: {'x' * 9000}", inside=False)),
        (405, request("PUBLISH", "Event: presence", inside=False)),
        (501, request("NOSUCH", inside=False)),
        (481, request("BYE", inside=False)),
        (405, request("SUBSCRIBE", "Event: nonsense", inside=False)),
    ],
)
def test_a_wrong_request_gets_the_status_it_is_owed(phone, sipp, status, steps):
    sipp(steps, expect(100, optional=True), expect(status)).done()
    assert phone.ask("calls") == []


def test_a_replaces_that_names_no_call_is_refused_and_the_call_stays(phone, desk, tmp_path):
    other = desk("200", user_outbound1=f"127.0.0.1:{phone.sip_port}")
    other.ask("dial 100")
    phone.wait(states("ringing"))
    phone.ask("hook off")
    phone.wait(states("connected"))
    call = phone.ask("calls")[0]["call_id"]
    wrong = request("INVITE", f"Replaces: {call};to-tag=x;from-tag=y", body=sdp(), inside=False)
    run = Run(tmp_path / "wrong", (wrong, expect(100, optional=True), expect(481)), phone.address)
    run.done()
    assert phone.ask("calls")[0]["call_id"] == call
    phone.ask("hook on")
    other.wait(states())


def test_a_check_sync_of_a_stranger_is_refused(phone, sipp):
    event = "Event: check-sync;reboot=true"
    sipp(request("NOTIFY", event, inside=False), expect(489)).done()


def test_a_second_2xx_of_a_fork_is_acknowledged_and_ended(desk, tmp_path):
    keep = '<ereg regexp="[^ ].*" search_in="hdr" header="Via:" assign_to="via"/>'
    invite = expect("INVITE", learn=True).replace("</action>", keep + "</action>")
    second = answer(200, body=sdp(), tag=False)
    for last, own in (("Via", "[$via]"), ("To", "[$to];tag=other"), ("CSeq", "1 INVITE")):
        second = second.replace(f"[last_{last}:]", f"{last}: {own}")
    run = Run(
        tmp_path / "fork",
        (
            invite,
            answer(180),
            answer(200, body=sdp()),
            expect("ACK"),
            second,
            expect("ACK", "tag=other"),
            expect("BYE", "tag=other"),
            answer(200, tag=False),
            answered("BYE"),
            expect(200),
        ),
    )
    phone = desk("100", user_outbound1=f"127.0.0.1:{run.port}")
    phone.ask("dial 200")
    run.done()
    phone.wait(states())
