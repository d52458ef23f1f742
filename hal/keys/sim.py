"""Simulated keys: keypad, hook switch, function keys and expansion module are masks in memory."""


class Flag:
    """An interrupt's flag with `state`, `set` and `clear`, as drivers' ThreadSafeFlag has them.

    The unix VM's poller cannot keep the real one beside growing sockets: it moves the flag's entry
    with the sockets' array, and crashes.
    """

    state = 0

    def set(self):
        """Raise the flag."""
        self.state = 1

    def clear(self):
        """Lower the flag."""
        self.state = 0


class Keys:
    """Keys called `names`; `hold` presses and releases them, as a finger would."""

    def __init__(self, names):
        self.names = names
        self.irq = Flag()
        self.mask = 0
        self.unplugged = False

    def read(self):
        """Return the raw mask of keys that are down; OSError while the part is unplugged."""
        if self.unplugged:
            raise OSError(19, "ENODEV")
        return self.mask

    def hold(self, name, down):
        """Press or release one key."""
        bit = 1 << self.names.index(name)
        self.mask = self.mask | bit if down else self.mask & ~bit
        self.irq.set()
