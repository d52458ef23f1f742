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
