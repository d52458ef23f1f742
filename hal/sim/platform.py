"""The simulated platform: one phone in the MicroPython VM, on the host. Started by tools/phone.py.

Standard input carries one JSON line with the options, then the serial line's commands; its end
stops the phone, so that it never outlives whoever started it.
"""

import asyncio
import json
import random
import sys

from hal.sim.board import Parts
from hal.sim.faults import fault
from hal.storage.folder import content
from hal.storage.sim import Storage


class Platform:
    """The contract of `hal.platform`, simulated."""

    def __init__(self, options):
        self.storage = Storage(options["state"])
        self.flash = options["state"] + "/flash"
        self.options = options
        self.random = random.getrandbits
        self.traceback = sys.print_exception
        self.all = self.phone = None

    def console(self, text):
        """Show text on the serial line."""
        print(text, end="")

    def parts(self, get, log):
        """Make the board's parts."""
        self.all = Parts(get, log, self.options.get("audio"), self.options.get("first_start"))
        for key in self.options.get("held") or ():
            self._finger(key, True)
        self.all.network.nic.hint = self.options.get("address")
        self.all.network.nic.servers = self.options.get("dns")
        return self.all

    def _finger(self, key, down):
        for part in self.all.keys:
            if key in part.names:
                part.hold(key, down)

    def fault(self, name, on):
        """Switch a fault of the parts."""
        fault(self.all, self.storage, name, on)

    def bundle(self):
        """Return the CAs that came with the firmware."""
        return content(self.flash + "/ca-bundle.pem")

    def reset(self):
        """End: whoever started the phone starts it again."""
        self.phone.stop()

    def memory(self):
        """Return the system's memory as `hal.memory.Figures`."""
        return self.all.memory.figures()

    def release(self):
        """Leave the board to the REPL: there is none."""

    def ready(self, phone):
        """The phone is up: open its control port."""
        self.phone = phone
        self.all.sound.begin()
        for key in self.options.get("held") or ():
            self._finger(key, False)
        asyncio.create_task(self._control())

    async def _control(self):
        try:
            console = self.phone.serve_console
            await asyncio.start_server(console, "127.0.0.1", self.options["control"])
        except OSError as error:
            print("no control port %d: %s" % (self.options["control"], error))
            self.phone.stop()
            return
        print("ready")
        reader = asyncio.StreamReader(sys.stdin.buffer)
        while True:
            line = await reader.readline()
            if not line:
                self.phone.stop()
                return
            print(await self.phone.execute(line.decode()))


def main(run):
    """Take the options, make the board, and ``run(platform, settings)`` the phone on it."""
    options = json.loads(sys.stdin.readline())
    platform = Platform(options)
    try:
        run(platform, options["set"])
    finally:
        if platform.all:
            platform.all.sound.flush()
