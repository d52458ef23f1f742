"""Simulated lamps: they remember what they were told to show."""


class Lamps:
    """`count` lamps, off at first."""

    def __init__(self, count):
        self.count = count
        self.lit = bytearray(count)
        self.unplugged = False

    def set(self, index, on):
        """Switch one lamp; it shows with the next `flush`."""
        self.lit[index] = bool(on)

    def flush(self):
        """Show all lamps; OSError while the part is unplugged."""
        if self.unplugged:
            raise OSError(19, "ENODEV")
