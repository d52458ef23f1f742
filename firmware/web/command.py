"""``command.htm`` and ``settings.htm``: what a request to this phone itself does.

Reached through Action URLs to localhost only; nothing here listens on the network. `remote` is
what the phone lets itself be asked, as in `offhook.remote.Remote`.
"""

from base.compat import const
from net.url import decoded

_PRESS = const(80)  # ms that a key is held
_PAUSE = const(80)  # ms between two keys
_LONGEST = const(10_000)
_KEYS = const(64)  # keys, or digits of DTMF, in one request
_MODULE = const(33)  # number of the first function key of an expansion module


def local(remote, path):
    """Carry out a request to ``path`` (with its query); return the HTTP status it deserves."""
    way, _, query = path.partition("?")
    if way not in ("/command.htm", "/settings.htm", "/dummy.htm"):
        return 404
    words = [_word(part) for part in query.split("&") if part]
    values = {name: value for name, _, value in words}
    try:
        if way == "/settings.htm" or "settings" in values:
            return _settings(remote, values)
        for name, action in ACTIONS:
            if name in values:
                return action(remote, values[name], values)
        return 404
    except ValueError as error:
        remote.log(3, "%s: %s", way, error)
        return 400


def _word(part):
    """Return (name, "=", value) of one parameter; a number's plus is no space.

    Keys are decoded one by one: what a variable's value brings along separates none.
    """
    if part.startswith("number="):
        part = part.replace("+", "%2B")
    name, equals, value = part.partition("=")
    name = unquote(name)
    return name, equals, value if name == "key" else unquote(value)


def unquote(text):
    """Return `text` with its %XX and + decoded, where that gives UTF-8."""
    return decoded(text.replace("+", " "))


def _settings(remote, values):
    if values.pop("settings", None) != "save":
        return 404
    values.pop("store_settings", None)
    remote.change(values)
    return 200


def _keys(remote, text, _):
    presses = []
    for part in text.split(";")[:_KEYS]:
        if not part:
            continue
        name, _, times = part.partition(",")
        name = unquote(name)
        press, _, pause = times.partition(",")
        for number in (press, pause):
            if number and not number.isdigit():
                raise ValueError("'%s' does not fit; a key takes ms, ms" % part[:20])
        press = min(int(press or _PRESS), _LONGEST)
        presses.append((_key(name), press, min(int(pause or _PAUSE), _LONGEST)))
    remote.press_all(presses)
    return 200


def _key(name):
    """Return the name of a key: "EK0" is the first one of an expansion module."""
    if name[:2] == "EK" and name[2:].isdigit():
        return "P%d" % (_MODULE + int(name[2:]))
    return name


def _number(remote, text, values):
    remote.dial(text.strip(), values.get("outgoing_uri"))
    return 302


def _dtmf(remote, text, _):
    remote.dtmf(text[:_KEYS])
    return 200


def _release(remote, *_):
    remote.release_all()
    return 200


def _reregister(remote, text, _):
    remote.reregister(text or "1")
    return 200


ACTIONS = (
    ("key", _keys),
    ("number", _number),
    ("key_dtmf", _dtmf),
    ("RELEASE_ALL_CALLS", _release),
    ("REREGISTER", _reregister),
)
