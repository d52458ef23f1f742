"""HD44780 text display behind a PCF8574, the usual I2C backpack.

The PCF8574's lines are P0 RS, P1 RW, P2 E, P3 backlight, P4 to P7 data.

German letters come from the chip's own memory for eight characters, because its ROM differs from
maker to maker. Datasheet: Hitachi HD44780U, "4-Bit Interface".
"""

from time import sleep

from base.compat import const

_RS = const(0x01)
_E = const(0x04)
_LIGHT = const(0x08)
_OWN = "ÄÖÜäöüß"
_SHAPES = (
    b"\x11\x04\x0a\x11\x1f\x11\x11\x00\x11\x0e\x11\x11\x11\x11\x0e\x00\x11\x00\x11\x11\x11\x11\x0e\x00"
    b"\x0a\x00\x0e\x01\x0f\x11\x0f\x00\x0a\x00\x0e\x11\x11\x11\x0e\x00\x0a\x00\x11\x11\x11\x13\x0d\x00"
    b"\x0c\x12\x12\x16\x11\x11\x16\x00"
)
_ROWS = b"\x00\x40\x14\x54"


class HD44780:
    """The display at `address` (0x20 to 0x27, with a PCF8574A 0x38 to 0x3F).

    The constructor raises OSError when it does not answer; later on it may be unplugged.
    """

    def __init__(self, i2c, address=0x27, columns=16, rows=2):
        self.columns = columns
        self.rows = rows
        self._i2c = i2c
        self._address = address
        self._setup()

    def _setup(self):
        self._i2c.writeto(self._address, bytes((_LIGHT,)))
        for nibble, pause in ((0x30, 0.005), (0x30, 0.001), (0x30, 0.001), (0x20, 0.001)):
            self._nibbles((nibble | _LIGHT,))
            sleep(pause)
        for command in (0x28, 0x0C, 0x06, 0x40):  # two lines, on, to the right, own characters
            self._send((command,), 0)
        self._send(_SHAPES, _RS)
        self._shown = [None] * self.rows
        self._draw(())

    def _nibbles(self, values):
        data = bytearray(3 * len(values))
        for index, value in enumerate(values):
            data[3 * index] = data[3 * index + 2] = value
            data[3 * index + 1] = value | _E
        self._i2c.writeto(self._address, data)

    def _send(self, data, rs):
        # At 100 or 400 kHz the six bytes of a character take longer than the 37 us that it needs
        halves = []
        for byte in data:
            halves.append(byte & 0xF0 | rs | _LIGHT)
            halves.append(byte << 4 & 0xF0 | rs | _LIGHT)
        self._nibbles(halves)

    def show(self, lines):
        """Show these lines, from the top; what is longer than the display is cut off."""
        try:
            if self._shown is None:
                self._setup()
            self._draw(lines)
        except OSError:  # unplugged: set it up when it answers again
            self._shown = None

    def _draw(self, lines):
        for row in range(self.rows):
            text = lines[row] if row < len(lines) else ""
            if text == self._shown[row]:
                continue
            data = bytearray(b" " * self.columns)
            for index, character in enumerate(text[: self.columns]):
                own = _OWN.find(character)
                code = ord(character)
                data[index] = own if own >= 0 else code if 32 <= code < 126 else 63
            offset = _ROWS[row] if self.columns == 20 or row < 2 else _ROWS[row - 2] + self.columns
            self._send((0x80 | offset,), 0)
            self._send(data, _RS)
            self._shown[row] = text
