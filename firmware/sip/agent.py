"""The user agent: takes messages in, finds whose they are, answers what belongs to nobody.

Everything is synchronous: a message goes in by `received`, what follows goes out by the transport
and to the one listener, and what must wait is a timer. See the package's docstring.
"""

from base.compat import const, let_go, low_heap, make_room, unload
from sip.message.message import param, parse, via

_IDLE = const(20_000)  # ms after which modules that nobody used are forgotten
# What is forgotten: of any module what `load` has fetched; but of these only without calls, and
# without transactions, for both live on in objects of theirs.
_WITH_CALLS = "sip.call.incoming sip.call.outgoing sip.call.call sip.call.session_timer sip.call.reliable sip.call.refer".split()
_WITH_TRANSACTIONS = (
    "sip.transaction.server sip.transaction.invite sip.request sip.transaction.client"
).split()
_FUNCTIONS = "sip.inbound sip.message.validate sip.call.sdp sip.call.modify sip.subscription.dialog_info base.digest".split()  # live in nothing


class Account:
    """An identity, number `number` from 1. Without `host` it calls and is called directly."""

    auth_user = display = outbound = reason = ""
    expires = 3600
    transport = "auto"
    register = registered = tried = anonymous = False
    registration = network = None

    def __init__(self, number, user, host="", password=""):
        self.number = number
        self.user = user
        self.host = host
        self.password = password
        self.register = bool(host)

    @property
    def uri(self):
        """The address of record."""
        return "sip:%s@%s" % (self.user, self.host or (self.network and self.network.address()))


class Spent:
    """What is left of a transaction that only repetitions concern: `data` answers them.

    It is over, or rings and waits for somebody to answer (`delay` 0). It is of a class of its own
    so that nothing keeps the transaction's code on the heap.
    """

    state = 2
    again = call = None

    def __init__(self, owner, key, address, protocol, data, delay):
        self.owner = owner
        self.key = key
        self.address = address
        self.protocol = protocol
        self.data = data
        self.limit = owner.timers.after(delay, self.end) if delay else None
        owner.transactions[key] = self

    def receive(self, message):
        """Answer a repetition as the first one."""
        if self.data and not 0 < message.status < 300:
            self.owner.send(self.data, self.address, self.protocol)

    def respond(self, data, status):
        """Answer the INVITE that rings: that takes a whole transaction again."""
        from sip.transaction.server import revive

        revive(self).respond(data, status)

    def end(self):
        """Leave the table."""
        if self.limit:
            self.limit.cancel()
        if self.owner.transactions.get(self.key) is self:
            del self.owner.transactions[self.key]


