"""Runs inside the MicroPython VM: one simulated phone. Started by tools/phone.py.

Standard input carries one JSON line with the options, then the serial line's commands; its end
stops the phone, so that it never outlives whoever started it.
"""

import asyncio
import json
import random
import socket
import sys

from hal.sim.board import Parts
from hal.sim.storage import Storage
from offhook.start import run


class Platform:
    """What offhook.start wants of a platform, simulated."""

    def __init__(self, options):
        self.storage = Storage(options["state"])
        self.options = options
        self.random = random.getrandbits
        self.console_line = print
        self.traceback = sys.print_exception
        self.all = None

    def catalogue(self):
        """Open the catalogue of settings."""
        return open(self.options["catalogue"])

    def parts(self, get, log):
        """Make the board's parts."""
        self.all = Parts(get, log)
        self.all.network.nic.hint = self.options.get("address")
        self.all.network.nic.servers = self.options.get("dns")
        return self.all

    def fault(self, name, on):
        """Switch a fault of the parts."""
        from hal.sim.board import fault

        fault(self.all, self.storage, name, on)

    def ready(self, phone):
        """The phone is up: open its control port."""
        asyncio.create_task(_control(phone, self.options["control"]))


async def _serial(phone):
    """Serve the serial line on standard input; its end stops the phone."""
    reader = asyncio.StreamReader(sys.stdin.buffer)
    while True:
        line = await reader.readline()
        if not line:
            phone.stop()
            return
        print(await phone.execute(line.decode()))


async def _control(phone, port):
    server = await asyncio.start_server(phone.serve_console, "127.0.0.1", port)
    asyncio.create_task(_serial(phone))
    print("ready")
    return server


def widen_poller(count=48):
    """Let the loop's poller take `count` sockets without growing.

    The unix VM 1.29 dies when it grows while a ThreadSafeFlag is waited for: it moves the place
    of that one's events too, which has none.
    """
    poller = asyncio.core._io_queue.poller
    socks = [socket.socket() for _ in range(count)]
    for sock in socks:
        poller.register(sock)
    for sock in socks:
        poller.unregister(sock)
        sock.close()


options = json.loads(sys.stdin.readline())
widen_poller()
run(Platform(options), options["set"])
