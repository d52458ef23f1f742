"""Each wire of a board's data ends where it says, `machine` faked; the board is left in peace."""

import os
import sys

import fakechip  # before what needs the chip's modules
import fakes
from support import folder, raises

from hal import assemble as made_by
from hal import platform
from hal.assemble import Only, assemble
from hal.audio.silent import Silent
from hal.clock.watchdog import Watchdog

ONLY = "micropython"


def _assemble(*parts, chips=None, settings=None, **board):
    fakechip.Machine.bus = fakes.I2C()
    fakechip.Machine.bus.chips = chips or {}
    del fakechip.Machine.made[:]
    logged = []
    data = fakechip.Board(parts)
    for name, value in board.items():
        setattr(data, name, value)
    found = assemble(data, (settings or {}).get, lambda *line: logged.append(line[1] % line[2:]))
    return found, logged


def _made(kind):
    return [(number, options) for what, number, options in fakechip.Machine.made if what == kind]


def _numbers(options):
    return {name: x.number for name, x in options.items() if isinstance(x, fakechip.Pin)}


def test_a_bus_has_the_pins_the_number_and_the_speed_of_the_board():
    _assemble(
        ("i2c", {"scl": 22, "sda": 21}), ("i2c", {"scl": 5, "sda": 4, "bus": 1, "freq": 1000})
    )
    (first, one), (second, two) = _made("I2C")
    assert (first, second) == (0, 1)
    assert _numbers(one) == {"scl": 22, "sda": 21} and one["freq"] == 400_000, "fast mode"
    assert _numbers(two) == {"scl": 5, "sda": 4} and two["freq"] == 1000


def test_a_ringer_is_an_output_that_is_silent_from_the_start():
    parts, _ = _assemble(("ringer", {"pin": 25}))
    ((pin, options),) = _made("PWM")
    assert pin.number == 25 and options["duty_u16"] == 0 and parts.ringer


def test_voice_goes_where_the_board_says_and_one_way_alone_is_a_sound_part_too():
    out = ("i2s_out", {"bclk": 1, "ws": 2, "data": 3, "sd": 4})
    into = ("i2s_in", {"bclk": 5, "ws": 6, "data": 7})
    parts, _ = _assemble(out, into)
    speaker, microphone = parts.sound.speaker.i2s, parts.sound.microphone.i2s
    assert (speaker.number, microphone.number) == (0, 1)
    for i2s, pins, mode in ((speaker, (1, 2, 3), 2), (microphone, (5, 6, 7), 1)):
        options = i2s.options
        assert tuple([options[x].number for x in ("sck", "ws", "sd")]) == pins
        assert options["mode"] == mode and options["bits"] == 16 and options["rate"] == 16000
        assert options["format"] == fakechip.Machine.I2S.MONO
    assert fakechip.Pin.made[4][0] == fakechip.Pin.OUT and fakechip.Pin.levels[4][0] == 0, "off"
    for one in (out, into):
        parts, _ = _assemble(one)
        assert not isinstance(parts.sound, Silent), one[0]
    parts, _ = _assemble()
    assert isinstance(parts.sound, Silent)
    parts, _ = _assemble(("i2s_out", {"bclk": 1, "ws": 2, "data": 3}))
    assert not isinstance(parts.sound, Silent), "an amplifier that is always on"


def test_chips_on_one_interrupt_line_have_one_pin_and_a_flag_each():
    chips = {0x70: fakes.HT16K33(), 0x71: fakes.HT16K33(), 0x20: fakes.MCP23017()}
    parts, logged = _assemble(
        ("i2c", {"scl": 22, "sda": 21}),
        ("ht16k33", {"irq": 33}),
        ("ht16k33", {"address": 0x71, "first": 33, "irq": 33, "module": "Module"}),
        ("mcp23017", {"first": 65, "irq": 34}),
        chips=chips,
    )
    assert logged == [] and parts.modules == ["Module"]
    flags = [x.irq for x in parts.keys]
    assert all(flags) and flags[0] is not flags[1]
    assert fakechip.Pin.made[33] == (fakechip.Pin.IN, fakechip.Pin.PULL_UP)
    assert fakechip.Pin.made[34] == (fakechip.Pin.IN, None), "it has no pull-up"
    assert [x.names[0] for x in parts.keys] == ["P1", "P33", "P65"]
    chips[0x71].unplug()
    with raises(OSError):
        parts.keys[1].read()
    assert parts.modules == [], "it was pulled out"


