"""Says when memory is short: Python's heap, and beside it the system's, of WiFi and TLS.

This is the one place that judges memory. It tells the log and whoever shows troubles; nothing here
repairs a heap, and nothing drops code for one. What is bounded elsewhere has bounds of its own.
"""

import gc

from base.compat import const, heap_figures

_SHORT = const(20_000)  # bytes free, of either
_ENOUGH = const(24_000)  # before it counts as over
_ROOMY = const(500_000)  # bytes in all: no board without PSRAM has as many
_LOOK = const(5_000)  # ms between two looks
_SELDOM = const(3)  # looks, from one at a large heap to the next: that takes milliseconds
_PROBED = const(65_536)  # bytes: larger blocks are not looked for
# Bytes of garbage that may gather. A small heap would be left in pieces by late collections; where
# there is room, fewer are enough: after so many bytes, or such a part of what is free.
_GARBAGE = const(8192)
_MORE = const(131_072)
_PART = const(4)
_EIGHTHS = const(6)  # of that, at a good moment in a call
_IDLE = const(1)  # and where nobody calls


def small():
    """Return whether Python's heap is that of a board without PSRAM: bounds are lower there."""
    return sum(heap_figures()) < _ROOMY


def limit_garbage():
    """Let a small heap be collected after each few bytes that are allocated.

    A large one is collected when it is full, or earlier at a good moment (`Heap.tidy`): calls of
    functions allocate and free 3 KB for each frame of voice, which `gc.threshold` counts, so that
    it would stop a call for 40 ms every six seconds on a chip, for nothing.
    """
    if small() and hasattr(gc, "threshold"):  # a firmware may be built without it
        gc.threshold(_GARBAGE)


def allowance(used, free):
    """Return how many bytes of garbage may gather in a heap before it is worth a collection."""
    return _GARBAGE if used + free < _ROOMY else max(_MORE, free // _PART)


class Heap:
    """The memory of one phone.

    ``system()`` gives the system's own memory in bytes, with ``free``, ``largest`` (block) and
    ``minimum`` (free, ever), or None where nobody knows. ``told(text)`` is called with a sentence
    when memory gets short, and with None when that is over. Its ``growth`` is the largest block
    that Python's heap may still take from there, None where it cannot grow.
    """

    def __init__(self, log, system=None, told=None, python=heap_figures):
        self.log = log
        self.told = told
        self._system = system
        self._python = python
        self.short = False
        self._turn = 0  # of looks
        self._free = 0  # of Python's heap, at the last look at it
        self._allowance = allowance(*python())
        self._used = 0  # of Python's heap, when there was least garbage of late

    def figures(self):
        """Return {"used", "free", "largest", "system": {"free", "largest", "minimum"}} in bytes.

        "largest" is the block that an allocation could get. In a heap that cannot grow it is
        looked for, and 65536 where it is that or more. "system" is None where nobody knows.
        """
        used, free = self._python()
        found = {"used": used, "free": free, "largest": None, "system": None}
        system = self._system() if self._system else None
        if system:
            found["largest"] = system.growth
            found["system"] = {
                "free": system.free,
                "largest": system.largest,
                "minimum": system.minimum,
            }
        if found["largest"] is None:
            found["largest"] = _largest(free)
        return found

    def text(self):
        """Return the figures in one line, for the log."""
        text = "heap %d used, %d free" % self._python()
        system = self._system() if self._system else None
        if system:
            text += "; system %d free, %d in one piece, %d at least" % (
                system.free,
                system.largest,
                system.minimum,
            )
        return text

    def look(self):
        """Say so once when memory gets short, and once when that is over."""
        if self._free < _ROOMY or self._turn % _SELDOM == 0:
            _, self._free = self._python()
        system = self._system() if self._system else None
        least = min(self._free, system.free) if system else self._free
        if not self.short and least < _SHORT:
            self.short = True
            text = "memory is short: " + self.text()
            self.log(1, "%s", text)
            if self.told:
                self.told(text)
        elif self.short and least >= _ENOUGH:
            self.short = False
            self.log(3, "memory is not short any more: %s", self.text())
            if self.told:
                self.told(None)

    def tidy(self, eighths=_EIGHTHS):
        """Collect garbage where `eighths` of what may be left have gathered.

        For good moments, so that no collection comes by itself: of 700 KB in use one takes a chip
        40 ms, which the voice of a call can spare now and then, and right after a packet.
        """
        used, _ = self._python()
        if used < self._used:
            self._used = used  # one has come by itself
        elif 8 * (used - self._used) >= eighths * self._allowance:
            gc.collect()
            self._used, _ = self._python()

    def watch(self, timers, idle=None):
        """Look every five seconds from now on.

        Every fifteen, while ``idle()`` is true, garbage is collected where there is some, so that
        it need not be in a call.
        """
        if self._turn % _SELDOM == 0 and idle and idle():
            self.tidy(_IDLE)
        self.look()
        self._turn += 1
        timers.after(_LOOK, self.watch, timers, idle)


def _largest(free):
    low, high = 0, min(free, _PROBED)
    while high - low > 256:
        middle = (low + high + 1) // 2
        if _fits(middle):
            low = middle
        else:
            high = middle
    return high if _fits(high) else low


def _fits(size):
    try:
        bytearray(size)
        return True
    except MemoryError:
        return False
