"""Puts the phone together from its platform's parts and runs it.

``run(platform)`` is all that main.py calls. A platform has ``storage``, ``catalogue()`` (opens the
file of settings), ``random`` (``getrandbits``), ``console_line(text)``, ``traceback(error)``,
``parts(get, log)`` (as hal.assemble makes them) and ``ready(phone)``, called when the phone is up.
"""

import asyncio

from actions.dispatcher import Actions
from base.compat import sleep_ms, spawn
from base.dns import Resolver
from base.log import Log
from base.timers import Timers
from hal.debounce import Input
from offhook.desk import Desk
from offhook.fkeys import FunctionKeys
from offhook.panel import Panel
from offhook.settings import Settings
from offhook.variables import Variables


class Phone:
    """All of one phone; `platform` and its parts are its only way to the world."""

    def __init__(self, platform, preset=None):
        self.platform = platform
        self.clock = None
        self.log = Log(self.stamp, platform.console_line)
        self.settings = settings = Settings(platform.storage, platform.catalogue, self.log)
        self.log.level = settings.get("log_level")
        self.parts = parts = platform.parts(settings.get, self.log)
        self.network, self.clock = parts.network, parts.clock
        self.timers = Timers(parts.clock, self.report)
        self.resolver = Resolver(parts.network, parts.clock, platform.random)
        self.agent = None
        self._done = asyncio.Event()
        self._make(parts)
        settings.check = self.check
        if preset:
            self.preset(preset)
        for name in settings.changed():
            self.apply(name)
        settings.on_change(self.apply)
        settings.on_change(self.tell)

    def _make(self, parts):
        settings, timers = self.settings, self.timers
        self.actions = Actions(
            parts.network, self.resolver, timers, settings, None, self.log, self.local
        )
        self.desk = desk = Desk(settings, self.actions, timers, self.log)
        desk.storage = self.platform.storage
        self.actions.lookup = Variables(desk, settings, parts)
        desk.fkeys = FunctionKeys(desk, settings, self.actions, timers)
        self.panel = desk.panel = Panel(desk, settings, timers, parts)
        self.input = Input(parts.keys, parts.clock, desk.on_key, self.log)
        names = [n for n in self.input.names() if n[0] == "P" and n[1:].isdigit()]
        desk.fkeys.count = len(names)

    # -- settings -----------------------------------------------------------------------------

    def preset(self, texts):
        """Take settings over at start; what does not fit is logged."""
        try:
            self.settings.update(texts)
        except ValueError as error:
            self.log(1, "%s", error)
            self.panel.troubles["settings"] = str(error)

    def check(self, name, kind, value):
        """Refuse an Action URL or a function key that could not work; ValueError says why."""
        if kind == "url" and value:
            self.actions.parse(value)
        elif kind == "fkey" and value:
            from offhook.fkeyparse import parse

            entry = parse(value)
            if entry[1] == "url":
                self.actions.parse(entry[2])

    def apply(self, name):
        """Take a setting over where it is used."""
        value = self.settings.get(name)
        if name.startswith("action_") and not name.startswith("action_url_"):
            self.actions.set(name, value)
        elif name.startswith("fkey") and name[4:].isdigit():
            self.desk.fkeys.load(name)
        elif name == "log_level":
            self.log.level = value
        elif name == "language":
            self.panel.forget_texts()
        elif name.startswith("user_") and self.desk.agent:
            self.identity(int(name.lstrip("abcdefghijklmnopqrstuvwxyz_")))
        self.panel.changed()

    def tell(self, name):
        """Fire the event that a changed setting has."""
        get = self.settings.get
        if name == "dnd_mode":
            self.desk.fire("action_dnd_on_url" if get(name) else "action_dnd_off_url")
        elif name == "redirect_event":
            off = get(name) == "none"
            self.desk.fire("action_redirection_off_url" if off else "action_redirection_on_url")

    def identity(self, number):
        """Make the agent's account `number` what the settings say."""
        from offhook.identities import renew

        renew(self, number)

    # -- running ------------------------------------------------------------------------------

    def stamp(self):
        """Return the time for the log."""
        from offhook.dates import stamp

        now = self.clock.localtime() if self.clock else (0, 0, 0, 0, 0, 0)
        return stamp(now, self.settings.get("date_us_format"))

    def report(self, error):
        """Log what a timer's callback raised."""
        self.log(0, "fault: %r", error)
        self.platform.traceback(error)

    def local(self, path):
        """Carry out a request to this phone itself; return its HTTP status."""
        from web.command import local

        return local(self, path)

    async def execute(self, line):
        """Carry out one line of the console; return the answer as JSON text."""
        from offhook.console import execute

        return await execute(self, line)

    async def serve_console(self, reader, writer):
        """Serve one connection to the console until its end."""
        from offhook.console import connection

        await connection(self, reader, writer)

    def stop(self):
        """End `run`."""
        self._done.set()

    async def run(self):
        """Run the phone until `stop`."""
        from offhook.identities import start

        network = self.network
        spawn(self.timers.serve())
        for index in range(len(self.input.parts)):
            spawn(self.input.serve(index))
        self.panel.refresh()
        for name in self.parts.missing:
            self.log(1, "part missing: %s", name)
            self.panel.troubles["part"] = name
        if self.settings.trouble:
            self.panel.troubles["settings"] = self.settings.trouble
        await network.start()
        network.on_change(self.network_changed)
        await start(self)
        self.settings.rest()
        self.platform.ready(self)
        spawn(self.setup())
        await self._done.wait()
        await self.agent.stop()

    def network_changed(self):
        """The network went away or came back."""
        if self.network.up:
            self.panel.troubles.pop("no_network", None)
        else:
            self.panel.troubles["no_network"] = ""
        self.agent.network_changed()
        self.panel.changed()

    async def setup(self):
        """Fire the setup event once every identity has tried to register."""
        while not self.network.up or not all(
            x.tried or not x.register for x in self.agent.accounts
        ):
            await sleep_ms(50)
        self.desk.fire("action_setup_url")


def run(platform, preset=None):
    """Run the phone on `platform` until it is stopped."""
    phone = Phone(platform, preset)
    asyncio.run(phone.run())
    return phone
