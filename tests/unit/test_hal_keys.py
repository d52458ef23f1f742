"""Keypad, hook and key chips against their chips' registers, by the contract of the simulation."""

import contracts
import fakes
from support import Clock, raises

from base.compat import Ticks
from hal.keys import ht16k33
from hal.keys.debounce import Debounce
from hal.keys.hook import Hook
from hal.keys.input import Input
from hal.keys.interrupt import Line
from hal.keys.keypad import Keypad
from hal.keys.mcp23017 import MCP23017, key_line, lamp_lines
from hal.keys.sim import Flag, Keys
from hal.keys.tca8418 import TCA8418

_KEYPAD = "123456789*0#"


def _keypad():
    matrix = fakes.Matrix(4, 3)
    return matrix, Keypad(matrix.rows, matrix.columns, _KEYPAD)


def _spot(name):
    return divmod(_KEYPAD.index(name), 3)


class _Time:
    """Moves the ticks of a driver by hand."""

    def __init__(self, module):
        self.clock = Clock()
        self.module = module
        self.old = module.Ticks
        module.Ticks = self.clock

    def __enter__(self):
        return self.clock

    def __exit__(self, *_):
        self.module.Ticks = self.old


def _number(name):
    return int(name[1:]) - 1


def test_the_keypad_keeps_the_contract_of_keys():
    matrix, part = _keypad()
    contracts.keys(
        part,
        lambda name: matrix.press(*_spot(name)),
        lambda name: matrix.release(*_spot(name)),
        None,
        None,
        lambda: None,
    )


def test_simulated_keys_keep_the_contract_of_keys():
    part = Keys(["P%d" % (i + 1) for i in range(32)])

    def unplug():
        part.unplugged = True

    def plug():
        part.unplugged = False

    contracts.keys(
        part,
        lambda name: part.hold(name, True),
        lambda name: part.hold(name, False),
        unplug,
        plug,
        lambda: None,
    )


def test_the_ht16k33_keeps_the_contract_of_keys():
    bus = fakes.I2C()
    chip = bus.chips[0x70] = fakes.HT16K33()
    with _Time(ht16k33) as clock:
        part = ht16k33.HT16K33(bus, 0x70, ["P%d" % (i + 1) for i in range(36)], 32)

        def settle():
            for _ in range(3):
                clock.move(10)
                chip.scan()

        contracts.keys(
            part,
            lambda name: chip.press(_number(name)),
            lambda name: chip.release(_number(name)),
            chip.unplug,
            chip.plug,
            settle,
        )


def test_the_mcp23017_keeps_the_contract_of_keys():
    bus = fakes.I2C()
    chip = bus.chips[0x20] = fakes.MCP23017()
    part = MCP23017(bus, 0x20, ["P%d" % (i + 1) for i in range(8)], 8)
    contracts.keys(
        part,
        lambda name: chip.press(key_line(_number(name))),
        lambda name: chip.release(key_line(_number(name))),
        chip.unplug,
        chip.plug,
        lambda: None,
    )


def test_the_tca8418_keeps_the_contract_of_keys():
    bus = fakes.I2C()
    chip = bus.chips[0x34] = fakes.TCA8418()
    part = TCA8418(bus, 0x34, ["P%d" % (i + 1) for i in range(32)])
    contracts.keys(
        part,
        lambda name: chip.press(*divmod(_number(name), 8)),
        lambda name: chip.release(*divmod(_number(name), 8)),
        chip.unplug,
        chip.plug,
        lambda: None,
    )


def test_a_missing_chip_is_an_oserror_at_once():
    for make in (ht16k33.HT16K33, MCP23017, TCA8418):
        bus = fakes.I2C()
        with raises(OSError):
            make(bus, 0x33, ("P1",), 1)
        assert bus.asked == 1


def test_ghost_keys_of_a_matrix_are_not_reported():
    matrix, part = _keypad()
    matrix.press(0, 0)
    matrix.press(0, 1)
    assert part.read() == 0b11
    matrix.press(1, 0)  # 5 looks pressed too now
    assert part.read() == 0b11, "nobody knows which keys are down: the last certain ones stay"
    matrix.release(1, 0)
    matrix.release(0, 1)
    assert part.read() == 1


