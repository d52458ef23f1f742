"""SSD1306 and SH1106: 128 x 64 dots over I2C, used as 8 lines of 21 characters.

There is no picture in memory: a line of text is one page of the chip, written when it has changed.
Datasheets: Solomon Systech SSD1306, Sino Wealth SH1106, "Command Table" of each.
"""

from base.compat import const
from hal.display.font import DOTS, EXTRA

_START = (
    b"\x00\xae\xd5\x80\xa8\x3f\xd3\x00\x40\x8d\x14\x20\x02\xa1\xc8\xda\x12\x81\x7f\xd9\xf1\xdb\x40"
    b"\xa4\xa6\xad\x8b\xaf"
)  # off, clock, 64 rows, charge pump (8d SSD1306, ad SH1106), page mode, not mirrored, on
_WIDTH = const(128)
_DATA = const(0x40)


def dots(character):
    """Return where the five bytes of a character begin in DOTS; unknown ones look like "?"."""
    code = ord(character)
    if not 32 <= code < 127:
        place = EXTRA.find(character)
        code = 127 + place if place >= 0 else 63
    return (code - 32) * 5


class SSD1306:
    """The display at `address` (0x3C or 0x3D); `left` is 2 for an SH1106.

    The constructor raises OSError when it does not answer; later on it may be unplugged: it shows
    everything again when it is back.
    """

    columns = 21
    rows = 8

    def __init__(self, i2c, address=0x3C, left=0):
        self._i2c = i2c
        self._address = address
        self._left = left
        self._buffer = bytearray(1 + _WIDTH)
        self._setup()

    def _setup(self):
        self._shown = [None] * self.rows
        self._i2c.writeto(self._address, _START)
        self._draw([""] * self.rows)

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
            text = lines[row][: self.columns] if row < len(lines) else ""
            if text != self._shown[row]:
                self._page(row, text)
                self._shown[row] = text

    def _page(self, row, text):
        buffer, at = self._buffer, 2
        for index in range(1, len(buffer)):
            buffer[index] = 0
        buffer[0] = _DATA
        for character in text:
            start = dots(character)
            for index in range(start, start + 5):
                buffer[at] = DOTS[index]
                at += 1
            at += 1
        self._i2c.writeto(self._address, bytes((0, 0xB0 | row, self._left, 0x10)))
        self._i2c.writeto(self._address, buffer)
