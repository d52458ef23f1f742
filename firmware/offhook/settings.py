"""The settings: changed values in memory and in one JSON file; the catalogue stays on the flash.

Values are str, int or bool. A set takes the text that a person wrote and refuses what does not fit
with a message that names setting, value and what would be right; the old value stays.
"""

import json

from base.compat import unload

_NAME = "settings.json"
_LAST = "settings.last"
_BAD = "settings.bad"


def plain(name):
    """Return (stem, number): "user_name2" and "user_name[2]" -> ("user_name", 2), "mac" -> None.

    A number has no leading zero and three digits at most; else it belongs to the name.
    """
    if name.endswith("]") and "[" in name:
        name, _, index = name[:-1].partition("[")
        name += index
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    if not digits or len(digits) > 3 or (digits[0] == "0" and len(digits) > 1):
        return name, None
    return stem, int(digits)


def canonical(name):
    """Return a setting's name without brackets."""
    stem, number = plain(name)
    return name if number is None else stem + str(number)


class Settings:
    """All settings of one phone.

    `lines()` opens the catalogue's file. `check(name, kind, value)`, set later, may refuse an
    Action URL or a function key with a ValueError that carries its message.
    """

    def __init__(self, storage, lines, log):
        self._storage = storage
        self._lines = lines
        self._log = log
        self._listeners = []
        self._values = {}
        self._catalogue = None
        self.check = None
        self.trouble = None
        self._defaults = {}
        for row in self.catalogue().rows():
            kind, default = row[1], row[2]
            if default not in ("", "0", "off"):
                on = kind == "bool" or default
                self._defaults[row[0]] = int(default) if kind[:3] == "int" else on
        self._load()

    def catalogue(self):
        """Return the `Catalogue`, loaded if need be."""
        if self._catalogue is None:
            from offhook.catalogue import Catalogue

            self._catalogue = Catalogue(self._lines)
        return self._catalogue

    def rest(self):
        """Drop the catalogue from the heap until it is asked again."""
        if self._catalogue is not None:
            self._catalogue = None
            unload("offhook.catalogue")

    def known(self, name):
        """Return True when `name` is a setting."""
        return self.catalogue().pattern(name) is not None

    def get(self, name):
        """Return a setting's value; what is unknown, off or 0 by default is false, mostly ""."""
        value = self._values.get(name)
        if value is None:
            value = self._defaults.get(name)
        if value is None:
            stem, number = plain(name)
            if number is not None:
                if name[-1] == "]":
                    return self.get(stem + str(number))
                value = self._defaults.get(stem + "#")
        return "" if value is None else value

    def text(self, name):
        """Return a setting's value as it is written, None for a name that is none."""
        value = self.get(name)
        if value is True:
            return "on"
        if value or name in ("mac", "language"):
            return str(value)
        try:
            text = self.catalogue().text(name, value)
        except KeyError:
            return None
        return text or ("0" if self._catalogue.spec(name).kind == "int" else "")

    def private(self, name):
        """Return True for a password or key, and for a name that is no setting."""
        try:
            return self.catalogue().spec(name).private
        except KeyError:
            return True

    def set(self, name, text):
        """Set one setting from its text and save; ValueError keeps the old value."""
        self.update({name: text})

    def update(self, texts):
        """Set several settings with one write, all of them or none, and tell the listeners."""
        parse = self.catalogue().parse
        parsed = {canonical(n): parse(n, t, self.check) for n, t in texts.items()}
        changed = [n for n, v in parsed.items() if (self.get(n) or "") != (v or "")]
        old = {n: self._values.get(n) for n in changed}
        self._take(parsed)
        if changed:
            try:
                self.save()
            except OSError as error:
                self._take(old)
                raise ValueError("%s: not saved, the storage says %r" % (changed[0], error))
        self._tell(changed)

    def unset(self, name):
        """Give a setting its default back; ValueError when there is none of that name."""
        if not self.known(name):
            raise ValueError("there is no setting '%s'" % name[:40])
        name = canonical(name)
        if self._values.pop(name, None) is not None:
            self.save()
            self._tell((name,))

    def reset(self):
        """Give every setting its default back."""
        self._values.clear()
        self.save()

    def changed(self):
        """Return the names of all settings that were set, sorted."""
        return sorted(self._values)

    def on_change(self, callback):
        """Call ``callback(name)`` after a setting has changed."""
        self._listeners.append(callback)

    def _tell(self, names):
        for name in names:
            for callback in self._listeners:
                callback(name)

    def _take(self, values):
        for name, value in values.items():
            if value is None:
                self._values.pop(name, None)
            else:
                self._values[name] = value

    def save(self):
        """Write the file: the old one stays as the last good one until the new one is whole."""
        data = json.dumps(self._values).encode()
        if self._storage.read(_NAME) is not None:
            self._storage.rename(_NAME, _LAST)
        self._storage.write(_NAME, data)

    def _load(self):
        for name in (_NAME, _LAST):
            raw = self._storage.read(name)
            if raw is None:
                continue
            try:
                values = json.loads(raw)
                if not isinstance(values, dict):
                    raise ValueError("no object")
                self._accept(values)
                return
            except ValueError as error:
                self.trouble = "%s is broken (%s), set aside as %s" % (name, error, _BAD)
                self._log(1, "%s", self.trouble)
                self._storage.rename(name, _BAD)

    def _accept(self, values):
        for name, value in values.items():
            if value is True or value is False:
                text = "on" if value else "off"
            else:
                text = str(value)
            try:
                self._values[name] = self.catalogue().parse(name, text)
            except ValueError as error:
                self._log(2, "stored setting ignored: %s", error)
