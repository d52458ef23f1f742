"""From raw key masks to key presses and releases, the same for chip and simulation.

A press counts at once; the key is then locked, so that its bounce is not seen. A release counts
when the key has been up for a while. Times suit the ESP32's 10 ms scheduling grid.
"""

from base.compat import const

_LOCK = const(30)  # ms that a key is deaf after its press
_RELEASE = const(20)  # ms that it has to be up


class Debounce:
    """Debounces one part: `names[i]` is the key of bit i. Feed it with `update`."""

    def __init__(self, names):
        self.names = names
        self.down = 0  # keys that count as down
        self.lost = False  # the part does not answer
        self._since = {}  # bit -> ticks: of its press while down, of its first up while releasing

    def update(self, raw, clock):
        """Take a raw mask; return [(name, down)] of what changed."""
        if raw == self.down and not self._since:
            return ()
        now, changed, found = clock.ms(), raw ^ self.down, []
        for bit in range(len(self.names)):
            mask = 1 << bit
            if not changed & mask:
                if self.down & mask and bit in self._since and self._since[bit][1]:
                    del self._since[bit]  # down again: that was a bounce
                continue
            if raw & mask:
                self.down |= mask
                self._since[bit] = (now, False)
                found.append((self.names[bit], True))
                continue
            since, releasing = self._since.get(bit, (now, None))
            age = clock.diff(now, since)
            if releasing is False and age < _LOCK:
                continue
            if not releasing:
                self._since[bit] = (now, True)
            elif age >= _RELEASE:
                self.down &= ~mask
                del self._since[bit]
                found.append((self.names[bit], False))
        self._forget(raw, now, clock)
        return found

    def _forget(self, raw, now, clock):
        for bit in list(self._since):
            since, releasing = self._since[bit]
            if not releasing and raw & (1 << bit) and clock.diff(now, since) >= _LOCK:
                del self._since[bit]

    @property
    def settling(self):
        """True while a lock or a release runs, so that the part wants to be scanned again."""
        return bool(self._since)
