"""MCP23017: 16 lines, keys to ground and lamps to 3.3 V.

Lines 7 and 15 (GPA7, GPB7) are outputs only: key i is line i up to the seventh, from the eighth on
line i + 1; the lamps are the lines that are left, in their order. Datasheet: Microchip DS20001952
rev. D, registers with IOCON.BANK = 0.
"""

from base.compat import const
from hal.keys.chip import Chip

_IODIR = const(0x00)
_IPOL = const(0x02)
_GPINTEN = const(0x04)
_IOCON = const(0x0A)
_GPPU = const(0x0C)
_GPIO = const(0x12)
_OLAT = const(0x14)
_MIRROR_OPEN_DRAIN = const(0x44)  # either half of the chip pulls the one interrupt line low
_HALF = const(7)  # keys on each half


def key_line(index):
    """Return the line of key `index` (0 to 13)."""
    return index if index < _HALF else index + 1


def lamp_lines(keys):
    """Return the lines of the lamps beside `keys` keys, the first lamp's first."""
    taken = [key_line(i) for i in range(keys)]
    return [line for line in range(16) if line not in taken]


class MCP23017(Chip):
    """The chip at `address` (0x20 to 0x27): at most 14 keys, and 16 keys and lamps together."""

    def __init__(self, i2c, address, names=(), lamps=0, irq=None):
        self._keys = sum(1 << key_line(i) for i in range(len(names)))
        self._lamps = lamp_lines(len(names))[:lamps]
        super().__init__(i2c, address, names, lamps, irq)

    def setup(self):
        """Make the key lines inputs with pull-ups and interrupts, all others outputs."""
        self._raw = bytearray(2)
        low, high = self._keys & 0xFF, self._keys >> 8
        self._write(_IOCON, _MIRROR_OPEN_DRAIN)
        self._write(_OLAT, 0xFF, 0xFF)
        for register in (_GPPU, _IPOL, _IODIR, _GPINTEN):
            self._write(register, low, high)

    def scan(self):
        """Read all lines, which also ends the interrupt."""
        raw, keys = self._raw, self._keys
        self._i2c.readfrom_mem_into(self._address, _GPPU, raw)
        if raw[0] | raw[1] << 8 != keys:  # reset: it was unplugged, and nobody saw it
            raise OSError(19, "reset")
        self._i2c.readfrom_mem_into(self._address, _GPIO, raw)
        down = (raw[0] | raw[1] << 8) & keys
        return down & 0x7F | down >> 8 << _HALF

    def light(self):
        """Write the outputs; a lamp is lit by a low line."""
        out = 0xFFFF
        for index, line in enumerate(self._lamps):
            if self._lit[1 + (index >> 3)] >> (index & 7) & 1:
                out &= ~(1 << line)
        self._write(_OLAT, out & 0xFF, out >> 8 & 0xFF)
