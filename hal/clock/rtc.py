"""The clock: ticks for timers, and the time of day once NTP or somebody has set it."""

import time

from base.compat import Ticks, const
from base.zone import offset

_NEW = const(1_700_000_000)  # Unix time: before it, nobody has set the clock
_SINCE_2000 = const(946_684_800)


class Clock(Ticks):
    """The board's clock, on `rtc` (machine.RTC)."""

    def __init__(self, rtc):
        self._rtc = rtc
        self._epoch = _SINCE_2000 if time.gmtime(0)[0] == 2000 else 0
        self._zone = "UTC0"
        self._offset = 0
        self._until = 0

    def time(self):
        """Return Unix seconds, None while the clock was not set."""
        now = int(time.time()) + self._epoch
        return now if now > _NEW else None

    def set(self, seconds):
        """Set the clock to Unix `seconds`."""
        now = time.gmtime(seconds - self._epoch)
        self._rtc.datetime((now[0], now[1], now[2], now[6], now[3], now[4], now[5], 0))

    def zone(self, text):
        """Set the time zone: a POSIX rule (CET-1CEST,M3.5.0,M10.5.0/3), or seconds east of UTC.

        Raises ValueError for anything else and stays with the zone before.
        """
        if not isinstance(text, int):
            offset(text, 0)
        self._zone = text
        self._until = 0

    def localtime(self):
        """Return (year, month, day, hour, minute, second) in the time zone."""
        now = int(time.time()) + self._epoch
        if isinstance(self._zone, int):
            self._offset = self._zone
        elif now >= self._until:
            self._offset, self._until = offset(self._zone, now)
        return time.gmtime(now + self._offset - self._epoch)[:6]
