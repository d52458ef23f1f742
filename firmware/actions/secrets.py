"""Hides the passwords in the text of a setting that holds URLs, where it is shown or expanded.

What the log hides of a request is decided when its template is read; this is for the template
itself, which somebody asks for or another template names as a variable.
"""

_ENDS = " \t\r\n/?&#"
_URLS = "action_ fkey user_outbound update_server setting_server"


def veil(name, text):
    """Return the text of setting `name` with ``***`` for each password in its URLs."""
    if not any(name.startswith(start) for start in _URLS.split()):
        return text
    out, start = [], 0
    for index in range(len(text) + 1):
        if index == len(text) or text[index : index + 1] in _ENDS:
            out.append(_word(text[start:index]) + text[index : index + 1])
            start = index + 1
    return "".join(out)


def private(name):
    """Return True for a parameter that is called like a private setting."""
    return name.lower().replace("%5f", "_").rstrip("0123456789[]").endswith("_pass")


def _word(word):
    """Hide the password of "user:pass@host", "name=user:pass@host" or "user_pass1=secret"."""
    name, equals, value = word.partition("=")
    if equals and private(name):
        return name + "=***"
    plain = word.lower().replace("%40", "@  ").replace("%3a", "  :")  # of the same length
    end = plain.rfind("@")
    start = len(name) + 1 if equals and ":" not in plain[: len(name)] else 0
    for scheme in ("sip:", "sips:"):
        if plain[start:].startswith(scheme):
            start += len(scheme)
    colon = plain.find(":", start)
    if not 0 <= colon < end:
        return word
    return word[: colon + 1] + "***" + word[end:]
