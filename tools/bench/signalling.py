"""The parser beside those on PyPI, INVITE to 180 and 200 beside baresip.

Ratios of one run are what counts. The others' parsers are installed into build/bench, at their
newest; one that is missing is named. The calls are timed by a small UDP client of ours, which
takes turns between the phone in the VM and baresip.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from tools import vm
from tools.bench import calls
from tools.bench.awake import awake

PARSERS = {
    "aiosipua": "aiosipua",
    "sipmessage": "sipmessage",
    "sippy": "sippy",
    "pyvoip": "pyVoIP",
    "twisted": "Twisted",
}
_HERE = pathlib.Path(__file__).parent


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
        f"Content-Length: {len(calls.SDP)}",
    ]
    text = "\r\n".join([*head, "", calls.SDP])
    pad = size - len(text) - len("X-Pad: \r\n")
    if pad > 0:
        head.insert(-2, "X-Pad: " + "p" * pad)
        text = "\r\n".join([*head, "", calls.SDP])
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
    modules = os.path.join(vm.search_path()[0], vm.ORDER)
    for name, words, more, env in (
        ("CPython", [sys.executable, script], [], environment),
        ("VM", [vm.vm_path(), "-X", "heapsize=4m", script], [modules], vm.environment()),
    ):
        words += [str(path), *more]
        done = subprocess.run(words, capture_output=True, text=True, env=env)
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


def main():
    """Print both tables; return 1 where something is missed."""
    with tempfile.TemporaryDirectory() as folder, awake():
        parsers(pathlib.Path(folder))
        try:
            missed = calls.run(pathlib.Path(folder))
        except BaseException as error:  # pytest's Skipped is no Exception
            if type(error).__name__ != "Skipped":
                raise
            print(f"\nINVITE to 180: {error}")
            return 0
    if missed:
        print("MISSED: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
