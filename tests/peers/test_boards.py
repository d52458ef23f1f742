"""Boards as data: what `make check-boards` refuses, and that drawing and tables are the data's."""

import copy
import re

import pytest

from tools import check_boards, wiring

_RMII = {"mdc": 23, "mdio": 18, "phy_addr": 0, "clock": 17, "clock_out": True, "power": 12}


def _findings(change=None, about=None, base="devkit", button=0):
    """Return the findings about a board with `change(parts)` done to its PARTS."""
    good = wiring.load(base)
    parts = copy.deepcopy(list(good.parts))
    if change:
        change(parts)
    board = wiring.make(base, parts, button, {**good.about, **(about or {})})
    return check_boards.check(board)


def _set(kind, **values):
    def change(parts):
        next(data for name, data in parts if name == kind).update(values)

    return change


def _add(kind, **values):
    return lambda parts: parts.append((kind, values))


@pytest.mark.parametrize("name", wiring.names())
def test_each_board_of_the_project_can_work(name):
    assert check_boards.check(wiring.load(name)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_set("hook", pin=13), "GPIO 13 is used twice"),
        (_set("ringer", pin=21), "GPIO 21 is used twice"),
        (_set("ht16k33", irq=34), "GPIO 34 is used twice"),
        (_set("ringer", pin=34), "GPIO 34 (Ringer, +) is input-only"),
        (_set("keypad", rows=(39, 14, 27, 26)), "GPIO 39 .* is input-only"),
        (_set("i2c", sda=35), "GPIO 35 (I2C bus 0, SDA) is input-only"),
        (_set("hook", pin=39), "GPIO 39 (Hook switch, contact) has no pull-up"),
        (_set("keypad", columns=(39, 33, 32)), "GPIO 39 .* has no pull-up"),
        (_set("ringer", pin=9), "GPIO 9 (Ringer, +) belongs to the flash"),
        (_set("ringer", pin=1), "GPIO 1 (Ringer, +) belongs to the serial console"),
        (_set("ringer", pin=24), "GPIO 24 (Ringer, +) does not exist"),
        (_set("hook", pin=12), "GPIO 12 .* is a strapping pin that a pressed key holds at boot"),
        (_set("keypad", columns=(5, 33, 32)), "GPIO 5 .* is a strapping pin"),
        (_set("keypad", rows=(15, 14, 27, 26)), "GPIO 15 .* is a strapping pin"),
        (_set("ssd1306", address=0x70), "cannot have address 0x70"),
        (_add("ht16k33", address=0x70, first=60), "have one address, 0x70, on bus 0"),
        (_add("hd44780", bus=1), "there is no I2C bus 1"),
        (_add("hd44780"), "its PCF8574 takes 100 kHz, bus 0 has more"),
        (_add("mcp23017", first=32), "key P32 is on HT16K33 0x70 and on MCP23017 0x20"),
        (lambda parts: parts.pop(1), "no key 1 2 3"),
        (lambda parts: parts.pop(0), "no network"),
        (_add("lan8720", **_RMII), "GPIO 22 (I2C bus 0, SCL) is RMII's TXD1"),
        (_add("lan8720", **{**_RMII, "clock": 5}), "GPIO 5: RMII's 50 MHz clock goes out only"),
        (_add("lan8720", **_RMII), "GPIO 17 .* belongs to the quad PSRAM"),
        (_set("i2c", sda=12), "GPIO 12 (I2C bus 0, SDA) is high at reset"),
        (_set("ringer", pin=0), "GPIO 0 (Ringer, +) has something on the board: the BOOT"),
        (
            _add("lan8720", **{**_RMII, "clock_out": False}),
            "GPIO 17: RMII's 50 MHz clock goes in only on GPIO 0",
        ),
    ],
)
def test_a_board_that_cannot_work_is_refused(change, words):
    pattern = ".*".join(re.escape(x) for x in words.split(".*"))
    assert any(re.search(pattern, text) for text in _findings(change)), _findings(change)


