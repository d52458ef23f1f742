"""The lamp of a url key: blinks while its request is under way, and shows a failure shortly."""

from base.compat import const

_FAILED = const(2000)  # ms that each failure is shown, whatever the key does meanwhile


class UrlLamp:
    """What one key's lamp shows; there may be several requests at a time."""

    def __init__(self, timers):
        self.timers = timers
        self.waiting = 0  # requests under way
        self._failed = None  # the timer that ends the showing of a failure

    @property
    def state(self):
        """Return "failed", "busy" or "idle"."""
        return "failed" if self._failed else "busy" if self.waiting else "idle"

    def started(self):
        """A request is under way."""
        self.waiting += 1

    def over(self, good, changed):
        """A request is over; ``changed()`` is called when its failure has been shown."""
        self.waiting -= 1
        if good:
            return
        if self._failed:
            self._failed.cancel()
        self._failed = self.timers.after(_FAILED, self._shown, changed)

    def _shown(self, changed):
        self._failed = None
        changed()
