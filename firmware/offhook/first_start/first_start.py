"""The first start: when the phone opens a network of its own, and what becomes of it.

It is opened while the phone starts, and at no other time: when no setting names a WiFi, or when
somebody holds the board's key. A network that is lost later opens nothing, for whoever disturbs
the radio would have the phone then. States: "closed", "soon" (somebody at the serial line goes
first), "open" (the form is there), "joining", "joined" (the result is there until it was seen).
Meanwhile the phone joins nothing by itself.
"""

from os import urandom

from base.compat import const, spawn
from offhook.first_start import dns, form
from offhook.first_start.portal import Portal

_FIELDS = (  # of the form, and the settings that they become
    ("ssid", "wifi_ssid1"),
    ("wifi_pass", "wifi_pass1"),
    ("user", "user_name1"),
    ("host", "user_host1"),
    ("user_pass", "user_pass1"),
    ("http_pass", "http_pass"),
    ("language", "language"),
)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another one
_LENGTH = const(10)  # of the password: 49 bits
_LOOK = const(300)  # ms between two looks at the network
_NOBODY = const(1_800_000)  # ms without anybody at the page until it closes
_UNSEEN = const(300_000)  # ms that a result waits to be seen
_SEEN = const(30_000)  # ms that it stays when it was
_TRIED = const(20_000)  # ms that the account may take to register until the page says so


def drawn(source=urandom):
    """Return a new password for the own network: each letter is as likely as any other.

    ``source(count)`` gives random bytes.
    """
    out = ""
    while len(out) < _LENGTH:
        for number in source(_LENGTH):
            if number < 248 and len(out) < _LENGTH:  # 8 times 31
                out += _LETTERS[number % len(_LETTERS)]
    return out


