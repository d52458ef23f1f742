"""One simulated phone in the real MicroPython VM.

``python -m tools.phone --state DIR --sip-port 5070 --control 9070 [--set NAME=VALUE …]`` prints
``ready`` when it is up. It stops on ``quit`` at the control port, on SIGTERM and SIGINT, and when
its parent dies.
"""

import argparse
import ctypes
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

from tools import arrows, soundcard, vm

_START = "import hal.sim.platform as p, offhook.start as s; p.main(s.run)"
_PR_SET_PDEATHSIG = 1
_PATIENCE = 10  # s that a phone may take to unregister and stop


def arguments(words=None):
    """Return the parsed command line."""
    parser = argparse.ArgumentParser(prog="tools.phone", description=__doc__.split("\n")[0])
    parser.add_argument("--state", required=True, metavar="DIR", help="folder of its settings")
    parser.add_argument("--sip-port", type=int, required=True, help="UDP and TCP port for SIP")
    parser.add_argument("--control", type=int, required=True, help="loopback port for commands")
    parser.add_argument("--web", type=int, metavar="PORT", help="port of its web pages")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting; repeatable"
    )
    parser.add_argument(
        "--heap",
        default="4wm",
        help="heap of the VM, such as 110k; 4wm is that of a board with 4 MB",
    )
    parser.add_argument("--vm", help="the MicroPython VM to use")
    parser.add_argument("--frozen", metavar="VM", help="a VM with the software frozen in")
    parser.add_argument("--source", action="store_true", help="run the sources, to debug")
    parser.add_argument("--begin", default="", help="Python to run in the VM before the phone")
    parser.add_argument("--address", help="own address, where the routes do not tell it")
    parser.add_argument(
        "--audio",
        metavar="IN.wav,OUT.wav",
        help="speak the one, write the other; or 'loop'; or 'device', the host's sound card",
    )
    parser.add_argument(
        "--first-start",
        type=int,
        metavar="PORT",
        help="WiFi to join instead of a cable; its own page is http://127.0.0.4:PORT/",
    )
    parser.add_argument(
        "--held", action="append", default=[], metavar="KEY", help="a key held while it starts"
    )
    parser.add_argument("--dns", help="name server, instead of the host's; 'none' for none")
    return parser.parse_args(words)


def audio(words):
    """Return what the phone is told of ``--audio``: the phone runs in another folder."""
    if words == "loop" or words.startswith("udp:"):
        return words
    names = words.split(",")
    if len(names) != 2:
        raise SystemExit(
            f"--audio {words}: write IN.wav,OUT.wav (either may be empty), loop or device"
        )
    return ",".join(str(pathlib.Path(x).resolve()) if x else "" for x in names)


def options(args):
    """Return what the VM needs to know."""
    wanted = {"network_id_port": str(args.sip_port)}
    for pair in args.set:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SystemExit(f"--set {pair}: write NAME=VALUE")
        wanted[name] = value
    if args.web:
        wanted["http_port"] = str(args.web)
    given = {
        "state": str(pathlib.Path(args.state).resolve()),
        "control": args.control,
        "set": wanted,
        "address": args.address,
        "audio": args.audio and audio(args.audio),
        "first_start": args.first_start,
        "held": args.held,
    }
    if args.dns:
        given["dns"] = [] if args.dns == "none" else [args.dns]
    return given


def check(args):
    """Refuse ports that are taken and a VM that is not there; SystemExit says which."""
    for option, port, kind, host in (
        ("--sip-port", args.sip_port, socket.SOCK_DGRAM, "0.0.0.0"),
        ("--control", args.control, socket.SOCK_STREAM, "127.0.0.1"),
    ):
        with socket.socket(socket.AF_INET, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
            try:
                trial.bind((host, port))
            except (OSError, OverflowError) as error:
                raise SystemExit(f"{option} {port}: {error}") from None
    if not re.fullmatch(r"[1-9][0-9]*w?[kKmM]?", args.heap):
        raise SystemExit(f"--heap {args.heap}: write a size such as 110k")
    for option, program in (("--vm", args.vm), ("--frozen", args.frozen)):
        if program and not os.access(program, os.X_OK):
            raise SystemExit(f"{option} {program}: no program is there")


def _die_with_parent():
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _load(args):
    """Return Python that imports all modules one by one; nested they would need more stack."""
    names = f"open({vm.ORDER!r})"
    if args.frozen or args.source:
        names = repr(" ".join(arrows.order(*vm.TOPS))) + ".split()"
    return f"for name in {names}: __import__(name.strip())"


def start(args, **popen):
    """Start the VM with the phone in it; return the process."""
    pathlib.Path(args.state).mkdir(parents=True, exist_ok=True)
    path = [args.state] if args.frozen else vm.search_path(args.source, args.vm)
    process = subprocess.Popen(
        [
            args.frozen or args.vm or vm.vm_path(),
            "-X",
            "heapsize=" + args.heap,
            "-c",
            "\n".join([args.begin, _load(args), _START]),
        ],
        stdin=subprocess.PIPE,
        cwd=path[0],  # short paths: MicroPython keeps each module's on the heap
        env={**os.environ, "MICROPYPATH": ":".join([".", *path[1:], ".frozen"])},
        preexec_fn=_die_with_parent,  # noqa: PLW1509 no threads run here
        start_new_session=True,
        **popen,
    )
    process.stdin.write(json.dumps(options(args)).encode() + b"\n")
    process.stdin.flush()
    return process


def main(words=None):
    """Run one phone until it ends or is told to stop; return its exit status."""
    args = arguments(words)
    check(args)
    card = soundcard.Card() if args.audio == "device" else None
    if card:
        args.audio = f"udp:{card.port}"
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    process = start(args)
    if card:
        card.start()

    def stop(*_):
        process.stdin.close()  # the end of the serial line stops the phone
        signal.alarm(_PATIENCE)

    signal.signal(signal.SIGALRM, lambda *_: process.kill())
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if os.getppid() != parent:  # it died before we could ask to be told
        stop()
    try:
        return process.wait()
    except KeyboardInterrupt:
        return process.wait()
    finally:
        if card:
            card.stop()


if __name__ == "__main__":
    sys.exit(main())
