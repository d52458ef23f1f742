"""Answering: responses and where they go, and the two server transactions.

Loaded by the first request that comes in. Functions on an `Agent`.
"""

from base.compat import const
from sip.agent import Spent
from sip.message.message import encode, param
from sip.transaction.client import Transaction

_REASONS = (
    "100 Trying\n180 Ringing\n200 OK\n202 Accepted\n302 Moved Temporarily\n400 Bad Request\n"
    "404 Not Found\n405 Method Not Allowed\n415 Unsupported Media Type\n420 Bad Extension\n"
    "480 Temporarily Unavailable\n481 Call/Transaction Does Not Exist\n486 Busy Here\n"
    "487 Request Terminated\n488 Not Acceptable Here\n491 Request Pending\n"
    "501 Not Implemented\n503 Service Unavailable\n603 Decline\n"
)
_RETRY = const(5)  # seconds, for those that come while we are full
_T1 = const(500)
_T4 = const(5000)
_LONG = const(32000)  # timers H, J, L

_PROCEEDING = const(1)
_COMPLETED = const(2)
_CONFIRMED = const(3)
_ACCEPTED = const(4)


class Server(Transaction):
    """A server transaction for any method but INVITE (RFC 3261 section 17.2.2): timer J."""

    call = None  # whose INVITE it is

    def respond(self, data, status):
        """Send a response of ours; a second final one is ignored."""
        if self.state > _PROCEEDING:
            return
        self.data = data
        self.transmit()
        if status < 200:
            self.state = _PROCEEDING
        else:
            self.absorb(_COMPLETED, _LONG)

    def receive(self, request):
        """Take a repetition of the request."""
        self.transmit()


class InviteServer(Server):
    """An INVITE's server transaction (section 17.2.1): timers G, H, I, L."""

    def respond(self, data, status):
        """Send a response of ours; the 2xx is repeated by the call, not from here."""
        if self.state > _PROCEEDING:
            return
        self.data = data
        self.transmit()
        if status < 200:
            self.state = _PROCEEDING
        elif status < 300:
            self.data = None
            self.absorb(_ACCEPTED, _LONG)
        else:
            self.state = _COMPLETED
            self.repeat(_T1)
            self.expire(_LONG, self.end)

    def receive(self, request):
        """Take a repeated INVITE, or the ACK for our final answer."""
        if request.method != "ACK":
            self.transmit()
        elif self.state == _COMPLETED:
            self.data = None
            self.absorb(_CONFIRMED, _T4)

    def rest(self):
        """Ring on without this module's code; return what stays, until there is an answer."""
        spent = Spent(self.owner, self.key, self.address, self.protocol, self.data, 0)
        spent.state, spent.call = self.state, self.call
        return spent


def revive(spent):
    """Return the INVITE's transaction that `InviteServer.rest` has left."""
    back = InviteServer(spent.owner, spent.key, spent.address, spent.protocol)
    back.state, back.call = spent.state, spent.call
    if back.call:
        back.call.transaction = back
    return back


def serve(agent, message):
    """Return a new server transaction for a request."""
    kind = InviteServer if message.method == "INVITE" else Server
    return kind(agent, message.key + message.method, way_back(message), message.protocol)


def respond(agent, transaction, message, status, headers=(), body=b""):
    """Answer a request in its transaction."""
    transaction.respond(response(agent, message, status, headers, body), status)


def reply(agent, message, status, headers=(), to_tag=None):
    """Answer without a transaction (section 8.2.7): a repetition gets the same again."""
    data = response(agent, message, status, headers, b"", to_tag)
    agent.send(data, way_back(message), message.protocol)


def way_back(message):
    """Return where the answer to a request goes (RFC 3261 section 18.2, RFC 3581)."""
    _, _, port, params = message.via
    ip, source_port = message.source
    if message.protocol != "UDP" or param(params, "rport") is not None:
        port = source_port
    return ip, port or 5060


def response(agent, message, status, headers=(), body=b"", to_tag=None, phrase=None):
    """Return the bytes of a response; `to_tag` is our To tag, where the request has none."""
    value, lines = "", []
    for part in message.hops[0].split(";"):
        if part.strip().lower()[:5] not in ("rport", "recei"):
            value += part + ";"
    value += "received=" + message.source[0]
    if param(message.via[3], "rport") is not None:
        value += ";rport=%d" % message.source[1]
    message.hops[0] = value
    for value in [", ".join(message.hops)] + message.all("via")[1:]:
        lines.append(("Via", value))
    for name in ("From", "To", "Call-ID", "CSeq"):
        value = message.header(name)
        if name == "To" and value and status > 100 and ";tag=" not in value.replace(" ", ""):
            value += ";tag=" + (to_tag or _steady(message))
        if value:
            lines.append((name, value))
    lines.extend(headers)
    if status in (405, 501) or (status == 200 and message.method in ("OPTIONS", "INVITE")):
        lines.append(("Allow", agent.allow))
    if status == 415 or message.method == "OPTIONS":
        lines.append(("Accept", "application/sdp"))
    elif status == 503:
        lines.append(("Retry-After", str(_RETRY)))
    lines.append(("Server", agent.name))
    phrase = phrase or _REASONS.partition("%d " % status)[2].partition("\n")[0]
    return encode("SIP/2.0 %d %s" % (status, phrase), lines, body)


def _steady(message):
    """Return a To tag for a stateless answer: the same one for each repetition."""
    value = 0
    for code in (message.header("call-id") or "").encode():
        value = (value * 31 + code) & 0xFFFFFF
    return "%x" % value
