"""Talk to a simulated phone over its control port, and start one as a process."""

import json
import pathlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time

from tools import vm

_PORTS = range(26000, 32768)


class Refused(Exception):
    """The phone answered with an error; the text is its own."""


class Control:
    """One connection to the control port of a phone; `ask` sends a line and returns the answer."""

    def __init__(self, port, host="127.0.0.1", timeout=20):
        self._socket = socket.create_connection((host, port), timeout)
        self._file = self._socket.makefile("rwb")
        self._turn = threading.Lock()  # the front panel's switches ask from threads of their own

    def ask(self, line):
        """Send one command; return its answer, or raise `Refused`."""
        with self._turn:
            self._file.write(line.encode() + b"\n")
            self._file.flush()
            answer = self._file.readline()
        if not answer:
            raise EOFError("the phone closed the connection")
        answer = json.loads(answer)
        if isinstance(answer, dict) and set(answer) == {"error"}:
            raise Refused(answer["error"])
        return answer

    def wait(self, what, command="calls", seconds=10):
        """Ask again and again until ``what(answer)`` is true; return it. TimeoutError else."""
        end = time.monotonic() + seconds
        while True:
            answer = self.ask(command)
            if what(answer):
                return answer
            if time.monotonic() > end:
                raise TimeoutError(f"{command}: {answer}")
            time.sleep(0.02)

    def close(self):
        """Close the connection; the phone goes on."""
        self._file.close()
        self._socket.close()


def free_ports(count):
    """Return ports that are free for TCP and UDP at this moment, on all addresses.

    They are below those that the system hands out, which some connection may have a moment later.
    """
    ports = []
    for port in random.sample(_PORTS, len(_PORTS)):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        ):
            try:
                tcp.bind(("", port))
                udp.bind(("", port))
            except OSError:
                continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise OSError("no free ports")


class Phone:
    """A simulated phone as a process of its own, with a `Control` connection.

    `settings` are set at start. `options` are further words of the command line. `prefix` starts
    the command, such as ``["ip", "netns", "exec", NAME]``.
    """

    def __init__(self, state, settings=(), options=(), prefix=(), quiet=True):
        self.sip_port, self.control_port = free_ports(2)
        self.address = ("127.0.0.1", self.sip_port)
        state = pathlib.Path(state)
        state.mkdir(parents=True, exist_ok=True)
        words = ["--state", str(state), "--sip-port", str(self.sip_port)]
        words += ["--control", str(self.control_port), *options]
        for name, value in dict(settings).items():
            words += ["--set", f"{name}={value}"]
        self.output = open(state / "output.txt", "ab") if quiet else None
        self.process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "tools.phone", *words],
            cwd=vm.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.output,
        )
        self._until_ready(state)
        self.control = Control(self.control_port)
        self.ask = self.control.ask
        self.wait = self.control.wait

    def _until_ready(self, state):
        lines = []
        for line in self.process.stdout:
            lines.append(line)
            if line == b"ready\n":
                break
        else:
            text = b"".join(lines).decode(errors="replace")
            said = (state / "output.txt").read_text(errors="replace")
            raise RuntimeError(f"the phone did not start:\n{text}\n{said}")
        # The phone goes on writing its console: keep the pipe empty, and the text to look at.
        self._sink = subprocess.Popen(
            ["cat"], stdin=self.process.stdout, stdout=self.output or subprocess.DEVNULL
        )
        self.process.stdout.close()

    def stop(self):
        """Stop the phone and wait for its end; return its exit status."""
        self.control.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self._sink.wait()
        if self.output:
            self.output.close()
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
