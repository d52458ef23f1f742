"""What an event does with a parsed template: its pieces joined with the values of the moment."""

from actions.variables import hidden
from base.compat import const

_VALUE = const(512)  # bytes taken of one value: a header of a stranger's INVITE may be 4 KB

_PLAIN = b"-._~@:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def quote(value):
    """Return `value` (str or bytes) percent-encoded: RFC 3986 unreserved, ``@``, ``:`` stay."""
    raw = value if isinstance(value, bytes) else str(value).encode()
    if len(raw) > _VALUE:
        end = _VALUE
        while raw[end] & 0xC0 == 0x80:  # not within a character
            end -= 1
        raw = raw[:end]
    return "".join(chr(x) if x in _PLAIN else "%%%02X" % x for x in raw)


def literal(text):
    """Return a template's own text as it is sent: blanks, controls and above 0x7E encoded."""
    for character in text:
        if not "!" <= character <= "~":
            break
    else:
        return text
    return "".join(chr(x) if 0x20 < x < 0x7F else "%%%02X" % x for x in text.encode())


def expand(target, lookup, empty):
    """Return the request's path and query.

    `lookup(name, argument)` gives a value or None. What has none stays as its literal, or goes
    with `empty`. In the path it is ``$name&`` then, as written: the ``&`` goes with a value only.
    """
    out = []
    for index, piece in enumerate(target[4]):
        if index & 1:
            name, _, argument = piece.rstrip("&").partition("(")
            argument = argument[:-1].strip()
            bare = name == "sip_header" and not argument
            value = None if bare or hidden(argument) else lookup(name, argument or None)
            if value is not None:
                out.append(quote(value))
            elif not empty:
                out.append(literal("$" + piece))
        else:
            out.append(piece)
    return "".join(out)


def masked(path, target):
    """Return `path` for the log: values that the template wrote as ``user:pass@`` are hidden."""
    marks = target[5]
    if not marks:
        return path
    way, _, query = path.partition("?")
    parts = query.split("&")
    for mark in marks:
        if mark < 0:
            way = "/***"
        elif mark < len(parts):
            name, equals, _ = parts[mark].partition("=")
            parts[mark] = name + "=***" if equals else "***"
    return way + "?" + "&".join(parts) if query else way
