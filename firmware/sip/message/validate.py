"""What a well-formed but wrong request is owed (RFC 3261 section 8.2, RFC 4475).

`check` looks at what every request must have; whether a request suits a call is the call's own
question. Nothing here raises.
"""

from sip.message.message import name_addr, param, split, uri_parts, via

_METHODS = " REGISTER SUBSCRIBE PUBLISH MESSAGE "  # known, and not for a phone
_EXTENSIONS = " replaces norefersub 100rel timer from-change histinfo privacy "
_ONCE = ("from", "to", "call-id", "cseq", "max-forwards", "content-length")


def check(message, allow, most=100):
    """Return 0 for a request to go on with, the status it is owed, or -1 for one to drop.

    `allow` names our methods, `most` is the number of header lines that we take. The body is cut
    to its Content-Length; `hops` becomes the values of the first Via line, `via` what
    `sip.message.message.via` reads in the first of them.
    """
    line = message.header("via") or ""
    try:
        message.hops = split(line, ",")
        message.via = via(message.hops[0])
    except (ValueError, IndexError):
        return -1  # nobody knows where the answer would go
    try:
        line = line.replace(" ", "")
        if ";;" in line or ";," in line or ",," in line or message.fault:
            return message.fault or 400
        if param(message.via[3], "branch") in ("z9hG4bK", ""):
            return 400
        return _headers(message, most) or _request(message, allow)
    except ValueError:
        return 400


def _headers(message, most):
    """Count the headers that must be there once, and cut the body to its length."""
    if len(message.headers) > most:
        return 513
    found = {}
    for name, value in message.headers:
        if name in _ONCE:
            if name in found and (name != "content-length" or found[name] != value):
                return 400
            found[name] = value
        elif name == "contact" and ";;" in value:
            return 400
    for name in _ONCE[:4]:
        if name not in found:
            return 400
    length = found.get("content-length")
    if length is not None:
        if not length.isdigit() or len(length) > 9 or int(length) > len(message.body):
            return 400
        message.body = message.body[: int(length)]
    return 0


def _request(message, allow):
    uri, method = message.uri, message.method
    number, named = message.cseq()
    if number >> 32:
        return 400
    if " %s," % method not in " %s," % allow and " %s " % method not in _METHODS:
        return 501
    scheme = uri_parts(uri)[0]
    if method == named and scheme not in ("sip", "sips", "tel"):
        return 416
    if method != named or "?" in uri.partition("@")[2]:
        return 400
    for name in ("from", "to"):
        value = message.header(name)
        display, uri, _ = name_addr(value)
        if ":" not in uri or " " in uri or ("," in display and value[0] != '"'):
            return 400
    return 0


def unsupported(message):
    """Return (420, headers) where Require asks for what nobody here can, else 0."""
    missing = ""
    for name in message.values("require"):
        if " %s " % name.lower() not in _EXTENSIONS:
            missing += ", " + name
    return (420, (("Unsupported", missing[2:]),)) if missing else 0


def body(message):
    """Return the status that a body owes which is no SDP, 0 where it is SDP or there is none."""
    accept = ",".join(message.all("accept")).lower() or "*/*"
    if "application/sdp" not in accept and "*/*" not in accept and "application/*" not in accept:
        return 406
    kind = (message.header("content-type") or "").partition(";")[0].strip().lower()
    if kind[:10] == "multipart/":
        from sip.message.multipart import pick

        pick(message)
        kind = message.header("content-type")
    coding = message.header("content-encoding") or "identity"
    if message.body and (kind != "application/sdp" or coding != "identity"):
        return 415
    return 0
