"""What the I2C key and lamp chips share: they may be unplugged and come back.

A chip that does not answer raises OSError; as soon as it answers again it is set up anew.
"""


class Chip:
    """Keys and lamps on one I2C chip: ``setup``, ``scan`` and ``light`` are the chip's own.

    `i2c` is a machine.I2C, `names` the names of its keys, bit by bit, `lamps` the number of its
    lamps, `irq` the flag of its interrupt line, or None: then it is polled. The constructor raises
    OSError when the chip does not answer.
    """

    def __init__(self, i2c, address, names=(), lamps=0, irq=None):
        self.names = names
        self.count = lamps
        self.irq = irq
        self._i2c = i2c
        self._address = address
        self._lit = bytearray(1 + (lamps + 7) // 8)  # first the register it is written to
        self.lost = True
        self._try(self.light)

    def _try(self, work):
        try:
            if self.lost:
                self.setup()
                self.light()
                self.lost = False
            return work()
        except OSError:
            self.lost = True
            if self.irq:
                self.irq.set()  # whoever sleeps until a key is pressed has to look after it
            raise

    def _write(self, *data):
        self._i2c.writeto(self._address, bytes(data))

    def read(self):
        """Return the mask of keys that are down; OSError while the chip is away."""
        return self._try(self.scan)

    def set(self, index, on):
        """Switch lamp `index`; it shows with the next `flush`."""
        place, bit = 1 + (index >> 3), 1 << (index & 7)
        if on:
            self._lit[place] |= bit
        else:
            self._lit[place] &= ~bit & 0xFF

    def flush(self):
        """Show all lamps; OSError while the chip is away."""
        self._try(self.light)
