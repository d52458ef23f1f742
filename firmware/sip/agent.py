"""The user agent: takes messages in, finds whose they are, answers what belongs to nobody.

Everything is synchronous: a message goes in by `received`, what follows goes out by the transport
and to the one listener, and what must wait is a timer. See the package's docstring.
"""

from base.compat import const
from sip import validate
from sip.dialog import Dialog
from sip.message import address_of, encode, name_addr, param, parse, split, uri_parts, via
from sip.transaction import InviteServer, Server

ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, REFER, NOTIFY"
_REASONS = (
    "100 Trying\n180 Ringing\n183 Session Progress\n200 OK\n202 Accepted\n302 Moved Temporarily\n"
    "400 Bad Request\n403 Forbidden\n404 Not Found\n405 Method Not Allowed\n"
    "406 Not Acceptable\n408 Request Timeout\n415 Unsupported Media Type\n"
    "416 Unsupported URI Scheme\n420 Bad Extension\n422 Session Interval Too Small\n"
    "433 Anonymity Disallowed\n480 Temporarily Unavailable\n"
    "481 Call/Transaction Does Not Exist\n482 Loop Detected\n483 Too Many Hops\n"
    "486 Busy Here\n487 Request Terminated\n488 Not Acceptable Here\n489 Bad Event\n"
    "491 Request Pending\n500 Server Internal Error\n501 Not Implemented\n"
    "503 Service Unavailable\n505 Version Not Supported\n513 Message Too Large\n603 Decline\n"
)
_LARGEST = const(4096)  # bytes: a datagram of this size was cut off
_TRANSACTIONS = const(24)
_CALLS = const(8)
_RETRY = const(5)  # seconds, for those that come while we are full


def reason(status):
    """Return the RFC's phrase for a status, "" where we never send it."""
    return _REASONS.partition("%d " % status)[2].partition("\n")[0]


class Account:
    """An identity, number `number` from 1. Without `host` it calls and is called directly."""

    auth_user = display = outbound = reason = ""
    expires = 3600
    transport = "auto"
    register = registered = tried = False
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

    async def unregister(self):
        """Take the registration back, where there is one."""
        if self.registration:
            await self.registration.stop()


