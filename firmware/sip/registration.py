"""Registration (RFC 3261 section 10): one REGISTER after another, for ever.

The listener is told of changes only: registered, unregistered, reg_failed. A registration that
fails is tried again after a jittered, growing pause (RFC 5626 section 4.5), so that a thousand
phones do not come back in the same second.
"""

import asyncio

from base.compat import const, wait_for_ms
from sip.message import name_addr, param, split, uri_parts, via

_BASE = const(30)  # s of the first pause, unless the settings say otherwise
_LONGEST = const(1800)
_SOON = const(5)  # s before the end of a short registration that it is refreshed
_BYE = const(2000)  # ms that unregistering may take
_KEEP = const(15)  # s between two keep-alives that hold a NAT's mapping open
_SHORTEST = const(10)


class Registration:
    """Keeps `account` registered through `agent`."""

    def __init__(self, agent, account):
        self.agent = agent
        self.account = account
        host = account.host
        self.dialog = agent.dialog(account, "sip:" + host)
        self.dialog.remote = "<%s>" % account.uri
        self.expires = account.expires
        self.failures = 0
        self.request = self.timer = self.bound = None
        self.public = None  # (ip, port) that the registrar sees
        self.server = None  # the address that has answered
        self.keep = None
        self._gone = None  # set when unregistering is over

    # -- for the agent ------------------------------------------------------------------------

    def start(self):
        """Register now."""
        self._wait(None)
        if self.request is None:
            self.request = self.agent.load("sip.request").Request(
                self.agent, self.dialog, "REGISTER", self._answered, self._headers
            )
            self.request.start()

    async def stop(self):
        """Unregister, as far as the registrar answers in two seconds."""
        self._wait(None)
        self._keep(None)
        if self.request:
            self.request.cancel()
            self.request = None
        if not self.account.registered:
            return
        self._gone = asyncio.Event()
        self.expires = 0
        self.start()
        try:
            await wait_for_ms(self._gone.wait(), _BYE)
        except asyncio.TimeoutError:
            if self.request:  # a late one would take back what is registered by then
                self.request.cancel()
                self.request = None
        self._wait(None)
        self._state(False)

    def network_changed(self):
        """Register anew at once when the network is back, from its new address."""
        if not self.agent.network.up or self._gone:
            return
        if self.request:
            self.request.cancel()
            self.request = None
        self.failures = 0
        self._wait(None)
        self.timer = self.agent.timers.after(self.agent.random(9), self.start)

    def serves(self, ip):
        """Return True when `ip` is the address of the registrar."""
        return self.server is not None and ip == self.server[0]

    # -- the request --------------------------------------------------------------------------

    def _headers(self, request):
        contact = request.contact()
        if self.public and self.agent.settings.get("use_rport_contact"):
            address = "%s:%d" % self.public
            contact = contact.replace("%s:%d" % request.local, address)
        self.bound = contact
        return (
            ("Contact", "%s;expires=%d" % (contact, self.expires)),
            ("Expires", str(self.expires)),
            ("Allow", self.agent.allow),
            ("Supported", "path"),
        )

    def _answered(self, request, response):
        if response is None or response.status < 200:
            return
        self.request = None
        status = response.status
        if not response.local:
            self._learn(request, response)
        if self._gone:
            self._gone.set()
        elif status < 300:
            self._registered(response)
        elif status == 423 and self._longer(response):
            self.start()
        else:
            self._failed(response)

    def _learn(self, request, response):
        """Note who answered, and the address that it saw (RFC 3581)."""
        self.server = response.source
        try:
            params = via(split(response.header("via"), ",")[0])[3]
        except ValueError:
            return
        ip, port = param(params, "received"), param(params, "rport")
        before = self.public
        if port and port.isdigit():
            self.public = (ip or request.local[0], int(port))
        if before != self.public and self.agent.settings.get("use_rport_contact"):
            if self.public != request.local and response.status < 300:
                self.agent.timers.after(0, self.start)  # once more, with the address that counts

    def _longer(self, response):
        """Take Min-Expires of a 423; False when it makes no sense."""
        wanted = response.header("min-expires") or ""
        if not wanted.isdigit() or not self.expires < int(wanted[:7]) <= 604800:
            return False
        self.expires = int(wanted)
        return True

    def _registered(self, response):
        self.failures = 0
        granted = self._granted(response)
        self._state(True)
        if granted <= 2 * _SOON:
            wait = granted * 500
        else:
            wait = max(granted * 1000 - 60000, granted * 800)  # with time for more than one try
            wait -= self.agent.random(16) % (wait // 20 + 1)
        self._wait(max(wait, 1000))
        protocol, agent = response.protocol, self.agent
        if protocol != "UDP":  # the stream keeps itself alive
            agent.transport.stream().watch(self.server, protocol, self._lost)
        elif self.public and self.public[0] != agent.network.address(self.server[0]):
            self._keep(_KEEP)

    def _lost(self):
        """The connection to the registrar broke: calls come by it, so register by a new one."""
        if self.request is None and not self._gone:
            self._wait(500 + self.agent.random(12))

    def _granted(self, response):
        """Return the seconds that the registrar grants: of our own Contact, else Expires."""
        granted = response.header("expires")
        own = uri_parts(name_addr(self.bound)[1])
        for value in response.values("contact"):
            try:
                _, uri, params = name_addr(value)
                if uri_parts(uri)[1:4] == own[1:4]:
                    granted = param(params, "expires") or granted
            except ValueError:
                continue
        if granted is None or not granted.isdigit():
            return self.expires
        return max(1, min(int(granted[:7]), self.expires or 1)) or self.expires

    def _failed(self, response):
        self.failures += 1
        account, status = self.account, response.status
        text = response.reason or ("no answer" if response.local else "")
        account.reason = ("%d %s" % (status, text)).strip()
        self._state(False, failed=True)
        asked = (response.header("retry-after") or "").partition(";")[0].partition("(")[0].strip()
        base = self.agent.settings.get("register_back_off") or _BASE
        pause = min(_LONGEST, base << min(self.failures - 1, 6))
        if status in (401, 403, 407):
            pause = max(pause, 60)  # a wrong password does not get right by asking often
        pause = pause * 500 + pause * 500 * (self.agent.random(10)) // 1024
        if asked.isdigit():
            pause = max(pause, int(asked[:5]) * 1000)
        self._wait(pause)

    def _state(self, registered, failed=False):
        account, agent = self.account, self.agent
        before, first = account.registered, not account.tried
        account.registered, account.tried = registered, True
        if registered:
            account.reason = ""
        if registered and not before:
            agent.listener("registered", account)
        elif failed and (before or first or not self._told):
            agent.listener("reg_failed", account)
        elif before and not registered:
            agent.listener("unregistered", account)
        self._told = failed

    _told = False  # that it has failed

    # -- timers -------------------------------------------------------------------------------

    def _wait(self, ms):
        if self.timer:
            self.timer.cancel()
            self.timer = None
        if ms is not None:
            self.timer = self.agent.timers.after(ms, self.start)

    def _keep(self, seconds):
        if self.keep:
            self.keep.cancel()
            self.keep = None
        if seconds:
            self.keep = self.agent.timers.after(seconds * 1000, self._alive)

    def _alive(self):
        """Hold a NAT's mapping open (RFC 5626 section 4.4.1): never an empty datagram."""
        self.keep = None
        self.agent.send(b"\r\n\r\n", self.server, "UDP")
        self._keep(_KEEP)
