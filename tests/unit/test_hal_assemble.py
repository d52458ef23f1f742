"""From board data to parts, `machine` faked: what is missing is named and left out."""

import sys

import fakes
from support import Clock

ONLY = "micropython"


class _Pin(fakes.Pin):
    IN, OUT, OPEN_DRAIN, PULL_UP = 1, 3, 7, 2
    made = {}

    def __init__(self, number, mode=None, pull=None, value=1):
        super().__init__(value)
        _Pin.made[number] = (mode, pull)


class _Machine:
    Pin = _Pin
    bus = None
    clock = None

    @staticmethod
    def freq(hz):
        _Machine.hz = hz

    @staticmethod
    def I2C(bus, **_):
        return _Machine.bus

    @staticmethod
    def SPI(number, **_):
        return "spi"

    @staticmethod
    def PWM(pin, **_):
        return fakes.PWM()

    @staticmethod
    def RTC():
        return None

    WDT = None


class _Net:
    PHY_LAN8720, PHY_W5500 = 1, 102

    class WLAN:
        IF_STA = 0

        def __new__(cls, _):
            return fakes.NIC()

    @staticmethod
    def LAN(**options):
        _Net.options = options
        return fakes.NIC()


class _Board:
    def __init__(self, parts):
        self.PARTS = parts


def _assemble(parts, chips):
    old = {name: sys.modules.get(name) for name in ("machine", "network")}
    sys.modules["machine"], sys.modules["network"] = _Machine, _Net
    _Machine.bus = fakes.I2C()
    _Machine.bus.chips = chips
    _Machine.clock = Clock()
    logged = []
    try:
        from hal.assemble import assemble

        return assemble(_Board(parts), {}.get, lambda *line: logged.append(line)), logged
    finally:
        for name, module in old.items():
            sys.modules.pop(name)
            if module:
                sys.modules[name] = module


def _load(name):
    space = {}
    with open("boards/%s/board.py" % name) as file:
        exec(file.read(), space)
    return space["PARTS"]


def test_a_bare_devkit_runs_with_what_is_on_its_own_board():
    parts, logged = _assemble(_load("devkit"), {})
    assert parts.missing == ["ssd1306 0x3c", "ht16k33 0x70"] and len(logged) == 2
    assert parts.display is None and parts.lamps is None and parts.modules == []
    assert [x.names[0] for x in parts.keys] == ["1", "HOOK"]
    assert parts.network.mac and parts.ringer and parts.clock and parts.watchdog
    assert parts.voice["i2s_in"]["data"] == 34
    assert _Machine.hz == 240_000_000
    assert all(x.read() == 0 for x in parts.keys)


def test_a_bus_that_hangs_is_asked_once_only():
    bus = fakes.I2C()
    bus.hangs = True
    make, fakes.I2C = fakes.I2C, lambda: bus
    try:
        parts, _ = _assemble(_load("devkit"), {})
    finally:
        fakes.I2C = make
    assert bus.asked == 1 and len(parts.missing) == 2


def test_a_full_devkit_has_all_its_keys_and_its_module():
    chips = {0x3C: fakes.OLED(), 0x70: fakes.HT16K33(), 0x71: fakes.HT16K33()}
    parts, logged = _assemble(_load("devkit"), chips)
    assert parts.missing == [] and parts.modules == ["Offhook-18"] and logged == []
    names = [name for part in parts.keys for name in part.names]
    assert len(names) == 12 + 1 + 50 and len(set(names)) == 63 and "P50" in names
    assert parts.lamps.count == 50
    parts.lamps.set(49, True)
    parts.lamps.flush()
    assert chips[0x71].lit(17)
    assert _Pin.made[35] == (_Pin.IN, None), "an input-only pin has no pull-up to switch on"


def test_a_module_without_the_phones_own_keys_keeps_its_numbers():
    parts, _ = _assemble(_load("devkit"), {0x71: fakes.HT16K33()})
    assert parts.keys[-1].names[0] == "P33" and parts.lamps.count == 50
    parts.lamps.set(3, True)
    parts.lamps.flush()


def test_every_board_comes_together():
    chips = {
        0x3C: fakes.OLED(),
        0x70: fakes.HT16K33(),
        0x71: fakes.HT16K33(),
        0x34: fakes.TCA8418(),
        0x20: fakes.MCP23017(),
        0x27: fakes.HD44780(),
    }
    for name in ("devkit", "esp32_poe", "wt32_eth01", "s3_w5500"):
        parts, _ = _assemble(_load(name), chips)
        assert parts.missing == [], name
        names = "".join(x for part in parts.keys for x in part.names if len(x) == 1)
        assert sorted(names) == sorted("0123456789*#"), name
        assert parts.network and parts.display and parts.ringer and parts.lamps


def test_ethernet_gets_the_wires_that_the_board_names():
    _assemble(_load("esp32_poe"), {})
    assert _Net.options["phy_addr"] == 0 and _Net.options["ref_clk_mode"] == _Pin.OUT
    assert _Net.options["power"] is not None
    _assemble(_load("wt32_eth01"), {})
    assert _Net.options["phy_addr"] == 1 and _Net.options["ref_clk_mode"] == _Pin.IN
    _assemble(_load("s3_w5500"), {})
    assert _Net.options["phy_type"] == 102 and _Net.options["spi"] == "spi"


def test_a_board_whose_network_does_not_start_runs_without():
    for error in (OSError("no PHY"), RuntimeError("Wifi Unknown Error 0x0101"), AttributeError()):

        def refuse(error=error, **_):
            raise error

        good, _Net.LAN = _Net.LAN, staticmethod(refuse)
        try:
            parts, logged = _assemble(_load("esp32_poe"), {})
        finally:
            _Net.LAN = staticmethod(good)
        network = parts.network
        network.link()
        network._look()
        assert "lan8720" in parts.missing and not network.up and "lan8720" in network.reason
        assert network.address() is None and network.dns() == [] and len(network.mac) == 12


def test_a_chip_that_stays_slower_runs_the_phone_all_the_same():
    def refuse(hz):
        raise ValueError("unable to change frequency")

    good, _Machine.freq = _Machine.freq, staticmethod(refuse)
    try:
        parts, _ = _assemble(_load("devkit"), {})
    finally:
        _Machine.freq = staticmethod(good)
    assert parts.network


def test_the_assembler_leaves_the_heap_when_it_is_done():
    _assemble((), {})
    assert "hal.assemble" not in sys.modules