def test_lamps_of_several_chips_are_numbered_on_whichever_come_first():
    for order in ((0x70, 0x71), (0x71, 0x70)):
        chips = {0x70: fakes.HT16K33(), 0x71: fakes.HT16K33()}
        data = {0x70: {"address": 0x70}, 0x71: {"address": 0x71, "first": 33}}
        parts, _ = _assemble(
            ("i2c", {"scl": 1, "sda": 2}), *[("ht16k33", data[x]) for x in order], chips=chips
        )
        assert parts.lamps.count == 64
        for lamp in (0, 31, 32, 63):
            parts.lamps.set(lamp, True)
        parts.lamps.flush()
        for chip in (0x70, 0x71):
            assert chips[chip].lit(0) and chips[chip].lit(31) and not chips[chip].lit(5), order
    parts, _ = _assemble(
        ("i2c", {"scl": 1, "sda": 2}), ("ht16k33", {"lamps": 0}), chips={0x70: fakes.HT16K33()}
    )
    assert parts.lamps is None and len(parts.keys) == 1
    parts, _ = _assemble(
        ("i2c", {"scl": 1, "sda": 2}), ("ht16k33", {"keys": 0}), chips={0x70: fakes.HT16K33()}
    )
    assert parts.keys == [] and parts.lamps


def test_keys_have_the_names_that_the_board_gives_them():
    chips = {0x20: fakes.MCP23017(), 0x34: fakes.TCA8418()}
    parts, _ = _assemble(
        ("i2c", {"scl": 1, "sda": 2}),
        ("mcp23017", {"keys": "ABCD", "lamps": 0}),
        ("tca8418", {"keys": 16, "first": 5, "columns": 4}),
        ("keypad", {"rows": (1, 2, 3, 4), "columns": (5, 6, 7)}),
        ("hook", {"pin": 9, "lifted": 1, "pull": False}),
        chips=chips,
    )
    assert tuple(parts.keys[0].names[:4]) == ("A", "B", "C", "D")
    assert parts.keys[1].names[0] == "P5" and len(parts.keys[1].names) == 16
    assert "".join(parts.keys[2].names) == "123456789*0#"
    assert fakechip.Pin.made[1] == (fakechip.Pin.OPEN_DRAIN, None)
    assert fakechip.Pin.levels[1][0] == 1 and fakechip.Pin.made[5][1] == fakechip.Pin.PULL_UP
    assert fakechip.Pin.made[9] == (fakechip.Pin.IN, None)
    assert list(parts.keys[3].names) == ["HOOK"]


def test_what_is_missing_is_named_with_its_address_but_for_what_may_be():
    parts, logged = _assemble(
        ("i2c", {"scl": 1, "sda": 2}),
        ("ht16k33", {"address": 0x70}),
        ("ht16k33", {"address": 0x71, "optional": True}),
        ("mcp23017", {"address": 0x20, "bus": 3}),
    )
    assert parts.missing == ["ht16k33 0x70", "mcp23017 0x20"]
    assert [x.split(":")[0] for x in logged[:2]] == ["board"] * 2
    assert "ht16k33 0x70" in logged[0] and "bus 3" in logged[1]


def test_displays_are_those_that_the_board_names():
    for kind, chip, address in (
        ("ssd1306", fakes.OLED(fakes.SSD1306), 0x3C), ("sh1106", fakes.OLED(fakes.SH1106), 0x3C),
        ("hd44780", fakes.HD44780(), 0x27),
    ):  # fmt: skip
        parts, logged = _assemble(("i2c", {"scl": 1, "sda": 2}), (kind, {}), chips={address: chip})
        assert parts.display and logged == [], kind
    assert (parts.display.columns, parts.display.rows) == (16, 2)
    board = fakechip.Board((("wifi", {}), ("i2c", {}), ("hd44780", {}), ("ringer", {})))
    assert [x[0] for x in Only(board, made_by.DISPLAYS).PARTS] == ["i2c", "hd44780"]


def test_a_board_without_a_network_says_what_it_lacks():
    parts, _ = _assemble(("keypad", {"rows": (1,), "columns": (2,)}))
    assert not parts.network.up and parts.network.reason.startswith("no network")
    parts, _ = _assemble(("wifi", {}))
    assert parts.network.access_point and parts.setup_key is None
    parts, _ = _assemble(SETUP_KEY="OK")
    assert parts.setup_key == "OK" and parts.fkeys == {}


