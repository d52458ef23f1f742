"""The user agent: takes messages in, finds whose they are, answers what belongs to nobody.

Everything is synchronous: a message goes in by `received`, what follows goes out by the transport
and to the one listener, and what must wait is a timer. See the package's docstring.
"""

from binascii import hexlify
from os import urandom

from base.compat import const, spawn
from base.drawn import drawn
from base.heap import small
from sip import inbound
from sip.call.outgoing import dial
from sip.guard import Guard
from sip.message.message import parse
from sip.message.multipart import pick
from sip.registration.register import Registration
from sip.transaction.server import reply, respond
from sip.transport.datagram import Transport

_MANY = const(32)  # transactions at once
_FEW = const(10)  # where memory is small
_CODECS = {  # by the setting codec_priority
    "g722": ("G722", "PCMA", "PCMU"),
    "g722_pcmu": ("G722", "PCMU", "PCMA"),
    "pcma": ("PCMA", "PCMU"),
    "pcmu": ("PCMU", "PCMA"),
    "pcma_only": ("PCMA",),
    "pcmu_only": ("PCMU",),
}


class Agent:
    """One user agent. `settings` has ``get(name)``, `random` is ``getrandbits``, for jitter only.

    ``listener(kind, subject, **details)`` is told everything; see the contract in the plan of the
    phone: registered, incoming, ringing, connected, ended, …
    """

    allow = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY"
    methods = set(allow.split(", "))
    supported = "replaces, norefersub, timer, 100rel, from-change"
    # ``(account, uri) -> bool``: whether the owner's rules let a REFER of others call `uri`
    may_dial = None
    media = None  # ``(call)``: its voice has begun, changed, or is over (`voice`, `state`)
    dtmf = None  # ``(call, digits) -> bool``: the voice room sends digits, or it must be INFO
    notify = None  # ``(agent, message) -> status`` for a NOTIFY of no call's dialog
    transport = None
    settled = None  # ``()``: a message has been dealt with, what was reported may be acted on

    def __init__(self, network, timers, resolver, settings, listener, log, random, port=None):
        self.network = network
        self.timers = timers
        self.resolver = resolver
        self.settings = settings
        self.listener = listener
        self.log = log
        self.random = random
        self.port = port or 5060
        self.name = "Offhook"
        self.accounts = []
        self.calls = []
        self.waiting = []  # calls that are over but for an ACK
        self.transactions = {}
        self.dead = {}  # (ip, port) of a server that did not answer -> ms until it may be first
        self.leaving = {}  # number of an account -> its registration that is being taken back
        self.guard = Guard(self)
        self.last_id = 0
        get = settings.get
        self.largest = get("sip_max_message") or 4096  # bytes; what is longer gets 513
        self.most_headers = get("sip_max_headers") or 100
        self._roomy = not small()
        self.most = get("sip_max_transactions") or (_MANY if self._roomy else _FEW)
        self.most_calls = get("sip_max_calls") or 8

    # -- starting and stopping ----------------------------------------------------------------

    async def start(self):
        """Open the transports."""
        self.transport = Transport(self.network, self.log, self.port, self.timers, self.settings)
        self.transport.received(self.received)
        self.transport.share = self.guard.connections
        self.transport.broken = self.broken
        await self.transport.start()

    async def stop(self):
        """Hang up, unregister, close the transports."""
        for call in list(self.calls):
            call.hangup()
        for account in self.accounts:
            if account.registration:
                await account.registration.stop()
        for transaction in list(self.transactions.values()):
            transaction.end()
        await self.transport.stop()

    def add(self, account):
        """Take an account in, and register it where it has a registrar."""
        account.network = self.network
        self.accounts.append(account)
        if account.register and account.host:
            account.registration = Registration(self, account)
            self.guard.rules_changed()
            former = self.leaving.get(account.number)
            if former:
                former.heir = account.registration
            else:
                account.registration.start()

    def remove(self, account):
        """Let an account go; its registration is taken back in the background."""
        self.accounts.remove(account)
        self.guard.rules_changed()
        if account.registration:
            former = self.leaving.get(account.number)
            if former:
                former.heir = None  # it has not begun
            else:
                self.leaving[account.number] = account.registration
                spawn(account.registration.stop())

    def network_changed(self):
        """The network went away or came back, perhaps with another address."""
        for account in self.accounts:
            if account.registration:
                account.registration.network_changed()
        if self.network.up:
            for call in self.calls:
                call.moved()

    def retry(self):
        """Register at once where that has failed: what stood in the way is gone."""
        for account in self.accounts:
            if account.registration:
                account.registration.retry()

    # -- calling ------------------------------------------------------------------------------

    def call(self, account, target, headers=()):
        """Call "201", "user@host" or a SIP URI; return the `Call`, ValueError with the reason."""
        return dial(self, account, target.strip(), headers)

    def trusted(self, account, message):
        """Return whether `message` came from the registrar's side of `account`."""
        return account.is_served_by(message)

    def token(self):
        """Return 16 hex digits that nobody can guess: for tags, Call-IDs, branches, cnonces."""
        return str(hexlify(urandom(8)), "ascii")

    def number(self):
        """Return a number below 2**28 that nobody can guess."""
        return drawn(28)

    def contact(self, account, address, protocol, extra="", hidden=False):
        """Return our Contact value at the own `address`; `hidden`: it does not tell who we are.

        Over TCP and TLS it names the connection to the registrar, for calls come by it: there is
        no port for TLS to connect to, and behind a NAT none at all (RFC 5626).
        """
        port, registration = self.port, account.registration
        if registration:
            seen = registration.seen_at(protocol)
            if seen:
                address, port = seen
            if registration.outbound and protocol == registration.protocol:
                extra += ";ob"
        if protocol != "UDP":
            extra = ";transport=" + protocol.lower() + extra
        user = "anonymous" if hidden else account.user
        return "<sip:%s@%s:%d%s>" % (user, address, port, extra)

    @property
    def instance(self):
        """The URN of this phone (RFC 5626 section 4.1), made of its hardware address."""
        mac = "".join([x for x in self.network.mac if x not in ":-."]).lower()
        return "urn:uuid:00000000-0000-1000-8000-" + mac

    def codecs(self):
        """Return the names of the codecs to be offered, the best first; G722 takes memory that a
        board without PSRAM does not have."""
        names = _CODECS.get(self.settings.get("codec_priority")) or _CODECS["g722"]
        return names if self._roomy or names[0] != "G722" else names[1:]

    def secure(self, account):
        """Return how the voice of an identity's calls is encrypted, see `sip.call.sdp`: never
        where its keys could be read on their way."""
        get, number = self.settings.get, account.number
        if account.transport != "tls" or not get("user_srtp%d" % number):
            return ""
        return "required" if get("user_savp%d" % number) == "mandatory" else "wanted"

    def media_port(self, call):
        """Return the UDP port of a new call's voice; the voice room puts its own in this place."""
        first = self.settings.get("rtp_port") or 16384
        return min(first & 0xFFFE, 65334) + 2 * (call.id % 100)

    # -- messages in and out ------------------------------------------------------------------

    def send(self, data, address, protocol, failed=None):
        """Hand bytes to the transport; strangers are not answered at length, see `sip.guard`, nor
        by any connection but theirs: each that is to be opened takes the place of another one.
        """
        if data[:8] == b"SIP/2.0 " and not self.guard.at_home(address[0]):
            if protocol == "UDP":
                if not self.guard.may_answer(address[0], len(data)):
                    return
            elif not self.transport.streams.find(address, protocol):
                return
        self.transport.send(data, address, protocol, failed)

    def received(self, data, address, protocol):
        """Take one message in; never raises, and leaves nothing of one that cannot be taken."""
        message = None
        try:
            message = parse(data)
            message.source, message.protocol = address, protocol
            message.stranger = not self.guard.at_home(address[0])
            if message.stranger and protocol == "UDP":
                self.guard.heard(address[0], len(data))
            if message.status:
                self._response(message)
            else:
                inbound.request(self, message, len(data))
        except (ValueError, IndexError):
            self.log(6, "SIP: %s sent what cannot be read", address[0])
            self._undo(message, 400)
        except Exception as error:  # the phone must outlive any message
            self.log(0, "SIP: %r", error)
            self._undo(message, 500)
        if self.settled:
            self.settled()

    def broken(self, address, protocol):
        """Be told that the connection to (ip, port) is gone: what it was to bring may not come."""
        for transaction in list(self.transactions.values()):
            if transaction.address == address and transaction.protocol == protocol:
                transaction.cut_off()

    def _undo(self, message, status):
        """Answer a request that an error has ended, and drop what it has begun."""
        if message is None or message.method in ("", "ACK"):
            return
        transaction = self.transactions.get(message.key + message.method.encode())
        try:
            if transaction is None:
                reply(self, message, status)
            elif not transaction.final:
                respond(self, transaction, message, status)
        except ValueError:  # not even its Via or its To makes sense
            if transaction:
                transaction.end()

    def _expected(self, message, transaction):
        """Return whether a response comes from where the request went, or from home."""
        return message.source[0] == transaction.address[0] or not message.stranger

    def _response(self, message):
        if message.controls:
            raise ValueError("control character")
        if len(message.hops) != 1 or len(message.all_raw("via")) != 1:
            return  # we are the first hop: nobody else's is below ours
        if not all(message.raw(name) for name in ("from", "to", "call-id")):
            raise ValueError("no response")  # its ACK could not be made
        if message.body and b"multipart" in (message.raw("content-type") or b""):
            pick(message)
        transaction = self.transactions.get(message.branch + message.cseq().method.encode())
        if transaction and self._expected(message, transaction):
            length = message.raw("content-length") or b""
            if length.isdigit():
                message.body = message.body[: int(length[:9])]
            transaction.receive(message)
