"""The timer queue: order, cancelling, and the wrap of the chip's ticks."""

import asyncio

from support import Clock, raises

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


def test_whatever_is_set_and_cancelled_the_rest_fires_in_its_order():
    state = 1
    for _ in range(40):
        clock, seen, wanted, set_ = Clock(2**30 - 500), [], [], []
        timers = Timers(clock)
        for number in range(30):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            delay = (state >> 8) % 40
            set_.append((delay, number, timers.after(delay, seen.append, number)))
        for index, (delay, number, timer) in enumerate(set_):
            if (state >> (index % 20)) & 1:
                timer.cancel()
            else:
                wanted.append((delay, number))
        assert len(timers) == len(wanted)
        clock.move(1000, timers)
        assert seen == [number for _, number in sorted(wanted)] and len(timers) == 0


def test_it_is_told_how_long_it_is_until_the_next_timer():
    clock, seen = Clock(), []
    timers = Timers(clock)
    assert timers.run() is None
    timers.after(100, seen.append, 1)
    timers.after(30.9, seen.append, 2)
    assert timers.run() == 30
    clock.now = 29
    assert timers.run() == 1 and seen == []
    clock.now = 30
    assert timers.run() == 70 and seen == [2]
    clock.now = 5000
    assert timers.run() is None and seen == [2, 1]


def test_a_timer_may_cancel_itself_or_another_or_set_one():
    clock, seen = Clock(), []
    timers = Timers(clock)
    own, other = [], []

    def first():
        own[0].cancel()
        other[0].cancel()
        timers.after(0, seen.append, "at once")

    own.append(timers.after(10, first))
    other.append(timers.after(10, seen.append, "other"))
    clock.move(10, timers)
    assert seen == ["at once"] and len(timers) == 0
    own[0].cancel()
    other[0].cancel()
    with raises(ValueError):
        timers.after(0, int, "x")
        timers.run()


class _Naps:
    """Stands for the sleep of the task that serves timers."""

    def __init__(self, clock):
        self.clock, self.rests, self.woken = clock, [], 0

    async def rest(self, ms):
        self.rests.append(ms)
        self.clock.move(ms)
        await sleep_ms(0)

    def wake(self):
        self.woken += 1


async def test_the_task_sleeps_until_the_next_timer_a_minute_at_most():
    clock, seen = Clock(), []
    timers = Timers(clock)
    timers._nap = naps = _Naps(clock)
    timers.after(150_000, seen.append, 1)
    timers.after(200, seen.append, 2)
    task = spawn(timers.serve())
    while len(naps.rests) < 6:
        await sleep_ms(0)
    task.cancel()
    assert naps.rests[:5] == [200, 60_000, 60_000, 29_800, 60_000] and seen == [2, 1]


async def test_only_a_timer_that_is_the_next_one_wakes_the_task():
    clock = Clock()
    timers = Timers(clock)
    timers._nap = naps = _Naps(clock)
    for delay, woken in ((100, 1), (200, 1), (100, 1), (99, 2), (150, 2), (0, 3)):
        timers.after(delay, int)
        assert naps.woken == woken, delay


async def test_the_sleep_of_a_task_is_ended_by_whoever_wakes_it():
    from base.compat import Nap

    nap, order = Nap(), []

    async def sleeper():
        await nap.rest(3_000_000)
        order.append("woken")
        await nap.rest(1)
        order.append("over")

    nap.wake()  # nobody sleeps yet
    task = spawn(sleeper())
    await sleep_ms(1)
    assert order == []
    nap.wake()
    nap.wake()
    await asyncio.wait_for(task, 60)
    assert order == ["woken", "over"]
    nap.wake()


async def test_what_another_cancels_within_a_deadline_stays_cancelled():
    clock, seen = Clock(), []
    timers = Timers(clock)

    async def waits(ms):
        try:
            with Deadline(timers, ms):
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        except asyncio.TimeoutError:
            seen.append("late")

    task = spawn(waits(100))
    await sleep_ms(1)
    task.cancel()
    with raises(asyncio.CancelledError):
        await task
    assert seen == ["cancelled"] and len(timers) == 0 and not timers.deadlines


async def test_an_error_within_a_deadline_is_its_own():
    timers = Timers(Clock())
    for inner in (False, True):
        with raises(ValueError):
            with Deadline(timers, 100):
                if inner:
                    with Deadline(timers, 50):
                        raise ValueError
                raise ValueError
        assert len(timers) == 0 and not timers.deadlines


async def test_a_deadline_counts_from_where_it_begins():
    for passed, late in ((99, False), (100, True)):
        clock, done = Clock(), []
        timers = Timers(clock)

        async def waits(timers=timers, done=done):
            try:
                with Deadline(timers, 100):
                    await asyncio.Event().wait()
            except asyncio.TimeoutError:
                done.append("late")

        task = spawn(waits())
        await sleep_ms(1)
        clock.move(passed, timers)
        await sleep_ms(1)
        assert bool(done) is late
        task.cancel()
        await sleep_ms(1)
