"""The phone's log: a bounded ring of lines, the console beside it.

Levels go from 0 (most severe) to 9, as on a Snom; a line above `level` is not even built when its
text is given as a format and values. A request's line is whole, whatever its length: who debugs a
template needs its end. So the ring is bounded in characters too. When it is full, the oldest lines
give way.
"""

from base.compat import const

_LONGEST = const(2000)  # characters of one line's text
_LINES = const(200)
_MOST = const(24_000)  # characters of all lines
_FEW_LINES = const(16)  # where memory is small
_LEAST = const(3200)
_PLAIN = bytes(range(0x20, 0x7F))
_MARKS = (  # what turns the direction of writing, or begins a line: it could forge what is read
    "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)


class Log:
    """The last lines up to `level`. `stamp()` gives the time, `sink(line)` the console.

    It keeps 200 lines of 24,000 characters, or 16 of 3,200 where memory is `small`.
    """

    def __init__(self, stamp, sink=None, level=5, small=False):
        self.stamp = stamp
        self.sink = sink
        self.level = level
        self.size, self.most = (_FEW_LINES, _LEAST) if small else (_LINES, _MOST)
        self.count = 0  # of all lines that there were
        self.heard = None  # ``heard()`` is called after each line
        self._lines = []
        self._length = 0  # characters in them

    def __call__(self, level, text, *values):
        """Add ``text % values`` at `level`; what is no text in it is shown as ``?``."""
        if level > self.level:
            return
        try:
            self._add(level, text % values if values else text)
        except MemoryError:
            pass  # whoever logs has worse to do than to fail for it

    def _add(self, level, text):
        line = "[%d] %s: %s" % (level, self.stamp(), printable(text)[:_LONGEST])
        lines = self._lines
        while lines and (len(lines) >= self.size or self._length + len(line) > self.most):
            self._length -= len(lines.pop(0))
        lines.append(line)
        self._length += len(line)
        self.count += 1
        if self.sink:
            self.sink(line)
        if self.heard:
            self.heard()

    def lines(self, count=None):
        """Return the last `count` lines, or all, oldest first."""
        return self._lines[-count:] if count else list(self._lines)

    def since(self, count):
        """Return the lines that came after the first `count`, as far as they are still there."""
        fresh = min(self.count - count, len(self._lines))
        return self._lines[-fresh:] if fresh > 0 else []


def printable(text):
    """Return `text` with ``?`` for control characters (C0, DEL, C1) and direction marks."""
    if not text.encode().strip(_PLAIN):
        return text
    return "".join(
        c if " " <= c and not "\x7f" <= c <= "\x9f" and c not in _MARKS else "?" for c in text
    )
