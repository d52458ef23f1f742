"""The keypad: a matrix of bare switches, without diodes.

Rows are open-drain outputs, columns inputs with pull-ups, so that two keys of one column never
short an output. Between scans all rows are low, and a falling column is the interrupt.
"""

from hal.keys.interrupt import Line


class Keypad:
    """A matrix; bit ``row * len(columns) + column`` belongs to ``names[bit]``.

    `rows` and `columns` are machine.Pin objects, set up as said above.
    """

    def __init__(self, rows, columns, names):
        self.names = names
        self._rows = rows
        self._columns = columns
        self._lines = bytearray(len(rows))
        self._last = 0
        line = None
        for column in columns:
            line = line or Line(column)
            if column is not columns[0]:
                column.irq(line._fire, column.IRQ_FALLING)
        self.irq = line.flag()
        self._drive(0)

    def _drive(self, level):
        for row in self._rows:
            row.value(level)

    def read(self):
        """Return the mask of keys that are down; the one before while ghosts make it uncertain."""
        for column in self._columns:
            if not column.value():
                break
        else:
            self._last = 0
            return 0
        lines, mask, bit = self._lines, 0, 1
        self._drive(1)
        for number, row in enumerate(self._rows):
            row.value(0)
            lines[number] = 0
            for index, column in enumerate(self._columns):
                if not column.value():
                    lines[number] |= 1 << index
                    mask |= bit
                bit <<= 1
            row.value(1)
        self._drive(0)
        if not self._ghosts():
            self._last = mask
        return self._last

    def _ghosts(self):
        # Two rows that share two columns: three keys down look like four, nobody knows which
        lines = self._lines
        for first in range(len(lines)):
            for second in range(first):
                common = lines[first] & lines[second]
                if common & (common - 1):
                    return True
        return False
