"""What is on the display: the lines for the state of now, fitted to what there is of rows."""

from base.compat import const
from base.printable import printable
from offhook.panel.call_screen import asking, calling
from offhook.panel.idle_screen import idle
from offhook.panel.menu_screen import listing

_SECOND = const(1000)
_PAGE = const(2000)  # ms until a display with too few lines shows the next ones


class View:
    """Shows `desk` on `part` (``rows``, ``show(lines)``; may be None), anew each second.

    ``text(key)`` gives the texts. `troubles` is what is wrong: {key of a text: a detail, or what
    has a ``reason``}.
    """

    def __init__(self, part, desk, settings, timers, text):
        self.part = part
        self.desk = desk
        self.settings = settings
        self.timers = timers
        self.clock = timers.clock
        self.text = text
        self.troubles = {}
        self.labels = (
            None  # ``labels(count)`` gives lines that may be shown below, so many at most
        )
        self.first_start = None  # has ``shown(text)``: what the display says meanwhile
        self._tick = None

    def update(self):
        """Show the lines for the state of now, and again in a second."""
        if self._tick:
            self._tick.cancel()
        self._tick = self.timers.after(_SECOND, self.update)
        if self.part:
            try:
                self.part.show(self._fitting(self._labelled(self.lines())))
            except OSError:
                pass  # unplugged

    def _labelled(self, lines):
        """Return the lines with the labels of function keys where there is room and rest."""
        spare = self.part.rows - len(lines)
        if spare > 0 and self.labels and self._rests():
            lines += [printable(line) for line in self.labels(spare)]
        return lines

    def _rests(self):
        desk, first = self.desk, self.first_start
        busy = desk.dialling or desk.agent.calls or desk.menu or desk.asking()
        return not busy and not (first and first.shown(self.text))

    def _fitting(self, lines):
        """Return the lines in the order that lets all be seen in turn, below the first."""
        more = self.part.rows - 1
        if 0 < more < len(lines) - 1:
            start = 1 + self.clock.ms() // _PAGE * more % (len(lines) - 1)
            return lines[:1] + lines[start:] + lines[1:start]
        return lines

    def lines(self):
        """Return the display's lines for the state of now."""
        desk = self.desk
        call = desk.asking()
        if call:
            lines = asking(self, desk.of(call).question)
        elif desk.menu and not desk.agent.calls:
            lines = listing(self, desk.menu)
        elif desk.dialling or desk.agent.calls:
            lines = calling(self)
        else:
            lines = self.first_start and self.first_start.shown(self.text) or idle(self)
        if desk.notice:
            lines.append(desk.notice)
        if desk.muted:
            lines.append(self.text("muted"))
        return [printable(line) for line in lines]
