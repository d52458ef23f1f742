"""One phone, put together from its platform's parts by `offhook.boot`, and run.

``run(platform)`` is all that main.py calls. A platform has ``storage``, ``random``
(``getrandbits``), ``console_line(text)``, ``traceback(error)``, ``parts(get, log)`` (as
hal.assemble makes them) and ``ready(phone)``, called when the phone is up.
"""

import asyncio
import gc
import sys

from base.compat import const, spawn, unload
from offhook.desk.calls import release_all
from offhook.desk.dialling import dial

VERSION = "0.1.0"
_NARROW = const(0x7FFFFFFF)  # sys.maxsize of the chip
_GARBAGE = const(4096)  # bytes allocated between collections: late ones leave the heap in pieces

last = None  # the phone that has run, for `offhook.console.repl`


class Phone:
    """All of one phone; `platform` and its parts are its only way to the world."""

    clock = agent = None
    updating = False  # new software is being fetched

    def __init__(self, platform, preset=None):
        from offhook.boot import build

        if hasattr(gc, "threshold"):  # a 64-bit VM has more room, and fewer collections do
            gc.threshold(_GARBAGE if sys.maxsize == _NARROW else 16 * _GARBAGE)
        self.platform = platform
        self.done = asyncio.Event()
        build(self, preset)
        unload("offhook.boot")

    def stamp(self):
        """Return the time for the log."""
        from offhook.panel.dates import stamp

        now = self.clock.localtime() if self.clock else (0, 0, 0, 0, 0, 0)
        return stamp(now, self.settings.get("date_us_format"))

    def report(self, error):
        """Log what a timer's callback raised."""
        self.log(0, "fault: %r", error)
        self.platform.traceback(error)

    def changed(self, name):
        """Take a changed setting over where it is used, and fire the event that it has."""
        from offhook.settings.changes import apply, tell

        apply(self, name)
        tell(self, name)
        self.panel.changed()

    def about(self):
        """Return a line that says who this phone is: its address and version."""
        return "%s %s" % (self.network.address(), self.actions.version)

    def dial(self, number, account=None):
        """Call `number` as `account`; return the call, None with the reason on the display."""
        call = dial(self.desk, number, account=account)
        self.desk.changed()
        return call

    def release_all(self):
        """End every call."""
        release_all(self.desk)
        self.desk.changed()

    def local(self, path):
        """Carry out a request to this phone itself; return its HTTP status."""
        from web.command import local

        return local(self, path)

    async def execute(self, line):
        """Carry out one line of the console; return the answer as JSON text."""
        from offhook.console.console import execute

        return await execute(self, line)

    async def serve_console(self, reader, writer):
        """Serve one connection to the console until its end."""
        from offhook.console.console import connection

        await connection(self, reader, writer)

    async def tls(self):
        """Return the TLS context for SIP once the time is known; OSError where there is none."""
        from offhook.trust import context

        try:
            return await context(self)
        finally:
            unload("offhook.trust")

    def came_up(self):
        """Return whether the phone works: it has registered, or has nothing to register."""
        accounts = [x for x in self.agent.accounts if x.register]
        return not accounts or any(x.registered for x in accounts)

    def calm(self):
        """Return True while no call is being set up or ended: a TLS handshake holds the loop."""
        return self.desk.calm()

    def stop(self):
        """End `run`."""
        self.done.set()

    async def run(self):
        """Run the phone until `stop`."""
        from offhook.settings.identities import begin

        spawn(self.timers.serve())
        spawn(self.settings.serve())
        beginning = begin(self)
        del begin  # this frame lives as long as the phone
        await beginning
        del beginning
        unload("offhook.settings.identities")
        await self.done.wait()
        await self.agent.stop()
        self.settings.flush()

    def network_changed(self):
        """The network went away or came back."""
        from offhook.settings.identities import show_network

        unload("offhook.settings.identities")
        show_network(self)
        self.agent.network_changed()


def run(platform, preset=None):
    """Run the phone on `platform` until it is stopped; `last` is then what is left of it."""
    global last
    last = phone = Phone(platform, preset)
    asyncio.run(phone.run())
    return phone
