"""Registration (RFC 3261 section 10): one REGISTER after another, for ever.

The listener is told of changes only: registered, unregistered, reg_failed. What is granted is
read in `sip.registration.refresh`, what is refused in `sip.registration.failure`.
"""

import asyncio

from base.compat import const, spawn, wait_for_ms
from sip.dialog import begin
from sip.registration import failure, refresh
from sip.request import Request
from sip.transport.locate import at_once, locate

_ADDRESSES = const(16)
_BYE = const(2000)  # ms that unregistering may take
_KEEP = const(15_000)  # ms between two keep-alives that hold a NAT's mapping open
_BROKEN = const(500)  # ms, and up to 4 s more, until a broken connection is replaced
_STEADY = const(120_000)  # ms: one that lasts as long has not broken because it was used
_BREAKS = const(8)  # doublings of the pause where one after the other breaks


class Registration:
    """Keeps `account` registered through `agent`."""

    told = False  # that it has failed
    heir = None  # begins when this one is taken back
    routes = ()  # Service-Route (RFC 3608): the way that our requests shall take

    def __init__(self, agent, account):
        self.agent = agent
        self.account = account
        self.dialog = begin(account, "sip:" + account.host, agent.token)
        self.dialog.remote = "<%s>" % account.uri
        self.expires = account.expires
        self.failures = 0
        self.raised = 0  # 423s that were followed since an answer that was none
        self.moves = 0  # changes of our address seen by the registrar, one after the other
        self.breaks = 0  # connections that broke, one after the other
        self.since = agent.timers.clock.ms()  # of the last answer with success
        self.request = self.timer = None
        self.bound = self.kept = None  # the Contact that we have sent, and the one that was taken
        self.public = None  # (ip, port) that the registrar sees
        self.flow = None  # the same of the connection to it, for TCP and TLS
        self.outbound = False  # it sends all by that connection (RFC 5626)
        self.server = None  # the (ip, port) that has answered, and by which transport
        self.protocol = None
        self.addresses = ()  # ips of the registrar and of its outbound proxy
        self.keep = None
        self.end = None  # the timer of its end, unless it is refreshed
        self.gone = None  # set when unregistering is over

    # -- for the agent ------------------------------------------------------------------------

    def start(self):
        """Register now."""
        if not self.agent.network.up and not self.account.tried:
            return  # the network, once it is up, begins
        if self.request is None:
            self.request = Request(
                self.agent, self.dialog, "REGISTER", self._answered, self._headers
            )
            self.request.heard = self._heard
            self.request.start()
            if self.dialog.routes and not self.account.tried:
                self._look_up()

    def _look_up(self):
        """Learn the registrar's own addresses, where a proxy stands before it."""
        home = "sip:" + self.account.host
        try:
            target = at_once(home, self.account.transport)
        except ValueError:
            return
        if target:
            self._know([target])
        elif self.agent.resolver:
            spawn(self._locate(home))

    async def _locate(self, home):
        try:
            self._know(await locate(self.agent.resolver, home, self.account.transport))
        except OSError:
            pass  # its requests come through the proxy

    def _know(self, targets):
        known = self.addresses + tuple([x.ip for x in targets if x.ip not in self.addresses])
        self.addresses = known[-_ADDRESSES:]

    async def stop(self):
        """Unregister, as far as the registrar answers in two seconds; then its heir begins."""
        self.halt()
        self._withdraw()
        if self.account.registered:
            self.gone = asyncio.Event()
            self.expires = 0
            self.start()
            try:
                await wait_for_ms(self.gone.wait(), _BYE)
            except asyncio.TimeoutError:
                self._withdraw()  # a late one would take back what is registered by then
            self._change(False)
        self.agent.leaving.pop(self.account.number, None)
        if self.heir:
            if self.heir.account.uri == self.account.uri:  # one that is late counts as too old
                self.heir.dialog.call_id = self.dialog.call_id
                self.heir.dialog.cseq = self.dialog.cseq
            self.heir.start()

    def halt(self):
        """Wait for nothing any more."""
        self.wait(None)
        self._until(None)
        self.keep_open(False)

    def _withdraw(self):
        if self.request:
            self.request.cancel()
            self.request = None

    def network_changed(self):
        """Register anew at once when the network is back, from its new address."""
        if not self.agent.network.up or self.gone:
            return
        self._withdraw()
        self.failures = 0
        self.wait(self.agent.random(9))

    def retry(self):
        """Register at once where that has failed."""
        if self.failures and self.agent.network.up and not self.gone:
            self.failures = 0
            self.start()

    def has_sent(self, message):
        """Return whether a message came from the registrar: by the address, port and transport
        (its connection, for TCP and TLS) of the registration. Before its answer, where it went.
        """
        if self.server:
            return message.source == self.server and message.protocol == self.protocol
        if self.request is None or not self.request.targets:
            return False
        ip, port, protocol = self.request.targets[0]
        return message.source == (ip, port) and message.protocol == protocol

    # -- the request --------------------------------------------------------------------------

    def _headers(self, request):
        self._know(request.targets)
        contact = request.contact()
        lines, supported = [], "path"
        if request.protocol != "UDP":
            if self.kept not in (None, contact) and not self.outbound:
                lines.append(("Contact", self.kept + ";expires=0"))  # of a connection that broke
            supported = "path, outbound"
            flow = ';reg-id=1;+sip.instance="<%s>"' % self.agent.instance
            lines.append(("Contact", "%s;expires=%d%s" % (contact, self.expires, flow)))
        else:
            lines.append(("Contact", "%s;expires=%d" % (contact, self.expires)))
        self.bound = contact
        lines.append(("Expires", str(self.expires)))
        lines.append(("Allow", self.agent.allow))
        lines.append(("Supported", supported))
        return lines

    def seen_at(self, protocol):
        """Return the (ip, port) by which requests reach us, None for our own port."""
        if protocol != "UDP":
            return self.flow if protocol == self.protocol else None
        return self.public if self.agent.settings.get("use_rport_contact") else None

    def _heard(self, request, response):
        refresh.learn(self, request, response)

    def _answered(self, request, response):
        """Take an answer; what follows is a timer, or another REGISTER at once."""
        if response.status < 200:
            return
        self.request = None
        if self.gone:
            self.gone.set()
        elif response.status < 300:
            self._registered(response)
        elif failure.tried_again(self, response):
            self.start()
        else:
            self._failed(response)

    def _registered(self, response):
        granted = refresh.granted(self, response)
        if not granted:
            self._failed(response, "registered for no time (expires)")
            return
        self.failures = self.raised = 0
        self.outbound = response.has("require", "outbound")
        self.kept = self.bound
        self.routes = refresh.routes(self, response)
        self.since = self.agent.timers.clock.ms()
        self._change(True)
        self._until(granted * 1000)
        self.wait(refresh.due(granted, self.agent.random))
        if response.protocol != "UDP":  # the stream keeps itself alive
            self.agent.transport.streams.watch(self.server, response.protocol, self.lost)
        elif self.public and self.public[0] != self.agent.network.address(self.server[0]):
            self.keep_open(True)

    def _until(self, ms):
        """Be over in `ms`, unless it is refreshed before; None: not by itself."""
        if self.end:
            self.end.cancel()
            self.end = None
        if ms is not None:
            self.end = self.agent.timers.after(ms, self._expired)

    def _expired(self):
        """It ends while its refresh is unanswered: calls do not come any more."""
        self.end = None
        self.account.reason = "no answer"
        self._change(False, failed=True)

    def _failed(self, response, reason=None):
        self.failures += 1
        self._until(None)
        self.raised = 0
        self.dialog.target = "sip:" + self.account.host
        self.account.reason = reason or failure.reason_of(response)
        self._change(False, failed=True)
        self.wait(failure.pause(self, response))

    def _change(self, registered, failed=False):
        """Take the new state; tell the listener where it is another one."""
        account, listener = self.account, self.agent.listener
        before = account.registered
        account.registered, account.tried = registered, True
        if registered:
            account.reason = ""
        if registered and not before:
            listener("registered", account)
        elif failed and (before or not self.told):
            listener("reg_failed", account)
        elif before and not registered:
            listener("unregistered", account)
        self.told = failed

    def lost(self):
        """The connection to the registrar broke: calls come by it, so register by a new one.

        Where each breaks as soon as it was used, the next one is made later and later.
        """
        self.flow = None
        if self.request is None and not self.gone:
            clock = self.agent.timers.clock
            if clock.diff(clock.ms(), self.since) >= _STEADY:
                self.breaks = 0
            self.wait((_BROKEN << self.breaks) + self.agent.random(12))
            self.breaks = min(self.breaks + 1, _BREAKS)

    # -- timers -------------------------------------------------------------------------------

    def wait(self, ms):
        """Register in `ms`; None: not at all."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        if ms is not None:
            self.timer = self.agent.timers.after(ms, self.start)

    def keep_open(self, on):
        """Keep a NAT's mapping open, or no more."""
        if self.keep:
            self.keep.cancel()
            self.keep = None
        if on:
            self.keep = self.agent.timers.after(_KEEP, self._alive)

    def _alive(self):
        """Hold a NAT's mapping open (RFC 5626 section 4.4.1): never an empty datagram."""
        self.keep = None
        self.agent.send(b"\r\n\r\n", self.server, "UDP")
        self.keep_open(True)
