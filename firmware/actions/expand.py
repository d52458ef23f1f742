"""What an event does with a parsed template: its pieces joined with the values of the moment."""

from base.compat import const

_VALUE = const(512)  # bytes taken of one value: a header of a stranger's INVITE may be 4 KB

_PLAIN = b"-._~@:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def quote(raw, plain):
    """Return the bytes `raw` percent-encoded, except those in `plain`."""
    return "".join(chr(x) if x in plain else "%%%02X" % x for x in raw)


def expand(pieces, lookup, context, empty):
    """Return path and query: `pieces` of a target joined with their values.

    They alternate between text and names; a name after a blank never has a value.

    `lookup(name, argument, context)` gives a value (str, bytes, int) or None. What has none stays
    as its literal, or goes with `empty`; in the path that literal is ``$name&``, as written: its
    ``&`` goes with a value only. Encoded: all but RFC 3986 unreserved, ``@`` and ``:``.
    """
    out = []
    for index, piece in enumerate(pieces):
        if index & 1:
            name, _, argument = piece.rstrip("&").partition("(")
            value = None if name[0] == " " else lookup(name, argument[:-1] or None, context)
            if value is not None:
                raw = value if isinstance(value, bytes) else str(value).encode()
                end = min(len(raw), _VALUE)
                while end < len(raw) and raw[end] & 0xC0 == 0x80:  # not within a character
                    end -= 1
                out.append(quote(raw[:end], _PLAIN))
            elif not empty:
                out.append("$" + piece.lstrip())
        else:
            out.append(piece)
    return "".join(out)
