"""Lamps, displays and ringer against their chips, by the contract of the simulation."""

import contracts
import fakes
from support import raises

from hal.audio.ringer import Ringer
from hal.display import font
from hal.display import sim as panel
from hal.display.hd44780 import HD44780
from hal.display.ssd1306 import SSD1306, dots
from hal.keys.ht16k33 import HT16K33
from hal.keys.mcp23017 import MCP23017
from hal.lamps.lamps import Lamps

_ALL = "".join(chr(x) for x in range(32, 127)) + font.EXTRA


def _oled(left=0):
    bus = fakes.I2C()
    fakes.DOTS = font.DOTS
    chip = bus.chips[0x3C] = fakes.OLED()
    return chip, SSD1306(bus, 0x3C, left)


def _text(left=0, columns=16, rows=2):
    bus = fakes.I2C()
    chip = bus.chips[0x27] = fakes.HD44780()
    part = HD44780(bus, 0x27, columns, rows)
    return chip, part


def test_simulated_lamps_keep_the_contract():
    part = panel.Lamps(32)

    def unplugged(value):
        part.unplugged = value

    contracts.lamps(part, lambda i: part.lit[i], lambda: unplugged(True), lambda: unplugged(False))


def test_lamps_of_the_ht16k33_keep_the_contract():
    bus = fakes.I2C()
    chip = bus.chips[0x70] = fakes.HT16K33()
    contracts.lamps(HT16K33(bus, 0x70, ("P1",), 32), chip.lit, chip.unplug, chip.plug)


def test_lamps_of_the_mcp23017_keep_the_contract():
    bus = fakes.I2C()
    chip = bus.chips[0x20] = fakes.MCP23017()
    part = MCP23017(bus, 0x20, ["P%d" % i for i in range(1, 5)], 12)
    contracts.lamps(part, lambda i: chip.lit(i, 4), chip.unplug, chip.plug)


def test_lamps_of_several_chips_are_one_part_and_one_missing_keeps_none_dark():
    bus, lamps = fakes.I2C(), Lamps()
    first, second = fakes.HT16K33(), fakes.HT16K33()
    bus.chips[0x70], bus.chips[0x71] = first, second
    lamps.add(0, HT16K33(bus, 0x70, (), 32))
    lamps.add(32, HT16K33(bus, 0x71, (), 18))
    assert lamps.count == 50
    first.unplug()
    lamps.set(3, True)
    lamps.set(49, True)
    lamps.set(77, True)
    with raises(OSError):
        lamps.flush()
    assert second.lit(17)
    first.plug()
    lamps.flush()
    assert first.lit(3) and not second.lit(3)


def test_the_simulated_display_keeps_the_contract():
    part = panel.Display()
    contracts.display(part, lambda row: part.lines[row] if row < len(part.lines) else "")


def test_the_oled_keeps_the_contract():
    chip, part = _oled()
    assert chip.on
    contracts.display(part, lambda row: chip.text(row, 0, dots, _ALL))


def test_the_sh1106_begins_two_dots_further():
    chip, part = _oled(left=2)
    contracts.display(part, lambda row: chip.text(row, 2, dots, _ALL))


def test_every_character_of_the_font_differs_from_every_other():
    shapes = {}
    for character in _ALL:
        shapes.setdefault(font.DOTS[dots(character) : dots(character) + 5], []).append(character)
    assert not [x for x in shapes.values() if len(x) > 1]
    assert dots("\u4e2d") == dots("?") and dots("\n") == dots("?")


def test_only_lines_that_changed_are_written_to_the_oled():
    chip, part = _oled()
    part.show(["one", "two"])
    before = chip.written
    part.show(["one", "three"])
    assert chip.written == before + 1


def test_a_display_that_was_unplugged_shows_everything_when_it_is_back():
    chip, part = _oled()
    part.show(["one"])
    chip.unplug()
    part.show(["two"])
    chip.plug()
    part.show(["two"])
    assert chip.on and chip.text(0, 0, dots, _ALL) == "two"


_LETTERS = {i: c for i, c in enumerate("ÄÖÜäöüß")}


def _read(chip, at, columns):
    data = chip.text(at, columns)
    return "".join(_LETTERS.get(x) or chr(x) for x in data).rstrip()


def test_the_hd44780_keeps_the_contract():
    chip, part = _text()
    contracts.display(part, lambda row: _read(chip, 0x40 * row, 16))


def test_the_hd44780_with_four_rows_finds_each_row():
    for columns, places in ((20, (0, 0x40, 0x14, 0x54)), (16, (0, 0x40, 0x10, 0x50))):
        chip, part = _text(0, columns, 4)
        part.show(["a", "b", "c", "d"])
        assert [_read(chip, x, 1) for x in places] == ["a", "b", "c", "d"]


def test_german_letters_of_the_hd44780_have_shapes_of_their_own():
    chip, _ = _text()
    shapes = {bytes(chip.own[i * 8 : i * 8 + 8]) for i in range(7)}
    assert len(shapes) == 7 and bytes(8) not in shapes


def test_an_unplugged_hd44780_is_set_up_again():
    chip, part = _text()
    chip.unplug()
    part.show(["x"])
    chip.plug()
    part.show(["x"])
    assert chip.four and _read(chip, 0, 16) == "x"


def test_a_missing_display_is_an_oserror():
    for make in (SSD1306, HD44780):
        with raises(OSError):
            make(fakes.I2C())


def test_both_ringers_keep_the_contract():
    pwm = fakes.PWM()
    contracts.ringer(Ringer(pwm), lambda: pwm.duty and pwm.hz)
    part = panel.Ringer()
    contracts.ringer(part, lambda: part.hz)
