"""One phone, put together from its platform's parts: who gets what stands here.

A platform has ``storage``, ``random`` (``getrandbits``), ``console(text)`` (shows text as it is),
``traceback(error)``, ``parts(get, log)`` (as hal.assemble makes them), ``memory()``, ``reset()``
and ``ready(phone)``, called when the phone is up.
"""

import asyncio

from actions.actions import Actions
from base import flash
from base.compat import const, sleep_ms, spawn
from base.drawn import drawn
from base.heap import Heap, small
from base.log import Log
from base.tasks import keep
from base.timers import Timers
from base.version import VERSION
from media.voice import Voice
from net.http import Client
from net.resolver import Resolver
from net.tls import Trust
from offhook import changes, identities
from offhook.console import console, pages
from offhook.console.terminal import Terminal
from offhook.console.watch import Watch
from offhook.desk.desk import Desk, stranger
from offhook.desk.dialling import may_dial
from offhook.desk.reports import Reporter
from offhook.desk.variables import Variables
from offhook.first_start.first_start import FirstStart
from offhook.keys.function_keys import FunctionKeys
from offhook.keys.keys import Keys
from offhook.panel.panel import Panel
from offhook.panel.sounds import Sounds
from offhook.panel.texts import Texts
from offhook.provisioning.provisioning import Provisioning
from offhook.remote import Remote
from offhook.settings.settings import Settings
from offhook.speech import Speech
from offhook.stamp import stamp
from sip.agent import Agent
from sip.subscription.subscribe import Subscriptions
from web.command import local
from web.site import Site

_LINES = const(4)  # P1 to P4 are line keys, on a board without keys too
_PATIENCE = const(3000)  # ms that the flash waits for calm, at most
_LOOK = const(50)  # ms between two looks
_CLOCK = const(200)  # ms between two looks at the clock
_LAST = const(2000)  # ms that the last events may take at the end
_STEP = const(50)
_HELD = const(4)  # steps that a key is down in when it is held at start
_AGENT = "Mozilla/4.0 (compatible; %s-SIP %s %s)"  # type, version, hardware address


