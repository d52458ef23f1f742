"""One timer queue for all that waits, with the clock handed in.

`Timers` keeps callbacks sorted by their time; `run` calls those that are due, and `serve` is the
task that does so on the loop. A test moves its own clock and calls `run` itself.
"""

import asyncio

from base.compat import Nap, const, current_task, uncancel

_LONGEST = const(500_000_000)  # ms: ticks cannot tell what is further from what is over
_FAR = const(60_000)  # the longest sleep of the loop: ticks_diff stays far from its wrap


class Timer:
    """A callback that waits. `cancel` is safe at any time, more than once, also from inside it."""

    def __init__(self, timers, when, callback, args):
        self.timers = timers  # None once it is not in the queue any more
        self.when = when
        self.callback = callback
        self.args = args

    def cancel(self):
        """Forget the callback and leave the queue at once: nothing stays on the heap."""
        if self.timers is not None:
            self.timers.drop(self)
            self.timers = self.callback = self.args = None


class Timers:
    """Timers on `clock` (``ms``, ``add``, ``diff``). Delays are milliseconds, 138 hours at most.

    `report(error)` takes what a callback raises; without it, it is raised (as tests want it).
    """

    def __init__(self, clock, report=None):
        self.clock = clock
        self._queue = []  # sorted, the next one last: popping is cheap and moves nothing
        self._nap = Nap()
        self._report = report
        self.deadlines = {}  # id of a task -> the innermost `Deadline` that it is in

    def after(self, delay, callback, *args):
        """Call ``callback(*args)`` in `delay` ms; return the `Timer`, to cancel it.

        Whatever others may ask for, a longer delay is one of 138 hours.
        """
        clock, queue = self.clock, self._queue
        when = clock.add(clock.ms(), min(int(delay), _LONGEST))
        timer = Timer(self, when, callback, args)
        place = self._place(when)
        queue.insert(place, timer)
        if place == len(queue) - 1:
            self._nap.wake()
        return timer

    def _place(self, when):
        """Return the place of what is due at `when`, before those that are due at the same ms."""
        queue, diff = self._queue, self.clock.diff
        low, high = 0, len(queue) - 1
        if high < 0 or diff(queue[high].when, when) > 0:
            return high + 1
        while low < high:
            middle = (low + high) // 2
            if diff(queue[middle].when, when) > 0:
                low = middle + 1
            else:
                high = middle
        return low

    def drop(self, timer):
        """Take a `Timer` out of the queue: `Timer.cancel` does."""
        place = self._place(timer.when)
        while self._queue[place] is not timer:  # others of the same ms
            place += 1
        del self._queue[place]

    def run(self):
        """Call what is due; return the ms until the next timer, or None when none waits."""
        queue = self._queue
        while queue:
            left = self.clock.diff(queue[-1].when, self.clock.ms())
            if left > 0:
                return left
            timer = queue.pop()
            timer.timers = None
            try:
                timer.callback(*timer.args)
            except Exception as error:  # one bad timer must not stop all others
                if self._report is None:
                    raise
                self._report(error)
        return None

    def __len__(self):
        """Return how many timers wait."""
        return len(self._queue)

    async def serve(self):
        """Run the queue for ever, as a task."""
        while True:
            left = self.run()
            await self._nap.rest(_FAR if left is None else min(left, _FAR))


class Deadline:
    """``with Deadline(timers, ms):`` raises asyncio.TimeoutError in this task when `ms` are over.

    It costs a timer, where asyncio's wait_for costs a task. Where one is within another and both
    are over at the same moment, the task is cancelled once: that is the outer one's then.
    """

    def __init__(self, timers, ms):
        self._timers = timers
        self._ms = ms
        self._task = self._timer = self._outer = None
        self._late = False

    def __enter__(self):
        self._task = current_task()
        self._outer = self._timers.deadlines.get(id(self._task))
        self._timers.deadlines[id(self._task)] = self
        self._timer = self._timers.after(self._ms, self._over)
        return self

    def lift(self):
        """Let it take as long as it likes from now on."""
        self._timer.cancel()

    def _over(self):
        self._late = True
        self._task.cancel()

    def __exit__(self, kind, error, trace):
        self._timer.cancel()
        outer = self._outer
        if outer is None:
            del self._timers.deadlines[id(self._task)]
        else:
            self._timers.deadlines[id(self._task)] = outer
        if self._late and kind is asyncio.CancelledError:
            uncancel(self._task)
            while outer is not None and not outer._late:
                outer = outer._outer
            if outer is None:
                raise asyncio.TimeoutError
        return False
