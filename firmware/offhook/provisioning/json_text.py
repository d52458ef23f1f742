"""Reads our own form of settings: a JSON object ``{"name": value}``.

A value is a text, a number, true or false, null for the default, or an object with "value" and
"perm" as in Snom's XML. The settings may stand in an object of the name "settings".
"""

from base import json_object
from base.compat import const
from offhook.provisioning.broken import Broken

_LONGEST = const(65536)  # bytes: JSON is read whole, unlike the other forms


class Reader:
    """Takes the bytes of a file; ``setting(name, text, perm, line)`` is told each setting."""

    line = 1

    def __init__(self, setting):
        self.notes = []
        self._setting = setting
        self._data = bytearray()

    def feed(self, data):
        """Read on."""
        self._data.extend(data)
        if len(self._data) > _LONGEST:
            raise Broken("JSON of more than %d bytes; XML may be longer" % _LONGEST)

    def close(self):
        """The file is over: tell the settings; `Broken` where it is no JSON object."""
        try:
            tree = json_object.read(bytes(self._data))
        except ValueError:
            raise Broken("it is no JSON object")
        if isinstance(tree.get("settings"), dict):
            tree = tree["settings"]
        if not tree or not all(isinstance(name, str) for name in tree):
            raise Broken("no JSON object of settings")
        for name in sorted(tree):
            value, perm = tree[name], ""
            if isinstance(value, dict):
                perm = value.get("perm", "")
                value = value.get("value")
            self._setting(name, _text(value), perm if isinstance(perm, str) else "", 1)


def _text(value):
    """Return a value as a person writes it; None where it cannot be one."""
    if value is None:
        return ""
    if value is True or value is False:
        return "on" if value else "off"
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else None
