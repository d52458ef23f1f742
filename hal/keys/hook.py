"""The hook switch: one pin, its edges set a flag."""

from hal.keys.interrupt import Line


class Hook:
    """The switch under the handset; the key "HOOK" is down while the handset is lifted.

    `pin` is a machine.Pin that reads `lifted` (0 or 1) then. Nothing counts as lifted before the
    handset was seen in its cradle once: a missing or stuck switch leaves the phone usable.
    """

    names = ("HOOK",)

    def __init__(self, pin, lifted=0):
        self._pin = pin
        self._lifted = lifted
        self._seen = False
        self.irq = Line(pin, pin.IRQ_FALLING | pin.IRQ_RISING).flag()

    def read(self):
        """Return 1 while the handset is lifted, else 0."""
        if self._pin.value() != self._lifted:
            self._seen = True
            return 0
        return 1 if self._seen else 0