def test_keys_of_different_rows_and_columns_are_both_seen():
    matrix, part = _keypad()
    matrix.press(0, 0)
    matrix.press(3, 2)
    assert part.read() == 1 | 1 << 11


def test_a_stuck_key_leaves_the_others_usable():
    matrix, part = _keypad()
    matrix.press(3, 1)
    for _ in range(5):
        assert part.read() == 1 << 10
    matrix.press(0, 0)
    assert part.read() == 1 | 1 << 10


def test_a_keypad_whose_lines_all_read_low_presses_nothing():
    rows, columns = [fakes.Pin() for _ in range(4)], [fakes.Pin(0) for _ in range(3)]
    assert Keypad(rows, columns, _KEYPAD).read() == 0


async def test_a_pressed_key_wakes_who_waits_for_the_keypad():
    import asyncio

    matrix, part = _keypad()
    part.read()
    for row, column in ((0, 0), (2, 1), (3, 2)):
        matrix.press(row, column)
        await asyncio.wait_for(part.irq.wait(), 5)
        assert part.read()
        matrix.release(row, column)
        assert part.read() == 0
        part.irq.set()
        await part.irq.wait()


def test_the_hook_counts_as_lifted_only_after_it_was_seen_down():
    pin = fakes.Pin(0)
    hook = Hook(pin, lifted=0)
    assert hook.read() == 0 and hook.names == ("HOOK",)
    pin.drive(1)
    assert hook.read() == 0
    pin.drive(0)
    assert hook.read() == 1


async def test_each_edge_of_the_hook_wakes_its_reader():
    import asyncio

    pin = fakes.Pin(1)
    hook = Hook(pin)
    for level in (0, 1, 0):
        pin.drive(level)
        await asyncio.wait_for(hook.irq.wait(), 5)


def test_a_chattering_hook_is_one_event():
    pin, clock = fakes.Pin(1), Clock()
    hook, seen = Hook(pin), []
    hook.read()
    debounce = Debounce(hook.names)
    trace = "0101100100010000000000000000"  # 1 ms each, then lifted for good
    for level in trace + "1011011101111111111111111111111111111111111":
        pin.drive(int(level))
        seen += debounce.update(hook.read(), clock)
        clock.move(3)
    clock.move(60)
    seen += debounce.update(hook.read(), clock)
    assert seen == [("HOOK", True), ("HOOK", False)]


def test_a_line_wakes_all_chips_that_share_it():
    pin = fakes.Pin()
    line = Line(pin)
    first, second = line.flag(), line.flag()
    seen = []
    first.set = lambda: seen.append(1)
    second.set = lambda: seen.append(2)
    pin.drive(0)
    assert seen == [1, 2]


def test_a_nack_in_mid_scan_is_an_oserror_and_the_chip_is_set_up_again():
    bus = fakes.I2C()
    chip = bus.chips[0x34] = fakes.TCA8418()
    part = TCA8418(bus, 0x34, ["P%d" % (i + 1) for i in range(32)])
    chip.press(1, 0)
    bus.nack_after = 2
    with raises(OSError):
        part.read()
    chip.power_on()
    chip.press(1, 0)
    assert part.read() == 0, "set up anew"
    chip.press(1, 1)
    assert part.read() == 1 << 9


def test_a_chip_replugged_between_two_reads_is_noticed():
    for make, kind in ((MCP23017, fakes.MCP23017), (TCA8418, fakes.TCA8418)):
        bus = fakes.I2C()
        chip = bus.chips[0x20] = kind()
        part = make(bus, 0x20, ["P1", "P2"])
        chip.plug()
        with raises(OSError):
            part.read()
        assert part.read() == 0
        chip.press(0, 1) if make is TCA8418 else chip.press(1)
        assert part.read() == 2


