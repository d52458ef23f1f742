"""All keys of the phone: their parts are read when there is a reason to, and tell of changes."""

from base.compat import const, sleep_ms
from hal.keys.debounce import Debounce

_POLL = const(10)  # ms between two scans, the chip's tick
_LOST = const(10)  # ticks between two looks at a part that failed
_SELDOM = const(100)  # ticks between two at one with an interrupt: it may be plugged out and in


def _nobody(name, down):
    """Take an event before the phone is there."""


class Input:
    """Scans `parts` (keypad, hook, function keys); each event is an ``emit(name, down)``.

    ``emit`` is nobody's until the phone puts its own there; then `serve` is its task.
    """

    def __init__(self, parts, clock, log):
        self.parts = [(part, Debounce(part.names)) for part in parts]
        self.clock = clock
        self.emit = _nobody
        self.log = log
        self._ignored = []  # keys that are held since the start
        self.held = {}  # name -> True: keys held by software, from the console or a key macro

    def names(self):
        """Return the names of all keys."""
        return [name for part, _ in self.parts for name in part.names]

    def down(self, name):
        """Return whether a key counts as down, its bounce passed over."""
        for part, debounce in self.parts:
            if name in part.names:
                return bool(debounce.down & 1 << part.names.index(name))
        return False

    def held_at_start(self, name):
        """Return whether key `name`, and no other one of its part, is down, before `serve` runs.

        It is no press then: what it does begins anew once it was let go.
        """
        for part, _ in self.parts:
            if name in part.names:
                try:
                    down = part.read() == 1 << part.names.index(name)
                except OSError:
                    return False
                if down and name not in self._ignored:
                    self._ignored.append(name)
                return down
        return False

    def _without(self, part, raw):
        """Return the mask `raw` without the keys that are held since the start."""
        for name in list(self._ignored):
            if name in part.names:
                bit = 1 << part.names.index(name)
                if raw & bit:
                    raw &= ~bit
                else:
                    self._ignored.remove(name)
        return raw

    def scan(self, part, debounce):
        """Read one part once and emit what changed."""
        raw = part.read()
        if self._ignored:
            raw = self._without(part, raw)
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
