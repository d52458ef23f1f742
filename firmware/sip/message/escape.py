"""Escapes in URIs (RFC 3261 section 25.1, RFC 3986 section 2.1)."""

from base.compat import const

_MARKS = "-_.!~*'()"
_MOST = const(200)
_HEX = "0123456789abcdefABCDEF"


def escape(text, plain=_MARKS):
    """Return `text` with everything escaped but ASCII letters, digits and the `plain` marks."""
    out = ""
    for char in text:
        if char in plain or (ord(char) < 128 and (char.isdigit() or char.isalpha())):
            out += char
        else:
            out += "".join(["%%%02X" % byte for byte in char.encode()])
    return out


def unescape(text):
    """Return `text` with its escapes undone; what is no escape, or no UTF-8, stays as it is.

    So does a text with more of them than any number or name has: each costs its time.
    """
    if "%" not in text or text.count("%") > _MOST:
        return text
    parts = text.split("%")
    out = bytearray(parts[0].encode())
    for part in parts[1:]:
        escaped = len(part) > 1 and part[0] in _HEX and part[1] in _HEX
        out.extend(
            bytes([int(part[:2], 16)]) + part[2:].encode() if escaped else b"%" + part.encode()
        )
    try:
        return bytes(out).decode()
    except ValueError:
        return text
