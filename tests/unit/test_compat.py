"""What stands for the other interpreter's own: the clock, sleeps, flags."""

import asyncio

from support import raises

from base import compat
from base.compat import Nap, ThreadSafeFlag, Ticks, sleep_ms, spawn, wait_for_ms


def _run(coroutine):
    """Run it on a loop whose time is that of its sleeps; return how many ms went by, or None.

    MicroPython brings its own sleeps: there it just runs.
    """
    if hasattr(asyncio, "core"):
        asyncio.run(coroutine)
        return None
    loop, now = asyncio.new_event_loop(), [0.0]
    select = loop._selector.select

    def passes(timeout):
        now[0] += timeout or 0
        return select(0)

    loop.time, loop._selector.select = lambda: now[0], passes
    try:
        loop.run_until_complete(coroutine)
    finally:
        loop.close()
    return round(1000 * now[0])


def test_what_is_said_in_milliseconds_lasts_so_many():
    async def sleeps():
        await sleep_ms(20)

    async def waits():
        with raises(asyncio.TimeoutError):
            await wait_for_ms(asyncio.Event().wait(), 30)

    for coroutine, wanted in ((sleeps(), 20), (Nap().rest(30), 30), (waits(), 30)):
        assert _run(coroutine) in (None, wanted)


def test_ticks_wrap_at_2_to_30_and_their_distance_has_a_sign():
    last = Ticks.add(0, -1)
    half = (last + 1) // 2
    assert last == (1 << 30) - 1 or hasattr(asyncio, "core")  # the VM on a host counts farther
    assert Ticks.add(last, 1) == 0 and Ticks.add(0, -1) == last and Ticks.add(5, 7) == 12
    for end, start, wanted in (
        (0, last, 1), (last, 0, -1), (12, 5, 7), (5, 12, -7), (5, 5, 0),
        (half - 1, 0, half - 1), (0, half - 1, 1 - half),
    ):  # fmt: skip
        assert Ticks.diff(end, start) == wanted, (end, start)
    assert 0 <= Ticks.ms() <= last


def test_a_pause_and_a_sleep_are_no_shorter_than_said():
    begun = Ticks.ms()
    compat.pause_ms(3)
    assert Ticks.diff(Ticks.ms(), begun) >= 3


async def test_a_flag_is_down_once_it_was_waited_for():
    flag, seen = ThreadSafeFlag(), []

    async def waits():
        while True:
            await flag.wait()
            seen.append(1)

    task = spawn(waits())
    for count in (1, 2):
        flag.set()
        for _ in range(10):
            await sleep_ms(1)
        assert len(seen) == count
    task.cancel()


def test_blocks_are_encrypted_each_by_itself():
    key = bytes(range(16))
    plain = bytes([0x11 * i for i in range(16)])
    cipher = bytes((0x69, 0xC4, 0xE0, 0xD8, 0x6A, 0x7B, 0x04, 0x30,
                    0xD8, 0xCD, 0xB7, 0x80, 0x70, 0xB4, 0xC5, 0x5A))  # fmt: skip
    into = bytearray(32)
    compat.aes(key)(plain + plain, into)
    assert bytes(into) == cipher + cipher  # FIPS 197, appendix C.1


def test_a_heap_has_room():
    used, free = compat.heap_figures()
    assert used >= 0 and free > 0
