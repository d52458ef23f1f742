"""HT16K33: 36 keys and 64 lamps on one chip; the key lines share the lamps' pins.

Key i lies between KS(i // 12) and K(i % 12 + 1), with a diode whose ring is towards K, because a
KS line is driven high while it is scanned. Lamp i lies between ROW(i % 8), its anode, and
COM(i // 8). K13 is not used: its pin is the interrupt output. The chip is made for 4.5 to 5.5 V.
Datasheet: Holtek HT16K33, "Command Summary", "Key Scan".
"""

from base.compat import Ticks, const
from hal.keys.chip import Chip

_KEYS = const(0x40)  # first of six bytes, each pair one KS
_OSCILLATOR_ON = const(0x21)
_INT_LOW = const(0xA1)  # pin ROW15 is the interrupt, active low
_DISPLAY_ON = const(0x81)
_DIMMING = const(0xEF)  # full brightness
_SCANS = const(30)  # ms between reads: one clears the keys, a held one takes two scans to return
_CHECK = const(64)  # reads between two orders to keep running, for a module plugged in unseen


class HT16K33(Chip):
    """The chip at `address` (0x70 to 0x77)."""

    def setup(self):
        """Start the oscillator, interrupt and display."""
        self._raw = bytearray(6)
        self._wide = bytearray(17)
        self._mask = self._age = 0
        self._at = Ticks.add(Ticks.ms(), -_SCANS)
        for command in (_OSCILLATOR_ON, _INT_LOW, _DIMMING, _DISPLAY_ON):
            self._write(command)

    def scan(self):
        """Read the six key bytes, not faster than the chip finds held keys again."""
        now = Ticks.ms()
        if Ticks.diff(now, self._at) < _SCANS:
            if self.irq:
                self.irq.set()  # it was cleared for this look: there has to be another
            return self._mask
        self._at = now
        self._age += 1
        if self._age % _CHECK == 0:
            self._write(_OSCILLATOR_ON)
            self.light()
        raw = self._raw
        self._i2c.readfrom_mem_into(self._address, _KEYS, raw)
        mask = raw[0] | (raw[1] & 15) << 8
        if raw[2] or raw[3]:
            mask |= raw[2] << 12 | (raw[3] & 15) << 20
        if raw[4] or raw[5]:
            mask |= raw[4] << 24 | (raw[5] & 15) << 32
        self._mask = mask
        return mask

    def light(self):
        """Write the display memory: two bytes for each COM, of which ROW0 to ROW7 are used."""
        wide, lit = self._wide, self._lit
        for place in range(1, len(lit)):
            wide[place * 2 - 1] = lit[place]
        self._i2c.writeto(self._address, wide)
