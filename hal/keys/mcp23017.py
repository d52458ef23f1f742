"""MCP23017: 16 lines, the first of them keys to ground, the next ones lamps to 3.3 V.

Datasheet: Microchip DS20001952, registers with IOCON.BANK = 0.
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


class MCP23017(Chip):
    """The chip at `address` (0x20 to 0x27): line i is key i, the lamps follow the keys."""

    def setup(self):
        """Make the key lines inputs with pull-ups and interrupts, all others outputs."""
        self._raw = bytearray(2)
        keys = (1 << len(self.names)) - 1
        low, high = keys & 0xFF, keys >> 8
        self._write(_IOCON, _MIRROR_OPEN_DRAIN)
        self._write(_OLAT, 0xFF, 0xFF)
        for register in (_GPPU, _IPOL, _IODIR, _GPINTEN):
            self._write(register, low, high)

    def scan(self):
        """Read all lines, which also ends the interrupt."""
        raw, keys = self._raw, (1 << len(self.names)) - 1
        self._i2c.readfrom_mem_into(self._address, _GPPU, raw)
        if raw[0] | raw[1] << 8 != keys:  # reset: it was unplugged, and nobody saw it
            raise OSError(19, "reset")
        self._i2c.readfrom_mem_into(self._address, _GPIO, raw)
        return (raw[0] | raw[1] << 8) & keys

    def light(self):
        """Write the outputs; a lamp is lit by a low line."""
        lit = self._lit[1] if self.count else 0
        if self.count > 8:
            lit |= self._lit[2] << 8
        out = ~(lit << len(self.names))
        self._write(_OLAT, out & 0xFF, out >> 8 & 0xFF)
