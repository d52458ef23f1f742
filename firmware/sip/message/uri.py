"""URIs (RFC 3261 section 19.1, RFC 3966) and the name-addrs that carry them (section 20.10)."""

from collections import namedtuple

from sip.message.escape import unescape
from sip.message.fields import closing_quote, unquote

Uri = namedtuple("Uri", ("scheme", "user", "host", "port", "params"))
NameAddr = namedtuple("NameAddr", ("display", "uri", "params"))


def uri_parts(uri):
    """Return the `Uri` that a text is; port 0 where none is given, ValueError where it is none.

    The user part is as written, without a password. Other schemes than sip and sips give the rest
    of the URI as user: ("tel", "+49…", "", 0, "").
    """
    scheme, _, rest = uri.partition(":")
    scheme = scheme.strip().lower()
    if scheme not in ("sip", "sips"):
        return Uri(scheme, rest, "", 0, "")
    at = rest.find("@")  # ";" and "?" may stand before it, "@" must be escaped there
    user, rest = (rest[:at], rest[at + 1 :]) if at >= 0 else ("", rest)
    rest = rest.partition("?")[0]
    host, _, params = rest.partition(";")
    host = host.strip()
    if host[:1] == "[":
        host, _, port = host.partition("]")
        host, port = host + "]", port[1:]
    else:
        host, _, port = host.partition(":")
    if port and (not port.isdigit() or len(port) > 5):
        raise ValueError("port")
    return Uri(scheme, user.partition(":")[0], host.lower(), int(port or 0), params)


def number_of(user):
    """Return the user part that a person knows: unescaped, without telephone parameters."""
    return unescape(user.partition(";")[0])


def address_of(uri):
    """Return "user@host", or the URI itself where it is no SIP URI, without any parameters."""
    try:
        scheme, user, host, port, _ = uri_parts(uri)
    except ValueError:
        return uri
    if not host:
        return user.partition(";")[0] or uri
    if port and port != 5060:
        host = "%s:%d" % (host, port)
    return "%s@%s" % (user, host) if user else host


def name_addr(value):
    """Return the `NameAddr` of a From, To, Contact, Route, … value.

    ``Name <uri>;p``, ``"Name"<uri>``, ``"Name" uri;p`` and ``uri;p`` (the parameters are the
    header's in the last two); what was not closed gives ValueError.
    """
    value = value.strip()
    display = ""
    if value[:1] == '"':
        end = closing_quote(value)
        display, value = unquote(value[: end + 1]), value[end + 1 :].strip()
    start = value.find("<")
    if start < 0:
        uri, _, params = value.partition(";")
        return NameAddr(display, uri.strip(), params)
    if display and start:
        raise ValueError("name")
    end = value.find(">", start)
    if end < 0:
        raise ValueError("bracket")
    return NameAddr(
        display or value[:start].strip(), value[start + 1 : end].strip(), value[end + 1 :]
    )


def untagged(address):
    """Return the From or To value of a `NameAddr` without parameters, as a dialog keeps it."""
    display, uri, _ = address
    return "%s <%s>" % (quoted(display), uri) if display else "<%s>" % uri


def quoted(text):
    """Return a display name as a quoted string."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')
