"""The timer queue: order, cancelling, and the wrap of the chip's ticks."""

import asyncio

from support import Clock

from base.compat import sleep_ms, spawn
from base.timers import Deadline, Timers


def test_timers_fire_in_the_order_of_their_time():
    clock, seen = Clock(), []
    timers = Timers(clock)
    for delay in (300, 100, 200, 100):
        timers.after(delay, seen.append, delay)
    clock.move(150, timers)
    assert seen == [100, 100]
    clock.move(150, timers)
    assert seen == [100, 100, 200, 300]
    assert timers.run() is None


def test_a_delay_of_any_length_is_one_that_ticks_can_tell():
    """Others may ask for it: a session of 115 days is no timer that is over at once."""
    for delay in (0x1FFFFFFF, 0x20000000, 0x3FFFFFFF, 5 * 10**9, 10**12):
        clock, seen = Clock(), []
        timers = Timers(clock)
        timers.after(delay, seen.append, delay)
        timers.after(10, seen.append, 10)
        clock.move(100_000_000, timers)
        assert seen == [10], delay
        for _ in range(4):
            clock.move(100_000_000, timers)
        assert seen == [10, delay]


def test_timers_of_the_same_moment_fire_in_the_order_of_setting():
    clock, seen = Clock(), []
    timers = Timers(clock)
    for name in "abc":
        timers.after(10, seen.append, name)
    clock.move(10, timers)
    assert seen == ["a", "b", "c"]


def test_a_cancelled_timer_is_gone_at_once():
    clock, seen = Clock(), []
    timers = Timers(clock)
    timer = timers.after(10, seen.append, 1)
    timer.cancel()
    timer.cancel()
    assert len(timers) == 0
    clock.move(20, timers)
    assert seen == []


def test_timers_work_across_the_wrap_of_the_ticks():
    clock, seen = Clock(2**30 - 50), []
    timers = Timers(clock)
    timers.after(40, seen.append, "before")
    timers.after(100, seen.append, "after")
    clock.move(60, timers)
    assert seen == ["before"]
    clock.move(60, timers)
    assert seen == ["before", "after"]


def test_a_failing_callback_is_reported_and_the_others_run():
    clock, seen, errors = Clock(), [], []
    timers = Timers(clock, errors.append)
    timers.after(1, int, "x")
    timers.after(2, seen.append, 1)
    clock.move(5, timers)
    assert seen == [1] and isinstance(errors[0], ValueError)


async def test_the_task_runs_timers_on_the_loop():
    from base.compat import Ticks

    done = asyncio.Event()
    timers = Timers(Ticks)
    task = spawn(timers.serve())
    timers.after(1, done.set)
    await asyncio.wait_for(done.wait(), 5)
    task.cancel()


async def _nested(timers, outer, inner, done):
    """Wait with one deadline in another one, again and again, as long as the outer one lets it."""
    try:
        with Deadline(timers, outer):
            while True:
                try:
                    with Deadline(timers, inner):
                        await asyncio.Event().wait()
                except asyncio.TimeoutError:
                    done.append("inner")
    except asyncio.TimeoutError:
        done.append("outer")
    await sleep_ms(0)
    done.append("went on")  # it is not cancelled once more


async def test_a_deadline_within_another_one_does_not_outlive_it():
    for inner, step, found in (
        (100, 100, ["inner"] * 3),  # the last one is over together with the outer one
        (150, 50, ["inner"] * 2),
        (100, 1000, []),  # the loop was held
        (900, 100, []),
    ):
        clock, done = Clock(), []
        timers = Timers(clock)
        task = spawn(_nested(timers, 400, inner, done))
        await sleep_ms(1)
        for _ in range(400 // step or 1):
            clock.move(step, timers)
            await sleep_ms(1)
        await sleep_ms(1)
        assert done == found + ["outer", "went on"], (inner, step, done)
        assert task.done() and len(timers) == 0 and not timers.deadlines


async def test_a_deadline_that_is_kept_or_lifted_cancels_nothing():
    clock = Clock()
    timers = Timers(clock)
    with Deadline(timers, 100) as deadline:
        clock.move(99, timers)
        await sleep_ms(0)
        deadline.lift()
        clock.move(500, timers)
        await sleep_ms(0)
    assert len(timers) == 0
    with Deadline(timers, 100):
        await sleep_ms(0)
    assert len(timers) == 0
    clock.move(500, timers)
    await sleep_ms(0)