def test_wires_of_ethernet():
    _assemble(("lan8720", {"mdc": 23, "mdio": 18, "phy_addr": 1, "clock": 0, "clock_out": False}))
    options = fakechip.Network.options
    assert _numbers(options) == {"mdc": 23, "mdio": 18, "ref_clk": 0} and options["power"] is None
    assert options["phy_type"] == fakechip.Network.PHY_LAN8720
    pins = {"sck": 12, "mosi": 11, "miso": 13, "cs": 10, "irq": 14}
    _assemble(("w5500", pins))
    ((number, spi),) = _made("SPI")
    assert number == 1 and _numbers(spi) == {"sck": 12, "mosi": 11, "miso": 13}
    assert _numbers(fakechip.Network.options) == {"cs": 10, "int": 14}
    assert fakechip.Network.options["phy_addr"] == 0


# -- the platform -------------------------------------------------------------------------------


class _Dog:
    def __init__(self, timeout):
        self.timeout, self.fed = timeout, 0

    def feed(self):
        self.fed += 1


def test_a_watchdog_watches_from_its_start_for_ten_seconds_and_a_day_once_released():
    dogs = []

    def make(timeout):
        dogs.append(_Dog(timeout))
        return dogs[-1]

    watchdog = Watchdog(make)
    watchdog.feed()
    watchdog.release()
    assert dogs == [], "it has not begun"
    watchdog.start()
    watchdog.feed()
    assert (dogs[0].timeout, dogs[0].fed) == (10_000, 1)
    watchdog.release()
    assert len(dogs) == 2 and dogs[1].timeout == 86_400_000 and dogs[1].fed == 1
    watchdog.feed()
    assert dogs[1].fed == 2 and dogs[0].fed == 1


def test_a_phone_that_was_stopped_is_left_without_ringing_and_without_a_watchdog():
    said = []

    class Part:
        def release(self):
            said.append("released")

        def quiet(self):
            said.append("quiet")

    part = platform.Platform()
    part.release()
    assert said == [], "nothing was made yet"
    part.watchdog = part.ringer = Part()
    part.release()
    assert sorted(said) == ["quiet", "released"]


def test_parts_are_those_of_the_board_and_real_ones_have_no_faults_to_switch():
    part, board = platform.Platform(), platform.board
    board.PARTS = (("ringer", {"pin": 25}),)
    try:
        parts = part.parts({}.get, lambda *_: None)
    finally:
        board.PARTS = ()
    assert part.ringer is parts.ringer and part.watchdog is parts.watchdog and parts.ringer
    try:
        part.fault("network", True)
        raise AssertionError
    except ValueError as error:
        assert "simulated" in str(error)
    before = fakechip.Machine.resets
    part.reset()
    assert fakechip.Machine.resets == before + 1
    assert part.traceback is sys.print_exception
    assert len({part.random(30) for _ in range(20)}) > 10


def test_the_cas_are_those_beside_the_software():
    root = folder("bundle")
    try:
        os.mkdir(root)
    except OSError:
        pass
    part = platform.Platform()
    part.flash = root
    assert part.bundle() is None
    with open(root + "/ca-bundle.pem", "wb") as file:
        file.write(b"-----BEGIN")
    assert part.bundle() == b"-----BEGIN"
    os.remove(root + "/ca-bundle.pem")
    os.rmdir(root)


class _Keeper:
    """Takes the place of the one that keeps the clock right."""

    def __init__(self, *given):
        self.given, self.done = given, []
        _Keeper.last = self

    def zone(self):
        self.done.append("zone")

    def soon(self):
        self.done.append("soon")


class _Settings:
    def get(self, name):
        return None

    def on_change(self, callback):
        self.changed = callback


class _Resolver:
    address = "its coroutine"


class _Phone:
    clock = network = terminal = log = time_known = None

    def __init__(self):
        self.settings, self.resolver = _Settings(), _Resolver()


def test_once_the_phone_is_up_the_line_is_served_and_time_and_software_are_looked_after():
    began, part, phone = [], platform.Platform(), _Phone()
    before = platform.keep, platform.Keeper
    platform.keep = lambda name, function, *args: began.append(name)
    platform.Keeper = _Keeper
    try:
        part.ready(phone)
    finally:
        platform.keep, platform.Keeper = before
    assert sorted(began) == ["guard", "serial line", "time"]
    keeper = _Keeper.last
    assert keeper.done == ["zone"] and keeper.given[2] == "its coroutine"
    for name, done in (
        ("timezone", ["zone"]), ("utc_offset", ["zone"]), ("ntp_server", ["soon"]),
        ("user_pass1", []),
    ):  # fmt: skip
        del keeper.done[:]
        phone.settings.changed(name)
        assert keeper.done == done, name
