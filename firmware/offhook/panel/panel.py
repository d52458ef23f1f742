"""Lamps, display and ringer together: a burst of changes of the desk is one refresh."""

from offhook.panel.lamp_states import states
from offhook.panel.lamps import Lamps
from offhook.panel.ringing import Ringing
from offhook.panel.view import View


class Panel:
    """Observes `desk`, and shows it on the lamps, display and ringer of the board's `parts`.

    Each of the three has ``update(…)``, which derives what it shows from the state of now.
    """

    def __init__(self, desk, fkeys, settings, timers, parts, text):
        self.desk = desk
        self.fkeys = fkeys
        self.timers = timers
        self.lamps = Lamps(parts.lamps, timers)
        self.ringing = Ringing(parts.ringer, settings, timers)
        self.view = View(parts.display, desk, settings, timers, text)
        self.view.labels = self.labels
        self.troubles = self.view.troubles
        self._refresh = None
        self._labels = None  # [(index, label)] of the keys that have one, None until it is read
        desk.beep = self.ringing.beep
        desk.observe(self.changed)

    @property
    def states(self):
        """How each lamp shows its key: "off", "on", "slow" or "fast"."""
        return self.lamps.states

    @property
    def display(self):
        """The board's display, or None."""
        return self.view.part

    def lines(self):
        """Return the display's lines for the state of now."""
        return self.view.lines()

    def labels(self, count):
        """Return lines, `count` at most, for the keys that have a label; * is a lit lamp."""
        if self._labels is None:
            get = self.view.settings.get
            found = [(x, get("fkey_label%d" % x)) for x in range(self.fkeys.count)]
            self._labels = [x for x in found if x[1]]
        lines = []
        for index, label in self._labels[:count]:
            lit = index < len(self.states) and self.states[index] != "off"
            lines.append("P%d%s %s" % (index + 1, "*" if lit else "", label))
        return lines

    def took(self, name):
        """A setting has changed."""
        if name.startswith("fkey_label"):
            self._labels = None
        self.changed()

    def changed(self):
        """Refresh everything soon."""
        if self._refresh is None:
            self._refresh = self.timers.after(0, self.refresh)

    def refresh(self):
        """Derive lamps, display and ringer from the state of now."""
        self._refresh = None
        if self.desk.agent is None:
            return  # the phone starts; all is drawn once it is up
        self.lamps.update(states(self.desk, self.fkeys))
        self.ringing.update(self.desk)
        self.view.update()
