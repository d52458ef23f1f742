"""The simulated clock: the host's own time, with ticks that wrap as on the chip."""

import time

_WRAP = 0x3FFFFFFF


class Clock:
    """The contract of `hal.clock` on the unix VM."""

    def ms(self):
        """Return milliseconds; they wrap at 2**30, after 12.4 days."""
        return time.ticks_ms() & _WRAP

    def add(self, ticks, delta):
        """Return `ticks` moved by `delta` ms."""
        return (ticks + delta) & _WRAP

    def diff(self, end, start):
        """Return the signed distance of two ticks in ms."""
        return ((end - start + 0x20000000) & _WRAP) - 0x20000000

    def time(self):
        """Return Unix seconds."""
        return int(time.time())

    def localtime(self):
        """Return (year, month, day, hour, minute, second)."""
        return time.localtime()[:6]

    def set(self, seconds):
        """Take a time: the host has its own."""

    def zone(self, rule):
        """Take a time zone: the host has its own."""
