"""What all displays of text share: what changed is written in slices, in the background."""

from time import sleep

from base.compat import sleep_ms, spawn


class TextDisplay:
    """`rows` lines of `columns` characters; a subclass knows its chip: `span`, `start`, `write`.

    `span` is how many characters 3 ms of the bus can carry.
    """

    span = 21

    def __init__(self, columns, rows):
        self.columns = columns
        self.rows = rows
        self._wanted = [""] * rows
        self._shown = []  # what the chip shows, padded with blanks; empty: it wants to be set up
        self._start = None
        self._task = None
        for wait in self.start():
            sleep(wait / 1000)
        self._clear()

    def start(self):
        """Set the chip up in slices, its memory cleared; yield the ms to wait after each.

        Raises OSError while the display is away, as `write` does.
        """
        raise NotImplementedError

    def write(self, row, column, text):
        """Show `text`, at most `span` characters, in line `row` from character `column` on."""
        raise NotImplementedError

    def _clear(self):
        self._shown = [" " * self.columns] * self.rows

    def show(self, lines):
        """Show these lines, from the top; what is longer than the display is cut off."""
        for row in range(self.rows):
            text = lines[row][: self.columns] if row < len(lines) else ""
            self._wanted[row] = text
        if self._task is None:
            self._task = spawn(self._serve())

    def finish(self):
        """Write all that is left at once: for a message while no loop runs."""
        while True:
            wait = self.step()
            if wait is None:
                return
            sleep(wait / 1000)

    async def _serve(self):
        try:
            while True:
                wait = self.step()
                if wait is None:
                    return
                await sleep_ms(wait)
        finally:
            self._task = None

    def step(self):
        """Write one slice; return the ms to wait before the next, None when nothing is left."""
        try:
            if not self._shown:
                return self._set_up()
            for row, text in enumerate(self._wanted):
                if self._line(row, text):
                    return 0
        except OSError:  # unplugged: it is set up when it answers again
            self._shown, self._start = [], None
        return None

    def _set_up(self):
        if self._start is None:
            self._start = self.start()
        for wait in self._start:
            return wait
        self._start = None
        self._clear()
        return 0

    def _line(self, row, text):
        """Write the first characters of a line that differ; return whether there were any."""
        shown = self._shown[row]
        text += " " * (self.columns - len(text))
        if text == shown:
            return False
        first = 0
        while text[first] == shown[first]:
            first += 1
        end = min(self.columns, first + self.span)
        while text[end - 1] == shown[end - 1]:
            end -= 1
        self.write(row, first, text[first:end])
        self._shown[row] = shown[:first] + text[first:end] + shown[end:]
        return True