@pytest.mark.parametrize(
    ("base", "psram", "taken", "free"),
    [
        ("devkit", "quad", (16, 17), ()),
        ("wroom", None, (), (16, 17)),
        ("s3_devkit", "octal", (35, 36, 37), ()),
        ("s3_devkit", "quad", (), (35, 36, 37)),
    ],
)
def test_psram_takes_the_pins_of_its_kind_and_no_others(base, psram, taken, free):
    for pin in taken:
        found = _findings(_set("ringer", pin=pin), {"psram": psram}, base)
        assert any(f"GPIO {pin}" in x and f"{psram} PSRAM" in x for x in found), found
    for pin in free:
        found = _findings(_move_to(pin), {"psram": psram}, base)
        assert not any(f"GPIO {pin} " in x for x in found), found


def _move_to(pin):
    """Return a change that gives `pin` to the ringer and to nobody else."""

    def change(parts):
        for kind, data in parts:
            for name, value in data.items():
                if kind == "i2s_in" and value == pin:
                    data[name] = 39
        _set("ringer", pin=pin)(parts)

    return change


def test_no_micropython_for_the_s3_has_gpio_26():
    for psram in (None, "quad", "octal"):
        found = _findings(_set("ringer", pin=26), {"psram": psram}, "s3_devkit")
        assert any("GPIO 26" in x for x in found), psram


def test_the_clock_of_rmii_may_come_out_of_gpio_0():
    def change(parts):
        parts[0][1].update(clock=0)

    assert _findings(change, base="esp32_poe", button=34) == []


def test_what_a_board_has_soldered_to_its_pins_is_left_alone():
    for pin, words in ((35, "divider of the battery"), (34, "BUT1"), (12, "the PHY's power")):
        found = _findings(_set("i2s_in", data=pin), base="esp32_poe", button=34)
        assert any(f"GPIO {pin} " in x and words in x for x in found), found
    found = _findings(_set("ringer", pin=21), base="s3_w5500")
    assert any("the RGB LED" in x for x in found)
    found = _findings(_set("ringer", pin=13), base="s3_w5500")
    assert any("the W5500" in x for x in found)


def test_a_pin_that_is_led_out_nowhere_is_refused():
    found = _findings(_set("ringer", pin=33), {"psram": None}, "s3_devkit")
    assert any("GPIO 33 (Ringer, +) is led out to no header" in x for x in found)


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"firmware": "ESP32_GENERIC"}, "not the one for quad PSRAM"),
        ({"psram": "octal"}, "no PSRAM of kind 'octal'"),
        ({"psram": None}, "frozen where there is no PSRAM"),
        ({"firmware_offset": 0}, "begins at 0x1000"),
        ({"flash": 8388608}, "image_size is not what the flash has"),
    ],
)
def test_a_firmware_that_does_not_fit_the_board_is_refused(about, words):
    assert any(words in x for x in _findings(about=about)), _findings(about=about)


def test_function_keys_by_default_are_the_boards_own_and_fit_the_settings():
    from offhook.keys.fkey_types import parse

    for name in wiring.names():
        board = wiring.load(name)
        assert board.fkeys and min(board.fkeys) >= 2, "the first are lines"
        for text in board.fkeys.values():
            assert parse("active " + text)
    good = wiring.load("devkit")
    board = wiring.make("x", good.parts, 0, good.about, {50: "keyevent F_OK", 4: "F_OK"})
    found = check_boards.check(board)
    assert any("there is no key P51" in x for x in found)
    assert any("'F_OK' is not TYPE ARGUMENT" in x for x in found)


def test_the_lines_of_the_mcp23017_are_the_drivers():
    from hal.keys.mcp23017 import key_line, lamp_lines

    for count in range(15):
        block = wiring.block("mcp23017", {"keys": count, "lamps": 16 - count})
        lines = [("AB".index(x[2]) * 8 + int(x[3])) for x, _ in block.own]
        assert lines == [key_line(i) for i in range(count)] + lamp_lines(count), count


