"""`machine` of a bare board: pins at their pull-ups, buses on which nobody answers."""

import os
from errno import ENODEV


def freq(_=None):
    """Return a frequency in hertz."""
    return 240_000_000


class Pin:
    """A pin that nobody pulls down."""

    IN, OUT, OPEN_DRAIN, PULL_UP, IRQ_RISING, IRQ_FALLING = 1, 3, 7, 2, 1, 2

    def __init__(self, number, mode=-1, pull=-1, value=None):
        pass

    def value(self, level=None):
        """Return 1."""
        return 1

    def irq(self, handler=None, trigger=3):
        """Take a handler that is never called."""


class I2C:
    """A bus without chips."""

    def __init__(self, *_, **__):
        pass

    def writeto(self, *_):
        """Find nobody."""
        raise OSError(ENODEV)

    readfrom_mem_into = writeto


class PWM:
    """An output that sounds nowhere."""

    def __init__(self, *_, **__):
        pass

    def freq(self, _):
        """Take a frequency."""

    duty_u16 = freq


class RTC:
    """The host's clock runs by itself."""

    def datetime(self, _):
        """Take a time."""


class WDT:
    """A dog that never barks."""

    def __init__(self, id=0, timeout=5000):
        pass

    def feed(self):
        """Feed it."""


def reset():
    """End the VM as a reset does; the bridge starts it again."""
    os.system("kill -9 $PPID")
