"""Function keys: ``fkey<idx>`` is CONTEXT TYPE ARGUMENT, idx = P number - 1.

The first four are line keys where nothing else is set. What a key does when it is pressed stands
in `offhook.keys.fkey_press`, loaded by the first press.
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
        self.keys = {}  # index -> (context, type, argument) of what is set
        self.down = {}  # index -> its long-press timer, False once it was long
        self.watched = {}  # index -> its subscription or None, of BLF keys
        self.urls = {}  # index -> "busy" or "failed", of url keys

    def entry(self, index):
        """Return (context, type, argument) of a key."""
        entry = self.keys.get(index)
        if entry is None:
            entry = ("active", "line" if index < _LINES else "none", "")
        return entry

    def context(self, key):
        """Return the context of key "P5": "active" or an identity's number."""
        return self.entry(int(key[1:]) - 1)[0]

    def call_on(self, name):
        """Return the call that is bound to key `name`, or None."""
        for call in self.desk.agent.calls:
            if call.key == name:
                return call
        return None
