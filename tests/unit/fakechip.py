"""Stand-ins for the chip's own modules: machine, network, esp32, and a board with nothing on it.

Import this before anything of hal that needs them; they stay.
"""

import sys

import fakes


class Pin(fakes.Pin):
    """machine.Pin; `made` notes mode and pull of each number, `levels` what was put out."""

    IN, OUT, OPEN_DRAIN, PULL_UP = 1, 3, 7, 2
    made = {}
    levels = {}

    def __init__(self, number, mode=None, pull=None, value=1):
        super().__init__(value)
        self.number = number
        Pin.made[number] = (mode, pull)
        Pin.levels[number] = [value]

    def drive(self, level):
        super().drive(level)
        Pin.levels[self.number].append(level)


class Machine:
    """machine; `bus` is the one that each I2C is."""

    Pin = Pin
    bus = None
    WDT = None
    resets = 0
    made = []  # (kind, number or pin, options) of buses and outputs

    @staticmethod
    def freq(hz):
        Machine.hz = hz

    @staticmethod
    def I2C(bus, **options):
        Machine.made.append(("I2C", bus, options))
        return Machine.bus

    class I2S:
        RX, TX, MONO = 1, 2, 0

        def __init__(self, number, **options):
            self.number, self.options = number, options

        def irq(self, handler):
            self.handler = handler

        def write(self, view):
            return len(view)

        readinto = write

    @staticmethod
    def SPI(number, **options):
        Machine.made.append(("SPI", number, options))
        return "spi"

    @staticmethod
    def PWM(pin, **options):
        Machine.made.append(("PWM", pin, options))
        return fakes.PWM()

    @staticmethod
    def RTC():
        return None

    @staticmethod
    def reset():
        Machine.resets += 1


class Network:
    """network; `options` are those of the last LAN."""

    PHY_LAN8720, PHY_W5500 = 1, 102

    class WLAN:
        IF_STA, IF_AP = 0, 1

        def __new__(cls, interface):
            return fakes.AP() if interface else fakes.NIC()

    @staticmethod
    def LAN(**options):
        Network.options = options
        return fakes.NIC()


class Esp32:
    """esp32; `regions` is what idf_heap_info tells."""

    HEAP_DATA = 4
    regions = ()

    @staticmethod
    def idf_heap_info(kind):
        assert kind == Esp32.HEAP_DATA
        return Esp32.regions


class Board:
    """A board module."""

    NAME, FIRMWARE, FROZEN = "devkit", "ESP32_GENERIC-SPIRAM", False

    def __init__(self, parts=(), fkeys=None):
        self.PARTS = parts
        self.FKEYS = fkeys or {}


for _name, _module in (
    ("machine", Machine),
    ("network", Network),
    ("esp32", Esp32),
    ("board", Board()),
):
    sys.modules[_name] = _module
