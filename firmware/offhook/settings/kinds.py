"""The kinds of settings: what text each takes, and what would be right.

``parse(kind, detail, text)`` gives the value, a str, int or bool; an empty ValueError when the
text is none. `detail` is what the catalogue says: (lowest, highest), the words of which it takes
one, or the most characters.
"""

from base import zone
from base.printable import has_controls
from net import address, url
from net.address import dotted
from web.passwords import stored

_TEXTS = (
    "text",
    "secret",
    "login",
    "number",
    "host",
    "uri",
    "networks",
    "server",
    "melody",
)  # with a greatest length
_LINES = ("url", "pem")  # of several lines, or of any length
_NO_HOST = tuple("/@;,?#'\"%$")


def _bool(_, text):
    if text in ("on", "1", "true"):
        return True
    if text in ("off", "0", "false", ""):
        return False
    raise ValueError


def _int(bounds, text):
    low, high = bounds
    digits = text[1:] if text[:1] == "-" else text
    if not digits.isdigit() or len(digits) > 9 or not low <= int(text) <= high:
        raise ValueError
    return int(text)


def _one(words, text):
    if text not in words:
        raise ValueError
    return text


def _host(_, text):
    host, colon, port = text.partition(":")
    if colon and not (port.isdigit() and 0 < int(port[:6]) < 65536):
        raise ValueError
    if not host or any(x in host for x in _NO_HOST):
        raise ValueError
    return _uri(_, text)


def _uri(_, text):
    if " " in text or "<" in text:
        raise ValueError
    return text


def _ip(_, text):
    if not dotted(text):
        raise ValueError
    return text


def _mac(_, text):
    text = text.upper().replace(":", "").replace("-", "").replace(".", "")
    if len(text) != 12 or text.strip("0123456789ABCDEF"):
        raise ValueError
    return text


def _hex(digits, text):
    if len(text) != digits or text.lower().strip("0123456789abcdef"):
        raise ValueError
    return text.lower()


def _zone(_, text):
    try:
        zone.offset(text, 0)
    except ValueError:
        raise ValueError
    return text


def _networks(_, text):
    words = text.replace(",", " ").split()
    for word in words:
        address.network(word)
    return " ".join(words)


def _server(_, text):
    try:
        url.parse(text.replace("{mac}", "0"))
    except ValueError:
        raise ValueError
    return text


def _time(_, text):
    hour, colon, minute = text.partition(":")
    if not colon or not (hour.isdigit() and minute.isdigit()) or len(text) > 5:
        raise ValueError
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError
    return text


_PARSERS = {
    "bool": _bool,
    "int": _int,
    "one": _one,
    "host": _host,
    "uri": _uri,
    "ip": _ip,
    "mac": _mac,
    "hex": _hex,
    "zone": _zone,
    "server": _server,
    "time": _time,
    "networks": _networks,
}


def _halves(data):
    """Return whether there is half a pair of UTF-16 in it, as JSON can write one: no UTF-8."""
    at = data.find(b"\xed")
    while at >= 0:
        if data[at + 1] >= 0xA0:
            return True
        at = data.find(b"\xed", at + 1)
    return False


def parse(kind, detail, text):
    """Return the value that `text` stands for; an empty ValueError when it is none."""
    data = text.encode()
    if _halves(data) or (kind not in _LINES and has_controls(data)):
        raise ValueError
    if kind in _TEXTS or kind in ("pem", "ssid"):
        size = len(data if kind == "ssid" else text)
        if size > detail and not (kind == "login" and stored(text)):
            raise ValueError
    if not text and kind not in ("bool", "int", "one"):
        return text
    parser = _PARSERS.get(kind)
    return parser(detail, text) if parser else text


def written(kind, value):
    """Return a value as a person writes it."""
    if kind == "bool":
        return "on" if value else "off"
    return str(value)


_RIGHT = {
    "bool": "on or off",
    "host": "host, host:port",
    "uri": "host, host:port or sip: URI",
    "url": "URLs that begin with http:// or https://",
    "fkey": "CONTEXT TYPE ARGUMENT, such as 'active speed 201'",
    "ip": "an address such as 192.0.2.1",
    "mac": "12 hex digits",
    "networks": "addresses such as 192.0.2.7 or 192.0.2.0/24",
    "plan": "patterns such as 1xx|0[1-9]xxxxxx|11[02]",
    "zone": "a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3, or Snom's GER+1",
    "server": "a URL such as http://192.0.2.1/{mac}.xml",
    "time": "a time of day, HH:MM",
    "melody": "a melody such as name:d=4,o=5,b=120:c,e,g,p,2c6",
}


def right(kind, detail):
    """Return what would be right, for messages and the page of settings."""
    if kind == "int":
        return "a number from %d to %d" % detail
    if kind == "one":
        return "one of " + ", ".join(detail)
    if kind == "hex":
        return "%d hex digits" % detail
    if kind == "ssid":
        return (
            "a network's name of %d bytes at most, of which ä has two and an emoji four" % detail
        )
    if kind == "number":
        return "a number or sip: URI of %d characters at most" % detail
    if kind == "pem":
        return "a certificate (PEM) of %d characters at most, or a file's name" % detail
    words = _RIGHT.get(kind)
    if words is None:
        return "a text of %d characters at most, in one line" % detail
    return "%s; %d characters at most" % (words, detail) if kind in _TEXTS else words
