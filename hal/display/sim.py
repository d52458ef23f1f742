"""Simulated lamps, display and ringer: they remember what they were told to show."""


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


class Display:
    """A display of `rows` text lines with `columns` characters."""

    def __init__(self, columns=21, rows=6):
        self.columns = columns
        self.rows = rows
        self.lines = []

    def show(self, lines):
        """Show these lines, from the top."""
        self.lines = [line[: self.columns] for line in lines[: self.rows]]


class Ringer:
    """A ringer; `hz` is the tone that it gives now, 0 when it is quiet."""

    def __init__(self):
        self.hz = 0

    def tone(self, hz):
        """Sound a tone of `hz` hertz."""
        self.hz = hz

    def quiet(self):
        """Be quiet."""
        self.hz = 0
