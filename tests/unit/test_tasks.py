"""The loop that does not end: a poller that fails, tasks that die, and when the board restarts."""

import asyncio
import errno

from support import raises

from base import tasks
from base.compat import sleep_ms, spawn


class Board:
    """What `tasks.run` tells, and how often the poller fails."""

    def __init__(self):
        self.reports = []
        self.restarts = 0

    def report(self, text, error):
        self.reports.append((text, error))

    def restart(self):
        self.restarts += 1

    def run(self, main):
        loop = asyncio.new_event_loop()
        if hasattr(asyncio, "set_event_loop"):
            asyncio.set_event_loop(loop)
        return tasks.run(main, self.report, self.restart)


class Poller:
    """Makes the loop's poller fail, `times` times in a row from the next poll on."""

    def __init__(self, error=None):
        self.times = 0
        self.error = error or OSError(errno.EIO)
        if hasattr(asyncio, "core"):
            self._patch(asyncio.core._io_queue, "wait_io_event")
        else:
            self._patch(asyncio.get_running_loop()._selector, "select")

    def _patch(self, owner, name):
        real = getattr(owner, name)

        def poll(timeout):
            if self.times:
                self.times -= 1
                raise self.error
            return real(timeout)

        setattr(owner, name, poll)


def test_a_poller_that_fails_ends_nothing():
    for error in (OSError(errno.EIO), MemoryError()):
        board, seen = Board(), []

        async def beside(seen=seen):
            while True:
                seen.append(1)
                await sleep_ms(1)

        async def main(seen=seen, error=error):
            task, poller = spawn(beside()), Poller(error)
            for times in (1, 2, 1, 2, 2):
                poller.times = times
                before = len(seen)
                while len(seen) < before + 5:
                    await sleep_ms(1)
            task.cancel()
            return "done"

        assert board.run(main()) == "done"
        assert board.restarts == 0 and len(board.reports) == 8
        assert board.reports[0] == ("the poller failed", error)


def test_three_failures_in_a_row_restart_the_board():
    board = Board()

    async def main():
        Poller().times = 3
        await sleep_ms(10)

    with raises(OSError):
        board.run(main())
    assert board.restarts == 1 and len(board.reports) == 3


def test_an_error_of_the_phone_itself_is_its_own():
    board = Board()

    async def main():
        raise OSError(errno.EIO)

    with raises(OSError):
        board.run(main())
    assert board.restarts == 0 and board.reports == []


def test_a_kept_task_that_dies_is_named_and_begins_again():
    board, begun = Board(), []

    async def receiver(name):
        begun.append(name)
        if len(begun) < 4:
            raise ValueError(name)
        return "over"

    async def main():
        return await tasks.keep("receiver", receiver, "a", pause=1)

    assert board.run(main()) == "over"
    assert begun == ["a"] * 4 and board.restarts == 0
    assert [x[0] for x in board.reports] == ["task receiver died, begun again"] * 3
    assert isinstance(board.reports[0][1], ValueError)


def test_a_kept_task_that_dies_again_and_again_restarts_the_board():
    board = Board()

    async def broken():
        raise KeyError("x")

    async def main():
        tasks.keep("keys", broken, pause=1)
        while not board.restarts:
            await sleep_ms(1)

    board.run(main())
    assert board.restarts == 1 and len(board.reports) == 6
    assert isinstance(board.reports[-1][1], tasks.Doomed)


def test_a_task_of_the_moment_that_dies_is_named():
    board = Board()

    async def one_request():
        raise ValueError("bad")

    async def main():
        spawn(one_request())
        while not board.reports:
            await sleep_ms(1)

    board.run(main())
    assert board.reports[0][0] == "task one_request died" and board.restarts == 0


class _Time:
    """Stands for the clock and the sleep of `tasks`: a sleep is over at once, and noted."""

    def __init__(self):
        self.now, self.slept = 0, []

    def ms(self):
        return self.now

    def diff(self, end, start):
        return end - start

    async def sleep(self, ms):
        self.slept.append(ms)
        self.now += ms
        await sleep_ms(0)


def _with_time(run):
    """Return (what ``run(time)`` returns, the `_Time`), where `tasks` knows no other."""
    kept, time = (tasks.Ticks, tasks.sleep_ms, tasks.pause_ms), _Time()
    tasks.Ticks, tasks.sleep_ms, tasks.pause_ms = time, time.sleep, time.slept.append
    try:
        return run(time), time
    finally:
        tasks.Ticks, tasks.sleep_ms, tasks.pause_ms = kept


def test_a_task_begins_again_a_second_after_it_has_died():
    board, begun = Board(), []

    async def receiver(time):
        begun.append(time.now)
        if len(begun) < 3:
            raise ValueError

    async def main(time):
        await tasks.keep("receiver", receiver, time)

    _, time = _with_time(lambda time: board.run(main(time)))
    assert begun == [0, 1000, 2000] and time.slept == [1000, 1000] and board.restarts == 0


def test_only_one_that_dies_five_times_within_ten_seconds_each_restarts_the_board():
    for lives, deaths, restarts in (
        ([0] * 4 + [None], 4, 0),
        ([0] * 5, 5, 1),
        ([9999] * 5, 5, 1),
        ([10_000] * 9 + [None], 9, 0),
        ([0] * 4 + [10_000] + [0] * 3 + [None], 8, 0),  # once it has worked it is counted anew
        ([0] * 4 + [10_000] + [0] * 4, 9, 1),
    ):
        board, left = Board(), list(lives)

        async def keys(time, left=left):
            life = left.pop(0)
            if life is not None:
                time.now += life
                raise KeyError("x")

        async def main(time, keys=keys):
            try:
                await tasks.keep("keys", keys, time)
            except tasks.Doomed as error:
                asyncio.get_event_loop().call_exception_handler(
                    {"message": "doomed", "exception": error, "future": None}
                )

        _with_time(lambda time, main=main, board=board: board.run(main(time)))
        assert len([x for x in board.reports if "begun again" in x[0]]) == deaths, lives
        assert board.restarts == restarts and left == [], lives


def test_the_system_is_given_time_to_free_memory_before_the_next_poll():
    board = Board()

    async def main():
        Poller().times = 2
        await sleep_ms(5)

    _, time = _with_time(lambda _: board.run(main()))
    assert len(time.slept) == 2 and min(time.slept) > 0


def test_what_the_phone_returns_or_raises_is_its_own():
    board = Board()

    async def main():
        raise ValueError("its own")

    with raises(ValueError):
        board.run(main())
    assert board.restarts == 0 and board.reports == []
