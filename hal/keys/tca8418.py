"""TCA8418: a keypad scanner for 8 x 10 keys with its own debouncing, a FIFO and an interrupt.

Key (row r, column c) lies between ROWr and COLc. Its RESET has to be high; it has no lamps.
Datasheet: Texas Instruments SCPS215G, "Register Descriptions".
"""

from base.compat import const
from hal.keys.chip import Chip

_CFG = const(0x01)
_INT_STAT = const(0x02)
_EVENT = const(0x04)
_KP_GPIO = const(0x1D)  # three registers: rows 0-7, columns 0-7, columns 8-9
# Interrupts for keys and for a full FIFO, INT raised again while any is left; a full FIFO loses
# its oldest events: without that mode it loses the newest, and no interrupt tells of it
_INTERRUPTS = const(0x39)
_ALL = const(0x1F)
_OVERFLOW = const(0x08)
_FIFO = const(10)


class TCA8418(Chip):
    """The chip (address 0x34); key i lies in row ``i // columns`` and column ``i % columns``."""

    def __init__(self, i2c, address, names, lamps=0, irq=None, columns=8):
        self.columns = columns
        super().__init__(i2c, address, names, 0, irq)

    def setup(self):
        """Make all rows and as many columns as are used part of the matrix."""
        self._raw = bytearray(1)
        self._mask = 0
        rows = -(-len(self.names) // self.columns)
        wide = (1 << self.columns) - 1
        self._rows = (1 << rows) - 1
        for index, value in enumerate((self._rows, wide & 0xFF, wide >> 8)):
            self._write(_KP_GPIO + index, value)
        self._write(_CFG, _INTERRUPTS)
        self._write(_INT_STAT, _ALL)

    def _read(self, register):
        self._i2c.readfrom_mem_into(self._address, register, self._raw)
        return self._raw[0]

    def scan(self):
        """Take the events out of the FIFO and return the keys that are down by them."""
        if self._read(_KP_GPIO) != self._rows:  # reset: it was unplugged, and nobody saw it
            raise OSError(19, "reset")
        status = self._read(_INT_STAT)
        if status & _OVERFLOW:
            self._mask = 0  # events were lost: rather a key too few than one that hangs
        for _ in range(_FIFO):
            event = self._read(_EVENT)
            if not event:
                break
            row, column = divmod((event & 0x7F) - 1, 10)
            bit = row * self.columns + column
            if column < self.columns and bit < len(self.names):
                self._mask = self._mask & ~(1 << bit) | (event >> 7) << bit
        if status:
            self._write(_INT_STAT, _ALL)
        return self._mask

    def light(self):
        """It has no lamps."""
