"""The phone's log: a bounded ring of lines, the console beside it.

Levels go from 0 (most severe) to 9, as on a Snom; a line above `level` is not even built when its
text is given as a format and values. A request's line is whole, whatever its length: who debugs a
template needs its end. So the ring is bounded in characters too.
"""

from base.compat import const

_LONGEST = const(2000)  # characters of one line's text
_MOST = const(3200)  # of all lines


class Log:
    """The last `size` lines up to `level`. `stamp()` gives the time, `sink(line)` the console."""

    def __init__(self, stamp, sink=None, level=5, size=16):
        self.stamp = stamp
        self.sink = sink
        self.level = level
        self.size = size
        self._lines = []

    def __call__(self, level, text, *values):
        """Add ``text % values`` at `level`; control characters in it are shown as ``?``."""
        if level > self.level:
            return
        try:
            self._add(level, text % values if values else text)
        except MemoryError:
            pass  # whoever logs has worse to do than to fail for it

    def _add(self, level, text):
        for character in text.encode():  # not of the text: that would intern each one
            if character < 32:
                text = "".join(c if c >= " " else "?" for c in text)
                break
        line = "[%d] %s: %s" % (level, self.stamp(), text[:_LONGEST])
        lines = self._lines
        while len(lines) >= self.size or lines and sum(map(len, lines)) + len(line) > _MOST:
            lines.pop(0)
        lines.append(line)
        if self.sink:
            self.sink(line)

    def lines(self, count=None):
        """Return the last `count` lines, or all, oldest first."""
        return self._lines[-count:] if count else list(self._lines)
