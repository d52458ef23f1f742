"""Text of strangers without what would move a cursor or turn the writing around.

A text's characters are not looked at one by one, for each would be a text of its own, looked for
among all names of the code: a name of 4 KB would hold the loop for a tenth of a second on a chip.
"""

# What is left out: C1 controls, the direction marks of Unicode, and what is of no width
_HIDDEN = (
    (0x80, 0x9F),
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
)


def _sequences():
    """Return {first byte: the UTF-8 of each hidden character that begins with it}."""
    found = {}
    for first, last in _HIDDEN:
        for code in range(first, last + 1):
            data = chr(code).encode()
            found.setdefault(data[:1], []).append(data)
    return found


_SEQUENCES = _sequences()


def is_plain(text):
    """Return whether `text` is of printable ASCII only."""
    data = text.encode()
    return not data or min(data) >= 0x20 and max(data) < 0x7F


def has_controls(data):
    """Return whether control characters stand in bytes (RFC 5234 B.1, CTL)."""
    return bool(data) and (min(data) < 0x20 or b"\x7f" in data)


def replaced(text, control, mark):
    """Return `text` with `control` for each control character below space, and `mark` for DEL and
    for each hidden character, both given as bytes.
    """
    if is_plain(text):
        return text
    data = text.encode().replace(b"\x7f", mark)
    for first, sequences in _SEQUENCES.items():
        if first in data:
            for each in sequences:
                data = data.replace(each, mark)
    while data and min(data) < 0x20:
        data = data.replace(bytes((min(data),)), control)
    return str(data, "utf-8")


def printable(text):
    """Return `text` for display and list: control characters are spaces, marks are gone."""
    return replaced(text, b" ", b"")


def escaped(text):
    """Return JSON `text` with what `printable` takes away as escapes: it means the same."""
    if is_plain(text):
        return text
    data = text.encode().replace(b"\x7f", b"\\u007f")
    for first, sequences in _SEQUENCES.items():
        if first in data:
            for each in sequences:
                if each in data:
                    data = data.replace(each, b"\\u%04x" % ord(str(each, "utf-8")))
    return str(data, "utf-8")
