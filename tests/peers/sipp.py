"""SIPp as a scripted peer: scenarios from a few Python lines, run beside a simulated phone.

``run(tmp_path, steps, …)`` starts SIPp and returns a `Run`; its `done()` waits and fails with
SIPp's own words unless every step came as written.
"""

import shutil
import subprocess
from xml.sax.saxutils import escape

import pytest

from tests.peers.peer import until
from tools.control import free_ports

SDP = """v=0
o=sipp 1 {version} IN IP4 [local_ip]
s=-
c=IN IP4 [local_ip]
t=0 0
m=audio 6000 RTP/AVP 0 8 101
a=rtpmap:101 telephone-event/8000
a={direction}
"""


def sdp(direction="sendrecv", version=1):
    """Return a session description for a step's body."""
    return SDP.format(direction=direction, version=version)


def _message(first, headers, body, kind):
    lines = [first, *headers]
    if body:
        lines.append(f"Content-Type: {kind}")
    text = "\n".join([*lines, "Content-Length: [len]", "", body or ""])
    return f"<send{{attributes}}><![CDATA[\n{text}\n]]></send>"


def request(method, *headers, body="", kind="application/sdp", uri="sip:100@[remote_ip]", **more):
    """Return the step that sends a request; `inside` for one in the dialog, `cseq` its number."""
    inside, cseq = more.get("inside", True), more.get("cseq", 1)
    to = "<sip:100@[remote_ip]>" + ("[peer_tag_param]" if inside else "")
    branch = more.get("branch", "[branch]")
    fixed = [
        f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch};rport",
        "Max-Forwards: 70",
        'From: "SIPp" <sip:sipp@[local_ip]:[local_port]>;tag=[pid]t[call_number]',
        f"To: {to}",
        "Call-ID: [call_id]",
        f"CSeq: {cseq} {method}",
        "Contact: <sip:sipp@[local_ip]:[local_port]>",
    ]
    return _message(f"{method} {uri} SIP/2.0", [*fixed, *headers], body, kind).replace(
        "{attributes}", "" if method == "ACK" else ' retrans="500"'
    )


def answered(method, *headers, body="", cseq=1, **more):
    """Return the step that sends a request inside a dialog in which the phone is the caller."""
    fixed = [
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport",
        "Max-Forwards: 70",
        "From: [$ours]",
        "To: [$theirs]",
        "Call-ID: [call_id]",
        f"CSeq: {cseq} {method}",
        "Contact: <sip:sipp@[local_ip]:[local_port]>",
    ]
    text = _message(
        f"{method} sip:100@[remote_ip]:[remote_port] SIP/2.0",
        [*fixed, *headers],
        body,
        more.get("kind", "application/sdp"),
    )
    return text.replace("{attributes}", "" if method == "ACK" else ' retrans="500"')


def answer(status, *headers, body="", tag=True, retrans=False):
    """Return the step that answers the last request."""
    fixed = [
        "[last_Via:]",
        "[last_From:]",
        "[last_To:]" + (";tag=[pid]s[call_number]" if tag else ""),
        "[last_Call-ID:]",
        "[last_CSeq:]",
        "Contact: <sip:sipp@[local_ip]:[local_port]>",
    ]
    text = _message(f"SIP/2.0 {status} x", [*fixed, *headers], body, "application/sdp")
    return text.replace("{attributes}", ' retrans="500"' if retrans else "")


def expect(what, *checks, optional=False, learn=False, auth=""):
    """Return the step that waits for a request's name, or for a status.

    `checks` are regular expressions that the whole message must match. `learn` keeps From and To,
    which `answered` needs. `auth` is the password that the request must prove to know.
    """
    kind = "response" if str(what).isdigit() else "request"
    attributes = f'{kind}="{what}"' + (' optional="true"' if optional else "")
    actions = ""
    for number, check in enumerate(checks):
        actions += (
            f'<ereg regexp="{escape(check, {chr(34): "&quot;"})}" search_in="msg" check_it="true" '
            f'assign_to="c{number}"/><log message="[$c{number}]"/>'
        )
    if learn:
        for name, variable in (("From:", "theirs"), ("To:", "to")):
            actions += (
                f'<ereg regexp="[^ ].*" search_in="hdr" header="{name}" check_it="true" '
                f'assign_to="{variable}"/>'
            )
        actions += '<assignstr assign_to="ours" value="[$to];tag=[pid]s[call_number]"/>'
        actions += '<log message="[$ours] [$theirs]"/>'
    if auth:
        actions += f'<verifyauth assign_to="right" username="100" password="{auth}"/>'
        attributes += ' test="right" next="1"'
    inner = f"<action>{actions}</action>" if actions else ""
    step = f"<recv {attributes}>{inner}</recv>"
    if auth:  # who does not know the password waits until the scenario's time is over
        step += '<pause milliseconds="60000"/><label id="1"/>'
    return step


def play(what):
    """Return the step that plays audio: `what` is SIPp's own attribute."""
    return f"<nop><action><exec {what}/></action></nop>"


def pause(ms):
    """Return the step that waits."""
    return f'<pause milliseconds="{ms}"/>'


def scenario(steps):
    """Return the scenario's XML."""
    return "\n".join(
        [
            '<?xml version="1.0" encoding="ISO-8859-1" ?>',
            '<scenario name="offhook">',
            *steps,
            "</scenario>",
        ]
    )


class Run:
    """A SIPp process with its scenario."""

    def __init__(
        self, folder, steps, target=None, number="100", port=None, seconds=20, count=1, more=()
    ):
        if not shutil.which("sipp"):
            pytest.skip("no sipp: run 'make peers'")
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_ports(1)[0]
        self.folder = folder
        path = folder / f"scenario{self.port}.xml"
        path.write_text(scenario(steps))
        command = ["sipp", "-sf", str(path), "-m", str(count), "-l", "1"]
        command += ["-nostdin", "-timeout", str(seconds)]
        command += ["-timeout_error", "-i", "127.0.0.1", "-p", str(self.port), "-trace_err"]
        command += ["-error_file", str(folder / f"errors{self.port}"), "-s", number, "-nd"]
        if target:
            command.append(f"{target[0]}:{target[1]}")
        command += more
        self.output = open(folder / f"output{self.port}", "w+")
        self.process = subprocess.Popen(
            command, cwd=folder, stdout=self.output, stderr=subprocess.STDOUT
        )
        self.seconds = seconds
        until(lambda: self.process.poll() is not None or self._bound(), message="no SIPp")

    def _bound(self):
        """Return True when SIPp has its UDP port."""
        with open("/proc/net/udp") as file:
            return f":{self.port:04X} " in file.read()

    def done(self):
        """Wait for the end of the scenario; fail with what SIPp says went wrong."""
        try:
            status = self.process.wait(self.seconds + 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = "no end"
        self.output.seek(0)
        errors = self.folder / f"errors{self.port}"
        text = errors.read_text() if errors.exists() else ""
        assert status == 0, f"sipp: {status}\n{text[-3000:]}\n{self.output.read()[-2000:]}"
