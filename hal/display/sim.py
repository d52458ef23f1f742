"""The simulated display: it remembers what it was told to show."""


class Display:
    """A display of `rows` text lines with `columns` characters; what it shows is `lines`."""

    def __init__(self, columns=21, rows=6):
        self.columns = columns
        self.rows = rows
        self.lines = []

    def show(self, lines):
        """Show these lines, from the top."""
        self.lines = [line[: self.columns] for line in lines[: self.rows]]
