"""URLs of web servers (RFC 3986), read strictly: whom they lead to, and what is asked for.

A missing scheme means http; ``//host/`` too. ``%XX`` in user and password is decoded, the fragment
is cut off: nobody would ever see it. IPv6 is refused, as the network part has none; so is every
spelling of an address but the dotted one, because ``127.1`` and ``2130706433`` are this machine.
"""

from collections import namedtuple

from base.printable import has_controls
from net.address import dotted

_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
_HEX = b"0123456789abcdefABCDEF"
_OTHERS = ("sip", "sips", "tel", "ftp", "tftp")

# `login` is None or (user, password); `path` begins with "/", a `query` with "?"
Url = namedtuple("Url", ("secure", "host", "port", "login", "path", "query"))


def parse(text):
    """Return the `Url` of `text`; ValueError says what would be right, without secrets."""
    secure, text = _scheme(text)
    end = first(text, "/?#")
    authority, way = text[:end], text[end:].partition("#")[0]
    user, at, place = _parted(authority)
    host, port = _place(place, 443 if secure else 80)
    if way[:1] != "/":
        way = "/" + way
    path, sign, query = way.partition("?")
    return Url(secure, host, port, _login(user) if at else None, path, sign + query)


def first(text, signs):
    """Return where the first of `signs` stands in `text`, its length when none does."""
    for index in range(len(text)):
        if text[index] in signs:
            return index
    return len(text)


def _scheme(text):
    """Return (whether it is https, what follows ``//``)."""
    end = first(text, "/?#")
    if text[:2] == "//":
        return False, text[2:]
    if text[end : end + 2] == "//" and text[end - 1 : end] == ":":
        scheme = text[: end - 1]
        if scheme.lower() in ("http", "https"):
            return scheme.lower() == "https", text[end + 2 :]
        if "$" in scheme:
            raise ValueError("a variable cannot be the scheme; write http:// or https://")
        shown = "" if "@" in scheme else " '%s'" % scheme[:20]
        raise ValueError("scheme%s does not fit; write http:// or https://" % shown)
    word, colon, _ = text[:end].lower().partition(":")
    if word in ("http", "https") or (colon and word in _OTHERS):
        raise ValueError("'%s' begins no URL; write http:// or https://" % word)
    if end == len(text) and word != "localhost" and first(text, ".:@$[") == len(text):
        raise ValueError("'%s' is no URL; write http://HOST/…" % text[:20])
    return False, text


def _parted(authority):
    at = authority.rfind("@")
    if at < 0:
        return "", "", authority
    return authority[:at], "@", authority[at + 1 :]


def _place(place, port):
    """Return (host, port) of "host" or "host:port"; the text of a password is never quoted."""
    if "$" in place:
        raise ValueError("a variable cannot be host or port; for this phone write localhost")
    if "[" in place or place.count(":") > 1:
        raise ValueError("IPv6 addresses are not possible; write a name or 192.0.2.1")
    host, _, digits = place.partition(":")
    host = host.lower().rstrip(".")
    if not host:
        raise ValueError("there is no host; write http://HOST/…")
    _check(host)
    if digits:
        number = digits.isdigit() and len(digits) < 8
        port = int(digits) if number else 0
        if not 0 < port < 65536:
            raise ValueError("the port is a number from 1 to 65535 ('/' in a password is %2F)")
    return host, port


def _check(host):
    labels = host.split(".")
    for label in labels:
        if not 0 < len(label) < 64 or len(host) > 253:
            raise ValueError("host '%s' is no name" % host[:40])
    for sign in host:
        if sign not in _NAME:
            if max(host.encode()) > 0x7E:
                raise ValueError("host '%s' is not ASCII; write its xn-- form" % host[:40])
            raise ValueError("'%s' cannot be in a host" % sign)
    if _number(labels[-1]) and not dotted(host):
        raise ValueError("'%s' is no address; write it as 192.0.2.1" % host[:40])


def _number(label):
    """Return True for what some read as a part of an address: decimal, octal or hexadecimal."""
    return label.isdigit() or (label[:2] == "0x" and not label[2:].strip("0123456789abcdef"))


def _login(text):
    user, _, password = text.partition(":")
    login = decoded(user), decoded(password)
    for part in login:  # they stand in a header (RFC 7617 section 2)
        if has_controls(part.encode()):
            raise ValueError("user and password take no control characters")
    return login


def decoded(text):
    """Return `text` with its %XX decoded, where that gives UTF-8."""
    raw, out, index = text.encode(), bytearray(), 0
    while index < len(raw):
        code = raw[index]
        pair = raw[index + 1 : index + 3]
        if code == 0x25 and len(pair) == 2 and not pair.strip(_HEX):
            code = int(pair.decode(), 16)
            index += 2
        out.append(code)
        index += 1
    try:
        return bytes(out).decode()
    except ValueError:
        return text


def printed(text):
    """Return `text` with all but printable ASCII percent-encoded, as it may stand in a request."""
    raw = text.encode()
    if all(0x21 <= code <= 0x7E for code in raw):
        return text
    return "".join(chr(x) if 0x21 <= x <= 0x7E else "%%%02X" % x for x in raw)


def resolved(url, path, text):
    """Return the absolute URL for a Location's `text` in the answer to `path` at `url`.

    As RFC 3986 section 5.2 has it.
    """
    scheme = "https" if url.secure else "http"
    way = path.partition("?")[0]
    if text[:2] == "//":
        return scheme + ":" + text
    end = first(text, ":/?#")
    if text[end : end + 1] == ":" and text[:1].isalpha():  # it has a scheme of its own
        return text if text[end + 1 : end + 3] == "//" else text[:end] + "://" + text[end + 1 :]
    if text[:1] == "?":
        text = way + text
    elif text[:1] != "/":
        text = _merged(way[: way.rfind("/") + 1], text)
    return "%s://%s:%d%s" % (scheme, url.host, url.port, text)


def _merged(folder, text):
    """Return the path for `text` seen from `folder`, without "." and ".." (RFC 3986, 5.2.4)."""
    way, query, rest = text.partition("?")
    parts = folder.split("/")[:-1]
    for part in way.split("/"):
        if part == "..":
            parts = parts[:-1] or parts
        elif part != ".":
            parts.append(part)
    if way.endswith(("/.", "/..")) or way in (".", ".."):
        parts.append("")
    return "/".join(parts) + query + rest
