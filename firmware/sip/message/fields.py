"""What header values are made of (RFC 3261 section 25): lists, parameters, quoted strings, Via.

Everything is linear in the length of its text and bounded in the number of parts: a header of
thousands of commas or semicolons is refused, not taken apart.
"""

from collections import namedtuple

from base.compat import const

_PARTS = const(128)  # of one header line; Via and Allow have some 20 in the field

_BACKSLASH = const(0x5C)
_QUOTE = const(0x22)
_OPEN = const(0x3C)
_CLOSE = const(0x3E)

Via = namedtuple("Via", ("transport", "host", "port", "params"))


def split(text, separator):
    """Split `text` outside of quotes and angle brackets; parts are stripped, empty ones left out.

    ValueError for a quote that is never closed, and for more than 128 parts.
    """
    pieces = text.split(separator, _PARTS)
    if len(pieces) > _PARTS:
        raise ValueError("too many parts")
    if len(pieces) > 1 and ('"' in text or "<" in text):
        pieces = _joined(pieces, separator)
    return [x for x in [piece.strip() for piece in pieces] if x]


def _joined(pieces, separator):
    """Put those pieces together again that were cut within quotes or brackets."""
    whole, held, quoted, depth = [], [], False, 0
    for piece in pieces:
        if quoted or '"' in piece:
            quoted, depth = _scan(piece, quoted, depth)
        else:
            depth += piece.count("<") - piece.count(">")
        held.append(piece)
        if not quoted and depth <= 0:
            whole.append(separator.join(held) if len(held) > 1 else piece)
            held, depth = [], 0
    if quoted:
        raise ValueError("quote")
    if held:
        whole.append(separator.join(held))
    return whole


def _scan(piece, quoted, depth):
    """Return (whether a quote is open, depth of brackets) behind `piece`."""
    escaped = False
    for code in piece.encode():  # iterating over a text would keep its characters for good
        if escaped:
            escaped = False
        elif quoted:
            if code == _BACKSLASH:
                escaped = True
            elif code == _QUOTE:
                quoted = False
        elif code == _QUOTE:
            quoted = True
        elif code == _OPEN:
            depth += 1
        elif code == _CLOSE:
            depth -= 1
    return quoted, depth


def param(params, name):
    """Return the value of a parameter in ";a=b;c": "" for one without a value, None for none.

    `name` is lower case.
    """
    if name not in params and name not in params.lower():
        return None
    for part in split(params, ";"):
        key, _, value = part.partition("=")
        if key.strip().lower() == name:
            return unquote(value.strip())
    return None


def closing_quote(text):
    """Return the place of the quote that ends the one at the beginning; ValueError for none.

    Taken apart, not looked up place by place: a place in a text costs the way to it.
    """
    pieces, place = text.split('"', _PARTS), 0
    for piece in pieces[1:-1]:
        place += 1 + len(piece)
        if (len(piece) - len(piece.rstrip("\\"))) % 2 == 0:
            return place
    raise ValueError("quote")


def unquote(text):
    """Return a quoted string's content, or `text` itself."""
    if text[:1] == '"':
        if "\\" not in text:
            return text[1:-1]
        text = text[1:-1].replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    return text


def via(value):
    """Return the `Via` that one Via value is; port 0 where none is given, ValueError for none.

    `host` may be a name, an IPv4 address or an IPv6 reference in its brackets.
    """
    head, _, params = value.partition(";")
    words = head.replace("/", " ").split(None, 3)
    if len(words) != 4 or words[0].upper() != "SIP" or params.count(";") > _PARTS:
        raise ValueError("Via")
    host, port = sent_by(words[3])
    return Via(words[2].upper(), host, port, params)


def sent_by(text):
    """Return (host, port) of "host", "host:port" or "[IPv6]:port"; ValueError for another text."""
    host, colon, port = text.strip().partition(":")
    if host[:1] == "[":
        host, bracket, port = text.strip().partition("]")
        host, port = host + bracket, port.strip()
        colon, port = port[:1], port[1:]
        if not bracket or colon not in ("", ":"):
            raise ValueError("host")
    host, port = host.strip(), port.strip()
    if not host or " " in host or (colon and not (port.isdigit() and len(port) < 6)):
        raise ValueError("host")
    return host, int(port) if colon else 0
