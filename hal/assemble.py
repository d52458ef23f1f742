"""From a board's data to its parts: the one place that knows `machine`. Unload it after use.

A board is a module with ``PARTS``, a tuple of (kind, {argument: value}); pins are numbers. A part
that does not answer is named in `Parts.missing`, and the phone runs without it.
"""

import sys
from errno import ENODEV

import machine

from base.compat import unload
from hal.keys.names import Names

_KEYPAD = "123456789*0#"
_S3 = "S3" in sys.implementation._machine  # has pull-ups on all pins, the ESP32 on those below 34


class Parts:
    """The board's parts, each with the contract of its driver; None where there is none.

    `keys` is a list (keypad, hook, function keys, modules), `modules` the names of the expansion
    modules that answer, `missing` a text for each part that did not, `voice` the data of the
    I2S parts by kind.
    """

    def __init__(self):
        self.keys = []
        self.found = []  # (name, chip) of each expansion module found at start
        self.missing = []
        self.voice = {}
        self.network = self.clock = self.display = self.lamps = self.ringer = None
        self.watchdog = None

    @property
    def modules(self):
        """The names of the expansion modules that answer."""
        return [name for name, chip in self.found if not chip.lost]


class Assembler:
    """Makes the parts of `board`; `get(name)` gives settings, `log` takes what is missing."""

    def __init__(self, board, get, log):
        self.get = get
        self.log = log
        self.parts = Parts()
        self._buses = {}
        self._lines = {}
        self._clock()
        for kind, data in board.PARTS:
            try:
                getattr(self, kind)(**data)
            except (OSError, ValueError, RuntimeError, AttributeError) as error:
                # the WiFi's driver raises the third, a firmware without Ethernet the last
                self._missing(kind, data, error)
        if self.parts.network is None:
            from hal.network.absent import NoNetwork

            reason = "no network: " + " ".join(self.parts.missing)
            self.parts.network = NoNetwork(get, log, reason)
        self._unload()

    def _unload(self):
        # Drivers of parts that are missing leave the heap; those in use stay, loaded or not
        drivers = "hal.display.ssd1306 hal.display.font hal.display.hd44780 hal.keys.chip hal.keys.ht16k33 hal.keys.mcp23017 hal.keys.tca8418"
        for name in drivers.split():
            unload(name)

    def _missing(self, kind, data, error):
        text = kind
        if "address" in data:
            text += " 0x%02x" % data["address"]
        if not data.get("optional"):
            self.parts.missing.append(text)
            self.log(2, "board: %s is missing: %r", text, error)
        if "address" in data and error.args[:1] != (ENODEV,):
            # A bus that hangs would hang for each of its chips: ask no more
            self._buses[data.get("bus", 0)] = None

    def _clock(self):
        from hal.clock.clock import Clock
        from hal.clock.watchdog import Watchdog

        self.parts.clock = Clock(machine.RTC())
        self.parts.watchdog = Watchdog(machine.WDT)

    def _bus(self, number, address):
        bus = self._buses.get(number)
        if bus is None:
            raise OSError("bus %d" % number)
        bus.writeto(address, b"")  # nothing is the quickest to hear that nobody is there
        return bus

    def _input(self, number, pull=False):
        if pull:
            return machine.Pin(number, machine.Pin.IN, machine.Pin.PULL_UP)
        return machine.Pin(number, machine.Pin.IN)

    def _flag(self, irq):
        # Chips may share one interrupt line: one pin, a flag for each
        if irq is None:
            return None
        line = self._lines.get(irq)
        if line is None:
            from hal.keys.interrupt import Line

            line = self._lines[irq] = Line(self._input(irq, irq < 34 or _S3))
        return line.flag()

    def keypad(self, rows, columns, names=_KEYPAD):
        """A matrix keypad: row and column pins."""
        from hal.keys.keypad import Keypad

        out = [machine.Pin(x, machine.Pin.OPEN_DRAIN, value=1) for x in rows]
        self.parts.keys.append(Keypad(out, [self._input(x, True) for x in columns], names))

    def hook(self, pin, lifted=0, pull=True):
        """The hook switch; `lifted` is the pin's level while the handset is up."""
        from hal.keys.hook import Hook

        self.parts.keys.append(Hook(self._input(pin, pull), lifted))

    def i2c(self, scl, sda, bus=0, freq=400_000):
        """An I2C bus, number `bus`."""
        scl, sda = machine.Pin(scl), machine.Pin(sda)
        self._buses[bus] = machine.I2C(bus, scl=scl, sda=sda, freq=freq, timeout=20_000)

    def _keys(self, make, address, keys, first, lamps, irq, bus, module):
        names = keys if isinstance(keys, str) else Names("P", first, keys)
        chip = make(self._bus(bus, address), address, names, lamps)
        chip.irq = self._flag(irq)  # after that: the line of a chip that is not there floats
        if keys:
            self.parts.keys.append(chip)
        if lamps:
            self._lamps(first - 1, chip)
        if module:
            self.parts.found.append((module, chip))

    def _lamps(self, first, chip):
        # One chip is the lamps by itself; several are put together
        parts = self.parts
        if parts.lamps is None and first == 0:
            parts.lamps = chip
            return
        from hal.lamps.lamps import Lamps

        if not isinstance(parts.lamps, Lamps):
            alone, parts.lamps = parts.lamps, Lamps()
            if alone:
                parts.lamps.add(0, alone)
        parts.lamps.add(first, chip)

    def ht16k33(
        self, address=0x70, keys=32, first=1, lamps=32, irq=None, bus=0, module="", optional=False
    ):
        """Function keys P`first`… and their lamps on an HT16K33."""
        from hal.keys.ht16k33 import HT16K33

        self._keys(HT16K33, address, keys, first, lamps, irq, bus, module)

    def mcp23017(
        self, address=0x20, keys=8, first=1, lamps=8, irq=None, bus=0, module="", optional=False
    ):
        """Function keys and lamps on an MCP23017; `keys` may be a text of names instead."""
        from hal.keys.mcp23017 import MCP23017

        self._keys(MCP23017, address, keys, first, lamps, irq, bus, module)

    def tca8418(
        self, address=0x34, keys=32, first=1, columns=8, irq=None, bus=0, module="", optional=False
    ):
        """Function keys P`first`… on a TCA8418, or the keypad where `keys` is a text of names."""
        from hal.keys.tca8418 import TCA8418

        def make(i2c, address, names, lamps):
            return TCA8418(i2c, address, names, lamps, None, columns)

        self._keys(make, address, keys, first, 0, irq, bus, module)

    def ssd1306(self, address=0x3C, bus=0, left=0):
        """A graphic display of 128 x 64 dots."""
        from hal.display.ssd1306 import SSD1306

        self.parts.display = SSD1306(self._bus(bus, address), address, left)

    def sh1106(self, address=0x3C, bus=0):
        """The same with an SH1106, whose memory is four dots wider."""
        self.ssd1306(address, bus, 2)

    def hd44780(self, address=0x27, bus=0, columns=16, rows=2):
        """A text display with a PCF8574 backpack."""
        from hal.display.hd44780 import HD44780

        self.parts.display = HD44780(self._bus(bus, address), address, columns, rows)

    def ringer(self, pin):
        """A piezo disc on a PWM pin."""
        from hal.audio.ringer import Ringer

        self.parts.ringer = Ringer(machine.PWM(machine.Pin(pin), freq=1000, duty_u16=0))

    def i2s_out(self, **pins):
        """Loudspeaker amplifier; made by the voice room when a call begins."""
        self.parts.voice["i2s_out"] = pins

    def i2s_in(self, **pins):
        """Microphone."""
        self.parts.voice["i2s_in"] = pins

    def wifi(self):
        """The chip's WiFi."""
        import network

        from hal.network.wifi import WiFi

        nic = network.WLAN(network.WLAN.IF_STA)
        self.parts.network = WiFi(nic, self.get, self.log, self.parts.clock)

    def lan8720(self, mdc, mdio, phy_addr, clock, clock_out, power=None):
        """Ethernet over RMII; `clock_out`: the ESP32 makes the 50 MHz on pin `clock`."""
        import network

        nic = network.LAN(
            mdc=machine.Pin(mdc),
            mdio=machine.Pin(mdio),
            power=None if power is None else machine.Pin(power),
            phy_type=network.PHY_LAN8720,
            phy_addr=phy_addr,
            ref_clk=machine.Pin(clock),
            ref_clk_mode=machine.Pin.OUT if clock_out else machine.Pin.IN,
        )
        self._lan(nic)

    def w5500(self, sck, mosi, miso, cs, irq, reset=None, spi=1, baudrate=20_000_000):
        """Ethernet by a W5500 on SPI number `spi`."""
        import network

        if reset is not None:
            machine.Pin(reset, machine.Pin.OUT, value=1)
        bus = machine.SPI(
            spi,
            baudrate=baudrate,
            sck=machine.Pin(sck),
            mosi=machine.Pin(mosi),
            miso=machine.Pin(miso),
        )
        nic = network.LAN(
            phy_type=network.PHY_W5500,
            phy_addr=0,
            spi=bus,
            cs=machine.Pin(cs),
            int=machine.Pin(irq),
        )
        self._lan(nic)

    def _lan(self, nic):
        from hal.network.ethernet import Ethernet

        self.parts.network = Ethernet(nic, self.get, self.log)


def assemble(board, get, log):
    """Return the `Parts` of `board`. `get(name)` gives a setting, `log(level, text, *values)`."""
    try:
        machine.freq(240_000_000)
    except ValueError:
        pass  # a slower chip: it runs at what it has
    parts = Assembler(board, get, log).parts
    sys.modules.pop(__name__, None)
    return parts
