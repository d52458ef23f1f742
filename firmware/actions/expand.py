"""What an event does with a parsed template: its pieces joined with the values of the moment."""

from base.compat import const

_VALUE = const(512)  # bytes taken of one value: a header of a stranger's INVITE may be 4 KB

_PLAIN = b"-._~@:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def quote(raw, plain):
    """Return the bytes `raw` percent-encoded, except those in `plain`."""
    return "".join(chr(x) if x in plain else "%%%02X" % x for x in raw)


def expand(pieces, lookup, get, context, unset):
    """Return path and query: `pieces` of a target joined with their values.

    They alternate between text and variables: "name=none" is a setting from `get(name)`, with the
    text that it has when it is false; " name" has no value ever; "name" or "name(argument)" is
    asked of `lookup(name, argument, context)`: str, bytes, int or None. What has no value becomes
    `unset`, None for its literal; in the path that is ``$name&``, as written: its ``&`` goes with
    a value only. All but RFC 3986 unreserved characters, ``@`` and ``:`` are encoded.
    """
    out = []
    for index, piece in enumerate(pieces):
        if not index & 1:
            out.append(piece)
            continue
        name, static, none = piece.partition("=")
        if piece[0] == " ":
            value = None
        elif static:
            value = get(name) or none
        else:
            name, _, argument = piece.rstrip("&").partition("(")
            value = lookup(name, argument[:-1] or None, context)
        if value is None:
            out.append("$" + piece.lstrip() if unset is None else unset)
            continue
        raw = value
        if not isinstance(value, bytes):
            raw = ("on" if value is True else str(value)).encode()
        end = min(len(raw), _VALUE)
        while end < len(raw) and raw[end] & 0xC0 == 0x80:  # not within a character
            end -= 1
        out.append(quote(raw[:end], _PLAIN))
    return "".join(out)
