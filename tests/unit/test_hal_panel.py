"""Lamps, displays and ringer against their chips, by the contract of the simulation."""

import contracts
import fakes
from support import raises

from hal.audio.ringer import Ringer
from hal.audio.sim import Ringer as SimRinger
from hal.display import font
from hal.display.hd44780 import HD44780
from hal.display.sim import Display as SimDisplay
from hal.display.ssd1306 import SH1106, SSD1306, dots
from hal.keys.ht16k33 import HT16K33
from hal.keys.mcp23017 import MCP23017, lamp_lines
from hal.lamps.banks import Banks
from hal.lamps.sim import Lamps as SimLamps

_ALL = "".join(chr(x) for x in range(32, 127)) + font.EXTRA


_SLICE = 0.003  # s of the bus that nobody may hold it longer in one piece


def _oled(make=SSD1306, commands=fakes.SSD1306):
    bus = fakes.I2C()
    fakes.DOTS = font.DOTS
    chip = bus.chips[0x3C] = fakes.OLED(commands)
    return chip, make(bus, 0x3C), bus


def _text(columns=16, rows=2):
    bus = fakes.I2C()
    chip = bus.chips[0x27] = fakes.HD44780()
    return chip, HD44780(bus, 0x27, columns, rows), bus


def _finish(part, bus=None, hertz=400_000):
    """Take all steps that are left; return the longest one's seconds on the bus."""
    longest = 0
    while True:
        before = bus.bits if bus else 0
        left = part.step()
        longest = max(longest, ((bus.bits if bus else 0) - before) / hertz)
        if left is None:
            return longest


def test_simulated_lamps_keep_the_contract():
    part = SimLamps(32)

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
    lines = lamp_lines(4)
    contracts.lamps(part, lambda i: not chip.dark(lines[i]), chip.unplug, chip.plug)


def test_lamps_of_several_chips_are_one_part_and_one_missing_keeps_none_dark():
    bus, lamps = fakes.I2C(), Banks()
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


async def test_the_simulated_display_keeps_the_contract():
    part = SimDisplay()
    await contracts.display(part, lambda row: part.lines[row] if row < len(part.lines) else "")


async def test_the_oled_keeps_the_contract():
    chip, part, _ = _oled()
    assert chip.on and chip.pump
    await contracts.display(part, lambda row: chip.text(row, 0, dots, _ALL))


async def test_the_sh1106_begins_two_dots_further():
    chip, part, _ = _oled(SH1106, fakes.SH1106)
    assert chip.on and chip.pump
    await contracts.display(part, lambda row: chip.text(row, 2, dots, _ALL))


def test_every_character_of_the_font_differs_from_every_other():
    shapes = {}
    for character in _ALL:
        shapes.setdefault(font.DOTS[dots(character) : dots(character) + 5], []).append(character)
    assert not [x for x in shapes.values() if len(x) > 1]
    assert dots("\u4e2d") == dots("?") and dots("\n") == dots("?")


def test_the_noise_in_a_displays_memory_is_gone_before_it_is_switched_on():
    for make, commands in ((SSD1306, fakes.SSD1306), (SH1106, fakes.SH1106)):
        chip, _, _ = _oled(make, commands)
        assert not any(any(page) for page in chip.memory)
    chip, _, _ = _text()
    assert chip.text(0, 128) == b" " * 128


async def test_only_characters_that_changed_are_written_to_the_oled():
    chip, part, _ = _oled()
    part.show(["12:59 Monday", "two"])
    _finish(part)
    before = chip.written
    part.show(["13:00 Monday", "two"])
    _finish(part)
    assert chip.written == before + 6 * 4 and chip.text(0, 0, dots, _ALL) == "13:00 Monday"
    part.show(["13:00 Monday", "two"])
    assert part.step() is None


async def test_a_display_holds_the_bus_for_three_milliseconds_at_most():
    for make, commands in ((SSD1306, fakes.SSD1306), (SH1106, fakes.SH1106)):
        _, part, bus = _oled(make, commands)
        part.show(["M" * 21] * 8)
        assert 0 < _finish(part, bus) <= _SLICE, make
        assert bus.bits / 400_000 > 4 * _SLICE, "the whole picture takes longer"
    for columns, rows in ((16, 2), (20, 4)):
        _, part, bus = _text(columns, rows)
        part.show(["M" * columns] * rows)
        assert 0 < _finish(part, bus, 100_000) <= _SLICE, (columns, rows)