class Agent:
    """One user agent. `settings` has ``get(name)``, `random` is ``getrandbits``.

    ``listener(kind, subject, **details)`` is told everything; see the contract in the plan of the
    phone: registered, incoming, ringing, connected, ended, …
    """

    allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY"
    supported = "replaces, norefersub, timer, 100rel"
    media = None  # ``(call)``: its voice has begun, changed, or is over (`voice`, `state`)
    notify = None  # ``(agent, message) -> status`` for a NOTIFY of no call's dialog

    def __init__(self, network, timers, resolver, settings, listener, log, random, port=None):
        self.network = network
        self.timers = timers
        self.resolver = resolver
        self.settings = settings
        self.listener = listener
        self.log = log
        self.random = random
        self.port = port or settings.get("sip_port") or 5060
        self.name = "Offhook"
        self.accounts = []
        self.calls = []
        self.waiting = []  # calls that are over but for an ACK
        self.transactions = {}
        self.dead = {}  # (ip, port) of a server that did not answer -> ms until it may be first
        self.leaving = {}  # number of an account -> its registration that is being taken back
        self.transport = self._sweep = None
        self.last_id = 0
        self._loaded = []
        get = settings.get
        self.largest = get("sip_max_message") or 4096  # bytes; what is longer gets 513
        self.most_headers = get("sip_max_headers") or 100
        self.most = get("sip_max_transactions") or 10
        self.most_calls = get("sip_max_calls") or 8

    # -- starting and stopping: see `sip.accounts` ----------------------------------------------

    async def start(self):
        """Open the transports."""
        await self.load("sip.accounts").start(self)

    async def stop(self):
        """Hang up, unregister, close the transports."""
        await self.load("sip.accounts").stop(self)

    def add(self, account):
        """Take an account in, and register it where it has a registrar."""
        self.load("sip.accounts").add(self, account)

    def remove(self, account):
        """Let an account go; its registration is taken back in the background."""
        self.load("sip.accounts").remove(self, account)

    def network_changed(self):
        """The network went away or came back, perhaps with another address."""
        self.load("sip.accounts").network_changed(self)

    # -- calling ------------------------------------------------------------------------------

    def call(self, account, target, headers=()):
        """Call "201", "user@host" or a SIP URI; return the `Call`, ValueError with the reason."""
        from sip.call.outgoing import dial

        return dial(self, account, target.strip(), headers)

    def token(self):
        """Return 8 random hex digits."""
        return "%08x" % self.random(32)

    def contact(self, account, address, protocol, extra=""):
        """Return our Contact value at the own `address`."""
        public = account and account.registration and account.registration.public
        port = self.port
        if public and self.settings.get("use_rport_contact"):
            address, port = public
        if protocol != "UDP":
            extra = ";transport=" + protocol.lower() + extra
        user = account.user if account else "anonymous"
        return "<sip:%s@%s:%d%s>" % (user, address, port, extra)

    def media_port(self, call):
        """Return the UDP port of a new call's voice; the voice room puts its own in this place."""
        first = self.settings.get("rtp_port") or 16384
        return min(first & 0xFFFE, 65334) + 2 * (call.id % 100)

    def make_room(self):
        """Let the oldest transaction go that only waits for repetitions, where there are many.

        Where the heap is low they all go. Return False when too many are busy.
        """
        while len(self.transactions) >= self.most or (self.transactions and low_heap()):
            oldest = self._oldest()
            if oldest is None:
                return len(self.transactions) < self.most
            oldest.end()
        return True

    def _oldest(self):
        oldest, soonest = None, 1 << 29
        clock = self.timers.clock
        for transaction in self.transactions.values():
            if transaction.state > 1 and not transaction.again and transaction.limit:
                left = clock.diff(transaction.limit.when, clock.ms())
                if left < soonest:
                    oldest, soonest = transaction, left
        return oldest

    def load(self, name):
        """Return the module `name`; when all has been quiet for a while, it is forgotten."""
        if name not in self._loaded:
            self._loaded.append(name)
        self.later()
        return __import__(name, None, None, ("sip",))

    def later(self):
        """Forget what can be forgotten when all will have been quiet for a while."""
        if self._sweep:
            self._sweep.cancel()
        self._sweep = self.timers.after(_IDLE, self.forget)

    def forget(self):
        """Let the code go that nothing under way needs; its next use loads it again."""
        if self._sweep:
            self._sweep.cancel()
            self._sweep = None
        self.make_room()
        busy = [x for x in self.transactions.values() if not isinstance(x, Spent)]
        called = self.calls + self.waiting
        for name in self._loaded + _FUNCTIONS:
            if name not in _WITH_CALLS and name not in _WITH_TRANSACTIONS:
                unload(name)
        self._loaded = []
        if busy:
            self.later()
            return
        for name in _WITH_TRANSACTIONS:
            unload(name)
        if not called:
            for name in _WITH_CALLS:
                unload(name)

    # -- messages in and out ------------------------------------------------------------------

    def send(self, data, address, protocol, failed=None):
        """Hand bytes to the transport."""
        self.transport.send(data, address, protocol, failed)

    def received(self, data, address, protocol):
        """Take one message in; never raises."""
        try:
            make_room()
            self._take(data, address, protocol)
        except MemoryError:
            self._drop()
            let_go()
            try:
                self._take(data, address, protocol)  # there may be room for it alone
            except Exception as error:
                self._drop()
                self.log(0, "SIP: %r", error)
        except Exception as error:  # the phone must outlive any message
            self._drop()
            self.log(0, "SIP: %r", error)

    def _take(self, data, address, protocol):
        message = None
        try:
            message = parse(data)
            message.source, message.protocol = address, protocol
            if message.status:
                if message.body and "multipart" in (message.header("content-type") or ""):
                    self.load("sip.message.multipart").pick(message)
                self._response(message)
            else:
                self.load("sip.inbound").request(self, message, len(data))
        except (ValueError, IndexError):
            self.log(6, "SIP: %s sent what cannot be read", address[0])
            if message and message.method not in ("", "ACK") and message.via:
                self._drop()
                try:
                    self.load("sip.transaction.server").reply(self, message, 400)
                except ValueError:  # not even its Via makes sense
                    pass

    def _drop(self):
        """Forget what an error, such as a full heap, has left of a request in work.

        Its repetition is taken anew then.
        """
        for transaction in list(self.transactions.values()):
            # a server's that has not got its final answer, nor a call that was told to anybody
            if transaction.state < 2 and getattr(transaction, "call", self) is None:
                transaction.end()
                for call in list(self.calls):
                    if getattr(call, "transaction", None) is transaction:
                        self.calls.remove(call)
                        call.state = "ended"
                        call.release()

    def _response(self, message):
        vias = message.values("via")
        if len(vias) == 1:  # we are the first hop: nobody else's is below ours
            branch = param(via(vias[0])[3], "branch")
            transaction = self.transactions.get("%s%s" % (branch, message.cseq()[1]))
            if transaction:
                length = message.header("content-length") or ""
                if length.isdigit():
                    message.body = message.body[: int(length[:9])]
                transaction.receive(message)
