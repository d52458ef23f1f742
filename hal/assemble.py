"""From a board's data to its parts: the one place that makes pins and buses.

A board is a module with ``PARTS``, a tuple of (kind, {argument: value}), and ``FKEYS``, what its
function keys do by default; pins are numbers. A part that does not answer is named in
`Parts.missing`, and the phone runs without it. Which drivers there are stands in the board's data:
they alone are imported inside functions, once, so that those of other boards take no room.
"""

import sys
from errno import ENODEV
from time import sleep

import machine
import network

from hal.audio.silent import Silent
from hal.clock.rtc import Clock
from hal.clock.watchdog import Watchdog
from hal.keys.input import Input
from hal.keys.interrupt import Line
from hal.keys.names import numbered
from hal.lamps.banks import Banks
from hal.network.absent import NoNetwork

DISPLAYS = ("i2c", "ssd1306", "sh1106", "hd44780")
_PLAYED = 2048  # bytes: four times 256 frames, the least that lets one be late
_RECORDED = 8192  # the same, for the driver records 32 bits of two channels
_KEYPAD = "123456789*0#"
# The S3 has pull-ups on all pins, the ESP32 on those below 34
_S3 = "S3" in getattr(sys.implementation, "_machine", "")


class Parts:
    """The board's parts, each with the contract of its folder; None where there is none.

    `keys` is a list (keypad, hook, function keys, modules), `input` reads them, `fkeys` is what
    the function keys do by default ({index from 0: "keyevent F_HOLD"}), `modules` the names of the
    expansion modules that answer, `missing` a text for each part that did not.
    """

    def __init__(self, fkeys):
        self.keys = []
        self.fkeys = fkeys
        self.found = []  # (name, chip) of each expansion module found at start
        self.missing = []
        self.network = self.clock = self.display = self.lamps = self.ringer = None
        self.watchdog = self.input = self.sound = None
        self.setup_key = None  # the key that opens the first start, held at start

    @property
    def modules(self):
        """The names of the expansion modules that answer."""
        return [name for name, chip in self.found if not chip.lost]


class Only:
    """The part of `board` that has these `kinds`."""

    def __init__(self, board, kinds):
        self.PARTS = [part for part in board.PARTS if part[0] in kinds]