async def test_a_display_that_comes_back_is_set_up_in_slices_too():
    for (chip, part, bus), hertz in ((_oled(), 400_000), (_text(), 100_000)):
        chip.unplug()
        part.show(["one"])
        _finish(part)
        chip.plug()
        part.show(["two"])
        assert 0 < _finish(part, bus, hertz) <= _SLICE


def test_lamps_hold_the_bus_for_three_milliseconds_at_most():
    bus, lamps = fakes.I2C(), Banks()
    for number in range(3):
        bus.chips[0x70 + number] = fakes.HT16K33()
        lamps.add(64 * number, HT16K33(bus, 0x70 + number, (), 64))
    before = bus.bits
    lamps.flush()
    assert (bus.bits - before) / 400_000 <= _SLICE


async def test_what_is_shown_while_the_display_is_written_is_not_lost():
    chip, part, _ = _oled()
    part.show(["old"] * 8)
    part.step()
    part.show(["new"] * 8)
    await contracts.turns()
    assert [chip.text(row, 0, dots, _ALL) for row in range(8)] == ["new"] * 8


async def test_a_display_that_was_unplugged_shows_everything_when_it_is_back():
    chip, part, _ = _oled()
    part.show(["one"])
    _finish(part)
    chip.unplug()
    part.show(["two"])
    _finish(part)
    chip.plug()
    part.show(["two"])
    _finish(part)
    assert chip.on and chip.text(0, 0, dots, _ALL) == "two"


_LETTERS = {i: c for i, c in enumerate("ÄÖÜäöüß")}


def _read(chip, at, columns):
    data = chip.text(at, columns)
    return "".join(_LETTERS.get(x) or chr(x) for x in data).rstrip()


async def test_the_hd44780_keeps_the_contract():
    chip, part, _ = _text()
    await contracts.display(part, lambda row: _read(chip, 0x40 * row, 16))


async def test_the_hd44780_with_four_rows_finds_each_row():
    for columns, places in ((20, (0, 0x40, 0x14, 0x54)), (16, (0, 0x40, 0x10, 0x50))):
        chip, part, _ = _text(columns, 4)
        part.show(["a", "b", "c", "d"])
        _finish(part)
        assert [_read(chip, x, 1) for x in places] == ["a", "b", "c", "d"]


async def test_what_the_hd44780_has_no_shape_for_is_a_question_mark():
    chip, part, _ = _text()
    part.show(["{a}~\u4e2d\x1f\x7f"])  # its place of a tilde holds an arrow
    _finish(part)
    assert _read(chip, 0, 16) == "{a}????"


def test_german_letters_of_the_hd44780_have_shapes_of_their_own():
    chip, _, _ = _text()
    shapes = {bytes(chip.own[i * 8 : i * 8 + 8]) for i in range(7)}
    assert len(shapes) == 7 and bytes(8) not in shapes


def test_the_hd44780_gets_time_after_it_got_power():
    _, part, _ = _text()
    waits = list(part.start())
    assert waits[0] >= 20 and waits[1] >= 5 and waits[-1] >= 2


async def test_an_unplugged_hd44780_is_set_up_again():
    chip, part, _ = _text()
    chip.unplug()
    part.show(["x"])
    _finish(part)
    chip.plug()
    part.show(["x"])
    _finish(part)
    assert chip.four and _read(chip, 0, 16) == "x"


def test_a_missing_display_is_an_oserror():
    for make in (SSD1306, HD44780):
        with raises(OSError):
            make(fakes.I2C())


def test_both_ringers_keep_the_contract():
    pwm = fakes.PWM()
    contracts.ringer(Ringer(pwm), lambda: pwm.duty and pwm.hz)
    part = SimRinger()
    contracts.ringer(part, lambda: part.hz)


def test_a_text_display_is_begun_as_its_data_sheet_says():
    chip, part, bus = _text()  # Hitachi HD44780U, "Initializing by Instruction", 4 bits
    _finish(part)
    assert chip.orders[:4] == [3, 3, 3, 2]
    assert chip.orders[4:7] == [0x28, 0x0C, 0x06], "two lines, on and no cursor, to the right"
    assert chip.orders[-1] == 0x01 or 0x01 in chip.orders[7:], "cleared"
    assert all(x & 0xC0 == 0x40 or x & 0x80 or x == 1 for x in chip.orders[7:])
