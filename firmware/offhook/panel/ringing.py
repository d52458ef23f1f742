"""The ringer: which pattern, and its cadence on one timer."""

from collections import namedtuple

Pattern = namedtuple("Pattern", ("hertz", "cadence"))  # cadence: ms on, ms off, ms on, ms off …

_PATTERNS = {
    1: Pattern(440, (1000, 4000)),
    2: Pattern(520, (400, 200, 400, 2000)),
    3: Pattern(660, (250, 250, 250, 250, 1000, 4000)),
    4: Pattern(880, (200, 100, 200, 100, 200, 3000)),
    5: Pattern(350, (2000, 4000)),
}
_BELLCORE = "bellcore-dr"


class Ringing:
    """Rings `part` (``tone(hz)``, ``quiet()``; may be None) while a call waits for an answer."""

    def __init__(self, part, settings, timers):
        self.part = part
        self.settings = settings
        self.timers = timers
        self.pattern = None  # the number of the pattern that rings
        self._step = 0
        self._timer = None

    @property
    def hertz(self):
        """The tone of the pattern that rings, 0 while none does."""
        return _PATTERNS[self.pattern].hertz if self.pattern else 0

    def choose(self, call):
        """Return a call's pattern: by its Alert-Info (RFC 3261 §20.4), else the usual one."""
        get = self.settings.get
        info = (call.alert_info or "").lower()
        if "internal" in info:
            return get("alert_internal_ring")
        if "external" in info:
            return get("alert_external_ring")
        digit = info.partition(_BELLCORE)[2][:1]
        return int(digit) if digit.isdigit() and int(digit) in _PATTERNS else get("ring_sound")

    def update(self, desk):
        """Start, go on or stop, as the desk's state wants it."""
        call = desk.waiting()
        wanted = None
        if self.part and call and not desk.active() and self.settings.get("vol_ringer"):
            wanted = self.choose(call)
        if wanted == self.pattern:
            return
        self.pattern = wanted
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._step = 0
        if wanted is None:
            self.part.quiet()
        else:
            self._next()

    def _next(self):
        pattern = _PATTERNS[self.pattern]
        if self._step & 1:
            self.part.quiet()
        else:
            self.part.tone(pattern.hertz)
        self._timer = self.timers.after(pattern.cadence[self._step], self._next)
        self._step = (self._step + 1) % len(pattern.cadence)

    def beep(self, hertz, ms):
        """Give one short tone."""
        if self.part:
            self.part.tone(hertz)
            self.timers.after(ms, self.part.quiet)
