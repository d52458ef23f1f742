"""Lamps, display and ringer: what they show is derived from the desk's state, never kept apart.

`changed` asks for a refresh; a burst of changes is one refresh. Lamps blink on one timer that runs
only while something blinks.
"""

from base.compat import const, unload
from offhook.settings.settings import line_of

_BLINK = const(250)  # ms of one phase; slow is four phases, fast is two
_SECOND = const(1000)
_SCREEN = (
    "offhook.panel.idle_screen offhook.panel.dates offhook.panel.text_en offhook.panel.text_de"
)
_PAGE = const(2000)  # ms until a display with too few lines shows the next ones


class Panel:
    """Shows `desk` on the lamps, display and ringer of `parts`; each may be None."""

    def __init__(self, desk, settings, timers, parts):
        self.desk = desk
        self.settings = settings
        self.timers = timers
        self.clock, self.lamps, self.display = parts.clock, parts.lamps, parts.display
        self.ringer, self.ringing = parts.ringer, None
        self.states = []  # of each lamp: "off", "on", "slow" or "fast"
        self.troubles = {}  # what is wrong, key of a text -> detail, or what has a reason
        self._refresh = self._blink = self._tick = None
        self._phase = 0
        self.texts = None

    def text(self, key):
        """Return a text in the language of the settings; the key itself where there is none."""
        if self.texts is None:
            if self.settings.get("language") == "Deutsch":
                from offhook.panel.text_de import TEXTS
            else:
                from offhook.panel.text_en import TEXTS
            self.texts = TEXTS
        return line_of(self.texts, key) or key

    def changed(self):
        """Refresh everything soon."""
        if self._refresh is None:
            self._refresh = self.timers.after(0, self.refresh)

    def refresh(self):
        """Derive lamps, display and ringer from the state of now."""
        self._refresh = None
        from offhook.panel.lamp_states import states

        self.states = states(self.desk)
        self._light()
        if self.ringer and (self.ringing or self.desk.waiting()):
            if self.ringing is None:
                from offhook.panel.ringing import Ringing

                self.ringing = Ringing(self.ringer, self.settings, self.timers)
            if not self.ringing.update(self.desk):
                self.ringing = None
                unload("offhook.panel.ringing")
        self._show()

    # -- lamps --------------------------------------------------------------------------------

    def _light(self):
        blinking = False
        for index, state in enumerate(self.states[: self.lamps.count if self.lamps else 0]):
            on = state == "on"
            if state in ("slow", "fast"):
                blinking = True
                on = self._phase & (2 if state == "slow" else 1) == 0
            self.lamps.set(index, on)
        if self.lamps:
            try:
                self.lamps.flush()
            except OSError:
                pass  # unplugged: its keys' part tells it in the log
        if blinking and self._blink is None:
            self._blink = self.timers.after(_BLINK, self._next_phase)

    def _next_phase(self):
        self._blink = None
        self._phase = (self._phase + 1) & 3
        self._light()

    # -- display ------------------------------------------------------------------------------

    def _show(self):
        if self._tick:
            self._tick.cancel()
        self._tick = self.timers.after(_SECOND, self._show_again)
        lines = ()
        if self.display:
            try:
                lines = self.lines()
                self.display.show(self._fitting(lines))
            except OSError:
                pass
        return lines

    def _show_again(self):
        desk, lines = self.desk, self._show()
        if desk.agent.calls or desk.dialling or desk.menu or desk.notice or self.troubles:
            return
        from offhook.panel.idle_screen import still

        seconds = still(self, lines)
        if seconds:  # only the clock moves: the screen's code comes back for its next minute
            self._tick.cancel()
            self._tick = self.timers.after(seconds * _SECOND, self._show_again)
            self.texts = None
            for name in _SCREEN.split():
                unload(name)

    def _fitting(self, lines):
        """Return the lines in the order that lets all be seen in turn, below the first."""
        more = self.display.rows - 1
        if 0 < more < len(lines) - 1:
            start = 1 + self.clock.ms() // _PAGE * more % (len(lines) - 1)
            return lines[:1] + lines[start:] + lines[1:start]
        return lines

    def lines(self):
        """Return the display's lines for the state of now; of the two screens one is loaded."""
        desk = self.desk
        if desk.menu and not desk.agent.calls:
            lines = desk.menu.lines()
        elif desk.dialling or desk.agent.calls:
            from offhook.panel.call_screen import calling

            unload("offhook.panel.idle_screen")
            lines = calling(self)
        else:
            from offhook.panel.idle_screen import idle

            unload("offhook.panel.call_screen")
            lines = idle(self)
        if desk.notice:
            lines.append(desk.notice)
        if desk.muted:
            lines.append(self.text("muted"))
        return lines
