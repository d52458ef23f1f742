"""``make bench``: what bad web servers do to the phone's event loop, and event to GET.

All in one run: the longest gap of the loop while Action URLs go to each kind of server stands
beside that of a good one, and beside micropython-lib's `requests` (urequests) as the sender to
the same servers; event to the first byte of the GET beside a bare ``asyncio.open_connection``. The
cores are kept awake. Exits 1 where what is wanted is missed.
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from tools import vm
from tools.bench.awake import awake
from tools.bench.servers import Server
from tools.control import Control, free_ports

GAP = 1.5  # times the good server's longest gap, at most
GET = 1.5  # times a bare connection's first byte, at most
KINDS = ("good", "dead", "hangs", "trickles", "endless", "name without answer")
_EVENTS = 10  # for each kind of server
_GETS = 150
_ROUNDS = 3  # phones for each kind of server: their median counts
_WINDOW = 5  # s that the loop is watched: a request's deadline is set to 2 s
_PATIENCE = 20  # s


class Bench:
    """The watched phone in the VM; see loop_vm.py."""

    def __init__(self, folder):
        control, meter, sip = free_ports(3)
        options = {
            "state": str(folder),
            "control": control,
            "meter": meter,
            "address": None,
            "dns": ["127.0.0.3"],  # nobody answers there
            "set": {
                "network_id_port": str(sip),
                "user_name1": "100",
                "user_host1": "desk.example",
                "user_register1": "off",
                "action_url_timeout": "2",
            },
        }
        script = str(pathlib.Path(__file__).with_name("loop_vm.py"))
        self.process = subprocess.Popen(
            [vm.vm_path(), "-X", "heapsize=2m", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=vm.environment(),
        )
        self.process.stdin.write(json.dumps(options).encode() + b"\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line == b"ready\n":
                break
        else:
            raise SystemExit("the phone did not start")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.control = Control(control)
        self.meter = Control(meter, timeout=_PATIENCE)

    def gap(self, url):
        """Return (longest gap in µs, µs that firing held the loop) with `url`."""
        self.control.ask(f"set action_setup_url {url}")
        self.control.ask("counters")
        time.sleep(0.2)
        self.meter.ask("gap")
        held = self.meter.ask(f"fire {_EVENTS} action_setup_url")
        time.sleep(_WINDOW)  # the same for each: other programs' noise grows with the time
        gap = self.meter.ask("gap")
        self.control.ask("set action_url_queue 1")  # what still waits gives way
        self.control.ask("set action_url_queue 32")
        return gap, held

    def blocking(self, url):
        """Return the longest gap in µs while micropython-lib's requests is the sender.

        None when it has not come back in time: then this phone is of no use any more.
        """
        self.meter.ask("gap")
        try:
            self.meter.ask(f"requests {url}")
        except TimeoutError:
            self.process.kill()
            return None
        return self.meter.ask("gap")

    def close(self):
        """Stop the phone."""
        self.control.close()
        self.meter.close()
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _one(folder, kind, what):
    """Start a phone and the server of `kind`; return ``what(bench, url)``."""
    server = Server(kind) if kind in ("good", "hangs", "trickles", "endless") else None
    port = server.port if server else free_ports(1)[0]
    host = "nobody.example" if kind.startswith("name") else "127.0.0.2"
    with tempfile.TemporaryDirectory(dir=folder) as state:
        bench = Bench(state)
        try:
            return what(bench, f"http://{host}:{port}/x?a=$phone_ip")
        finally:
            bench.close()
            if server:
                server.close()


def gaps(folder):
    """Print the table of gaps; a phone of its own for each kind, which starts equal.

    Return what was missed.
    """
    print("longest gap of the loop in ms, 10 events; at most %.1f times the good one's" % GAP)
    print(
        "%-22s %10s %8s %14s %22s" % ("web server", "gap", "ratio", "10 fired in", "requests' gap")
    )
    first, missed = None, []
    for kind in KINDS:
        rounds = [_one(folder, kind, Bench.gap) for _ in range(_ROUNDS)]
        gap = statistics.median(x[0] for x in rounds)
        held = statistics.median(x[1] for x in rounds)
        theirs = _one(folder, kind, Bench.blocking)
        theirs = f"more than {_PATIENCE} s" if theirs is None else "%.1f" % (theirs / 1000)
        first = first or gap
        print(
            "%-22s %10.2f %8.2f %14.2f %22s"
            % (kind, gap / 1000, gap / first, held / 1000, theirs),
            flush=True,
        )
        if gap > GAP * first:
            missed.append(f"{kind}: {gap / first:.1f} times the good server's gap")
    return missed


def gets(folder):
    """Print event to first byte beside a bare connection; return what was missed."""
    port = free_ports(1)[0]
    bench = Bench(folder / "gets")
    try:
        bench.control.ask(f"set action_setup_url http://127.0.0.2:{port}/x?a=b")
        took = bench.meter.ask(f"get {_GETS} {port}")
    finally:
        bench.close()
    print("\n%-34s %10s %10s" % ("to the first byte of the GET, ms", "median", "95%"))
    middle = {}
    for name, title in (("bare", "asyncio.open_connection"), ("event", "event, queue, GET")):
        values = sorted(took[name])
        middle[name] = statistics.median(values)
        last = values[int(len(values) * 0.95)]
        print("%-34s %10.3f %10.3f" % (title, middle[name] / 1000, last / 1000))
    ratio = middle["event"] / middle["bare"]
    print("%-34s %10.2f   (at most %.1f)" % ("ratio", ratio, GET))
    return [f"event to first byte: {ratio:.1f} times a bare connection"] if ratio > GET else []


def main():
    """Print both tables; return 1 where something is missed."""
    with tempfile.TemporaryDirectory() as folder, awake():
        missed = gets(pathlib.Path(folder))
        missed += gaps(pathlib.Path(folder))
    if missed:
        print("MISSED: " + "; ".join(missed))
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
