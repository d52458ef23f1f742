"""Interrupt lines: an edge sets flags, and nothing else happens in the interrupt."""

from base.compat import ThreadSafeFlag


class Line:
    """One input pin whose edge wakes several parts: interrupt outputs of chips may share a line.

    `pin` is a machine.Pin with a pull-up of its own or on the board; `edge` is one of its
    ``IRQ_…`` constants, falling by default.
    """

    def __init__(self, pin, edge=None):
        self._flags = ()
        pin.irq(self._fire, pin.IRQ_FALLING if edge is None else edge)

    def _fire(self, _):
        for flag in self._flags:
            flag.set()

    def flag(self):
        """Return a new ThreadSafeFlag that each edge sets."""
        flag = ThreadSafeFlag()
        self._flags += (flag,)
        return flag
