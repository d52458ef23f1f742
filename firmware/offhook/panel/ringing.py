"""The ringer: which of the phone's sounds it plays, and when."""

from media.ringers import ringer
from offhook.panel.alert import choose


class Ringing:
    """Rings `part` (``tone(hz)``, ``quiet()``; may be None) while a call waits for an answer.

    A part that has ``play(segments)`` keeps time by itself; for others a timer does.
    """

    def __init__(self, part, settings, timers):
        self.part = part
        self.settings = settings
        self.timers = timers
        self.pattern = None  # the number of the ringer that rings
        self.hertz = 0  # its first tone, 0 while nothing rings
        self._segments = ()
        self._step = 0
        self._timer = None

    def use(self, part):
        """Ring `part` from now on."""
        if part is not self.part:
            if self.part and self.pattern is not None:
                self._stop()
                self.part.quiet()
                self.pattern = None
            self.part = part

    def _stop(self):
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def update(self, desk):
        """Start, go on or stop, as the desk's state wants it."""
        get = self.settings.get
        call = desk.waiting()
        wanted = None
        if self.part and call and not self._busy(desk) and get("vol_ringer"):
            wanted = choose(get, call)
        if wanted == self.pattern:
            return
        self.pattern = wanted
        self._stop()
        segments = self._segments = ringer(wanted or 0, get("custom_melody"))
        self.hertz = segments[0][0] if segments else 0
        self._step = 0
        if not segments:
            self.part.quiet()
        elif hasattr(self.part, "play"):
            self.part.play(segments)
        else:
            self._next()

    def _busy(self, desk):
        """Return whether somebody listens already: to a call, or to that loudspeaker."""
        return desk.active() or (desk.audio and hasattr(self.part, "play"))

    def _next(self):
        hz, _, ms, _ = self._segments[self._step]
        if hz:
            self.part.tone(hz)
        else:
            self.part.quiet()
        self._timer = self.timers.after(ms, self._next)
        self._step = (self._step + 1) % len(self._segments)

    def beep(self, hertz, ms):
        """Give one short tone."""
        if self.part:
            self.part.tone(hertz)
            self.timers.after(ms, self.part.quiet)
