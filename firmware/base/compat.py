"""The differences between MicroPython and CPython, in this one place.

``const`` folds integers at compile time (mpy-cross knows the name), ``sleep_ms`` is asyncio's, and
``ThreadSafeFlag`` is what an interrupt may set. A clock is an object with ``ms()``, ``add(t, ms)``,
``diff(a, b)`` and ``time()``: `Ticks` is the real one, tests hand in their own.
"""

import sys

MICROPYTHON = sys.implementation.name == "micropython"

if MICROPYTHON:
    from asyncio import ThreadSafeFlag, sleep_ms
    from time import ticks_add, ticks_diff, ticks_ms

    from micropython import const
else:
    import asyncio
    import time

    def const(value):
        """Return `value`; under mpy-cross it costs nothing at run time."""
        return value

    def ticks_ms():
        """Return milliseconds since some moment, below 2**30 as on the ESP32."""
        return time.monotonic_ns() // 1_000_000 & 0x3FFFFFFF

    def ticks_add(ticks, delta):
        """Return `ticks` moved by `delta` milliseconds."""
        return (ticks + delta) & 0x3FFFFFFF

    def ticks_diff(end, start):
        """Return the signed distance of two ticks, in milliseconds."""
        return ((end - start + 0x20000000) & 0x3FFFFFFF) - 0x20000000

    async def sleep_ms(ms):
        """Sleep for `ms` milliseconds."""
        await asyncio.sleep(ms / 1000)

    class ThreadSafeFlag(asyncio.Event):
        """An event that clears itself when it was waited for, as MicroPython's does."""

        async def wait(self):
            """Wait for the flag, then clear it."""
            await super().wait()
            self.clear()


class Ticks:
    """The machine's monotonic clock, in milliseconds that wrap at 2**30 on the chip (12.4 days)."""

    ms = staticmethod(ticks_ms)
    add = staticmethod(ticks_add)
    diff = staticmethod(ticks_diff)


def spawn(coroutine):
    """Start `coroutine` as a task and return it. The loop must be running."""
    import asyncio

    return asyncio.create_task(coroutine)
