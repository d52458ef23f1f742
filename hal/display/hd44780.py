"""HD44780 text display behind a PCF8574, the usual I2C backpack.

The PCF8574's lines are P0 RS, P1 RW, P2 E, P3 backlight, P4 to P7 data; it takes 100 kHz. The
display is made for 5 V. German letters come from the chip's own memory for eight characters,
because its ROM differs from maker to maker. Datasheet: Hitachi HD44780U, "4-Bit Interface",
"Initializing by Instruction".
"""

from base.compat import const
from hal.display.text import TextDisplay

_RS = const(0x01)
_E = const(0x04)
_LIGHT = const(0x08)
_POWER = const(20)  # ms from 4.5 V on until it listens; the data sheet has 15
_SLOW = const(5)  # ms that the first order takes
_COMMANDS = b"\x28\x0c\x06"  # two lines, on, to the right
_CLEAR = const(0x01)
_CLEARING = const(2)  # ms that it takes
_OWN = "ÄÖÜäöüß"
_SHAPES = (
    b"\x11\x04\x0a\x11\x1f\x11\x11\x00\x11\x0e\x11\x11\x11\x11\x0e\x00\x11\x00\x11\x11\x11\x11\x0e\x00"
    b"\x0a\x00\x0e\x01\x0f\x11\x0f\x00\x0a\x00\x0e\x11\x11\x11\x0e\x00\x0a\x00\x11\x11\x11\x13\x0d\x00"
    b"\x0c\x12\x12\x16\x11\x11\x16\x00"
)
_ROWS = b"\x00\x40\x14\x54"


def code(character):
    """Return the byte that shows a character."""
    own = _OWN.find(character)
    if own >= 0:
        return own
    number = ord(character)
    return number if 32 <= number < 126 else 63


class HD44780(TextDisplay):
    """The display at `address` (0x20 to 0x27, with a PCF8574A 0x38 to 0x3F).

    The constructor raises OSError when it does not answer.
    """

    span = 4  # with the order where to begin 31 bytes: 2.8 ms at 100 kHz

    def __init__(self, i2c, address=0x27, columns=16, rows=2):
        self._i2c = i2c
        self._address = address
        super().__init__(columns, rows)

    def start(self):
        """Set the chip up, whatever it is in the middle of, and clear it."""
        self._i2c.writeto(self._address, bytes((_LIGHT,)))
        yield _POWER
        for nibble in (0x30, 0x30, 0x30, 0x20):
            self._send(((nibble | _LIGHT),))
            yield _SLOW
        for command in _COMMANDS:
            self._send(self._halves((command,), 0))
            yield 0
        for at in range(0, len(_SHAPES), self.span):
            place = self._halves((0x40 | at,), 0)
            self._send(place + self._halves(_SHAPES[at : at + self.span], _RS))
            yield 0
        self._send(self._halves((_CLEAR,), 0))
        yield _CLEARING

    def _halves(self, data, rs):
        # At 100 kHz the six bytes of a character take longer than the 37 us that it needs
        found = []
        for byte in data:
            found += (byte & 0xF0 | rs | _LIGHT, byte << 4 & 0xF0 | rs | _LIGHT)
        return found

    def _send(self, nibbles):
        data = bytearray(3 * len(nibbles))
        for index, value in enumerate(nibbles):
            data[3 * index] = data[3 * index + 2] = value
            data[3 * index + 1] = value | _E
        self._i2c.writeto(self._address, data)

    def write(self, row, column, text):
        """Show `text` in line `row` from character `column` on."""
        place = _ROWS[row] if self.columns == 20 or row < 2 else _ROWS[row - 2] + self.columns
        order = self._halves((0x80 | place + column,), 0)
        self._send(order + self._halves([code(x) for x in text], _RS))
