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
    """A bus without chips; with OFFHOOK_CHIPS set, each address answers and no key is down."""

    def __init__(self, *_, **__):
        self._answers = os.getenv("OFFHOOK_CHIPS")

    def writeto(self, *_):
        """Find nobody."""
        if not self._answers:
            raise OSError(ENODEV)

    writeto_mem = writeto

    def readfrom_mem_into(self, address, _, buffer):
        """Read key registers: the HT16K33 (0x70 to 0x77) has 1 for a pressed key."""
        self.writeto()
        for index in range(len(buffer)):
            buffer[index] = 0 if 0x70 <= address <= 0x77 else 0xFF


class SPI:
    """A bus for the Ethernet chip, which the stand-in for `network` does not ask."""

    def __init__(self, *_, **__):
        pass


class I2S:
    """A channel whose transfers never end: there is no clock behind it."""

    TX, RX, MONO, STEREO = 5, 9, 0, 1

    def __init__(self, *_, **__):
        pass

    def irq(self, handler):
        """Take a handler that is never called."""

    def write(self, data):
        """Take samples that nobody hears."""
        return len(data)

    def readinto(self, data):
        """Begin a transfer that never ends."""
        return len(data)

    def deinit(self):
        """Let nothing go."""


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
