"""The queue of what is to be sent: bounded in entries and bytes.

When it is full, the oldest entry gives way; those of strangers' calls go before all others, so
that a flood of calls costs the events of the flood.
"""

from base.compat import const

_ENTRIES = const(32)  # where the setting says nothing
_BYTES = const(16384)  # of all that waits


class Entry:
    """One GET of `name`, an event or a key: its target, and its path with the moment's values.

    ``done(ok)`` is called once, when it is over. `stranger` marks the event of a stranger's call.
    """

    def __init__(self, name, target, path, done=None, stranger=False):
        self.name = name
        self.target = target
        self.path = path
        self.done = done
        self.stranger = stranger
        self.tries = 0


class Queue:
    """Entries, the oldest first; ``dropped(entry)`` is told of each that gives way."""

    def __init__(self, options, dropped):
        self.options = options
        self.dropped = dropped
        self.entries = []
        self._bytes = 0

    def __len__(self):
        """Return how many wait."""
        return len(self.entries)

    def full(self):
        """Return True when a further entry costs another one."""
        return len(self.entries) >= (self.options.get("action_url_queue") or _ENTRIES)

    def append(self, entry):
        """Add an entry; what has to give way for it does so, be it the new one."""
        self.entries.append(entry)
        self._bytes += len(entry.path)
        if len(self.entries) == 1:
            return  # as nearly always
        most = self.options.get("action_url_queue") or _ENTRIES
        while len(self.entries) > most or self._bytes > _BYTES:
            self.dropped(self.take(self._least()))

    def put_back(self, entry):
        """Put an entry back, ahead of all that came after it; one that is full lets it go."""
        if self.full():
            self.dropped(entry)
            return False
        self.entries.insert(0, entry)
        self._bytes += len(entry.path)
        return True

    def take(self, index=0):
        """Remove the entry at `index` and return it."""
        entry = self.entries.pop(index)
        self._bytes -= len(entry.path)
        return entry

    def clear(self):
        """Forget all."""
        self.entries.clear()
        self._bytes = 0

    def _least(self):
        for index, entry in enumerate(self.entries):
            if entry.stranger:
                return index
        return 0
