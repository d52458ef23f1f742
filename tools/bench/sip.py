"""The parser beside those on PyPI, INVITE to 180 and 200 beside baresip.

Ratios of one run are what counts. The others' parsers are installed into build/bench, at their
newest; one that is missing is named. The calls are timed by a small UDP client of ours, which
takes turns between the phone in the VM and baresip.
"""

import json
import os
import pathlib
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from tools import vm
from tools.control import Phone

PARSERS = {
    "aiosipua": "aiosipua",
    "sipmessage": "sipmessage",
    "sippy": "sippy",
    "pyvoip": "pyVoIP",
    "twisted": "Twisted",
}
_HERE = pathlib.Path(__file__).parent
_CALLS = 60
_SDP = (
    "v=0\r\no=bench 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 7000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
)


def invite(size=1200):
    """Return an INVITE of `size` bytes as a PBX behind a proxy sends it."""
    head = [
        "INVITE sip:100@192.0.2.10:5060;transport=udp SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKbench1;rport",
        "Via: SIP/2.0/UDP 192.0.2.2:5060;received=198.51.100.7;branch=z9hG4bKbench2;rport=5062",
        "Record-Route: <sip:192.0.2.1;lr;ftag=8f3a>",
        "Max-Forwards: 68",
        'From: "Reception, ground floor" <sip:200@pbx.example>;tag=as5d0a8fb1',
        "To: <sip:100@pbx.example>",
        "Contact: <sip:200@192.0.2.2:5060>",
        "Call-ID: 3e1f0a7b2c9d4e5f@pbx.example",
        "CSeq: 31 INVITE",
        "User-Agent: bench",
        "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, SUBSCRIBE, NOTIFY, INFO, PUBLISH",
        "Supported: replaces, timer",
        "Session-Expires: 1800;refresher=uac",
        "Min-SE: 90",
        'P-Asserted-Identity: "Reception" <sip:200@pbx.example>',
        "Content-Type: application/sdp",
        f"Content-Length: {len(_SDP)}",
    ]
    text = "\r\n".join([*head, "", _SDP])
    pad = size - len(text) - len("X-Pad: \r\n")
    if pad > 0:
        head.insert(-2, "X-Pad: " + "p" * pad)
        text = "\r\n".join([*head, "", _SDP])
    return text.encode()


def install():
    """Make build/bench with the others' parsers, as far as they can be had; return its Python."""
    folder = vm.ROOT / "build/bench"
    python = folder / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    asked = [str(python), "-m", "pip", "list", "--format=freeze"]
    have = subprocess.run(asked, capture_output=True, text=True).stdout.lower()
    for package in PARSERS.values():
        if package.lower() + "==" not in have:
            words = [str(python), "-m", "pip", "install", "--quiet", package]
            subprocess.run(words, capture_output=True, text=True)
    return str(python)


def parsers(folder):
    """Print the table of the parsers."""
    data = invite()
    path = folder / "invite"
    path.write_bytes(data)
    script = str(_HERE / "parse_vm.py")
    ours = {}
    environment = {**os.environ, "PYTHONPATH": str(vm.ROOT / "firmware")}
    for name, words, env in (
        ("CPython", [sys.executable, script], environment),
        ("VM", [vm.vm_path(), "-X", "heapsize=512k", script], vm.environment()),
    ):
        done = subprocess.run([*words, str(path)], capture_output=True, text=True, env=env)
        if done.returncode:
            raise SystemExit(f"{name}: {done.stdout}{done.stderr}")
        ours[name] = json.loads(done.stdout)
    words = [install(), str(_HERE / "parsers.py")]
    done = subprocess.run(words, input=data, capture_output=True, cwd=folder)
    others = json.loads(done.stdout or "{}")
    print(f"one INVITE of {len(data)} bytes, times in µs")
    print("%-24s %10s %7s %16s %7s" % ("parser", "parse", "ratio", "parse + access", "ratio"))
    base = ours["CPython"]
    rows = [("Offhook, CPython", base), ("Offhook, MicroPython", ours["VM"])]
    rows += [(package, others.get(name)) for name, package in PARSERS.items()]
    for name, times in rows:
        if isinstance(times, list):
            ratios = [a / b for a, b in zip(times, base, strict=True)]
            print(
                "%-24s %10.1f %7.1f %16.1f %7.1f"
                % (name, times[0], ratios[0], *_end(times, ratios))
            )
        else:
            print("%-24s %s" % (name, f"missing: {times or 'not installed'}"))


