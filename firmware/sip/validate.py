"""What a well-formed but wrong request is owed (RFC 3261 section 8.2, RFC 4475).

`check` looks at what every request must have; whether a request suits a call is the call's own
question. Nothing here raises.
"""

from sip.message import name_addr, param, split, uri_parts, via

METHODS = "INVITE ACK BYE CANCEL OPTIONS INFO UPDATE PRACK REFER NOTIFY".split()
_OTHERS = "REGISTER SUBSCRIBE PUBLISH MESSAGE".split()
EXTENSIONS = ("replaces", "norefersub", "100rel", "timer", "from-change", "histinfo", "privacy")
_ONCE = ("from", "to", "call-id", "cseq", "max-forwards", "content-length")


def check(message, limit=100):
    """Return 0 for a request to go on with, the status it is owed, or -1 for one to drop.

    `limit` is the number of header lines. The body is cut to its Content-Length.
    """
    try:
        return _via(message) or message.fault or _single(message, limit) or _request(message)
    except (ValueError, IndexError):
        return 400


def _via(message):
    """Drop what cannot be answered: the Via says where an answer goes."""
    value = message.header("via")
    if not value:
        return -1
    try:
        params = via(split(value, ",")[0])[3]
    except (ValueError, IndexError):
        return -1
    squeezed = value.replace(" ", "")
    if ";;" in squeezed or ";," in squeezed or ",," in squeezed:
        return 400
    return 400 if param(params, "branch") in ("z9hG4bK", "") else 0


def _single(message, limit):
    """Count the headers that must be there once."""
    if len(message.headers) > limit:
        return 513
    found = {}
    for name, value in message.headers:
        if name in _ONCE:
            if name in found and (name != "content-length" or found[name] != value):
                return 400
            found[name] = value
    if not all(name in found for name in _ONCE[:4]):
        return 400
    length = found.get("content-length")
    if length is not None:
        if not length.isdigit() or len(length) > 9 or int(length) > len(message.body):
            return 400
        message.body = message.body[: int(length)]
    return 0


def _request(message):
    uri, method = message.uri, message.method
    number, named = message.cseq()
    if number >> 32:
        return 400
    if method not in METHODS and method not in _OTHERS:
        return 501
    if method != named:
        return 400
    scheme = uri.partition(":")[0].lower()
    if scheme not in ("sip", "sips", "tel"):
        return 416
    if "?" in uri.partition("@")[2]:
        return 400
    uri_parts(uri)
    for name in ("from", "to"):
        if not _address(message.header(name)):
            return 400
    for value in message.all("contact"):
        if ";;" in value:
            return 400
    return 0


def _address(value):
    """Return whether the value is a name-addr or addr-spec, with a URI of any scheme."""
    display, uri, _ = name_addr(value)
    if "," in display and value[:1] != '"':
        return False
    return ":" in uri and " " not in uri


def unsupported(message):
    """Return the value of Unsupported for what Require asks and nobody here can (420), or ""."""
    missing = [x for x in message.values("require") if x.lower() not in EXTENSIONS]
    return ", ".join(missing)


def body(message):
    """Return the status that a body owes which is no SDP, 0 where it is SDP or there is none."""
    accept = message.header("accept")
    if accept and "application/sdp" not in accept.lower() and "*/*" not in accept:
        if "application/*" not in accept:
            return 406
    if not message.body:
        return 0
    kind = (message.header("content-type") or "").partition(";")[0].strip().lower()
    if kind != "application/sdp":
        return 415
    return 415 if (message.header("content-encoding") or "identity") != "identity" else 0
