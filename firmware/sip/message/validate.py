"""What a well-formed but wrong request is owed (RFC 3261 section 8.2, RFC 4475).

`check` looks at what every request must have; whether a request suits a call is the call's own
question. Nothing here raises.
"""

from base.compat import const
from sip.message.fields import raw_param
from sip.message.multipart import pick
from sip.message.uri import raw_uri

DROP = const(-1)  # nobody knows where an answer would go

_FOREIGN = ("REGISTER", "SUBSCRIBE", "PUBLISH", "MESSAGE")  # known, and not for a phone
_EXTENSIONS = (
    "replaces",
    "norefersub",
    "100rel",
    "timer",
    "from-change",
    "histinfo",
    "privacy",
)
_ACCEPTED = (b"*/*", b"application/sdp", b"application/*")
_NEEDED = (b"from", b"to", b"call-id", b"cseq")
_ONCE = set(_NEEDED + (b"max-forwards", b"content-length"))


def check(message, methods, most=100):
    """Return 0 for a request to go on with, the status it is owed, or `DROP`.

    `methods` are ours, `most` is the number of header lines that we take. The body is cut
    to its Content-Length.
    """
    try:
        params = message.via.params
    except ValueError:
        return DROP
    try:
        line = message.raw("via").replace(b" ", b"")
        if b";;" in line or b";," in line or b",," in line or message.fault:
            return message.fault or 400
        if message.branch == b"z9hG4bK" or (
            not message.branch and raw_param(params, b"branch") is not None
        ):
            return 400
        return _headers(message, most) or _request(message, methods)
    except ValueError:
        return 400


def _headers(message, most):
    """Count the headers that must be there once, and cut the body to its length."""
    if len(message.lines) > most:
        return 513
    found = {}
    for name, value in message.lines:
        if name in _ONCE:
            if name in found and (name != b"content-length" or found[name] != value):
                return 400
            found[name] = value
        elif name == b"contact" and b";;" in value:
            return 400
    for name in _NEEDED:
        if name not in found:
            return 400
    length = found.get(b"content-length")
    if length is not None:
        if not length.isdigit() or len(length) > 9 or int(length) > len(message.body):
            return 400
        message.body = message.body[: int(length)]
    return 0


def _request(message, methods):
    method = message.method
    number, named = message.cseq()
    if number >> 32:
        return 400
    if method not in methods and method not in _FOREIGN:
        return 501
    if message.controls:
        return 400
    scheme = raw_uri(message.raw_uri)[0]
    if method == named and scheme not in (b"sip", b"sips", b"tel"):
        return 416
    if method != named or b"?" in message.raw_uri.partition(b"@")[2]:
        return 400
    for name in ("from", "to"):
        display, uri, _ = message.parts(name)
        quoted = message.raw(name)[:1] == b'"'
        if b":" not in uri or b" " in uri or (b"," in display and not quoted):
            return 400
    return 0


def unsupported(message):
    """Return (420, headers) where Require asks for what nobody here can, else 0."""
    missing = [x for x in message.values("require") if x.lower() not in _EXTENSIONS]
    return (420, (("Unsupported", ", ".join(missing)),)) if missing else 0


def body(message):
    """Return the status that a body owes which is no SDP, 0 where it is SDP or there is none.

    One that need not be understood (RFC 3261 section 20.11) is as if it was not there.
    """
    accept = b",".join(message.all_raw("accept")).lower() or b"*/*"
    if not any(x in accept for x in _ACCEPTED):
        return 406
    kind = (message.raw("content-type") or b"").partition(b";")[0].strip().lower()
    if kind[:10] == b"multipart/":
        pick(message)
        kind = message.raw("content-type")
    coding = message.raw("content-encoding") or b"identity"
    if message.body and (kind != b"application/sdp" or coding != b"identity"):
        handling = raw_param(message.raw("content-disposition") or b"", b"handling")
        if not handling or handling.lower() != b"optional":
            return 415
        message.body = b""
    return 0
