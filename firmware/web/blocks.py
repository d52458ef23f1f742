"""Addresses that guess passwords: three failures block one for a minute, then twice as long."""

from base.compat import const

_TRIES = const(3)
_MINUTE = const(60_000)  # ms
_DOUBLINGS = const(10)  # 17 hours, at the most
_ADDRESSES = const(16)  # that are remembered; the one that is forgotten failed longest ago


class _Failures:
    def __init__(self):
        self.count = 0  # since the last block
        self.blocks = 0
        self.until = None  # ticks


class Blocks:
    """The addresses that failed; `clock` has ``ms``, ``add`` and ``diff``."""

    def __init__(self, clock):
        self._clock = clock
        self._known = []  # (address, `_Failures`), the last one last

    def _find(self, ip):
        for index, (address, failures) in enumerate(self._known):
            if address == ip:
                return index, failures
        return None, None

    def left(self, ip):
        """Return the seconds that `ip` is blocked for, 0 where it is not."""
        _, found = self._find(ip)
        if found is None or found.until is None:
            return 0
        left = self._clock.diff(found.until, self._clock.ms())
        if left <= 0:
            found.until = None
            return 0
        return (left + 999) // 1000

    def failed(self, ip):
        """Count a failure; return the seconds of the block that it has led to, 0 for none."""
        index, found = self._find(ip)
        if index is not None:
            self._known.pop(index)
        elif len(self._known) >= _ADDRESSES:
            self._known.pop(0)
        found = found or _Failures()
        self._known.append((ip, found))
        found.count += 1
        if found.count < _TRIES:
            return 0
        ms = _MINUTE << min(found.blocks, _DOUBLINGS)
        found.count = 0
        found.blocks += 1
        found.until = self._clock.add(self._clock.ms(), ms)
        return ms // 1000

    def succeeded(self, ip):
        """Forget the failures of `ip`."""
        index, _ = self._find(ip)
        if index is not None:
            self._known.pop(index)
