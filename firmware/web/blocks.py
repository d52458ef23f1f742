"""Addresses that guess passwords: three failures block one for a minute, then twice as long.

Who has many addresses gains nothing: while as many as are remembered have failed within the last
minute, only those and the ones that knew the password before are listened to.
"""

from base.compat import const

_TRIES = const(3)
_MINUTE = const(60_000)  # ms
_DOUBLINGS = const(10)  # 17 hours, at the most
_ADDRESSES = const(16)  # that are remembered; the one that is forgotten failed longest ago
_GOOD = const(8)  # addresses that somebody with the password came from, the last one last


class _Failures:
    def __init__(self):
        self.count = 0  # since the last block
        self.blocks = 0
        self.until = None  # ticks, while it is blocked
        self.timer = None  # while it is blocked, or has failed within the last minute


class Blocks:
    """The addresses that failed, on the timers of the phone."""

    def __init__(self, timers):
        self._timers = timers
        self._known = []  # (address, `_Failures`), the last one last
        self._good = []

    def _find(self, ip):
        for index, (address, failures) in enumerate(self._known):
            if address == ip:
                return index, failures
        return None, None

    def left(self, ip):
        """Return the seconds that `ip` is blocked for, 0 where it is not."""
        _, found = self._find(ip)
        if found is None:
            return 0 if ip in self._good or not self._crowded() else _MINUTE // 1000
        if found.until is None:
            return 0
        clock = self._timers.clock
        return max(1, (clock.diff(found.until, clock.ms()) + 999) // 1000)

    def _crowded(self):
        """Return whether there are so many that fail that no further one can be remembered."""
        return len(self._known) >= _ADDRESSES and all(each.timer for _, each in self._known)

    def failed(self, ip):
        """Count a failure; return the seconds of the block that it has led to, 0 for none."""
        index, found = self._find(ip)
        if index is not None:
            self._known.pop(index)
        elif len(self._known) >= _ADDRESSES:
            self._forget(0)
        found = found or _Failures()
        self._known.append((ip, found))
        found.count += 1
        ms = 0
        if found.count >= _TRIES:
            ms = _MINUTE << min(found.blocks, _DOUBLINGS)
            found.count = 0
            found.blocks += 1
            found.until = self._timers.clock.add(self._timers.clock.ms(), ms)
        if found.timer:
            found.timer.cancel()
        found.timer = self._timers.after(ms or _MINUTE, self._over, found)
        return ms // 1000

    def _over(self, found):
        found.timer = found.until = None

    def _forget(self, index):
        _, found = self._known.pop(index)
        if found.timer:
            found.timer.cancel()

    def succeeded(self, ip):
        """Forget the failures of `ip`."""
        if ip in self._good:
            self._good.remove(ip)
        self._good = self._good[1 - _GOOD :] + [ip]
        index, _ = self._find(ip)
        if index is not None:
            self._forget(index)
