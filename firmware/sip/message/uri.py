"""URIs (RFC 3261 section 19.1, RFC 3966) and the name-addrs that carry them (section 20.10)."""

from collections import namedtuple

from base.compat import const
from sip.message.escape import unescape
from sip.message.fields import closing_quote, raw, raw_unquoted, readable

Uri = namedtuple("Uri", ("scheme", "user", "host", "port", "params"))
NameAddr = namedtuple("NameAddr", ("display", "uri", "params"))

_PORTS = const(65535)
_SCHEMES = {b"sip": "sip", b"sips": "sips"}


def uri_parts(uri):
    """Return the `Uri` that a text is; port 0 where none is given, ValueError where it is none.

    The user part is as written, without a password. Other schemes than sip and sips give the rest
    of the URI as user: ("tel", "+49…", "", 0, "").
    """
    scheme, user, host, port, params = raw_uri(raw(uri))
    return Uri(
        _SCHEMES.get(scheme) or readable(scheme),
        readable(user),
        readable(host),
        port,
        readable(params),
    )


def raw_uri(uri):
    """Return the same of bytes, a tuple of bytes but for the port."""
    scheme, _, host = uri.partition(b":")
    if scheme not in _SCHEMES:
        scheme = scheme.strip().lower()
        if scheme not in _SCHEMES:
            return scheme, host, b"", 0, b""
    user = params = b""
    if b"@" in host:  # ";" and "?" may stand before it, "@" must be escaped there
        user, _, host = host.partition(b"@")
        if b":" in user:
            user = user.partition(b":")[0]
    if b"?" in host:
        host = host.partition(b"?")[0]
    if b";" in host:
        host, _, params = host.partition(b";")
    host, port = host.strip(), b""
    if host[:1] == b"[":
        host, _, port = host.partition(b"]")
        host, port = host + b"]", port[1:]
    elif b":" in host:
        host, _, port = host.partition(b":")
    if port and (not port.isdigit() or len(port) > 5 or int(port) > _PORTS):
        raise ValueError("port")
    return scheme, user, host.lower(), int(port or 0), params


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
    """Return the `NameAddr` of a From, To, Contact, Route, … value, its three parts as text.

    ``Name <uri>;p``, ``"Name"<uri>``, ``"Name" uri;p`` and ``uri;p`` (the parameters are the
    header's in the last two); what was not closed gives ValueError.
    """
    display, uri, params = raw_name_addr(raw(value))
    return NameAddr(readable(display), readable(uri), readable(params))


def raw_name_addr(value):
    """Return the same of bytes, as bytes."""
    value = value.strip()
    display = b""
    if value[:1] == b'"':
        end = closing_quote(value)
        display, value = raw_unquoted(value[: end + 1]), value[end + 1 :].strip()
    name, bracket, rest = value.partition(b"<")
    if not bracket:
        uri, _, params = value.partition(b";")
        return display, uri.strip(), params
    if display and name:
        raise ValueError("name")
    uri, bracket, params = rest.partition(b">")
    if not bracket:
        raise ValueError("bracket")
    return display or name.strip(), uri.strip(), params


def untagged(address):
    """Return the From or To value of a `NameAddr` without parameters, as a dialog keeps it."""
    display, uri, _ = address
    return "%s <%s>" % (quoted(display), uri) if display else "<%s>" % uri


def quoted(text):
    """Return a display name as a quoted string."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')
