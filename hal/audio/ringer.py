"""The ringer: a piezo disc or small loudspeaker on a PWM output."""

from base.compat import const

_HALF = const(32768)


class Ringer:
    """A tone on `pwm` (machine.PWM); cadences are the phone's business."""

    def __init__(self, pwm):
        self._pwm = pwm
        pwm.duty_u16(0)

    def tone(self, hz):
        """Sound a tone of `hz` hertz (1 to 20000)."""
        self._pwm.freq(hz)
        self._pwm.duty_u16(_HALF)

    def quiet(self):
        """Be quiet."""
        self._pwm.duty_u16(0)