class Assembler:
    """Makes the parts of `board`; `get(name)` gives settings, `log` takes what is missing.

    Each kind of part is a method with the arguments that the board's data has for it.
    """

    def __init__(self, board, get, log):
        self.get = get
        self.log = log
        parts = self.parts = Parts(getattr(board, "FKEYS", {}))
        parts.setup_key = getattr(board, "SETUP_KEY", None)
        parts.clock = Clock(machine.RTC())
        parts.watchdog = Watchdog(machine.WDT)
        self._buses = {}
        self._lines = {}
        self._speaker = self._microphone = self._amplifier = None
        for kind, data in board.PARTS:
            try:
                getattr(self, kind)(**data)
            except (OSError, ValueError, RuntimeError, AttributeError) as error:
                # the WiFi's driver raises the third, a firmware without Ethernet the last
                self._missing(kind, data, error)
        if parts.network is None:
            parts.network = NoNetwork(get, log, "no network: " + " ".join(parts.missing))
        parts.sound = self._sound()
        parts.input = Input(parts.keys, parts.clock, log)

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
            line = self._lines[irq] = Line(self._input(irq, irq < 34 or _S3))
        return line.flag()

    # -- keys and lamps -----------------------------------------------------------------------

    def keypad(self, rows, columns, names=_KEYPAD):
        """A matrix keypad: row and column pins."""
        from hal.keys.keypad import Keypad

        out = [machine.Pin(x, machine.Pin.OPEN_DRAIN, value=1) for x in rows]
        self.parts.keys.append(Keypad(out, [self._input(x, True) for x in columns], tuple(names)))

    def hook(self, pin, lifted=0, pull=True):
        """The hook switch; `lifted` is the pin's level while the handset is up."""
        from hal.keys.hook import Hook

        self.parts.keys.append(Hook(self._input(pin, pull), lifted))

    def i2c(self, scl, sda, bus=0, freq=400_000):
        """An I2C bus, number `bus`."""
        scl, sda = machine.Pin(scl), machine.Pin(sda)
        self._buses[bus] = machine.I2C(bus, scl=scl, sda=sda, freq=freq, timeout=20_000)

    def _chip(self, make, address, keys, first, lamps, irq, bus, module):
        names = tuple(keys) if isinstance(keys, str) else numbered("P", first, keys)
        chip = make(self._bus(bus, address), address, names, lamps)
        chip.irq = self._flag(irq)  # after that: the line of a chip that is not there floats
        if keys:
            self.parts.keys.append(chip)
        if lamps:
            self._lamps(first - 1, chip)
        if module:
            self.parts.found.append((module, chip))

    def _lamps(self, first, chip):
        parts = self.parts
        if parts.lamps is None:
            parts.lamps = Banks()
        parts.lamps.add(first, chip)

    def ht16k33(
        self, address=0x70, keys=32, first=1, lamps=32, irq=None, bus=0, module="", optional=False
    ):
        """Function keys P`first`… and their lamps on an HT16K33."""
        from hal.keys.ht16k33 import HT16K33

        self._chip(HT16K33, address, keys, first, lamps, irq, bus, module)

    def mcp23017(
        self, address=0x20, keys=8, first=1, lamps=8, irq=None, bus=0, module="", optional=False
    ):
        """Function keys and lamps on an MCP23017; `keys` may be a text of names instead."""
        from hal.keys.mcp23017 import MCP23017

        self._chip(MCP23017, address, keys, first, lamps, irq, bus, module)

    def tca8418(
        self, address=0x34, keys=32, first=1, columns=8, irq=None, bus=0, module="", optional=False
    ):
        """Function keys P`first`… on a TCA8418, or the keypad where `keys` is a text of names."""
        from hal.keys.tca8418 import TCA8418

        def make(i2c, address, names, lamps):
            return TCA8418(i2c, address, names, lamps, None, columns)

        self._chip(make, address, keys, first, 0, irq, bus, module)

    # -- display and sound --------------------------------------------------------------------

    def ssd1306(self, address=0x3C, bus=0):
        """A graphic display of 128 x 64 dots."""
        from hal.display.ssd1306 import SSD1306

        self.parts.display = SSD1306(self._bus(bus, address), address)

    def sh1106(self, address=0x3C, bus=0):
        """The same with an SH1106."""
        from hal.display.ssd1306 import SH1106

        self.parts.display = SH1106(self._bus(bus, address), address)

    def hd44780(self, address=0x27, bus=0, columns=16, rows=2):
        """A text display with a PCF8574 backpack."""
        from hal.display.hd44780 import HD44780

        self.parts.display = HD44780(self._bus(bus, address), address, columns, rows)

    def ringer(self, pin):
        """A piezo disc on a PWM pin."""
        from hal.audio.ringer import Ringer

        self.parts.ringer = Ringer(machine.PWM(machine.Pin(pin), freq=1000, duty_u16=0))

    def i2s_out(self, bclk, ws, data, sd=None):
        """Amplifier: ``bclk``, ``ws``, ``data``, and ``sd`` where a pin switches it off."""
        mode = machine.I2S.TX
        self._amplifier = None if sd is None else machine.Pin(sd, machine.Pin.OUT, value=0).value
        self._speaker = self._i2s(0, bclk, ws, data, mode, _PLAYED)

    def i2s_in(self, bclk, ws, data):
        """Microphone: ``bclk``, ``ws``, ``data``."""
        self._microphone = self._i2s(1, bclk, ws, data, machine.I2S.RX, _RECORDED)

    def _i2s(self, number, bclk, ws, data, mode, size):
        return machine.I2S(
            number,
            sck=machine.Pin(bclk),
            ws=machine.Pin(ws),
            sd=machine.Pin(data),
            mode=mode,
            bits=16,
            format=machine.I2S.MONO,
            rate=16000,
            ibuf=size,
        )

    def _sound(self):
        """Return the sound part: what there is of amplifier and microphone, or silence."""
        if not (self._speaker or self._microphone):
            return Silent()
        from hal.audio.i2s import Sound

        swap = 0 if _S3 else 1
        clock = self.parts.clock
        return Sound(self._speaker, self._microphone, clock, self._amplifier, swap)

    # -- network ------------------------------------------------------------------------------

    def wifi(self):
        """The chip's WiFi."""
        from hal.network.access_point import AccessPoint
        from hal.network.wifi import WiFi

        nic = network.WLAN(network.WLAN.IF_STA)
        part = self.parts.network = WiFi(nic, self.get, self.log, self.parts.clock)
        part.access_point = AccessPoint(network.WLAN(network.WLAN.IF_AP), part)

    def lan8720(self, mdc, mdio, phy_addr, clock, clock_out, power=None):
        """Ethernet over RMII; `clock_out`: the ESP32 makes the 50 MHz on pin `clock`."""
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

    def w5500(self, sck, mosi, miso, cs, irq, reset=None, spi=1):
        """Ethernet by a W5500 on SPI number `spi`; MicroPython's driver clocks it with 20 MHz."""
        if reset is not None:
            pin = machine.Pin(reset, machine.Pin.OUT, value=0)
            sleep(0.001)  # at least 500 us low (data sheet, "Reset Timing")
            pin.value(1)
            sleep(0.05)  # its PLL has locked, and the PHY is up
        bus = machine.SPI(
            spi, sck=machine.Pin(sck), mosi=machine.Pin(mosi), miso=machine.Pin(miso)
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
    return Assembler(board, get, log).parts