class Agent:
    """One user agent. `settings` has ``get(name)``, `random` is ``getrandbits``.

    ``listener(kind, subject, **details)`` is told everything; see the contract in the plan of the
    phone: registered, incoming, ringing, connected, ended, …
    """

    allow = ALLOW
    supported = "replaces, norefersub, timer, 100rel"
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
        self.transport = None
        self.last_id = 0

    # -- starting and stopping ----------------------------------------------------------------

    async def start(self):
        """Open the transports."""
        from sip.transport import Transport

        self.transport = Transport(self.network, self.log, self.port)
        self.transport.received(self.received)
        await self.transport.start()

    async def stop(self):
        """Hang up, unregister, close the transports."""
        for call in list(self.calls):
            call.hangup()
        for account in self.accounts:
            await account.unregister()
        for transaction in list(self.transactions.values()):
            transaction.end()
        await self.transport.stop()

    def add(self, account):
        """Take an account in, and register it where it has a registrar."""
        account.network = self.network
        self.accounts.append(account)
        if account.register and account.host:
            from sip.registration import Registration

            account.registration = Registration(self, account)
            account.registration.start()

    def remove(self, account):
        """Let an account go; its registration is taken back in the background."""
        from base.compat import spawn

        self.accounts.remove(account)
        if account.registration:
            spawn(account.unregister())

    def network_changed(self):
        """The network went away or came back, perhaps with another address."""
        for account in self.accounts:
            if account.registration:
                account.registration.network_changed()

    # -- calling ------------------------------------------------------------------------------

    def call(self, account, target, headers=()):
        """Call "201", "user@host" or a SIP URI; return the `Call`, ValueError with the reason."""
        from sip.call import Call

        target = target.strip()
        if not target.lower().startswith(("sip:", "sips:")):
            if "@" not in target:
                if not account.host:
                    raise ValueError("no host for '%s'" % target[:40])
                target = "%s@%s" % (target, account.host)
            target = "sip:" + target
        if " " in target or "<" in target or not uri_parts(target)[2]:
            raise ValueError("no address: '%s'" % target[:40])
        if len(self.calls) >= _CALLS:
            raise ValueError("too many calls")
        dialog = self.dialog(account, target)
        call = Call(self, dialog, "out")
        call.remote = address_of(target)
        call.dial(headers)
        return call

    def dialog(self, account, target):
        """Return a new `Dialog` for requests of `account` to the URI `target`."""
        local = "<%s>" % account.uri
        if account.display:
            text = account.display.replace("\\", "\\\\").replace('"', '\\"')
            local = '"%s" %s' % (text, local)
        routes = (_route(account.outbound),) if account.outbound else ()
        call_id = self.token() + self.token()
        tag = self.token()
        return Dialog(account, call_id, local, tag, "<%s>" % target, "", target, routes)

    def token(self):
        """Return 8 random hex digits."""
        return "%08x" % self.random(32)

    def contact(self, account, address, protocol, extra=""):
        """Return our Contact value at the own `address`."""
        if protocol != "UDP":
            extra = ";transport=" + protocol.lower() + extra
        return "<sip:%s@%s:%d%s>" % (account.user, address, self.port, extra)

    def media_port(self, call):
        """Return the UDP port of a new call's voice; the voice room puts its own in this place."""
        return 50000 + 2 * (call.id % 100)

    # -- messages in and out ------------------------------------------------------------------

    def send(self, data, address, protocol, failed=None):
        """Hand bytes to the transport."""
        self.transport.send(data, address, protocol, failed)

    def received(self, data, address, protocol):
        """Take one message in; never raises."""
        try:
            message = parse(data)
        except (ValueError, IndexError):
            return
        message.source, message.protocol = address, protocol
        try:
            if message.status:
                self._response(message)
            else:
                self._request(message, len(data))
        except Exception as error:  # the phone must outlive any message
            self.log(0, "SIP: %r", error)

    def _response(self, message):
        if validate.check(message) < 0:
            return
        branch = param(via(message.header("via"))[3], "branch")
        transaction = self.transactions.get("%s%s" % (branch, message.cseq()[1]))
        if transaction:
            transaction.receive(message)

    def _request(self, message, size):
        status = validate.check(message)
        if size >= _LARGEST and status >= 0:
            status = 513
        method = message.method
        if status < 0 or (status and method == "ACK"):
            return
        if status:
            self.reply(message, status)
            return
        message.key = key = self.key(message)
        transaction = self.transactions.get(key + ("INVITE" if method == "ACK" else method))
        if transaction:
            transaction.receive(message)
        elif message.tag("to"):
            self._inside(message)
        elif method != "ACK":
            self._outside(message)

    def key(self, message):
        """Return what all requests of one transaction have in common (section 17.2.3)."""
        _, host, port, params = via(split(message.header("via"), ",")[0])
        branch = param(params, "branch") or ""
        if not branch.startswith("z9hG4bK"):  # RFC 2543
            number = message.cseq()[0]
            branch = "%s %s %d " % (branch, message.header("call-id"), number)
        return "%s %s:%d " % (branch, host, port)

    def _inside(self, message):
        ours, theirs, call_id = message.tag("to"), message.tag("from"), message.header("call-id")
        for call in self.calls + self.waiting:
            if call.dialog.matches(call_id, ours, theirs):
                call.request(message)
                return
        if message.method == "NOTIFY" and self.notify:
            self._notified(message)
        elif message.method != "ACK":
            self.reply(message, 481)

    def _notified(self, message):
        status = self.notify(self, message)
        self.serve(message).respond(self.response(message, status), status)

    def _outside(self, message):
        method = message.method
        if method == "CANCEL":
            self._cancel(message)
            return
        if method not in validate.METHODS:
            self.reply(message, 405)
            return
        missing = validate.unsupported(message)
        if missing:
            self.reply(message, 420, (("Unsupported", missing),))
        elif method == "INVITE":
            self._invite(message)
        elif method == "OPTIONS":
            self.reply(message, 200, (("Supported", self.supported),))
        elif method == "NOTIFY":
            from sip.subscription import incoming

            status = incoming(self, message)
            self.serve(message).respond(self.response(message, status), status)
        else:
            self.reply(message, 403 if method == "REFER" else 481)

    def _cancel(self, message):
        transaction = self.transactions.get(message.key + "INVITE")
        if transaction is None:
            self.reply(message, 481)
            return
        self.reply(message, 200, tag=getattr(transaction, "tag", None))
        if transaction.call:
            transaction.call.cancelled(message)

    def _invite(self, message):
        merged = message.header("call-id"), message.tag("from"), message.cseq()[0]
        for call in self.calls:
            if call.direction == "in" and call.merged == merged:
                self.reply(message, 482)
                return
        status = validate.body(message)
        account = None if status else self.account_of(message)
        if not status and account is None:
            status = 404
        if len(self.calls) >= _CALLS:
            status = 486
        elif len(self.transactions) >= _TRANSACTIONS:
            status = 503
        if status:
            self.reply(message, status)
            return
        from sip.call import incoming

        incoming(self, account, message, merged)

    def account_of(self, message):
        """Return the account that an INVITE is for, or None."""
        best, score = None, 0
        _, user, host, _, _ = uri_parts(message.uri)
        to = uri_parts(name_addr(message.header("to"))[1])
        for account in self.accounts:
            own = account.host.partition(":")[0]
            points = 4 * (user == account.user)
            if account.registration and account.registration.serves(message.source[0]):
                points += 2 + 2 * (to[1] == account.user)
            elif to[1] == account.user and not account.register:
                points += 2
            if points and own in (host, to[2]):
                points += 1
            if points > score:
                best, score = account, points
        return best

    # -- answering ----------------------------------------------------------------------------

    def serve(self, message):
        """Return a new server transaction for a request."""
        kind = InviteServer if message.method == "INVITE" else Server
        address, _ = self.way_back(message)
        transaction = kind(self, message.key + message.method, address, message.protocol)
        transaction.call = None
        return transaction

    def way_back(self, message):
        """Return where the answer to a request goes, and its top Via as it is to be written."""
        vias = message.all("via")
        first = split(vias[0], ",")
        _, host, port, params = via(first[0])
        ip, source_port = message.source
        rport = param(params, "rport")
        value = first[0]
        if rport is not None:
            head, _, tail = value.partition(";")
            kept = [x for x in split(tail, ";") if not x.lower().startswith(("rport", "received"))]
            kept.append("rport=%d;received=%s" % (source_port, ip))
            value = head + ";" + ";".join(kept)
            port = source_port
        elif host != ip:
            value += ";received=" + ip
        if message.protocol != "UDP":
            port = source_port
        return (ip, port or 5060), ", ".join([value] + first[1:])

    def response(self, message, status, headers=(), body=b"", tag=None, phrase=None):
        """Return the bytes of a response; `tag` is our To tag where none was given."""
        lines = [("Via", value) for value in message.all("via")]
        lines[0] = ("Via", self.way_back(message)[1])
        for name, written in (("from", "From"), ("to", "To"), ("call-id", "Call-ID")):
            value = message.header(name)
            if name == "to" and value and status > 100 and not _tagged(value):
                value += ";tag=" + (tag or self.tag(message))
            if value:
                lines.append((written, value))
        cseq = message.header("cseq")
        if cseq:
            lines.append(("CSeq", cseq))
        lines.extend(headers)
        if status in (405, 501) or (status == 200 and message.method in ("OPTIONS", "INVITE")):
            lines.append(("Allow", ALLOW))
        if status == 415 or message.method == "OPTIONS":
            lines.append(("Accept", "application/sdp"))
        if status == 503:
            lines.append(("Retry-After", str(_RETRY)))
        lines.append(("Server", self.name))
        return encode("SIP/2.0 %d %s" % (status, phrase or reason(status)), lines, body)

    def tag(self, message):
        """Return a To tag for a stateless answer: the same one for each repetition."""
        value = 0
        for char in message.header("call-id") or "":
            value = (value * 31 + ord(char)) & 0xFFFFFF
        return "%x" % value

    def reply(self, message, status, headers=(), tag=None):
        """Answer without a transaction (section 8.2.7): a repetition gets the same again."""
        data = self.response(message, status, headers, tag=tag)
        self.send(data, self.way_back(message)[0], message.protocol)


def _tagged(value):
    try:
        return param(name_addr(value)[2], "tag")
    except ValueError:
        return True  # so broken that nothing is added to it


def _route(outbound):
    """Return the Route for an outbound proxy given as host, host:port or URI (RFC 3261 8.1.2)."""
    uri = outbound if outbound.startswith("sip") else "sip:" + outbound
    if ";lr" not in uri:
        uri += ";lr"
    return "<%s>" % uri
