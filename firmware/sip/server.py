"""Answering: responses and where they go, and the plain server transaction.

Loaded by the first request that comes in. Functions on an `Agent`.
"""

from base.compat import const
from sip.message import encode, name_addr, param, split, via
from sip.transaction import Transaction

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
_RETRY = const(5)  # seconds, for those that come while we are full
_LONG = const(32000)  # timer J

_PROCEEDING = const(1)
_COMPLETED = const(2)


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


def serve(agent, message):
    """Return a new server transaction for a request."""
    kind = Server
    if message.method == "INVITE":
        from sip.invite import InviteServer as kind
    return kind(agent, message.key + message.method, way_back(message)[0], message.protocol)


def respond(agent, transaction, message, status, headers=(), body=b""):
    """Answer a request in its transaction."""
    transaction.respond(response(agent, message, status, headers, body), status)


def reply(agent, message, status, headers=(), to_tag=None):
    """Answer without a transaction (section 8.2.7): a repetition gets the same again."""
    data = response(agent, message, status, headers, b"", to_tag)
    agent.send(data, way_back(message)[0], message.protocol)


def way_back(message):
    """Return where the answer to a request goes, and its top Via line as it is to be written.

    RFC 3261 section 18.2 and RFC 3581.
    """
    first = split(message.header("via"), ",")
    value = first[0]
    _, host, port, params = via(value)
    ip, source_port = message.source
    if param(params, "rport") is not None:
        head, _, tail = value.partition(";")
        kept = [x for x in split(tail, ";") if not x.lower().startswith(("rport", "received"))]
        kept.append("rport=%d;received=%s" % (source_port, ip))
        value = head + ";" + ";".join(kept)
        port = source_port
    elif host != ip:
        value += ";received=" + ip
    if message.protocol != "UDP":
        port = source_port
    first[0] = value
    return (ip, port or 5060), ", ".join(first)


def response(agent, message, status, headers=(), body=b"", to_tag=None, phrase=None):
    """Return the bytes of a response; `to_tag` is our To tag, where the request has none."""
    lines = [("Via", value) for value in message.all("via")]
    lines[0] = ("Via", way_back(message)[1])
    for name in ("From", "To", "Call-ID", "CSeq"):
        value = message.header(name)
        if name == "To" and value and status > 100 and not _tagged(value):
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
    for char in message.header("call-id") or "":
        value = (value * 31 + ord(char)) & 0xFFFFFF
    return "%x" % value


def _tagged(value):
    try:
        return param(name_addr(value)[2], "tag")
    except ValueError:
        return True  # so broken that nothing is added to it