def test_rmii_is_the_esp32s_only():
    found = _findings(_add("lan8720", **_RMII), base="s3_w5500")
    assert any("no RMII" in x for x in found)


@pytest.mark.parametrize(
    ("base", "key", "why"),
    (("devkit", "*", None), ("devkit", "P99", "no such key"), ("esp32_poe", "*", "no WiFi")),
)
def test_the_key_of_the_first_start_is_one_of_a_board_with_wifi(base, key, why):
    board = wiring.load(base)
    board.setup_key = key
    found = [x for x in check_boards.check(board) if "SETUP_KEY" in x]
    assert (why in found[0]) if why else not found


def test_a_button_of_ones_own_must_not_hold_a_strapping_pin():
    assert any("strapping" in x for x in _findings(about={"own_button": False}))
    assert any("used twice" in x for x in _findings(button=13))
    assert any("no pull-up" in x for x in _findings(button=39))
    assert any("does not exist" in x for x in _findings(button=24))


def test_open_drain_chips_may_share_one_interrupt_line():
    def change(parts):
        parts.append(("tca8418", {"keys": 4, "first": 60, "irq": 39}))
        parts.append(("mcp23017", {"first": 70, "irq": 39}))

    assert _findings(change) == []


@pytest.mark.parametrize(
    ("kind", "data", "words"),
    [
        ("toaster", {}, "no part 'toaster'"),
        ("hook", {"pins": 4}, "hook"),
        ("keypad", {"rows": (1, 2), "columns": (3,)}, "2 rows x 1 columns, but 12 keys"),
        ("ht16k33", {"keys": 37}, "at most 36 keys"),
        ("mcp23017", {"keys": 10, "lamps": 10}, "more than its 16 lines"),
        ("mcp23017", {"keys": 15, "lamps": 0}, "lines 7 and 15 are outputs only"),
        ("w5500", {"baudrate": 1}, "w5500"),
        ("tca8418", {"keys": 30, "columns": 3}, "at most 24 keys"),
    ],
)
def test_data_that_no_driver_takes_is_refused(kind, data, words):
    with pytest.raises(ValueError, match=words):
        wiring.block(kind, data)


def test_an_incomplete_description_is_refused():
    good = wiring.load("devkit")
    about = {key: value for key, value in good.about.items() if key != "chip"}
    assert "lacks chip" in check_boards.check(wiring.make("x", good.parts, 0, about))[0]
    assert any("unknown chip" in x for x in _findings(about={"chip": "esp8266"}))


def test_the_command_names_what_it_refuses_and_fails(monkeypatch, capsys, tmp_path):
    assert check_boards.main(["devkit"]) == 0
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "board.py").write_text("NAME, BUTTON, PARTS = 'bad', None, (('hook', {'pin': 6}),)")
    (bad / "board.json").write_text((wiring.ROOT / "devkit/board.json").read_text())
    monkeypatch.setattr(wiring, "ROOT", tmp_path)
    assert check_boards.main([]) == 1
    assert (
        "REFUSED bad: GPIO 6 (Hook switch, contact) belongs to the flash"
        in capsys.readouterr().out
    )


def test_the_description_takes_what_the_assembler_takes():
    """Each kind has the same arguments in tools/wiring.py and in hal/assemble.py."""
    import ast
    import inspect

    tree = ast.parse((wiring.ROOT.parent / "hal/assemble.py").read_text("utf-8"))
    made = next(x for x in tree.body if isinstance(x, ast.ClassDef) and x.name == "Assembler")
    kinds = {x.name: x for x in made.body if isinstance(x, ast.FunctionDef)}
    for kind, function in kinds.items():
        if kind.startswith("_") or kind.startswith("i2s"):
            continue
        theirs = [x.arg for x in function.args.args[1:]]
        ours = list(inspect.signature(getattr(wiring, "_" + kind)).parameters)
        assert sorted(theirs) == sorted(ours), kind


