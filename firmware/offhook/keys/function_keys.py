"""Function keys: ``fkey<idx>`` is CONTEXT TYPE ARGUMENT, idx = P number - 1.

A key without a setting is what the board's layout says, else the first four are line keys. What a
key does when it is pressed stands in `offhook.keys.fkey_press`.
"""

from base.compat import const
from offhook.keys.fkey_types import LINE, NONE, Entry, parse
from offhook.keys.names import OWN, function_key
from offhook.keys.url_lamp import UrlLamp

_LINES = const(4)  # keys that are lines by default


class FunctionKeys:
    """All function keys of one phone; also the desk's `lines`.

    `layout` is the board's own, {index: "TYPE ARGUMENT"}.
    """

    def __init__(self, settings, actions, timers, layout=None):
        self.settings = settings
        self.actions = actions
        self.timers = timers
        self.count = 0
        self.layout = {index: parse("active " + text) for index, text in (layout or {}).items()}
        self.keys = {}  # index -> the `Entry` of what is set; that of a url key has its targets
        self.down = {}  # index -> its long-press timer, False once it was long
        self.watched = {}  # index -> its subscription or None, of BLF keys
        self.urls = {}  # index -> its `UrlLamp`, of url keys that were pressed

    def entry(self, index):
        """Return the `Entry` of a key."""
        found = self.keys.get(index) or self.layout.get(index)
        return found or (LINE if index < _LINES else NONE)

    def take(self, index):
        """Take setting ``fkey<index>`` over; ValueError leaves the key without a meaning."""
        self.watched.pop(index, None)
        self.keys.pop(index, None)
        entry = parse(self.settings.get("fkey%d" % index) or "")
        if entry is None:
            return
        if entry.kind == "blf":
            self.watched[index] = None
        elif entry.kind == "url":
            entry = Entry(entry.context, entry.kind, self.actions.parse(entry.argument))
        self.keys[index] = entry

    def check(self, index):
        """Refuse the index of a key that this phone does not have."""
        count = max(OWN, self.count)
        if index >= count:
            raise ValueError(
                "there is no key P%d; this phone has P1 to P%d, fkey0 to fkey%d"
                % (index + 1, count, count - 1)
            )

    def url_lamp(self, index):
        """Return the `UrlLamp` of a url key."""
        if index not in self.urls:
            self.urls[index] = UrlLamp(self.timers)
        return self.urls[index]

    def entries(self):
        """Return (index, `Entry`) of each key that was given a meaning, by settings or board."""
        found = dict(self.layout)
        found.update(self.keys)
        return found.items()

    def place(self, name):
        """Return the index of the key `name`, 0 for "P1"; None for what is none."""
        return function_key(name)

    # -- what the desk asks -------------------------------------------------------------------

    def context(self, key):
        """Return the context of key "P5": "active" or an identity's number."""
        return self.entry(function_key(key)).context

    def free(self, taken, account):
        """Return the first line key for a call of `account` that is not in `taken`, or None."""
        for index in range(self.count):
            entry, name = self.entry(index), "P%d" % (index + 1)
            fits = entry.context in ("active", str(account.number))
            if entry.kind == "line" and fits and name not in taken:
                return name
        return None
