"""From board data to parts, `machine` faked: what is missing is named and left out."""

import fakechip
import fakes

from hal.assemble import assemble

ONLY = "micropython"


def _assemble(parts, chips, fkeys=None):
    fakechip.Machine.bus = fakes.I2C()
    fakechip.Machine.bus.chips = chips
    logged = []
    board = fakechip.Board(parts, fkeys)
    return assemble(board, {}.get, lambda *line: logged.append(line)), logged


def _space(name):
    space = {}
    with open("boards/%s/board.py" % name) as file:
        exec(file.read(), space)
    return space


def _load(name):
    return _space(name)["PARTS"]


def test_a_bare_devkit_runs_with_what_is_on_its_own_board():
    parts, logged = _assemble(_load("devkit"), {})
    assert parts.missing == ["ssd1306 0x3c", "ht16k33 0x70"] and len(logged) == 2
    assert parts.display is None and parts.lamps is None and parts.modules == []
    assert [x.names[0] for x in parts.keys] == ["1", "HOOK"]
    assert parts.network.mac and parts.ringer and parts.clock and parts.watchdog
    into, out = parts.sound.microphone.i2s, parts.sound.speaker.i2s
    assert into.options["sd"].number == 34 and into.number != out.number
    assert (into.options["ibuf"], out.options["ibuf"]) == (8192, 2048)
    assert fakechip.Machine.hz == 240_000_000
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
    chips = {0x3C: fakes.OLED(fakes.SSD1306), 0x70: fakes.HT16K33(), 0x71: fakes.HT16K33()}
    parts, logged = _assemble(_load("devkit"), chips)
    assert parts.missing == [] and parts.modules == ["Offhook-18"] and logged == []
    names = [name for part in parts.keys for name in part.names]
    assert len(names) == 12 + 1 + 50 and len(set(names)) == 63 and "P50" in names
    assert parts.lamps.count == 50
    parts.lamps.set(49, True)
    parts.lamps.flush()
    assert chips[0x71].lit(17)
    assert fakechip.Pin.made[35] == (fakechip.Pin.IN, None), (
        "an input-only pin has no pull-up to switch on"
    )


def test_a_module_without_the_phones_own_keys_keeps_its_numbers():
    parts, _ = _assemble(_load("devkit"), {0x71: fakes.HT16K33()})
    assert parts.keys[-1].names[0] == "P33" and parts.lamps.count == 50
    parts.lamps.set(3, True)
    parts.lamps.flush()


def test_every_board_comes_together():
    chips = {
        0x70: fakes.HT16K33(),
        0x71: fakes.HT16K33(),
        0x34: fakes.TCA8418(),
        0x20: fakes.MCP23017(),
        0x27: fakes.HD44780(),
    }
    for name in ("devkit", "wroom", "s3_devkit", "s3_w5500", "esp32_poe", "wt32_eth01"):
        chips[0x3C] = fakes.OLED(fakes.SH1106 if name == "esp32_poe" else fakes.SSD1306)
        parts, _ = _assemble(_load(name), chips)
        assert parts.missing == [], name
        names = "".join(x for part in parts.keys for x in part.names if len(x) == 1)
        assert sorted(names) == sorted("0123456789*#"), name
        assert parts.network and parts.display and parts.ringer and parts.lamps


def test_ethernet_gets_the_wires_that_the_board_names():
    _assemble(_load("esp32_poe"), {})
    assert (
        fakechip.Network.options["phy_addr"] == 0
        and fakechip.Network.options["ref_clk_mode"] == fakechip.Pin.OUT
    )
    assert fakechip.Network.options["power"] is not None
    _assemble(_load("wt32_eth01"), {})
    assert (
        fakechip.Network.options["phy_addr"] == 1
        and fakechip.Network.options["ref_clk_mode"] == fakechip.Pin.IN
    )
    _assemble(_load("s3_w5500"), {})
    assert fakechip.Network.options["phy_type"] == 102 and fakechip.Network.options["spi"] == "spi"


def test_the_w5500_is_reset_by_a_pulse_before_its_driver_starts():
    _assemble(_load("s3_w5500"), {})
    assert fakechip.Pin.levels[9] == [0, 1]


def test_each_board_says_what_its_function_keys_do():
    for name in ("devkit", "wroom", "s3_devkit", "s3_w5500", "esp32_poe", "wt32_eth01"):
        space = _space(name)
        parts, _ = _assemble(space["PARTS"], {}, space["FKEYS"])
        texts = list(parts.fkeys.values())
        for key in ("OK", "CANCEL", "HOLD", "TRANSFER", "REDIAL", "DND"):
            assert "keyevent F_" + key in texts, (name, key)


def test_the_phone_reads_its_keys_through_one_input():
    parts, _ = _assemble(_load("devkit"), {})
    assert parts.input.names() == [name for part in parts.keys for name in part.names]


def test_a_board_whose_network_does_not_start_runs_without():
    for error in (OSError("no PHY"), RuntimeError("Wifi Unknown Error 0x0101"), AttributeError()):

        def refuse(error=error, **_):
            raise error

        good, fakechip.Network.LAN = fakechip.Network.LAN, staticmethod(refuse)
        try:
            parts, logged = _assemble(_load("esp32_poe"), {})
        finally:
            fakechip.Network.LAN = staticmethod(good)
        network = parts.network
        network.link()
        network._look()
        assert "lan8720" in parts.missing and not network.up and "lan8720" in network.reason
        assert network.address() is None and network.dns() == [] and len(network.mac) == 12


def test_a_chip_that_stays_slower_runs_the_phone_all_the_same():
    def refuse(hz):
        raise ValueError("unable to change frequency")

    good, fakechip.Machine.freq = fakechip.Machine.freq, staticmethod(refuse)
    try:
        parts, _ = _assemble(_load("devkit"), {})
    finally:
        fakechip.Machine.freq = staticmethod(good)
    assert parts.network
