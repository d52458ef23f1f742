"""The differences between MicroPython and CPython, in this one place.

``const`` folds integers at compile time (mpy-cross knows the name), ``sleep_ms`` and
``wait_for_ms`` are asyncio's, ``ThreadSafeFlag`` is what an interrupt may set, ``tls`` is the
module that has SSLContext, ``aes(key)`` encrypts blocks. A clock is an object with ``ms()``,
``add(t, ms)`` and ``diff(a, b)``: `Ticks` is the real one, tests hand in their own.
"""

import asyncio
import sys

if sys.implementation.name == "micropython":
    from base.compat_vm import *
else:
    from base.compat_host import *


class Ticks:
    """The machine's monotonic clock, in milliseconds that wrap at 2**30 on the chip."""

    ms = staticmethod(ticks_ms)
    add = staticmethod(ticks_add)
    diff = staticmethod(ticks_diff)


def spawn(coroutine):
    """Start `coroutine` as a task and return it. The loop must be running."""
    return asyncio.create_task(coroutine)
