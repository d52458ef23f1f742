"""The differences between MicroPython and CPython, in this one place.

``const`` folds integers at compile time (mpy-cross knows the name), ``sleep_ms`` and
``wait_for_ms`` are asyncio's, ``ThreadSafeFlag`` is what an interrupt may set. A clock is an
object with ``ms()``, ``add(t, ms)`` and ``diff(a, b)``: `Ticks` is the real one, tests hand in
their own.
"""

import sys

if sys.implementation.name == "micropython":
    from asyncio import ThreadSafeFlag, sleep_ms, wait_for_ms
    from time import ticks_add, ticks_diff, ticks_ms

    from micropython import const
else:
    from base.compat_host import *


_LOW = const(14000)  # bytes: finished transactions go
_ROOM = const(24000)  # what the code for a key or a message may take
_HEAP = const(110_000)  # bytes that an ESP32 can spare for the heap beside WiFi and TLS
_NARROW = sys.maxsize == 0x7FFFFFFF  # pointers as on the chip


class Ticks:
    """The machine's monotonic clock, in milliseconds that wrap at 2**30 on the chip."""

    ms = staticmethod(ticks_ms)
    add = staticmethod(ticks_add)
    diff = staticmethod(ticks_diff)


def spawn(coroutine):
    """Start `coroutine` as a task and return it. The loop must be running."""
    import asyncio

    return asyncio.create_task(coroutine)


def chosen(words, functions, word):
    """Return that of `functions` whose place `word` has in the text `words`, None for none."""
    words = words.split()
    return functions[words.index(word)] if word in words else None


def shut(writer):
    """Close a stream and its socket at once, whatever state it is in."""
    try:
        writer.close()
        writer.s.close()  # MicroPython's close() leaves the socket open, CPython has no s
    except (OSError, AttributeError):
        pass


def unload(name):
    """Forget a module of the form "room.module", so that its code leaves the heap."""
    sys.modules.pop(name, None)
    room, dot, module = name.partition(".")
    if dot and hasattr(sys.modules.get(room), module):
        delattr(sys.modules[room], module)


def free_heap(gc, narrow=_NARROW):
    """Return the bytes that the phone may still allocate, by the module `gc`.

    The ESP32's ``gc.mem_free()`` counts what the system could still give too, and an allocation
    that fails takes it, all of it: WiFi and TLS would then have nothing.
    """
    return min(gc.mem_free(), _HEAP - gc.mem_alloc()) if narrow else gc.mem_free()


def low_heap(wanted=_LOW):
    """Return True when less than `wanted` bytes of the heap are free."""
    import gc

    if not hasattr(gc, "mem_free") or free_heap(gc) >= wanted:
        return False
    gc.collect()  # what counts is what a collection leaves
    return free_heap(gc) < wanted


_spares = []


def spare(callback):
    """Let ``callback()`` drop what its room can load again, whenever the heap is low."""
    _spares.append(callback)


def make_room():
    """Let go of what can be spared where the heap is low.

    Called where something new begins: a message, a key, a line of the console. What is running
    is not dropped by it, only forgotten, and would be loaded a second time.
    """
    if low_heap(_ROOM):
        let_go()


def let_go():
    """Let go of all that can be spared."""
    import gc

    for callback in _spares:
        callback()
    gc.collect()
