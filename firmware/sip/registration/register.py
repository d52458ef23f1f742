"""Registration (RFC 3261 section 10): one REGISTER after another, for ever.

The listener is told of changes only: registered, unregistered, reg_failed. A registration that
fails is tried again after a jittered, growing pause (RFC 5626 section 4.5), so that a thousand
phones do not come back in the same second. What is on the heap all the time is here; what reads
answers is in `sip.registration.refresh`.
"""

from base.compat import const, let_go

_AGAIN = const(2000)  # ms until a REGISTER that found no memory is tried again
_KEEP = const(15)  # s between two keep-alives that hold a NAT's mapping open


class Registration:
    """Keeps `account` registered through `agent`."""

    told = False  # that it has failed
    heir = None  # begins when this one is taken back
    routes = ()  # Service-Route (RFC 3608): the way that our requests shall take

    def __init__(self, agent, account):
        self.agent = agent
        self.account = account
        host = account.host
        self.dialog = agent.load("sip.accounts").dialog(agent, account, "sip:" + host)
        self.dialog.remote = "<%s>" % account.uri
        self.expires = account.expires
        self.failures = 0
        self.request = self.timer = self.bound = None
        self.public = None  # (ip, port) that the registrar sees
        self.server = None  # the address that has answered
        self.keep = None
        self.gone = None  # set when unregistering is over

    # -- for the agent ------------------------------------------------------------------------

    def start(self):
        """Register now."""
        self.wait(None)
        if not self.agent.network.up and not self.account.tried:
            return  # the network, once it is up, begins
        if self.request is not None:
            return
        try:
            self.request = self.agent.load("sip.request").Request(
                self.agent, self.dialog, "REGISTER", self._answered, self._headers
            )
            self.request.start()
        except MemoryError:  # there will be more of it later
            self.request = None
            let_go()
            self.wait(_AGAIN)

    async def stop(self):
        """Unregister, as far as the registrar answers in two seconds."""
        await self.agent.load("sip.registration.refresh").stop(self)

    def network_changed(self):
        """Register anew at once when the network is back, from its new address."""
        if not self.agent.network.up or self.gone:
            return
        if self.request:
            self.request.cancel()
            self.request = None
        self.failures = 0
        self.wait(None)
        self.timer = self.agent.timers.after(self.agent.random(9), self.start)

    def serves(self, ip):
        """Return True when `ip` is the address of the registrar."""
        return self.server is not None and ip == self.server[0]

    # -- the request --------------------------------------------------------------------------

    def _headers(self, request):
        return self.agent.load("sip.registration.refresh").headers(self, request)

    def _answered(self, request, response):
        self.agent.load("sip.registration.refresh").answered(self, request, response)

    def lost(self):
        """The connection to the registrar broke: calls come by it, so register by a new one."""
        if self.request is None and not self.gone:
            self.wait(500 + self.agent.random(12))

    # -- timers -------------------------------------------------------------------------------

    def wait(self, ms):
        """Register in `ms`; None: not at all."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        if ms is not None:
            self.timer = self.agent.timers.after(ms, self.start)

    def keep_open(self, seconds):
        """Keep a NAT's mapping open every so many seconds; None: no more."""
        if self.keep:
            self.keep.cancel()
            self.keep = None
        if seconds:
            self.keep = self.agent.timers.after(seconds * 1000, self._alive)

    def _alive(self):
        """Hold a NAT's mapping open (RFC 5626 section 4.4.1): never an empty datagram."""
        self.keep = None
        self.agent.send(b"\r\n\r\n", self.server, "UDP")
        self.keep_open(_KEEP)
