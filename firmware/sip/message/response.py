"""Responses: their bytes, and where they go (RFC 3261 sections 8.2.6 and 18.2, RFC 3581)."""

from base.compat import const
from sip.message.message import encode

_RETRY = const(5)  # seconds, for those that come while we are full
_REASONS = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    202: "Accepted",
    302: "Moved Temporarily",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    422: "Session Interval Too Small",
    433: "Anonymity Disallowed",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    500: "Server Internal Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "Version Not Supported",
    513: "Message Too Large",
    603: "Decline",
}


def way_back(message):
    """Return the (ip, port) that the answer to a request goes to."""
    ip, port = message.source
    if message.protocol == "UDP" and not message.rport:
        port = message.via.port
    return ip, port or 5060


def response(agent, message, status, headers=(), body=b"", to_tag=None, phrase=None):
    """Return the bytes of a response; `to_tag` is our To tag, where the request has none."""
    if message.copied is None:
        message.copied = _copied(message)
    copied = list(message.copied)
    to = message.raw("to")
    if to:
        if status > 100 and not _tagged(message):
            to += b";tag=" + (to_tag or _steady(message)).encode()
        copied.append(b"To: " + _clean(message, to))
    lines = list(headers)
    if status in (405, 501) or (status == 200 and message.method in ("OPTIONS", "INVITE")):
        lines.append(("Allow", agent.allow))
    if status == 415 or message.method == "OPTIONS":
        lines.append(("Accept", "application/sdp"))
    elif status == 503:
        lines.append(("Retry-After", str(_RETRY)))
    lines.append(("Server", agent.name))
    phrase = phrase or _REASONS.get(status, "")
    return encode(b"SIP/2.0 %d %s" % (status, phrase.encode()), lines, body, copied)


def _copied(message):
    """Return the lines that every response has of its request, the To tag's excepted."""
    lines = [b"Via: " + value for value in _vias(message)]
    for name, key in ((b"From: ", "from"), (b"Call-ID: ", "call-id"), (b"CSeq: ", "cseq")):
        value = message.raw(key)
        if value:
            lines.append(name + _clean(message, value))
    return lines


def _clean(message, value):
    """Return a value to copy; where control characters came, spaces take their place."""
    if message.controls:
        return bytes([x if 32 <= x != 127 else 32 for x in value])
    return value


def _tagged(message):
    """Return whether To has a tag; one that cannot be read has none."""
    try:
        return message.tag("to")
    except ValueError:
        return ""


def _vias(message):
    """Return the Via lines of a request, the first with the source as we have seen it."""
    parts = [
        x for x in message.hops[0].split(b";") if x.strip().lower()[:5] not in (b"rport", b"recei")
    ]
    parts.append(b"received=" + message.source[0].encode())
    if message.rport:
        parts.append(b"rport=%d" % message.source[1])
    return [b", ".join([b";".join(parts)] + message.hops[1:])] + message.all_raw("via")[1:]


def _steady(message):
    """Return a To tag for a stateless answer: the same one for each repetition."""
    value = 0
    for code in message.raw("call-id") or b"":
        value = (value * 31 + code) & 0xFFFFFF
    return "%x" % value
