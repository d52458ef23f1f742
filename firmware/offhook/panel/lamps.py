"""The lamps: they blink on one timer that runs only while something blinks."""

from base.compat import const

_BLINK = const(250)  # ms of one phase; slow is four phases, fast is two
_PHASES = {"slow": 2, "fast": 1}  # the bit of the phase in which it is dark


class Lamps:
    """Lights `part` (``count``, ``set(index, on)``, ``flush()``); it may be None."""

    def __init__(self, part, timers):
        self.part = part
        self.timers = timers
        self.states = []  # of each lamp: "off", "on", "slow" or "fast"
        self._lit = []  # what the part was told of each
        self._blink = None
        self._phase = 0

    def update(self, states):
        """Show `states` from now on."""
        self.states = states
        self._light()

    def _light(self):
        if self.part is None:
            return
        blinking = False
        states, lit = self.states, self._lit
        for index in range(min(len(states), self.part.count)):
            state = states[index]
            on = state == "on"
            if state in _PHASES:
                blinking = True
                on = self._phase & _PHASES[state] == 0
            if index == len(lit):
                lit.append(None)
            if on is not lit[index]:
                lit[index] = on
                self.part.set(index, on)
        try:
            self.part.flush()
        except OSError:
            pass  # unplugged: its keys' part tells it in the log
        if blinking and self._blink is None:
            self._blink = self.timers.after(_BLINK, self._next)

    def _next(self):
        self._blink = None
        self._phase = (self._phase + 1) & 3
        self._light()