def test_the_tca8418_loses_no_key_of_a_full_fifo_for_ever():
    bus = fakes.I2C()
    chip = bus.chips[0x34] = fakes.TCA8418()
    part = TCA8418(bus, 0x34, ["P%d" % (i + 1) for i in range(32)])
    for column in range(8):
        chip.press(0, column)
        chip.release(0, column)
    assert part.read() == 0, "the releases that were lost hang no key"
    chip.press(2, 3)
    assert part.read() == 1 << 19


def test_the_interrupt_line_falls_with_a_key_and_rises_with_the_read():
    for make, kind in ((MCP23017, fakes.MCP23017), (TCA8418, fakes.TCA8418)):
        pin, bus = fakes.Pin(), fakes.I2C()
        chip = bus.chips[0x20] = kind(pin)
        part = make(bus, 0x20, ["P1", "P2"], irq=Line(pin).flag())
        chip.press(0, 0) if make is TCA8418 else chip.press(0)
        assert pin.level == 0
        assert part.read() == 1 and pin.level == 1


def test_an_unplugged_chip_wakes_its_reader_through_the_lamps():
    bus, pin = fakes.I2C(), fakes.Pin()
    chip = bus.chips[0x20] = fakes.MCP23017(pin)
    flag = Line(pin).flag()
    part = MCP23017(bus, 0x20, ["P1"], 8, flag)
    chip.unplug()
    seen = []
    flag.set = lambda: seen.append(1)
    with raises(OSError):
        part.flush()
    assert seen


def test_no_line_of_the_mcp23017_that_is_an_output_only_becomes_a_key():
    for keys in range(15):
        lines = [key_line(i) for i in range(keys)]
        assert 7 not in lines and 15 not in lines and len(set(lines)) == keys
        assert sorted(lines + lamp_lines(keys)) == list(range(16))


def test_fourteen_keys_of_the_mcp23017_are_read_from_both_halves():
    bus = fakes.I2C()
    chip = bus.chips[0x20] = fakes.MCP23017()
    part = MCP23017(bus, 0x20, ["P%d" % (i + 1) for i in range(14)], 2)
    for index in range(14):
        chip.press(key_line(index))
        assert part.read() == 1 << index, index
        chip.release(key_line(index))
    part.set(1, True)
    part.flush()
    assert chip.dark(7) and not chip.dark(15)


def test_the_ht16k33_is_not_read_faster_than_it_finds_held_keys_again():
    bus = fakes.I2C()
    chip = bus.chips[0x70] = fakes.HT16K33()
    with _Time(ht16k33) as clock:
        part = ht16k33.HT16K33(bus, 0x70, ["P1", "P2"])
        part.read()
        chip.press(1)
        for tick in range(30):
            clock.move(10)
            chip.scan()
            assert part.read() in ((0, 2) if tick < 4 else (2,)), "a held key stays down"


def test_a_key_pressed_right_after_a_read_of_the_ht16k33_is_not_left_to_the_next_poll():
    pin, bus = fakes.Pin(), fakes.I2C()
    chip = bus.chips[0x70] = fakes.HT16K33(pin)
    with _Time(ht16k33) as clock:
        part = ht16k33.HT16K33(bus, 0x70, ["P1"])
        part.irq = Flag()
        line = Line(pin)
        line._flags = (part.irq,)
        part.read()
        chip.press(0)
        for _ in range(2):
            clock.move(10)
            chip.scan()
        looks, mask = 0, 0
        while part.irq.state and looks < 5:
            part.irq.clear()
            clock.move(10)
            mask = part.read()
            looks += 1
        assert mask == 1 and looks <= 3


def test_the_tca8418_tells_of_a_full_fifo_by_its_interrupt():
    bus, pin = fakes.I2C(), fakes.Pin()
    chip = bus.chips[0x34] = fakes.TCA8418(pin)
    part = TCA8418(bus, 0x34, ["P%d" % (i + 1) for i in range(32)])
    chip.press(0, 0)
    part.read()
    for column in range(1, 6):
        chip.press(1, column)
        chip.release(1, column)
    chip.release(0, 0)
    assert chip.registers[2] & 8 and pin.level == 0
    assert part.read() == 0, "the newest events are there: the key that was let go is up"


def test_the_ticks_of_the_drivers_are_the_machines():
    assert ht16k33.Ticks is Ticks