def test_diagrams_and_tables_are_those_of_the_data(capsys):
    from tools import diagram

    assert diagram.main(["--check"]) == 0, capsys.readouterr().out


def _picture(text):
    from xml.etree import ElementTree

    picture = ElementTree.fromstring(text)
    return picture, [x.text for x in picture.iter() if x.tag.endswith("text")]


@pytest.mark.parametrize("name", wiring.names())
def test_a_diagram_shows_each_wire_and_stays_inside_its_picture(name):
    from tools import diagram

    board = wiring.load(name)
    picture, texts = _picture(diagram.Drawing(board).draw())
    words = {word for text in texts for word in re.findall(r"GPIO \d+", text)}
    for block in board.blocks:
        if not board.on_board(block):
            assert {f"GPIO {wire.pin}" for wire in block.wires} <= words
            assert block.title in texts or block.kind == "i2c"
    width, height = int(picture.get("width")), int(picture.get("height"))
    for shape in picture.iter():
        if shape.tag.endswith("circle"):
            assert 0 < float(shape.get("cx")) < width and 0 < float(shape.get("cy")) < height
        elif shape.tag.endswith("polyline"):
            for point in shape.get("points").split():
                x, y = (float(n) for n in point.split(","))
                assert 0 < x < width and 0 < y < height
        elif shape.tag.endswith("text"):
            x, size = float(shape.get("x")), 8 * len(shape.text)
            end = {"end": x, "middle": x + size / 2}.get(shape.get("text-anchor"), x + size)
            assert 0 < x <= width and end <= width, shape.text


@pytest.mark.parametrize("name", wiring.names())
def test_chips_made_for_5_v_are_drawn_behind_a_level_shifter_and_the_others_are_not(name):
    from tools import diagram

    drawing = diagram.Drawing(wiring.load(name))
    drawing.draw()
    nets = [net for side in drawing.nets.values() for net in side]
    assert all(net.ends for net in nets), "each wire ends somewhere"
    behind = [net for net in nets if net.pin is None]
    fives = [x for x in drawing.board.blocks if x.shifted]
    assert len(behind) == 2 + sum(len(x.wires) for x in fives)
    for net in behind[:2]:
        assert len(net.ends) == 1 + len(fives)


def test_the_table_names_pins_as_they_are_printed_in_the_order_of_the_headers():
    from tools import diagram

    lines = diagram.table(wiring.load("wt32_eth01")).splitlines()
    rows = [x.split(" | ") for x in lines if x.startswith(("| left", "| right"))]
    names = [row[1] for row in rows]
    assert names[:4] == ["CFG", "485_EN", "RXD", "TXD"] and names[4:6] == ["IO39", "IO36"]
    text = "\n".join(diagram.table(wiring.load("devkit")).splitlines())
    assert "| J2 | VP | 36 |" in text and "through the level shifter" in text
    assert "| COL2 | column 3 (3 6 9 #) |" in "\n".join(lines)
    assert "| GPA7 | lamp P1 |" in "\n".join(lines) and "| GPB0 | P8 |" in "\n".join(lines)


@pytest.mark.parametrize("name", wiring.names())
def test_the_label_sheet_has_each_function_key_and_fits_a_page(name):
    from tools import labels

    board = wiring.load(name)
    picture, texts = _picture(labels.sheet(board))
    keys = labels.labels(board)
    assert {key for key, _ in keys} <= set(texts)
    for word in ("LINE 1", "OK", "CANCEL", "HOLD", "TRANSFER", "REDIAL", "DND"):
        assert word in texts, word
    for shape in picture.iter():
        if shape.tag.endswith("rect"):
            x, y = float(shape.get("x", 0)), float(shape.get("y", 0))
            assert x + float(shape.get("width")) <= 210 and y + float(shape.get("height")) <= 297


def test_the_font_of_the_display_is_the_one_drawn():
    from tools import font

    assert font.TARGET.read_text("utf-8") == font.source()
