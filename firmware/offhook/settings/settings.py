"""The settings: changed values in memory, defaults in one text; the catalogue stays on the flash.

What reads a value is here. Setting, saving and explaining values is in `offhook.settings.store` and
`offhook.settings.catalogue`, loaded when somebody does so and dropped again.
"""

from base.compat import unload


def plain(name):
    """Return (stem, number): "user_name2" and "user_name[2]" -> ("user_name", 2), "mac" -> None.

    A number has no leading zero and three digits at most; else it belongs to the name.
    """
    if name.endswith("]") and "[" in name:
        name, _, index = name[:-1].partition("[")
        name += index
    stem = name.rstrip("0123456789")
    digits = name[len(stem) :]
    if not digits or len(digits) > 3 or (digits[:1] == "0" and len(digits) > 1):
        return name, None
    return stem, int(digits)


def line_of(text, name):
    """Return VALUE of the line "NAME=VALUE" in `text`, "" where there is none."""
    start = text.find("\n%s=" % name)
    if start < 0:
        return ""
    start += len(name) + 2
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]


class Settings:
    """All settings of one phone; values are str, int or bool.

    `lines()` opens the catalogue's file. `check(name, kind, value)`, set later, may refuse an
    Action URL or a function key with a ValueError that carries its message. What is unknown, off
    or 0 by default reads as something false.
    """

    def __init__(self, storage, lines, log):
        self.storage = storage
        self.lines = lines
        self.log = log
        self.listeners = []
        self.values = {}
        self.check = self.trouble = self._catalogue = None
        self.defaults = self.store().defaults(self)
        self.store().load(self)

    def store(self):
        """Return the module that writes, loaded if need be."""
        from offhook.settings import store

        return store

    def catalogue(self):
        """Return the `Catalogue`, loaded if need be."""
        if self._catalogue is None:
            from offhook.settings.catalogue import Catalogue

            self._catalogue = Catalogue(self.lines)
        return self._catalogue

    def rest(self):
        """Drop what only writes and explains from the heap, until it is asked again."""
        self._catalogue = None
        unload("offhook.settings.catalogue")
        unload("offhook.settings.store")

    def get(self, name):
        """Return a setting's value."""
        value = self.values.get(name)
        if value is not None:
            return value
        stem, number = plain(name)
        if number is not None:
            if name[-1] == "]":
                return self.get(stem + str(number))
            name = stem + "#"
        found = line_of(self.defaults, name)
        if found.isdigit():
            return int(found)
        return True if found == "on" else found

    def known(self, name):
        """Return True when `name` is a setting."""
        return self.catalogue().pattern(name) is not None

    def text(self, name):
        """Return a setting's value as it is written, None for a name that is none."""
        return self.store().text(self, name)

    def private(self, name):
        """Return True for a password or key: all of them have a name that ends so."""
        return plain(name)[0].endswith("_pass")

    def set(self, name, text):
        """Set one setting from its text and save; ValueError keeps the old value."""
        self.update({name: text})

    def update(self, texts):
        """Set several settings with one write, all of them or none, and tell the listeners."""
        self.store().update(self, texts)

    def unset(self, name):
        """Give a setting its default back; ValueError when there is none of that name."""
        self.store().unset(self, name)

    def changed(self):
        """Return the names of all settings that were set, sorted."""
        return sorted(self.values)

    def on_change(self, callback):
        """Call ``callback(name)`` after a setting has changed."""
        self.listeners.append(callback)
