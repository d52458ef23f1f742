"""What an event does with a parsed template: its pieces joined with the values of the moment."""

from base.compat import const

_VALUE = const(512)  # bytes taken of one value: a header of a stranger's INVITE may be 4 KB

_HEX = b"0123456789ABCDEF"
_PLAIN = b"-._~@:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def quote(raw, plain):
    """Return the bytes `raw` percent-encoded, except those in `plain`."""
    out = bytearray()  # a list of short strings would take thirty times as much
    for code in raw:
        if code in plain:
            out.append(code)
        else:
            out.append(0x25)
            out.append(_HEX[code >> 4])
            out.append(_HEX[code & 15])
    return str(out, "utf-8")


def expand(actions, target, context):
    """Return path and query of `target`: its pieces joined with their values.

    They alternate between text and variables: "name=none" is a setting, with the text that it has
    when it is false; " name" has no value ever; "name" or "name(argument)" is asked of
    `actions.lookup`: str, bytes, int or None. What has no value stays as its literal, or goes when
    ``action_url_unset`` is empty; in the path that is ``$name&``, as written: its ``&`` goes with
    a value only. All but RFC 3986 unreserved characters, ``@`` and ``:`` are encoded.
    """
    out = []
    for index, piece in enumerate(target[4]):
        if not index & 1:
            out.append(piece)
            continue
        value = _value(actions, piece, context)
        if value is None:
            if actions.options.get("action_url_unset") != "empty":
                out.append("$" + piece.lstrip())
            continue
        if not isinstance(value, bytes):
            value = ("on" if value is True else str(value)).encode()
        end = min(len(value), _VALUE)
        while end < len(value) and value[end] & 0xC0 == 0x80:  # not within a character
            end -= 1
        out.append(quote(value[:end], _PLAIN))
    return "".join(out)


def _value(actions, piece, context):
    name, static, none = piece.partition("=")
    if piece[0] == " ":
        return None
    if static:
        value = actions.options.get(name) or none
        if isinstance(value, str) and ("@" in value or "pass" in value):
            from actions.secrets import veil

            value = veil(name, value)
        return value
    name, _, argument = piece.rstrip("&").partition("(")
    if name == "mac":
        return actions.options.get(name) or actions.network.mac
    try:
        return actions.lookup(name, argument[:-1] or None, context)
    except Exception as error:  # an event must not fail for one of its values
        actions.log(1, "$%s: %r", name, error)
