"""All of the phone's web side: the server as the settings want it, and who gets what from it.

It is off until a password is set. Each request passes the allow-list, the name it asked for, the
block of addresses that guessed, and the login, in this order; only then anybody looks at what it
wants.
"""

from base.compat import const, spawn
from web import command, files, guard
from web.answer import HTML
from web.blocks import Blocks
from web.interface import Interface
from web.login import NOBODY, RIGHT, STALE, Login
from web.server import Server

_SOON = const(300)  # ms from a change of settings to the server's restart: its answer goes first
_COMMANDS = ("/command.htm", "/settings.htm", "/dummy.htm")
_INDEX = ("/", "/index.htm")
_METHODS = ("GET", "HEAD", "POST")
_LOGIN = (
    '<!doctype html><html lang="en"><title>Offhook</title><meta name="viewport" '
    'content="width=device-width"><p>User and password, please: those that http_user and '
    "http_pass of this phone say.<p lang=de>Benutzer und Kennwort bitte: die aus http_user und "
    "http_pass dieses Telefons."
)


class Site:
    """The web side of one phone. ``get(name)`` gives settings; the rest is handed on."""

    def __init__(self, network, timers, log, get, words, watch, remote, quiet):
        self._network = network
        self._timers = timers
        self._log = log
        self._get = get
        self._remote = remote
        self._login = Login(get, timers)
        self._blocks = Blocks(timers)
        self._interface = Interface(words, watch, timers, log, quiet)
        self.server = None  # the `Server` that listens
        self._timer = None
        self._begun = False
        self.state = "off"  # for a person: what it does, or why it does nothing

    async def begin(self):
        """Start the server where the settings want it."""
        kind, port = self._get("webserver_type"), self._get("http_port")
        self._begun = True
        if kind == "off":
            self.state = "off"
        elif not self._login.ready():
            self.state = "off until http_pass is set"
        elif "http" not in kind.split("_"):
            self.state = "off: this phone serves no TLS, so webserver_type %s has no pages" % kind
            self._log(1, "web: %s", self.state)
        else:
            await self._start(port, kind)

    async def _start(self, port, kind):
        server = Server(self._network, self._timers, self._log, self._serve)
        try:
            await server.start(port)
        except OSError as error:
            self.state = "off: port %d: %r" % (port, error)
            self._log(1, "web: %s", self.state)
            return
        self.server = server
        self.state = "http on port %d" % port
        if kind != "http":
            self.state += "; this phone serves no TLS"
        self._log(4, "web: %s", self.state)

    def renew(self):
        """Start the server anew, as the settings now want it, once the answer is sent."""
        if not self._begun:
            return  # it will be seen
        if self._timer:
            self._timer.cancel()
        self._timer = self._timers.after(_SOON, self._again)

    def stop(self):
        """Listen no more."""
        if self.server:
            self.server.stop()
            self.server = None

    def _again(self):
        self._timer = None
        self.stop()
        spawn(self.begin())

    def shed(self):
        """Close the connections of all who may not ask; return whether there were any."""
        return bool(self.server) and self.server.shed()

    # -- a request ----------------------------------------------------------------------------

    async def _serve(self, request, answer, reader):
        if request.method not in _METHODS:
            await answer.refuse(405, "GET, HEAD or POST", ("Allow: GET, HEAD, POST",))
        elif await self._passes(request, answer):
            answer.wanted()
            await self._route(request, answer, reader)

    async def _passes(self, request, answer):
        """Return whether the request may be looked at; else it is answered."""
        get, ip = self._get, request.peer
        networks = get("http_allow").split()
        if networks and not guard.allowed(ip, networks):
            await answer.refuse(403, "this address is not in http_allow")
            return False
        host = request.headers.get("host")
        if host is not None and not guard.named(host, get("phone_name")):
            text = "ask for the phone by its address, or by the name that phone_name says"
            await answer.refuse(421, text)
            return False
        left = self._blocks.left(ip)
        if left:
            await answer.refuse(429, "too many wrong passwords", ("Retry-After: %d" % left,))
            return False
        return await self._logged_in(request, answer)

    async def _logged_in(self, request, answer):
        found = self._login.check(
            request.method, request.target, request.headers.get("authorization")
        )
        if found == RIGHT:
            self._blocks.succeeded(request.peer)
            return True
        if found not in (NOBODY, STALE):
            self._failed(request.peer)
        more = self._login.challenges(found == STALE)
        if request.path[:5] == "/api/":
            await answer.refuse(401, "user and password, please", more)
        else:
            await answer.send(401, _LOGIN, HTML, more)
        return False

    def _failed(self, ip):
        seconds = self._blocks.failed(ip)
        if seconds:
            self._log(1, "web: %s is blocked for %d s, it guesses passwords", ip, seconds)
        else:
            self._log(2, "web: wrong user or password from %s", ip)

    async def _route(self, request, answer, reader):
        path = request.path
        if path[:5] == "/api/":
            await self._interface.serve(request, answer, reader)
        elif path in _COMMANDS:
            await self._command(request, answer)
        elif request.method == "POST":
            await answer.refuse(405, "GET, please", ("Allow: GET, HEAD",))
        else:
            found = files.find("index.html" if path in _INDEX else path[1:])
            if found is None:
                await answer.refuse(404, "there is no such page")
            else:
                await files.send(found, request, answer)

    async def _command(self, request, answer):
        """Carry out command.htm and settings.htm for software that may."""
        if not self._get("remote_control"):
            await answer.refuse(403, "remote_control is off")
        elif not guard.allowed(request.peer, self._get("http_allow").split()):
            await answer.refuse(403, "remote control needs the address in http_allow")
        elif not guard.same_origin(request) or (
            self._get("use_hidden_tags") and guard.anybodys(request)
        ):
            text = "not from a browser, any page could ask it to; use_hidden_tags off allows that"
            await answer.refuse(403, text)
        else:
            status = command.local(self._remote, request.target)
            more = ("Location: /",) if status == 302 else ()
            await answer.send(status, "%d\n" % status, more=more)
