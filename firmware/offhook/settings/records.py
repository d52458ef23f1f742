"""The lines in which settings lie on the flash: each carries the checksum of what it says.

A line is eight hex digits of CRC-32, a space, and what they are of: NAME=TEXT, several of them
joined by tabs, which then hold together or not at all; a NAME alone goes back to its default.
"""

from binascii import crc32

from base.compat import const

_SUM = const(8)  # hex digits


def pack(texts):
    """Return the line for {name: text}, a text of None for the default."""
    parts = []
    for name in sorted(texts):
        text = texts[name]
        parts.append(name if text is None else name + "=" + _escaped(text))
    return seal("\t".join(parts))


def unpack(line):
    """Return {name: text or None} of a line; ValueError for one that is damaged."""
    texts = {}
    for part in opened(line).split("\t"):
        name, equals, text = part.partition("=")
        if not name:
            raise ValueError("no name")
        texts[name] = _plain(text) if equals else None
    return texts


def seal(text):
    """Return the line, as bytes, that says `text`."""
    data = text.encode()
    return _sum(data) + data + b"\n"


def opened(line):
    """Return what a line says; ValueError for one that is damaged."""
    data = line[_SUM + 1 :]
    if line[: _SUM + 1] != _sum(data):
        raise ValueError("its checksum is wrong")
    try:
        return data.decode()
    except UnicodeError:
        raise ValueError("no UTF-8")


def _sum(data):
    return ("%08x " % (crc32(data) & 0xFFFFFFFF)).encode()


def _escaped(text):
    text = text.replace("\\", "\\\\").replace("\t", "\\t")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _plain(text):
    if "\\" not in text:
        return text
    out = []
    for index, part in enumerate(text.split("\\\\")):
        if index:
            out.append("\\")
        out.append(part.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r"))
    return "".join(out)
