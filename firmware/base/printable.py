"""Text of strangers without what would move a cursor or turn the writing around."""

# What is left out: C1 controls, the direction marks of Unicode, and what is of no width
_HIDDEN = (
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x61C, 0x61C),
    (0x180E, 0x180E),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
)


def is_plain(text):
    """Return whether `text` is of printable ASCII only."""
    data = text.encode()  # a text's characters would be new texts, each looked for by its name
    return not data or min(data) >= 0x20 and max(data) < 0x7F


def printable(text):
    """Return `text` for display, list and log: control characters are spaces, marks are gone."""
    if is_plain(text):
        return text
    return "".join([" " if char < " " else char for char in text if not _hidden(ord(char))])


def _hidden(code):
    for first, last in _HIDDEN:
        if first <= code <= last:
            return True
    return False
