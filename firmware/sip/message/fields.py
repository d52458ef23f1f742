"""What header values are made of (RFC 3261 section 25): lists, parameters, quoted strings, Via.

Everything is linear in the length of its text and bounded in the number of parts: a header of
thousands of commas or semicolons is refused, not taken apart.

What comes from the network stays bytes until somebody wants to read it: MicroPython looks for each
new text among all names of the code that is loaded, which takes ten times as long as cutting it.
So these functions take text or bytes, and work on bytes inside.
"""

from collections import namedtuple

from base.compat import const

_FOREIGN = const(512)  # bytes of a text in another encoding
_DAY = const(86400)  # s
_PORTS = const(65535)
_PARTS = const(128)  # of one header line; Via and Allow have some 20 in the field

_BACKSLASH = const(0x5C)
_QUOTE = const(0x22)
_OPEN = const(0x3C)
_CLOSE = const(0x3E)

Via = namedtuple("Via", ("transport", "host", "port", "params"))


def raw(value):
    """Return the bytes of `value`, text or bytes."""
    return value.encode() if isinstance(value, str) else value


def readable(data):
    """Return the text of `data`; what is no UTF-8 keeps every byte as one character.

    It ends after 512 of them then: no name is longer, and each costs its time.
    """
    if not data:
        return ""
    try:
        return str(data, "utf-8")
    except ValueError:  # Latin-1 or worse
        return "".join(map(chr, data[:_FOREIGN]))


def split(value, separator):
    """Split `value` outside of quotes and angle brackets; parts are stripped, empty ones left out.

    They are of the type of `value` and `separator`. ValueError for a quote that is never closed,
    and for more than 128 parts.
    """
    if isinstance(value, str):
        return [readable(x) for x in split(value.encode(), separator.encode())]
    if separator not in value:
        value = value.strip()
        return [value] if value else []
    pieces = value.split(separator, _PARTS)
    if len(pieces) > _PARTS:
        raise ValueError("too many parts")
    if b'"' in value or b"<" in value:
        pieces = _joined(pieces, separator)
    return [x for x in [piece.strip() for piece in pieces] if x]


def _joined(pieces, separator):
    """Put those pieces together again that were cut within quotes or brackets."""
    whole, held, quoted, depth = [], [], False, 0
    for piece in pieces:
        if quoted or b'"' in piece:
            quoted, depth = _scan(piece, quoted, depth)
        else:
            depth += piece.count(b"<") - piece.count(b">")
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
    for code in piece:
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
    value = raw_param(raw(params), name.encode())
    return None if value is None else readable(value)


def raw_param(params, name):
    """Return the same of bytes, as bytes."""
    if name not in params and name not in params.lower():
        return None
    for part in split(params, b";"):
        key, _, value = part.partition(b"=")
        if key == name or key.strip().lower() == name:
            return raw_unquoted(value.strip())
    return None


def seconds(text, otherwise=0, most=_DAY):
    """Return the seconds of Expires, Retry-After and the like, `most` at the most.

    `otherwise` where they are missing or no number. What stands behind them, parameters or a
    comment, is left out (RFC 3261 section 20.33).
    """
    text = (text or "").partition(";")[0].partition("(")[0].strip()
    if not text or text.strip("0123456789"):
        return otherwise
    text = text.lstrip("0")
    return min(int(text or "0"), most) if len(text) < 10 else most


def closing_quote(data):
    """Return the place of the quote that ends the one at the beginning; ValueError for none."""
    pieces, place = data.split(b'"', _PARTS), 0
    for piece in pieces[1:-1]:
        place += 1 + len(piece)
        if (len(piece) - len(piece.rstrip(b"\\"))) % 2 == 0:
            return place
    raise ValueError("quote")


def unquote(value):
    """Return a quoted string's content as text, or `value` itself."""
    return readable(raw_unquoted(raw(value)))


def raw_unquoted(data):
    """Return the same of bytes, as bytes."""
    if data[:1] == b'"':
        data = data[1:-1]
        if b"\\" in data:
            data = data.replace(b"\\\\", b"\0").replace(b"\\", b"").replace(b"\0", b"\\")
    return data


def via(value):
    """Return the `Via` that one Via value is; port 0 where none is given, ValueError for none.

    `host` may be a name, an IPv4 address or an IPv6 reference in its brackets. All but the port
    is of the type of `value`.
    """
    if isinstance(value, str):
        transport, host, port, params = via(value.encode())
        return Via(readable(transport), readable(host), port, readable(params))
    head, _, params = value.partition(b";")
    words = head.replace(b"/", b" ").split(None, 3)
    if len(words) != 4 or words[0].upper() != b"SIP" or params.count(b";") > _PARTS:
        raise ValueError("Via")
    host, port = _sent_by(words[3])
    return Via(words[2].upper(), host, port, params)


def _sent_by(data):
    """Return (host, port) of "host", "host:port" or "[IPv6]:port"; ValueError for others."""
    host, colon, port = data.strip().partition(b":")
    if host[:1] == b"[":
        host, bracket, port = data.strip().partition(b"]")
        host, port = host + bracket, port.strip()
        colon, port = port[:1], port[1:]
        if not bracket or colon not in (b"", b":"):
            raise ValueError("host")
    host, port = host.strip(), port.strip()
    if not host or b" " in host or (colon and not (port.isdigit() and len(port) < 6)):
        raise ValueError("host")
    if colon and int(port) > _PORTS:
        raise ValueError("port")
    return host, int(port) if colon else 0
