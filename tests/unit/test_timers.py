"""The timer queue: order, cancelling, and the wrap of the chip's ticks."""

from support import Clock

from base.timers import Timers


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
    import asyncio

    from base.compat import Ticks, spawn

    done = asyncio.Event()
    timers = Timers(Ticks)
    task = spawn(timers.serve())
    timers.after(1, done.set)
    await asyncio.wait_for(done.wait(), 5)
    task.cancel()
