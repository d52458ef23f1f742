"""From raw key masks to key presses and releases, the same for chip and simulation.

A press counts at once; the key is then locked, so that its bounce is not seen. A release counts
when the key has been up for a while. Times suit the ESP32's 10 ms scheduling grid.
"""

from base.compat import const, sleep_ms

_LOCK = const(30)  # ms that a key is deaf after its press
_RELEASE = const(20)  # ms that it has to be up
_POLL = const(10)  # ms between two scans, the chip's tick
_LOST = const(10)  # ticks between two looks at a part that failed
_SELDOM = const(100)  # ticks between two at one with an interrupt: it may be plugged out and in


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


class Input:
    """Scans `parts` (keypad, hook, function keys); each event is an ``emit(name, down)``."""

    def __init__(self, parts, clock, emit, log):
        self.parts = [(part, Debounce(part.names)) for part in parts]
        self.clock = clock
        self.emit = emit
        self.log = log
        self.held = {}  # name -> True: keys held by software, from the console or a key macro

    def names(self):
        """Return the names of all keys."""
        return [name for part, _ in self.parts for name in part.names]

    def scan(self, part, debounce):
        """Read one part once and emit what changed."""
        raw = part.read()
        if self.held:
            for bit, name in enumerate(part.names):
                if name in self.held:
                    raw |= 1 << bit
        for name, down in debounce.update(raw, self.clock):
            try:
                self.emit(name, down)
            except Exception as error:  # a fault behind one key must not make the others deaf
                self.log(1, "key %s: %r", name, error)

    def look(self, part, debounce, turn):
        """Scan a part if there is a reason to: its interrupt, a key that is down, its turn."""
        irq = part.irq
        due = turn % (_LOST if debounce.lost else _SELDOM if irq else 1) == 0
        if not due and not debounce.lost:
            due = (irq and irq.state) or debounce.down or debounce.settling
        if not due:
            return
        if irq:
            irq.clear()
        try:
            self.scan(part, debounce)
            if debounce.lost:
                self.log(3, "%s is back", part.names[0])
            debounce.lost = False
        except OSError as error:
            if not debounce.lost:
                self.log(2, "keys %s: %r", part.names[0], error)
            debounce.lost = True

    async def serve(self):
        """Look at all parts on every tick of the chip, for ever, as one task."""
        turn = 0
        while True:
            turn = (turn + 1) % 1000
            for part, debounce in self.parts:
                try:
                    self.look(part, debounce, turn)
                except Exception as error:  # the keys outlive everything
                    self.log(0, "keys: %r", error)
            await sleep_ms(_POLL)
