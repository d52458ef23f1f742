"""The ringer: which pattern, and its cadence on one timer."""

# pattern number -> (hertz, ms on, ms off, ms on, ms off …)
_PATTERNS = {
    1: (440, 1000, 4000),
    2: (520, 400, 200, 400, 2000),
    3: (660, 250, 250, 250, 250, 1000, 4000),
    4: (880, 200, 100, 200, 100, 200, 3000),
    5: (350, 2000, 4000),
}


class Ringing:
    """Rings `part` (``tone(hz)``, ``quiet()``) while a call waits for an answer."""

    def __init__(self, part, settings, timers):
        self.part = part
        self.settings = settings
        self.timers = timers
        self.pattern = None
        self.hertz = 0  # of the pattern that rings
        self._step = 0
        self._timer = None

    def choose(self, call):
        """Return a call's pattern: by its Alert-Info (RFC 3261 §20.4), else the usual one."""
        get = self.settings.get
        info = (getattr(call, "alert_info", None) or "").lower()
        if "internal" in info:
            return get("alert_internal_ring")
        if "external" in info:
            return get("alert_external_ring")
        if "bellcore-dr" in info:
            digit = info.split("bellcore-dr")[1][:1]
            return int(digit) if digit.isdigit() and 1 <= int(digit) <= 5 else get("ring_sound")
        return get("ring_sound")

    def update(self, desk):
        """Start, go on or stop, as the desk's state wants it; return whether it rings."""
        call = desk.waiting()
        wanted = None
        if call and not desk.active() and self.settings.get("vol_ringer"):
            wanted = self.choose(call)
        if wanted == self.pattern:
            return wanted is not None
        self.pattern = wanted
        if self._timer:
            self._timer.cancel()
            self._timer = None
        self._step = 0
        self.hertz = wanted and _PATTERNS[wanted][0]
        if wanted is None:
            self.part.quiet()
            return False
        self._next()
        return True

    def _next(self):
        pattern = _PATTERNS[self.pattern]
        if self._step & 1:
            self.part.quiet()
        else:
            self.part.tone(pattern[0])
        self._timer = self.timers.after(pattern[1 + self._step], self._next)
        self._step = (self._step + 1) % (len(pattern) - 1)
