"""The loop that does not end, and the tasks that live as long as the phone.

Two things can go wrong that no task sees:
- asyncio's own poller raises, EIO when the system has no memory. Its tasks and what they wait for
  are untouched then, so `run` says so in the log and goes on with the same loop: calls live on.
  Three times without a good turn between them, and the board restarts.
- A task dies of an exception. Each that dies is named in the log. What becomes of it:

  =======================  =====================================================================
  one that `keep` started  begins again after a second: receivers, keys, timers, network, clock.
                           One that dies at once five times running restarts the board.
  one of `spawn`           is over: it was one request, one connection, one ring; what it held is
                           closed by its own ``finally``.
  the phone itself         the board restarts, as main.py does with every exception.
  =======================  =====================================================================
"""

import asyncio
import gc

from base.compat import Ticks, const, pause_ms, sleep_ms, spawn, task_name

_TURNS = const(3)  # polls that fail without a good turn between them
_PAUSE = const(100)  # ms until the next try to poll: the system frees memory meanwhile
_AGAIN = const(1000)  # ms until a task that died begins again
_SOON = const(10_000)  # ms: one that dies sooner has not worked
_DEATHS = const(5)


class Doomed(Exception):
    """A task that died again and again: the board has to restart."""


def keep(name, function, *args, pause=_AGAIN):
    """Run the coroutine function as a task, begun again `pause` ms after it has died; return it.

    One that returns is over, and cancelling the task ends it.
    """
    return spawn(_kept(name, function, args, pause))


async def _kept(name, function, args, pause):
    deaths = 0
    while True:
        began = Ticks.ms()
        try:
            return await function(*args)
        except Exception as error:
            _report("task %s died, begun again" % name, error)
            soon = Ticks.diff(Ticks.ms(), began) < _SOON
            deaths = deaths + 1 if soon else 1
            if deaths >= _DEATHS:
                raise Doomed(name)
        await sleep_ms(pause)


def _report(message, error):
    """Give an exception to the loop's handler, which `run` has set."""
    context = {"message": message, "exception": error, "future": None}
    asyncio.get_event_loop().call_exception_handler(context)


class _Poll:
    """How often in a row the poller has failed."""

    def __init__(self):
        self.failed = 0

    async def turn(self):
        """Run as a task: that it runs at all says that the loop has turned."""
        self.failed = 0


def run(main, report, restart):
    """Run the coroutine `main` to its end, whatever happens beside it; return what it returns.

    ``report(text, error)`` is told what has happened, ``restart()`` restarts the board; where it
    returns, the exception that led to it is raised.
    """

    def handle(_, context):
        error, task = context.get("exception"), context.get("future")
        report(context["message"] if task is None else "task %s died" % task_name(task), error)
        if isinstance(error, Doomed):
            restart()

    loop = asyncio.get_event_loop()
    loop.set_exception_handler(handle)
    task, poll = loop.create_task(main), _Poll()
    while True:
        try:
            return loop.run_until_complete(task)
        except (OSError, MemoryError) as error:
            if task.done():
                raise  # its own
            poll.failed += 1
            report("the poller failed", error)
            if poll.failed >= _TURNS:
                restart()
                raise
            gc.collect()  # sockets that nobody has any more give back the system's memory
            pause_ms(_PAUSE)
            loop.create_task(poll.turn())
