"""What nobody is to see of an Action URL: its passwords are masked in the log and elsewhere.

What the log masks of a request is decided when its template is read (`marks`); a whole setting
that somebody asks for, or another template names as a variable, is masked by `masked_setting`.
"""

from net.url import decoded

_ENDS = " \t\r\n/?&#"
_BEFORE_URI = '<";'  # an address in brackets, perhaps with entities: &lt;sip:201@host&gt;
_PRIVATE = ("_pass", "_password", "_hash", "_secret", "_pin", "psk")  # how their names end
_URLS = ("action_", "fkey", "user_outbound", "update_server", "setting_server")


def marks(path, query):
    """Return the numbers of the query parameters that the log must mask, -1 for the path itself.

    Those are ``user:pass@``, and what ``settings.htm`` gives a private setting.
    """
    found = [-1] if _secret(path) else []
    for index, part in enumerate(query.split("&")):
        name, _, value = part.partition("=")
        if _secret(value or part) or private(decoded(name)):
            found.append(index)
    return tuple(found)


def masked(path, marks):
    """Return `path` with its query for the log, masked where `marks` say so."""
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


def masked_setting(name, text):
    """Return the text of setting `name` with ``***`` for each password in its URLs."""
    if not name.startswith(_URLS) or not any(x in text for x in ("@", "%40", "pass")):
        return text
    out, start = [], 0
    for index in range(len(text) + 1):
        if index == len(text) or text[index] in _ENDS:
            out.append(_word(text[start:index]) + text[index : index + 1])
            start = index + 1
    return "".join(out)


def private(name):
    """Return True for a parameter that is called like a private setting, ours or another's."""
    return name.lower().replace("%5f", "_").rstrip("0123456789[]").endswith(_PRIVATE)


def _secret(text):
    """Return True when `text` holds ``user:pass@``."""
    text = text.lower().replace("%3a", ":").replace("%40", "@").replace("%2f", "/")
    head = text[: max(text.rfind("@"), 0)]
    cut = head.rfind("//")
    if cut >= 0:
        head = head[cut + 2 :]
    elif head.startswith(("sip:", "sips:")):
        head = head[head.find(":") + 1 :]
    return ":" in head


def _word(word):
    """Mask the password of "user:pass@host", "name=user:pass@host" or "user_pass1=secret"."""
    name, equals, value = word.partition("=")
    if equals and private(name):
        return name + "=***"
    plain = word.lower().replace("%40", "@  ").replace("%3a", "  :")  # of the same length
    end = plain.rfind("@")
    start = len(name) + 1 if equals and ":" not in plain[: len(name)] else 0
    for scheme in ("sip:", "sips:"):
        place = plain.find(scheme, start)
        if place == start or place > start and plain[place - 1] in _BEFORE_URI:
            start = place + len(scheme)
    colon = plain.find(":", start)
    if not 0 <= colon < end:
        return word
    return word[: colon + 1] + "***" + word[end:]
