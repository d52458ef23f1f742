"""From bytes to text, and what ``&amp;`` and ``&#252;`` stand for in XML."""

_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_LONGEST = 10  # characters between "&" and ";"


def decoded(data, latin=False):
    """Return bytes as text: UTF-8, or Latin-1 where that is said; UnicodeError for neither."""
    if latin:
        return "".join([chr(x) for x in data])
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
