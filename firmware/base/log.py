"""The phone's log: a bounded ring of lines, the console beside it.

Levels go from 0 (most severe) to 9, as on a Snom; a line above `level` is not even built when its
text is given as a format and values. A request's line is whole, whatever its length: who debugs a
template needs its end. So the ring is bounded in bytes, all of them taken at the start: it neither
grows nor leaves holes in the heap. When it is full, the oldest lines give way.
"""

from base.compat import const
from base.printable import replaced

_LONGEST = const(2000)  # characters of one line's text
_MOST = const(24_000)  # bytes of all lines: some 300
_LEAST = const(3200)  # where memory is small
_HEAD = const(2)  # bytes before a line, its length


class Log:
    """The last lines up to `level`. `stamp()` gives the time, `sink(line)` the console.

    It keeps 24,000 bytes of them, or 3,200 where memory is `small`.
    """

    def __init__(self, stamp, sink=None, level=5, small=False):
        self.stamp = stamp
        self.sink = sink
        self.level = level
        self.count = 0  # of all lines that there were
        self.heard = None  # ``heard()`` is called after each line
        self._ring = bytearray(_LEAST if small else _MOST)
        self._start = 0  # of the oldest line
        self._used = 0  # bytes
        self._held = 0  # lines

    def __call__(self, level, text, *values):
        """Add ``text % values`` at `level`; what is no text in it is shown as ``?``."""
        if level > self.level:
            return
        try:
            self._add(level, text % values if values else text)
        except MemoryError:
            pass  # whoever logs has worse to do than to fail for it

    def _add(self, level, text):
        text = replaced(text, b"?", b"?")  # which could forge what is read
        if len(text) > _LONGEST:
            text = text[:_LONGEST]
        line = "[%d] %s: %s" % (level, self.stamp(), text)
        self._keep(line)
        self.count += 1
        if self.sink:
            self.sink(line)
        if self.heard:
            self.heard()

    def _keep(self, line):
        data, size = line.encode(), len(self._ring)
        while len(data) + _HEAD > size:
            line = line[: len(line) // 2]
            data = line.encode()
        while self._used + len(data) + _HEAD > size:
            gone = self._length(self._start) + _HEAD
            self._start = (self._start + gone) % size
            self._used -= gone
            self._held -= 1
        data = bytes((len(data) >> 8, len(data) & 0xFF)) + data
        at = (self._start + self._used) % size
        fits = min(len(data), size - at)
        self._ring[at : at + fits] = data[:fits]
        self._ring[: len(data) - fits] = data[fits:]
        self._used += len(data)
        self._held += 1

    def _length(self, at):
        """Return the length of the line whose head is at a place."""
        ring = self._ring
        return ring[at] << 8 | ring[(at + 1) % len(ring)]

    def _last(self, count):
        """Return the last `count` lines."""
        ring, size, at, found = self._ring, len(self._ring), self._start, []
        for index in range(self._held):
            length = self._length(at)
            if index >= self._held - count:
                begin = (at + _HEAD) % size
                data = ring[begin : begin + length]
                data += ring[: length - len(data)]
                found.append(str(data, "utf-8"))
            at = (at + _HEAD + length) % size
        return found

    def lines(self, count=None):
        """Return the last `count` lines, or all, oldest first."""
        return self._last(count or self._held)

    def since(self, count):
        """Return the lines that came after the first `count`, as far as they are still there."""
        return self._last(self.count - count)
