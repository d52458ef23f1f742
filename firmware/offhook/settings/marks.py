"""What provisioning has said of settings, kept beside their values: locks, and what it gave.

It lies in the store under a name that no setting has, and goes onto the flash together with the
values that it is about.
"""

import json
from binascii import crc32

NAME = "#marks"


class Marks:
    """`locks` is {name: who has locked it}, `given` {name: checksum of the text last given}.

    `fleeting` names locks that a restart ends. `restarted`: the phone is starting anew because of
    what was given.
    """

    def __init__(self, text=""):
        self.locks = {}
        self.given = {}
        self.fleeting = set()
        self.restarted = False
        try:
            tree = json.loads(text or "{}")
            self._read(tree)
        except (ValueError, AttributeError, TypeError, LookupError, RuntimeError):
            pass  # nothing of it is worth a phone that does not start

    def _read(self, tree):
        given, locks = tree.get("given", {}), {}
        for who, names in tree.get("locks", {}).items():
            for name in names:
                locks[_text(name)] = who
        self.given = {_text(name): _text(given[name]) for name in given}
        self.locks = locks
        self.restarted = bool(tree.get("restarted"))

    def text(self):
        """Return what `Marks` is made of."""
        locks = {}
        for name in sorted(self.locks):
            if name not in self.fleeting:
                locks.setdefault(self.locks[name], []).append(name)
        tree = {"locks": locks, "given": self.given}
        if self.restarted:
            tree["restarted"] = 1
        return json.dumps(tree) if locks or self.given or self.restarted else ""

    def copy(self):
        """Return another one that says the same."""
        made = Marks()
        made.locks, made.given = dict(self.locks), dict(self.given)
        made.fleeting, made.restarted = set(self.fleeting), self.restarted
        return made

    def lock(self, name, who, fleeting=False):
        """Lock a setting on behalf of `who`; "" unlocks it."""
        self.locks.pop(name, None)
        self.fleeting.discard(name)
        if who:
            self.locks[name] = who
            if fleeting:
                self.fleeting.add(name)

    def give(self, name, text):
        """Remember the text that a setting was given, None for nothing."""
        self.given.pop(name, None)
        if text is not None:
            self.given[name] = checksum(text)


def _text(value):
    if not isinstance(value, str):
        raise ValueError("no text")
    return value


def checksum(text):
    """Return the checksum by which one tells whether somebody has changed a value since."""
    return "%08x" % (crc32(text.encode()) & 0xFFFFFFFF)
