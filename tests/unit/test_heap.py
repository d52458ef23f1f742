"""The heap's watch: what it says when memory gets short, of Python's and of the system's."""

from collections import namedtuple

from support import Clock

import base.heap as module
from base.heap import Heap, allowance, limit_garbage
from base.timers import Timers

Figures = namedtuple("Figures", ("free", "largest", "minimum", "growth"))
_IDLE = Figures(90_000, 40_000, 30_000, 3_000_000)


class Memory:
    """Memory with figures that a test sets."""

    def __init__(self, free=100_000, system=_IDLE):
        self.free = free
        self.system_figures = system
        self.lines, self.told = [], []

    def heap(self, system=True):
        return Heap(
            lambda level, text, *values: self.lines.append((level, text % values)),
            (lambda: self.system_figures) if system else None,
            self.told.append,
            lambda: (5000, self.free),
        )


def test_both_memories_are_in_the_figures():
    memory = Memory()
    figures = memory.heap().figures()
    assert (
        figures["used"] == 5000 and figures["free"] == 100_000 and figures["largest"] == 3_000_000
    )
    assert figures["system"] == {"free": 90_000, "largest": 40_000, "minimum": 30_000}
    text = memory.heap().text()
    for number in ("5000 used", "100000 free", "90000 free", "40000 in one piece", "30000 at"):
        assert number in text, text
    assert memory.heap(system=False).figures()["system"] is None


def test_the_largest_block_is_looked_for_up_to_64_kb_in_a_heap_that_cannot_grow():
    for system in (None, Figures(90_000, 40_000, 30_000, None)):
        assert Memory(1 << 20, system).heap().figures()["largest"] == 65536
        assert Memory(3000, system).heap().figures()["largest"] == 3000


class _Collector:
    """Stands for `gc`: a collection leaves so much in use."""

    def __init__(self, heap):
        self.heap, self.count = heap, 0

    def collect(self):
        self.count += 1
        self.heap.used = 700_000


class _Used:
    """Python's heap with so much in use, of 4 MB."""

    used = 700_000

    def __call__(self):
        return self.used, 4_000_000 - self.used


def test_garbage_is_collected_at_a_good_moment_before_so_much_is_there_that_it_would_be_anyhow():
    used, kept = _Used(), module.gc
    heap = Heap(lambda *_: None, None, None, used)
    most = allowance(*used())
    assert most == 3_300_000 // 4
    module.gc = gc = _Collector(used)
    try:
        heap.tidy()  # nobody knows how much of that is garbage
        assert gc.count == 1
        heap.tidy()
        used.used += most // 8
        heap.tidy()
        assert gc.count == 1, "an eighth is little in a call"
        heap.tidy(1)
        assert gc.count == 2 and used.used == 700_000, "but not where nobody calls"
        used.used += most * 3 // 4 + 1
        heap.tidy()
        assert gc.count == 3
        used.used = 600_000  # one has come by itself
        heap.tidy(1)
        used.used += most // 8 + 1
        heap.tidy(1)
        assert gc.count == 4, "what is counted begins anew with it"
    finally:
        module.gc = kept


class _Thresholds:
    """A `gc` that notes its thresholds."""

    def __init__(self):
        self.set = []

    def threshold(self, count):
        self.set.append(count)


def test_a_small_heap_is_collected_after_few_bytes_and_a_large_one_when_it_is_full():
    assert allowance(60_000, 40_000) == 8192
    assert allowance(700_000, 100_000) == 131_072
    kept = module.gc, module.heap_figures
    try:
        for figures, wanted in (((60_000, 40_000), [8192]), ((700_000, 100_000), [])):
            module.gc, module.heap_figures = _Thresholds(), lambda figures=figures: figures
            limit_garbage()
            assert module.gc.set == wanted
        module.gc = object()  # a firmware may be built without thresholds
        module.heap_figures = lambda: (60_000, 40_000)
        limit_garbage()
    finally:
        module.gc, module.heap_figures = kept