def _end(times, ratios):
    return times[1], ratios[1]


class Caller:
    """Calls a user agent that answers by itself, and takes the times of its 180 and 200."""

    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(5)
        self._own = "127.0.0.1:%d" % self._socket.getsockname()[1]
        self._number = 0

    def call(self, user, address):
        """Make one call; return {180: ms, 200: ms}."""
        self._number += 1
        uri = f"sip:{user}@{address[0]}:{address[1]}"
        came = {}
        begin = time.perf_counter()
        self._send(address, "INVITE", uri, 1, "", _SDP)
        while 200 not in came:
            text = self._socket.recv(4096).decode()
            now = (time.perf_counter() - begin) * 1000
            status = int(text[8:11])
            if f"bench{self._number}@" in text and status > 100 and " INVITE" in text:
                came.setdefault(status, now)
                if status >= 300:
                    raise SystemExit(f"bench-sip: {address} answers {status}")
        tag = ";tag=" + re.search(r"(?im)^to:.*;tag=([^\s;]+)", text).group(1)
        self._send(address, "ACK", uri, 1, tag)
        self._send(address, "BYE", uri, 2, tag)
        while "BYE" not in text or "SIP/2.0 200" not in text:
            text = self._socket.recv(4096).decode()
        return came

    def _send(self, address, method, uri, cseq, tag, body=""):
        lines = [
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._own};branch=z9hG4bK{self._number}{method};rport",
            "Max-Forwards: 70",
            f"From: <sip:bench@{self._own}>;tag=b{self._number}",
            f"To: <{uri}>{tag}",
            f"Call-ID: bench{self._number}@{self._own}",
            f"CSeq: {cseq} {method}",
            f"Contact: <sip:bench@{self._own}>",
        ]
        lines += ["Content-Type: application/sdp"] if body else []
        text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", body])
        self._socket.sendto(text.encode(), address)

    def close(self):
        """Close the socket."""
        self._socket.close()


def calls(folder):
    """Print INVITE to 180 and 200, in turns."""
    from tests.peers.baresip import Baresip

    settings = {"user_name1": "100", "user_host1": "desk.example", "user_register1": "off"}
    settings["autoanswer"] = "on"
    phone = Phone(folder / "phone", settings, ["--dns", "none"])
    other = Baresip(folder / "baresip", user="100", account="regint=0;answermode=auto")
    caller = Caller()
    took = {}
    try:
        targets = {"Offhook, in the VM": phone.address, "baresip": (other.ip, other.port)}
        for _ in range(_CALLS):
            for name, address in targets.items():
                for status, ms in caller.call("100", address).items():
                    took.setdefault((name, status), []).append(ms)
    finally:
        caller.close()
        other.stop()
        phone.stop()
    print(f"\n{_CALLS} calls each, in turns, times in ms")
    print("%-24s %6s %10s %10s %7s" % ("from INVITE to", "", "median", "95%", "ratio"))
    for status in (180, 183, 200):
        base = took.get(("baresip", status))
        for name in targets:
            values = sorted(took.get((name, status), []))
            if values:
                middle = statistics.median(values)
                ratio = "%7.1f" % (middle / statistics.median(base)) if base else "      -"
                last = values[int(len(values) * 0.95)]
                print("%-24s %6d %10.2f %10.2f %s" % (name, status, middle, last, ratio))


def main():
    """Print both tables; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        parsers(pathlib.Path(folder))
        try:
            calls(pathlib.Path(folder))
        except BaseException as error:  # pytest's Skipped is no Exception
            if type(error).__name__ != "Skipped":
                raise
            print(f"\nINVITE to 180: {error}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
