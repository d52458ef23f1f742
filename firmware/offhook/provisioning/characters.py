"""From bytes to text, and what ``&amp;`` and ``&#252;`` stand for in XML."""

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LONGEST = 10  # characters between "&" and ";"


# Windows-1252 from 0x80 on; what says that it is ISO-8859-1 is written in it, as browsers know
_WINDOWS = (
    "\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f"
    "\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178"
)
_LATIN_9 = {  # where ISO-8859-15 differs from ISO-8859-1
    0xA4: "\u20ac",
    0xA6: "\u0160",
    0xA8: "\u0161",
    0xB4: "\u017d",
    0xB8: "\u017e",
    0xBC: "\u0152",
    0xBD: "\u0153",
    0xBE: "\u0178",
}
_WESTERN = ("iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252")
_LATIN = ("iso-8859-15", "latin9", "latin-9")


def encoding(declaration):
    """Return the encoding that ``<?xml … ?>`` names, in lower case, "" for none."""
    _, found, rest = declaration.lower().partition("encoding")
    rest = rest.lstrip(" \t\r\n=")
    return rest[1:].partition(rest[0])[0].strip() if found and rest[:1] in ("'", '"') else ""


def decoded(data, encoding=""):
    """Return bytes as text: UTF-8, or what `encoding` says; UnicodeError for neither."""
    if encoding in _LATIN:
        return "".join([_LATIN_9.get(x) or chr(x) for x in data])
    if encoding in _WESTERN:
        return "".join([_WINDOWS[x - 0x80] if 0x80 <= x < 0xA0 else chr(x) for x in data])
    return data.decode()


def references(text):
    """Return `text` with its entities and character references resolved; others stay."""
    if "&" not in text:
        return text
    first, *parts = text.split("&")
    out = [first]
    for part in parts:
        name, semicolon, rest = part.partition(";")
        found = _reference(name) if semicolon and len(name) <= _LONGEST else None
        out.append("&" + part if found is None else found + rest)
    return "".join(out)


def _reference(name):
    if name[:1] != "#":
        return _ENTITIES.get(name)
    digits, base = (name[2:], 16) if name[1:2] in ("x", "X") else (name[1:], 10)
    if not digits or digits.lower().strip("0123456789abcdef" if base == 16 else "0123456789"):
        return None
    code = int(digits, base)
    if not code or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return None
    return chr(code)