def test_short_memory_is_told_once_and_once_more_when_it_is_over():
    for name, low, high in (
        ("free", 19_999, 24_000),
        ("system_figures", Figures(19_999, 9, 9, 9), Figures(24_000, 9, 9, 9)),
    ):
        memory = Memory()
        heap = memory.heap()
        heap.look()
        edge = 20_000 if name == "free" else Figures(20_000, 9, 9, 9)
        setattr(memory, name, edge)
        heap.look()
        assert memory.lines == memory.told == [] and not heap.short
        for value in (low, low, Figures(21_000, 1, 1, 1) if name != "free" else 21_000):
            setattr(memory, name, value)
            heap.look()
        assert heap.short and len(memory.lines) == len(memory.told) == 1
        assert memory.lines[0][0] == 1 and memory.lines[0][1].startswith("memory is short: ")
        assert memory.told[0] == memory.lines[0][1] and "19999 free" in memory.told[0]
        setattr(memory, name, high)
        heap.look()
        assert memory.told[1:] == [None] and len(memory.lines) == 2 and not heap.short


def test_it_looks_every_five_seconds():
    clock, memory = Clock(), Memory()
    timers = Timers(clock)
    memory.heap().watch(timers)
    memory.free = 1000
    clock.move(4999, timers)
    assert memory.told == []
    clock.move(1, timers)
    assert len(memory.told) == 1 and len(timers) == 1


def test_a_large_heap_is_looked_at_every_fifteen_seconds_for_it_takes_long():
    clock, memory = Clock(), Memory(free=2_000_000)
    timers, looks = Timers(clock), []
    memory.python = lambda: looks.append(clock.ms()) or (5000, memory.free)
    heap = Heap(None, lambda: memory.system_figures, memory.told.append, memory.python)
    heap.log = lambda level, text, *values: memory.lines.append((level, text % values))
    looks.clear()
    heap.watch(timers)
    start = clock.ms()
    clock.move(44_999, timers)
    assert [x - start for x in looks] == [0, 15_000, 30_000]
    memory.system_figures = Figures(1000, 9, 9, 9)  # of the system's memory it hears at once
    clock.move(1, timers)
    clock.move(5000, timers)
    assert len(memory.told) == 1


def test_where_nobody_calls_little_garbage_is_collected_every_fifteen_seconds():
    clock, used, kept = Clock(), _Used(), module.gc
    timers, busy = Timers(clock), []
    heap = Heap(lambda *_: None, None, None, used)
    most = allowance(*used())
    module.gc = gc = _Collector(used)
    try:
        heap.watch(timers, lambda: not busy)  # nobody knows how much of it is garbage
        assert gc.count == 1
        used.used += most // 8 - 1
        clock.move(15_000, timers)
        assert gc.count == 1, "an eighth is what is worth it"
        used.used += 2
        clock.move(14_999, timers)
        assert gc.count == 1
        busy.append(1)
        clock.move(1, timers)
        assert gc.count == 1, "in a call it is left"
        busy.clear()
        clock.move(15_000, timers)
        assert gc.count == 2
        used.used += most
        clock.move(10_000, timers)
        assert gc.count == 2
        clock.move(5000, timers)
        assert gc.count == 3
    finally:
        module.gc = kept


def test_in_a_call_six_eighths_of_what_may_gather_are_worth_a_collection():
    used, kept = _Used(), module.gc
    heap = Heap(lambda *_: None, None, None, used)
    module.gc = gc = _Collector(used)
    try:
        heap.tidy()
        for more, count in ((allowance(*used()) * 6 // 8 - 1, 1), (1, 2)):
            used.used += more
            heap.tidy()
            assert gc.count == count
    finally:
        module.gc = kept


def test_a_board_without_psram_is_told_by_its_heap():
    kept = module.heap_figures
    try:
        for used, free, small in (
            (100, 60_000, True),
            (499_999, 0, True),
            (400_000, 100_000, False),
        ):
            module.heap_figures = lambda used=used, free=free: (used, free)
            assert module.small() is small
            assert (allowance(used, free) == 8192) is small
    finally:
        module.heap_figures = kept


def test_the_largest_block_is_what_an_allocation_gets():
    kept = module._fits
    try:
        for most in (0, 300, 5000, 40_000, 65_536):
            module._fits = lambda size, most=most: size <= most
            found = Memory(1 << 20, None).heap().figures()["largest"]
            assert most - 256 <= found <= most, (most, found)
    finally:
        module.fits = module._fits = kept


def test_a_heap_without_anybody_to_tell_tells_the_log():
    lines, free = [], [1000]
    heap = Heap(lambda level, text, *values: lines.append((level, text % values)), None, None,
                lambda: (1, free[0]))  # fmt: skip
    heap.look()
    free[0] = 100_000
    heap.look()
    assert [x[0] for x in lines] == [1, 3] and not heap.short
    assert lines[1][1] == "memory is not short any more: heap 1 used, 100000 free"
