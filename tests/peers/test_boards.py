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
        (
            _add("lan8720", **{**_RMII, "clock_out": False}),
            "GPIO 17: RMII's 50 MHz clock goes in only on GPIO 0",
        ),
    ],
)
def test_a_board_that_cannot_work_is_refused(change, words):
    pattern = ".*".join(re.escape(x) for x in words.split(".*"))
    assert any(re.search(pattern, text) for text in _findings(change)), _findings(change)


def test_psram_pins_are_refused_on_modules_with_psram_only():
    assert _findings() == []
    assert any("GPIO 16" in x and "PSRAM" in x for x in _findings(about={"psram": True}))
    octal = _findings(about={"psram": True}, base="s3_w5500")
    assert any("GPIO 35" in x and "PSRAM" in x for x in octal)


def test_rmii_is_the_esp32s_only():
    found = _findings(_add("lan8720", **_RMII), base="s3_w5500")
    assert any("no RMII" in x for x in found)


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


def test_a_diagram_shows_each_wire_and_stays_inside_its_picture():
    from xml.etree import ElementTree

    from tools import diagram

    for name in wiring.names():
        board = wiring.load(name)
        picture = ElementTree.fromstring(diagram.Drawing(board).draw())
        texts = [x.text for x in picture.iter() if x.tag.endswith("text")]
        for block in board.blocks:
            for wire in block.wires:
                assert f"GPIO {wire.pin}" in texts, (name, wire)
        width, height = int(picture.get("width")), int(picture.get("height"))
        for shape in picture.iter():
            if shape.tag.endswith("circle"):
                assert 0 < float(shape.get("cx")) < width and 0 < float(shape.get("cy")) < height


def test_the_font_of_the_display_is_the_one_drawn():
    from tools import font

    assert font.TARGET.read_text("utf-8") == font.source()