class Phone:
    """All of one phone; `platform` and its parts are its only way to the world.

    `preset` {name: text} are settings to take over first.
    """

    agent = None  # until it runs
    clock = None  # until the board's parts are there: the log begins before
    updating = False  # new software is being fetched

    def __init__(self, platform, preset=None):
        self.platform = platform
        self.done = asyncio.Event()
        self.remote = Remote(self)
        self.terminal = Terminal(self, platform.console)
        log = self.log = Log(self.stamp, self.terminal.tell, small=small())
        settings = self.settings = Settings(platform.storage, log, changes.PLAIN)
        log.level = settings.get("log_level")
        parts = self.parts = platform.parts(settings.get, log)
        self.network, self.clock = parts.network, parts.clock
        self._start = parts.clock.ms()
        self.heap = Heap(log, platform.memory, self._short)
        timers = self.timers = Timers(parts.clock, self.report)
        self.resolver = Resolver(parts.network, parts.clock, platform.random)
        self._sip_trust = self._trust("sip_check_certificate", "sip_ca_certificate")
        trust = self._trust("check_trusted_certificate")
        self.http = Client(
            self.network, self.resolver, timers, trust, log, self.agent_name, self.free
        )
        actions = self.actions = Actions(
            self.network, self.http, timers, settings, None, log, self.local, self.calm
        )
        desk = self.desk = Desk(settings, actions, timers, log, platform.storage)
        desk.reset = self.restart
        desk.about = self.about
        desk.text = Texts(settings.get).text
        actions.stranger = stranger
        actions.values.lookup = Variables(desk, parts.network, lambda: parts.modules).value
        self.fkeys = desk.lines = FunctionKeys(settings, actions, timers, parts.fkeys)
        self.voice = Voice(
            self.network,
            parts.clock,
            parts.sound,
            settings.get,
            log,
            drawn,
        )
        self.voice.tidy = self.heap.tidy
        self.sounds = Sounds(desk, self.voice, parts.sound, settings, timers)
        self.panel = Panel(desk, self.fkeys, settings, timers, parts, desk.text)
        bell = self.sounds.bell
        self.speech = Speech(self.voice, desk, self.panel, parts, bell, settings, log)
        self.speech.choose_ringer()
        self.keys = Keys(desk, self.fkeys)
        self.input = parts.input
        self.input.emit = self.keys.on_key
        count = sum(1 for n in self.input.names() if n[:1] == "P" and n[1:].isdigit())
        self.fkeys.count = max(_LINES, count)
        words, watch = pages.Words(self), Watch(self)
        self.web = Site(
            self.network, timers, log, settings.get, words, watch, self.remote, self.quiet
        )
        self.network.shed = self.web.shed
        self.first_start = FirstStart(
            self.network,
            timers,
            settings,
            log,
            platform.console,
            self.panel.changed,
            self.accounts,
            self.set_up,
        )
        self.panel.view.first_start = self.first_start
        self.provisioning = Provisioning(self)
        desk.resync = self.provisioning.resync
        changes.begin(self, preset or {})
        for name in parts.missing:
            log(1, "part missing: %s", name)
        self.speech.show_parts()

    def _trust(self, check, own="ca_certificate"):
        """Return the `Trust` that setting `check` switches; a CA of its `own` goes first."""
        get, read = self.settings.get, self.platform.storage.read
        bundle = self.platform.bundle
        return Trust(get, read, self.clock, check, own, "ca_certificate", bundle)

    # -- what its parts call ------------------------------------------------------------------

    def stamp(self):
        """Return the time for the log."""
        if not self.clock:
            return stamp(None, 0, False)
        return stamp(self.clock, self._start, self.settings.get("date_us_format"))

    def report(self, error):
        """Log what a timer's callback raised."""
        self.log(0, "fault: %r", error)
        self.platform.traceback(error)

    def failed(self, text, error):
        """Log what has failed beside everything: a task, or the poller of the loop."""
        self.log(0, "%s: %r; %s", text, error, self.heap.text())
        self.platform.traceback(error)

    def _short(self, text):
        """Let the display tell that memory is short; None ends that."""
        if text:
            self.panel.troubles["memory"] = ""
        else:
            self.panel.troubles.pop("memory", None)
        self.panel.changed()

    def changed(self, name):
        """Take a changed setting over where it is used, and fire the event that it has."""
        changes.apply(self, name)
        self.first_start.changed(name)
        changes.tell(self, name)
        self.panel.took(name)

    def about(self):
        """Return a line that says who this phone is: its address and version."""
        return "%s %s" % (self.network.address(), VERSION)

    def local(self, path):
        """Carry out a request to this phone itself; return its HTTP status."""
        return local(self.remote, path)

    def agent_name(self):
        """Return the User-Agent for web servers, in the form of a desk phone's."""
        get = self.settings.get
        return _AGENT % (get("phone_type"), VERSION, get("mac") or self.network.mac)

    def may_dial(self, account, uri):
        """Return whether `uri` may be dialled by `account` for somebody else's sake."""
        return may_dial(self.desk, account, uri)

    def calm(self):
        """Return True while no call is being set up or ended."""
        return self.desk.calm()

    def free(self):
        """Return True while a TLS handshake, half a second on a chip, disturbs nobody's voice."""
        return self.calm() and self.idle()

    def idle(self):
        """Return True while there is no call."""
        return not (self.agent and self.agent.calls)

    async def quiet(self):
        """Wait until the phone is calm, some seconds at the most."""
        left = _PATIENCE
        while not self.calm() and left > 0:
            await sleep_ms(_LOOK)
            left -= _LOOK

    async def tls(self):
        """Return the TLS context for SIP once the time is known; OSError where there is none."""
        while self.clock.time() is None and self.settings.get("sip_check_certificate"):
            await sleep_ms(_CLOCK)  # who asks has a deadline
        return self._sip_trust.context()

    # -- the console --------------------------------------------------------------------------

    async def execute(self, line):
        """Carry out one line of the console; return the answer as JSON text."""
        return await console.execute(self, line)

    async def serve_console(self, reader, writer):
        """Serve one connection to the console until its end."""
        await console.connection(self, reader, writer)

    # -- running ------------------------------------------------------------------------------

    async def run(self):
        """Run the phone until `stop`."""
        keep("timers", self.timers.serve)
        keep("settings", self.settings.serve)
        self.heap.watch(self.timers, self.idle)
        await self._begin()
        await self.done.wait()
        await self.agent.stop()
        await self._last_words()
        try:
            self.settings.flush()
        except OSError as error:
            self.log(1, "settings: not saved, %s", flash.cause(error))
        self.desk.lists.flush()

    def restart(self):
        """Restart the board; what waits for calm or for the end of a call is saved before."""
        try:
            self.settings.flush()
        except OSError as error:
            self.log(1, "restart: not saved, %s", flash.cause(error))
        self.desk.lists.flush()
        self.platform.reset()

    async def _last_words(self):
        """Let the last events leave, "log off" among them; a dead server is not waited for."""
        await sleep_ms(_STEP)  # what was reported becomes an event
        for _ in range(_LAST // _STEP):
            if self.actions.idle():
                break
            await sleep_ms(_STEP)

    async def _begin(self):
        """Start the network, the identities, the keys and what only the board has."""
        self.log(3, "Offhook %s", VERSION)
        await self.first_start.begin(await self._held())
        await self.network.start()
        self.network.on_change(self.network_changed)
        address = self.network.address()
        await self._begin_agent()
        if address == self.network.address():
            self._show_network()  # the agent knows: it would register a second time
        else:
            self.network_changed()
        keep("keys", self.input.serve)
        spawn(self.speech.test())
        if self.first_start.state == "closed":
            await self.web.begin()
        keep("provisioning", self.provisioning.serve)
        self.platform.ready(self)
        spawn(self._tell_setup())

    async def _held(self):
        """Return whether somebody holds the key that opens the first start."""
        key = self.parts.setup_key
        for _ in range(_HELD):
            if key is None or not self.input.held_at_start(key):
                return False
            await sleep_ms(_STEP)
        return True

    def set_up(self):
        """The first start is over: the phone's own pages may have the port."""
        spawn(self.web.begin())

    def accounts(self):
        """Return the identities."""
        return self.agent.accounts if self.agent else ()

    async def _begin_agent(self):
        reporter = Reporter(self.desk)
        self.agent = self.desk.agent = Agent(
            self.network,
            self.timers,
            self.resolver,
            self.settings,
            reporter,
            self.log,
            self.platform.random,
            self.settings.get("network_id_port"),
        )
        self.agent.name = "Offhook/" + VERSION
        self.agent.settled = reporter.act
        self.agent.media, self.agent.media_port = self.voice.media, self.voice.port
        self.agent.dtmf = self.speech.send_dtmf
        self.desk.watch = Subscriptions(self.agent)
        await self.agent.start()
        self.agent.transport.tls = self.tls
        self.agent.may_dial = self.may_dial
        identities.begin(self)
        if not self.agent.accounts:
            self.log(3, "no identity: set user_name1, user_host1, user_pass1; help lists more")

    async def _tell_setup(self):
        """Fire the setup event once the network is up and each identity has tried to register."""
        while not self.network.up or any(
            account.register and not account.tried for account in self.agent.accounts
        ):
            await sleep_ms(_LOOK)
        self.desk.fire("action_setup_url")

    def network_changed(self):
        """The network went away or came back."""
        self._show_network()
        self.agent.network_changed()

    def time_known(self):
        """The time is known from now on: TLS may have failed for want of it."""
        if self.agent:
            self.agent.retry()

    def _show_network(self):
        troubles = self.panel.troubles
        if self.network.up:
            troubles.pop("no_network", None)
        else:
            troubles["no_network"] = self.network  # its reason changes while it is not up
        self.panel.changed()

    def came_up(self):
        """Return whether the phone works: it has registered, or has nothing to register."""
        accounts = [x for x in self.agent.accounts if x.register] if self.agent else ()
        return not accounts or any(x.registered for x in accounts)

    def stop(self):
        """End `run`."""
        self.done.set()
