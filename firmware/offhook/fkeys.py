"""Function keys: ``fkey<idx>`` is CONTEXT TYPE ARGUMENT, idx = P number - 1.

The first four are line keys where nothing else is set. What a key does when it is pressed stands
in `offhook.fkeyacts`, loaded by the first press.
"""

from base.compat import const

_LINES = const(4)  # keys that are lines by default


class FunctionKeys:
    """All function keys of one phone."""

    def __init__(self, desk, settings, actions, timers):
        self.desk = desk
        self.settings = settings
        self.actions = actions
        self.timers = timers
        self.count = 0
        self._keys = {}  # index -> (context, type, argument) of what is set
        self.down = {}  # index -> its long-press timer, False once it was long
        self.watched = {}  # index -> its subscription or None, of BLF keys
        self.urls = {}  # index -> "busy" or "failed", of url keys

    def load(self, name):
        """Take setting ``fkey<idx>`` over."""
        index = int(name[4:])
        words = (self.settings.get(name) or "").split(None, 2) + [""]
        self.watched.pop(index, None)
        if len(words) < 3:
            self._keys.pop(index, None)
        else:
            context, kind, argument = words[0], words[1], words[2].strip()
            if context == "active":
                context = "active"  # one object for all keys
            if kind == "blf":
                kind = "blf"
                self.watched[index] = None
            elif kind == "url":
                kind, argument = "url", self.actions.parse(argument)
            self._keys[index] = (context, kind, argument)

    def entry(self, index):
        """Return (context, type, argument) of a key."""
        entry = self._keys.get(index)
        if entry is None:
            entry = ("active", "line" if index < _LINES else "none", "")
        return entry

    def context(self, key):
        """Return the context of key "P5": "active" or an identity's number."""
        return self.entry(int(key[1:]) - 1)[0]

    def free_line(self, call, wanted=None):
        """Return the name of the line key for a new call: the wanted one, else the first free."""
        used = {other.key for other in self.desk.agent.calls if other is not call}
        if wanted and wanted not in used:
            return wanted
        number = str(call.account.number)
        for index in range(self.count):
            context, kind, _ = self.entry(index)
            name = "P%d" % (index + 1)
            if kind == "line" and name not in used and context in ("active", number):
                return name
        return None

    def call_on(self, name):
        """Return the call that is bound to key `name`, or None."""
        for call in self.desk.agent.calls:
            if call.key == name:
                return call
        return None