def test_a_key_that_is_held_at_the_start_is_no_press_until_it_was_let_go():
    keypad, hook, clock, seen = Keys("0123456789*#"), Keys(("HOOK",)), Clock(), []
    made = Input([hook, keypad], clock, None)
    made.emit = lambda name, down: seen.append((name, down))

    def scan():
        for part, debounce in made.parts:
            made.scan(part, debounce)
        clock.move(100)

    assert not made.held_at_start("*") and not made.held_at_start("P9")
    keypad.hold("*", True)
    assert made.held_at_start("*") and made.held_at_start("*")
    keypad.hold("5", True)
    assert not made.held_at_start("*"), "somebody leans on the keys, or they are broken"
    for _ in range(3):
        scan()
    assert seen == [("5", True)]
    keypad.hold("5", False)
    scan()
    keypad.hold("*", False)
    for _ in range(3):
        scan()
    keypad.hold("*", True)
    for _ in range(3):
        scan()
    assert seen == [("5", True), ("5", False), ("*", True)]
    keypad.unplugged = True
    assert not made.held_at_start("*")


def test_each_key_of_the_ht16k33_is_read_alone_and_with_others():
    bus = fakes.I2C()
    chip = bus.chips[0x70] = fakes.HT16K33()
    with _Time(ht16k33) as clock:
        part = ht16k33.HT16K33(bus, 0x70, ["P%d" % (i + 1) for i in range(36)])

        def found():
            for _ in range(4):
                clock.move(10)
                chip.scan()
            return part.read()

        for index in range(36):
            chip.press(index)
            assert found() == 1 << index, index
            chip.release(index)
            assert found() == 0
        for index in range(0, 36, 5):
            chip.press(index)
        assert found() == sum([1 << i for i in range(0, 36, 5)])


def test_the_ht16k33_is_ordered_to_run_each_64_reads_and_not_in_between():
    bus = fakes.I2C()
    chip = bus.chips[0x70] = fakes.HT16K33()
    with _Time(ht16k33) as clock:
        part = ht16k33.HT16K33(bus, 0x70, ["P1"], 8)
        orders, written = [], bus.writeto

        def writeto(address, data):
            orders.append(bytes(data))
            return written(address, data)

        bus.writeto = writeto
        at = []
        for n in range(1, 200):
            clock.move(29)
            part.read()
            clock.move(1)
            chip.scan()
            part.read()
            if orders:
                assert b"\x21" in orders and len(orders) == 2, "the oscillator, and the lamps"
                at.append(n)
                del orders[:]
        assert at == [64, 128, 192]


class _Part:
    """A part of two keys that counts how often it is read."""

    names = ("A", "B")

    def __init__(self, irq=None):
        self.irq, self.mask, self.reads, self.gone = irq, 0, 0, False

    def read(self):
        self.reads += 1
        if self.gone:
            raise OSError(5)
        return self.mask


def _looks(made, part, debounce, turns, clock):
    """Let ticks pass; return in which the part was read."""
    found = []
    for turn in turns:
        before = part.reads
        made.look(part, debounce, turn)
        if part.reads > before:
            found.append(turn)
        clock.move(10)
    return found


def test_a_part_without_an_interrupt_is_read_each_tick_and_one_with_it_when_it_has_a_reason():
    for flag, wanted in ((None, list(range(1, 301))), (Flag(), [100, 200, 300])):
        clock, part = Clock(), _Part(flag)
        made = Input([part], clock, lambda *line: None)
        debounce = made.parts[0][1]
        if flag:
            flag.clear()
        assert _looks(made, part, debounce, range(1, 301), clock) == wanted
        if flag:
            flag.set()
            assert _looks(made, part, debounce, range(301, 306), clock)[:1] == [301]
            assert not flag.state


