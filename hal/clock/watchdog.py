"""The watchdog: resets a phone whose loop hangs, but nobody who works on the REPL."""

from base.compat import const

_DAY = const(86_400_000)  # ms: the ESP32's watchdog can be set anew, never stopped


class Watchdog:
    """The watchdog made by ``make(timeout=ms)`` (machine.WDT)."""

    def __init__(self, make, timeout=10_000):
        self._make = make
        self._timeout = timeout
        self._dog = None

    def start(self):
        """Begin to watch; from now on `feed` is due within the timeout."""
        self._dog = self._make(timeout=self._timeout)

    def feed(self):
        """Say that the loop lives."""
        if self._dog:
            self._dog.feed()

    def release(self):
        """Leave the board alone for a day: the phone has stopped, somebody works on the REPL."""
        if self._dog:
            self._dog = self._make(timeout=_DAY)
            self._dog.feed()
