"""SSD1306 and SH1106: 128 x 64 dots over I2C, used as 8 lines of 21 characters.

There is no picture in memory: a line of text is one page of the chip.
Datasheets: Solomon Systech SSD1306, Sino Wealth SH1106, "Command Table" of each.
"""

from base.compat import const
from hal.display.font import DOTS, EXTRA
from hal.display.text import TextDisplay

_COLUMNS = const(21)
_ROWS = const(8)
_CELL = const(6)  # dots of a character with the gap behind it
_MARGIN = const(1)  # dots left of the first character
_COMMAND = const(0x00)
_DATA = const(0x40)
_PIECE = const(66)  # dots of a page cleared in one slice
# Both: off, clock, 64 rows, no offset, first line; then 1:1 mapping mirrored, COM pins, contrast,
# pre-charge, VCOMH, picture from memory, not inverted
_BEFORE = b"\x00\xae\xd5\x80\xa8\x3f\xd3\x00\x40"
_AFTER = b"\xa1\xc8\xda\x12\x81\x7f\xd9\xf1\xdb\x40\xa4\xa6"
_ON = b"\xaf"


def dots(character):
    """Return where the five bytes of a character begin in DOTS; unknown ones look like "?"."""
    code = ord(character)
    if not 32 <= code < 127:
        place = EXTRA.find(character)
        code = 127 + place if place >= 0 else 63
    return (code - 32) * 5


class SSD1306(TextDisplay):
    """The display at `address` (0x3C or 0x3D).

    The constructor raises OSError when it does not answer.
    """

    span = 11  # half a line: 1.6 ms at 400 kHz
    width = 128  # dots of its memory
    left = 0  # the first one that can be seen
    power = b"\x8d\x14\x20\x02"  # its charge pump on, page addressing

    def __init__(self, i2c, address=0x3C):
        self._i2c = i2c
        self._address = address
        self._buffer = bytearray(1 + _PIECE)
        super().__init__(_COLUMNS, _ROWS)

    def start(self):
        """Set the chip up and clear its memory, which is full of noise when it gets power."""
        self._i2c.writeto(self._address, _BEFORE + self.power + _AFTER)
        yield 0
        for page in range(_ROWS):
            for first in range(0, self.width, _PIECE):
                count = min(_PIECE, self.width - first)
                self._page(page, first, bytes((_DATA,)) + bytes(count))
                yield 0
        self._i2c.writeto(self._address, bytes((_COMMAND,)) + _ON)
        yield 0

    def _page(self, page, column, data):
        place = bytes((_COMMAND, 0xB0 | page, column & 15, 0x10 | column >> 4))
        self._i2c.writeto(self._address, place)
        self._i2c.writeto(self._address, data)

    def write(self, row, column, text):
        """Show `text` in line `row` from character `column` on."""
        size = 1 + _CELL * len(text)
        buffer = memoryview(self._buffer)[:size]
        buffer[0] = _DATA
        at = 1
        for character in text:
            start = dots(character)
            buffer[at : at + 5] = DOTS[start : start + 5]
            buffer[at + 5] = 0
            at += _CELL
        self._page(row, self.left + _MARGIN + _CELL * column, buffer)


class SH1106(SSD1306):
    """The same with an SH1106, whose memory is four dots wider than its glass."""

    width = 132
    left = 2
    power = b"\xad\x8b"  # its DC-DC converter on; it knows page addressing only
