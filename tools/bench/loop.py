"""``make bench``: what bad web servers do to the phone's event loop, and event to GET.

All in one run, in one VM: the longest gap of the loop while Action URLs go to each kind of server
stands beside that of a good one; event to the first byte of the GET beside a bare
``asyncio.open_connection``. Exits 1 only where something does not work at all.
"""

import contextlib
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from tools import vm
from tools.control import Control, free_ports

_EVENTS = 10  # for each kind of server
_GETS = 150
_SECONDS = 8  # that a phone may try: its deadline is set to 2 s
_GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Server:
    """A web server that is `kind`: good, hangs, trickles or endless."""

    def __init__(self, kind):
        self.kind = kind
        self._held = []
        self._socket = socket.create_server(("127.0.0.2", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self._socket.accept()[0]
                self._held.append(connection)
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with contextlib.suppress(OSError):
            connection.recv(4096)
            if self.kind == "good":
                connection.sendall(_GOOD)
                connection.close()
            elif self.kind == "trickles":
                for byte in _GOOD:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.5)
            elif self.kind == "endless":
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    connection.sendall(b"X-More: " + b"x" * 200 + b"\r\n")

    def close(self):
        """Close it and its connections."""
        for each in (self._socket, *self._held):
            each.close()


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
        self.meter = Control(meter, timeout=120)

    def gap(self, url):
        """Return (longest gap in µs, µs that firing held the loop, counters) with `url`."""
        self.control.ask(f"set action_setup_url {url}")
        before = self._over()
        self.control.ask("counters")
        time.sleep(0.2)
        self.meter.ask("gap")
        held = self.meter.ask(f"fire {_EVENTS} action_setup_url")
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end and self._over() < before + _EVENTS:
            time.sleep(0.1)
        time.sleep(max(0, end - time.monotonic()))  # as long for each: a phone has its own gaps
        gap = self.meter.ask("gap")
        counters = self.control.ask("counters")["total"]
        self.control.ask("set action_url_queue 1")  # what still waits gives way
        self.control.ask("set action_url_queue 32")
        return gap, held, counters

    def _over(self):
        total = self.control.ask("counters")["total"]
        return total.get("ok", 0) + total.get("failed", 0) + total.get("dropped", 0)

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


def gaps(folder):
    """Print the table of gaps; a phone of its own for each kind, which starts equal."""
    print("%-22s %16s %20s %8s" % ("web server", "longest gap, ms", "10 events, ms", "ratio"))
    first = None
    for kind in ("good", "dead", "hangs", "trickles", "endless", "name without answer"):
        server = Server(kind) if kind in ("good", "hangs", "trickles", "endless") else None
        port = server.port if server else free_ports(1)[0]
        host = "nobody.example" if kind.startswith("name") else "127.0.0.2"
        bench = Bench(folder / kind.replace(" ", "_"))
        try:
            gap, held, _ = bench.gap(f"http://{host}:{port}/x?a=$phone_ip")
        finally:
            bench.close()
            if server:
                server.close()
        first = first or gap
        print("%-22s %16.2f %20.2f %8.2f" % (kind, gap / 1000, held / 1000, gap / first))


def gets(folder):
    """Print event to first byte beside a bare connection."""
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
    print("%-34s %10.2f" % ("ratio", middle["event"] / middle["bare"]))


def main():
    """Print both tables; return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        gaps(pathlib.Path(folder))
        gets(pathlib.Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
