"""A bad line between two network namespaces: loss, delay and jitter in both directions.

Run as a program in the first namespace, it makes a second one, joins them by a TUN device in each,
and carries packets between them. Its own process holds the second one; `inside` is the prefix that
starts a command there. Standard input takes ``loss=10 delay=30 jitter=10`` (percent, ms, ms).
"""

import asyncio
import fcntl
import os
import random
import signal
import socket
import struct
import subprocess
import sys

from tests.peers.netspace import interface_up, unshare
from tests.peers.peer import program

HERE, THERE = "10.99.0.1", "10.99.0.2"
_TUNSETIFF = 0x400454CA
_TUN_WITHOUT_HEADER = 0x1001
_SET_ADDRESS, _SET_PEER, _SET_MASK = 0x8916, 0x8918, 0x891C
_WAITING = 1000  # packets on the way; a line has no endless memory


def tun(name, own, peer):
    """Return the descriptor of a new TUN device in the current namespace, with its addresses."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH14x", name.encode(), _TUN_WITHOUT_HEADER))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        addresses = ((_SET_ADDRESS, own), (_SET_PEER, peer), (_SET_MASK, "255.255.255.255"))
        for request, address in addresses:
            raw = struct.pack("16sHH4s8x", name.encode(), socket.AF_INET, 0, _raw(address))
            fcntl.ioctl(any_socket, request, raw)
    interface_up(name)
    return device


def _raw(address):
    return socket.inet_aton(address)


class Line:
    """Carries packets between two descriptors as badly as `loss`, `delay` and `jitter` say."""

    def __init__(self, first, second, seed=1):
        self.first, self.second = first, second
        self.loss = self.delay = self.jitter = 0.0
        self._random = random.Random(seed)
        self._waiting = 0

    def change(self, text):
        """Take ``loss=10 delay=30 jitter=10``, any of them."""
        for word in text.split():
            name, _, value = word.partition("=")
            if name not in ("loss", "delay", "jitter"):
                raise ValueError(f"a line has no {name}")
            setattr(self, name, float(value))

    def start(self, loop):
        """Carry from now on."""
        loop.add_reader(self.first, self._carry, loop, self.first, self.second)
        loop.add_reader(self.second, self._carry, loop, self.second, self.first)

    def _carry(self, loop, source, target):
        while True:
            try:
                packet = os.read(source, 65536)
            except BlockingIOError:
                return
            if self._random.random() * 100 < self.loss or self._waiting >= _WAITING:
                continue
            pause = self.delay + self._random.uniform(-self.jitter, self.jitter)
            self._waiting += 1
            loop.call_later(max(0, pause) / 1000, self._arrive, target, packet)

    def _arrive(self, target, packet):
        self._waiting -= 1
        try:
            os.write(target, packet)
        except OSError:
            pass  # full, or down: lost like any other


def main(words):
    """Join this namespace with a new one until standard input ends."""
    first = tun("near", HERE, THERE)
    if not unshare():
        raise SystemExit("link: root is needed")
    line = Line(first, tun("far", THERE, HERE))
    line.change(" ".join(words))
    loop = asyncio.new_event_loop()

    def command():
        text = sys.stdin.readline()
        if text:
            line.change(text)
            print("changed", flush=True)
        else:
            loop.stop()

    loop.add_reader(sys.stdin, command)
    line.start(loop)
    print("ready", flush=True)
    loop.run_forever()


class Link:
    """The program above, in the current namespace; ``change("loss=100")`` parts the ends."""

    def __init__(self, **line):
        self._enter = program("nsenter")
        words = [f"{name}={value}" for name, value in line.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.peers.link", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.inside = [self._enter, f"--net=/proc/{self.process.pid}/ns/net"]
        assert self.process.stdout.readline() == "ready\n"

    def change(self, text):
        """Change the line while it runs."""
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "changed\n"

    def stop(self):
        """Take the line away; return the program's exit status."""
        self.process.stdin.close()
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            status = self.process.wait()
        self.process.stdout.close()
        return status


if __name__ == "__main__":
    main(sys.argv[1:])