def test_a_key_that_is_down_is_looked_at_until_it_is_up():
    clock, flag, seen = Clock(), Flag(), []
    part = _Part(flag)
    made = Input([part], clock, lambda *line: None)
    made.emit = lambda name, down: seen.append((name, down))
    debounce = made.parts[0][1]
    part.mask = 2
    flag.set()
    assert _looks(made, part, debounce, range(1, 50), clock) == list(range(1, 50))
    assert seen == [("B", True)] and made.down("B") and not made.down("A")
    assert not made.down("C") and made.names() == ["A", "B"]
    part.mask = 0
    _looks(made, part, debounce, range(50, 60), clock)
    assert seen == [("B", True), ("B", False)]
    assert _looks(made, part, debounce, range(60, 99), clock)[5:] == []


def test_a_part_that_failed_is_looked_at_each_tenth_tick_and_told_of_once():
    for flag in (None, Flag()):
        clock, part, lines = Clock(), _Part(flag), []
        made = Input([part], clock, lambda level, text, *x, to=lines: to.append(text % x))
        debounce = made.parts[0][1]
        part.gone = True
        if flag:
            flag.set()
        assert _looks(made, part, debounce, range(1, 31), clock) == [1, 10, 20, 30]
        assert len(lines) == 1 and "A" in lines[0]
        part.gone = False
        _looks(made, part, debounce, range(31, 41), clock)
        assert lines[1:] == ["A is back"]


def test_a_fault_behind_one_key_leaves_the_other_and_held_keys_are_down():
    clock, part, seen, lines = Clock(), _Part(), [], []
    made = Input([part], clock, lambda level, text, *more: lines.append(text % more))

    def emit(name, down):
        seen.append((name, down))
        if name == "A":
            raise ValueError("boom")

    made.emit = emit
    part.mask = 1
    made.held["B"] = True
    made.scan(*made.parts[0])
    assert seen == [("A", True), ("B", True)]
    assert len(lines) == 1 and "key A" in lines[0] and "boom" in lines[0]
    made.held.clear()
    for _ in range(3):
        clock.move(100)
        made.scan(*made.parts[0])
    assert seen[2:] == [("B", False)] and made.down("A")


def test_a_key_of_the_tca8418_beyond_its_names_is_none():
    bus = fakes.I2C()
    chip = bus.chips[0x34] = fakes.TCA8418()
    part = TCA8418(bus, 0x34, ["P1", "P2"])
    for column in range(2, 8):
        chip.press(0, column)
        assert part.read() == 0, column
        chip.release(0, column)
    chip.press(0, 1)
    assert part.read() == 2


def test_the_mcp23017_has_one_open_drain_line_for_both_halves_and_dark_lamps():
    bus = fakes.I2C()
    chip = bus.chips[0x20] = fakes.MCP23017()
    part = MCP23017(bus, 0x20, ["P1", "P2"], 13)
    iocon = chip.registers[0x0A]  # DS20001952, register 3-6: MIRROR is bit 6, ODR bit 2
    assert iocon == 1 << 6 | 1 << 2
    assert chip.word(0x14) == 0xFFFF, "all are dark"
    assert chip.word(0x00) == chip.word(0x04) == chip.word(0x0C) == 0b11, "two keys"
    lines = lamp_lines(2)
    for index in (0, 5, 12):
        part.set(index, True)
        part.flush()
        assert chip.word(0x14) == 0xFFFF & ~(1 << lines[index])
        part.set(index, False)
        part.flush()
        assert chip.word(0x14) == 0xFFFF


def test_two_keys_of_one_column_are_both_down_whichever_column_it_is():
    for column in range(3):
        for first in range(4):
            for second in range(first + 1, 4):
                matrix, part = _keypad()
                matrix.press(first, column)
                matrix.press(second, column)
                mask = part.read()
                assert mask == 1 << 3 * first + column | 1 << 3 * second + column


def test_a_release_counts_after_20_ms_up_and_not_within_30_of_the_press():
    for up, gone in ((30, 50), (31, 51), (100, 120), (29, 50)):
        clock, part = Clock(0x3FFFFFF0), Debounce(("1",))
        assert part.update(1, clock) == [("1", True)]
        changed = []
        for ms in range(1, 200):
            clock.move(1)
            raw = 0 if ms >= up else 1
            changed += [(ms, x) for x in part.update(raw, clock)]
        assert changed == [(gone, ("1", False))], (up, changed)
        assert not part.settling and part.down == 0