class FirstStart:
    """The first start of one phone.

    ``show(text)`` writes to the console, ``changed()`` lets the display be drawn anew,
    ``accounts()`` gives the identities (``uri``, ``registered``, ``reason``), ``done()`` is called
    when the own network has closed.
    """

    def __init__(self, network, timers, settings, log, show, changed, accounts, done):
        self._network = network
        self._timers = timers
        self._settings = settings
        self._log = log
        self._show = show
        self._changed = changed
        self._accounts = accounts
        self._done = done
        self._portal = self._dns = self._timer = None
        self._until = None  # ticks
        self._tried = None  # ticks at which the network was joined
        self._pending = {}  # settings that are kept once the network is joined
        self.state = "closed"
        self.name = self.key = ""  # of the own network
        self.ssid = ""  # of the network that was tried last
        self.told = ""  # why that was not joined
        self.networks = []  # those around

    # -- opening and closing ------------------------------------------------------------------

    def wanted(self, held):
        """Return whether this start is one of these; `held`: somebody holds the board's key."""
        get = self._settings.get
        if get("first_start") and (held or not any(get("wifi_ssid%d" % n) for n in (1, 2, 3, 4))):
            if self._network.access_point is not None:
                return True
            if held:
                self._log(1, "first start: this board has no WiFi")
        return False

    async def begin(self, held):
        """Open the own network where this start wants it: at once with the key held, else when
        nobody at the serial line has set a WiFi within some seconds.
        """
        if not self.wanted(held):
            return
        grace = self._network.access_point.grace
        if held or not grace:
            await self.open()
        else:
            self.state = "soon"
            self._timer = self._timers.after(grace, self._begin_late)

    def _begin_late(self):
        if self.wanted(False):
            spawn(self._open_late())
        else:
            self._leave()

    async def _open_late(self):
        await self.open()
        if self.state == "closed":  # it could not be
            self._done()

    def _leave(self):
        self._timer.cancel()
        self._timer, self.state = None, "closed"
        self._done()

    async def open(self):
        """Open the own network with the page in it; what keeps it from that is logged."""
        network, point = self._network, self._network.access_point
        network.joining.hold()
        self.scan()
        self.name, self.key = "Offhook-" + network.mac[-4:], drawn()
        try:
            channel = self.networks[0].channel if self.networks else 1
            point.start(self.name, self.key, channel)  # likely the one that is joined soon
            self._portal = Portal(self, point, self._timers, self._log)
            await self._portal.start()
        except OSError as error:
            self._log(1, "first start: no network of its own: %s", error)
            self._clear()
            return
        self.state = "open"
        self._dns = spawn(self._names(point))
        self._wait(_NOBODY)
        self._timer = self._timers.after(_LOOK, self._look)
        self._log(3, "first start: network %s, %s", self.name, self._portal.url)
        text = "First start: join the WiFi %s, password %s, and open %s\n"
        self._show(text % (self.name, self.key, self._portal.url))
        self._changed()

    async def _names(self, point):
        try:
            await dns.serve(point)
        except OSError as error:
            self._log(1, "first start: no names: %s; %s works", error, self._portal.url)

    def close(self):
        """Close the own network; the phone goes on as its settings say."""
        if self.state != "closed":
            self._log(3, "first start: over")
            self._timers.after(_LOOK, self._shut)  # whoever asked for it gets an answer
            self.state = "closed"
            self._changed()

    def _shut(self):
        self._clear()
        self._done()

    def _clear(self):
        self.state = "closed"
        self.name = self.key = ""
        self._pending = {}
        for each in (self._timer, self._dns):
            if each:
                each.cancel()
        if self._portal:
            self._portal.stop()
        self._timer = self._dns = self._portal = None
        self._network.access_point.stop()
        self._network.joining.free()

    def _wait(self, ms):
        self._until = self._timers.clock.add(self._timers.clock.ms(), ms)

    # -- what goes on -------------------------------------------------------------------------

    def _look(self):
        self._timer = self._timers.after(_LOOK, self._look)
        clock, network = self._timers.clock, self._network
        attempt = network.joining.attempt
        if network.up and self.state in ("open", "joining"):
            self.state = "keeping"
            spawn(self._keep())
        elif self.state == "joining" and attempt and attempt.failed is not None:
            self.told, self.state = attempt.failed, "open"
            self._wait(_NOBODY)
            self._changed()
        elif clock.diff(self._until, clock.ms()) <= 0 and self.state != "keeping":
            self.close()

    async def _keep(self):
        """The network is joined: what was written is kept from now on."""
        wanted, self._pending = self._pending, {}
        self.told = ""
        try:
            if wanted:
                await self._settings.keep(wanted)
        except ValueError as error:  # the flash is full, or it was locked meanwhile
            self.told = str(error)
            self._log(1, "first start: %s", error)
        self._network.joining.free()  # it is joined; if it is lost, the settings have it
        self._tried = self._timers.clock.ms()
        self.state = "joined"
        self._wait(_UNSEEN)
        self._changed()

    def changed(self, name):
        """A setting has changed: with a WiFi that was set elsewhere, at the console, this is over.

        The own network closes before the other one is joined: nobody waits for its page, and not
        every radio hears others beside its own.
        """
        if name.startswith("wifi_"):
            if self.state == "open":
                self.close()
            elif self.state == "soon":
                self._leave()

    @property
    def url(self):
        """The address of its page, "" while there is none."""
        return self._portal.url if self._portal else ""

    # -- what the page asks for ---------------------------------------------------------------

    @property
    def over(self):
        """Whether the network is joined, so that there is no form any more."""
        return self.state in ("keeping", "joined", "closed")

    def language(self):
        """Return the language of the settings: "de" or "en"."""
        return "de" if self._settings.get("language") == "Deutsch" else "en"

    def asked(self):
        """Somebody is there."""
        if self.state == "open":
            self._wait(_NOBODY)

    def seen(self):
        """The result was shown to somebody."""
        clock = self._timers.clock
        if self.state == "joined" and clock.diff(self._until, clock.ms()) > _SEEN:
            self._wait(_SEEN)

    def scan(self):
        """Listen for the networks around."""
        try:
            self.networks = self._network.scan()
        except OSError as error:
            self._log(2, "first start: no networks heard: %s", error)

    def values(self):
        """Return what the form shows at first: {field: text}, with NAME_set for a secret."""
        get = self._settings.get
        ssid = self.ssid or get("wifi_ssid1")
        return {
            "ssid" if any(x.ssid == ssid for x in self.networks) else "other": ssid,
            "user": get("user_name1"),
            "host": get("user_host1"),
            "wifi_pass_set": get("wifi_pass1"),
            "user_pass_set": get("user_pass1"),
            "http_pass_set": get("http_pass"),
        }

    def take(self, fields, language):
        """Take a form over, and join the network; return {field: why it is refused}."""
        settings = self._settings
        wanted, errors = form.wishes(fields, self.networks, settings.get)
        wanted["language"] = "Deutsch" if language == "de" else "English"
        refused = settings.refused(wanted)
        for field, name in _FIELDS:
            if name not in wanted:
                continue
            who = settings.locked(name)
            if who and (wanted[name] == settings.text(name) or name == "language"):
                del wanted[name]
            elif who:
                errors.setdefault(field, "locked by %s" % who)
            elif name in refused:
                errors.setdefault(field, refused[name])
        if errors:
            return errors
        self._pending, self.told = wanted, ""
        self.ssid = wanted.get("wifi_ssid1", settings.get("wifi_ssid1"))
        self.state = "joining"
        key = wanted.get("wifi_pass1")
        self._network.joining.only(self.ssid, settings.get("wifi_pass1") if key is None else key)
        self._changed()
        return {}

    def lines(self, words):
        """Return (sentences on how the phone is connected now, whether there is more to come)."""
        get, address = self._settings.get, self._network.address()
        lines = [words["joined"] % self.ssid, words["address"] % address]
        accounts, waits = self._accounts(), self.state == "keeping"
        clock = self._timers.clock
        for each in accounts:
            if each.registered:
                lines.append(words["registered"] % each.uri)
            elif each.reason:
                lines.append(words["not_registered"] % (each.uri, each.reason))
            elif self._tried is not None and each.register:
                lines.append(words["registering"] % each.uri)
                waits = waits or clock.diff(clock.ms(), self._tried) < _TRIED
        if not accounts:
            lines.append(words["no_account"])
        if get("http_pass") and "http" in get("webserver_type").split("_"):
            port = get("http_port")
            url = "http://%s%s/" % (address, "" if port == 80 else ":%d" % port)
            lines.append(words["pages_at"] % (url, get("http_user")))
        else:
            lines.append(words["no_pages"])
        if self.told:
            lines.append(self.told)
        return lines, waits

    def shown(self, text):
        """Return the display's lines while it is open, [] else; ``text(key)`` gives the texts."""
        if self.state in ("open", "joining"):
            first = text("first_start")
            if self.state == "joining":
                return [text("joining"), self.ssid, self.name, self.key]
            lines = [first, self.name, self.key, self._portal.url[7:-1]]
            if self.told:
                lines += [self.ssid + ":", self.told]
            return lines
        if self.state in ("keeping", "joined"):
            return [text("joined"), self.ssid, self._network.address() or ""]
        return []
