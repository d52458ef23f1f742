"""One timer queue for all that waits, with the clock handed in.

`Timers` keeps callbacks sorted by their time; `run` calls those that are due, and `serve` is the task
that does so on the loop. A test moves its own clock and calls `run` itself.
"""

import asyncio

from base.compat import const

_FAR = const(60_000)  # the longest sleep of the loop: ticks_diff stays far from its wrap


class Timer:
    """A callback that waits. `cancel` is safe at any time, more than once, also from inside it."""

    def __init__(self, when, callback, args):
        self.when = when
        self.callback = callback
        self.args = args

    def cancel(self):
        """Forget the callback; the queue drops the timer when its time has come."""
        self.callback = self.args = None


class Timers:
    """Timers on `clock` (``ms``, ``add``, ``diff``). Delays are milliseconds, 149 hours at most."""

    def __init__(self, clock, report=None):
        self.clock = clock
        self._queue = []  # sorted, the next one last: popping is cheap and moves nothing
        self._wake = asyncio.Event()
        self._report = report

    def after(self, delay, callback, *args):
        """Call ``callback(*args)`` in `delay` ms; return the `Timer`, to cancel it."""
        when = self.clock.add(self.clock.ms(), int(delay))
        timer = Timer(when, callback, args)
        queue, diff = self._queue, self.clock.diff
        low, high = 0, len(queue)
        while low < high:
            middle = (low + high) // 2
            if diff(queue[middle].when, when) > 0:
                low = middle + 1
            else:
                high = middle
        queue.insert(low, timer)
        if low == len(queue) - 1:
            self._wake.set()
        return timer

    def run(self):
        """Call what is due; return the ms until the next timer, or None when none waits."""
        queue = self._queue
        while queue:
            timer = queue[-1]
            if timer.callback is not None:
                left = self.clock.diff(timer.when, self.clock.ms())
                if left > 0:
                    return left
            queue.pop()
            self._call(timer)
        return None

    def _call(self, timer):
        callback, args = timer.callback, timer.args
        if callback is None:
            return
        timer.cancel()
        try:
            callback(*args)
        except Exception as error:  # one bad timer must not stop all others
            if self._report is None:
                raise
            self._report(error)

    def __len__(self):
        """Return how many timers wait, cancelled ones not counted."""
        return sum(1 for timer in self._queue if timer.callback is not None)

    async def serve(self):
        """Run the queue for ever, as a task."""
        while True:
            left = self.run()
            self._wake.clear()
            try:
                left = _FAR if left is None else min(left, _FAR)
                await asyncio.wait_for(self._wake.wait(), left / 1000)
            except asyncio.TimeoutError:  # noqa: UP041 MicroPython has no built-in TimeoutError
                pass
