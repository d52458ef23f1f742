"""MicroPython's half of `base.compat`."""

import gc
import select
from asyncio import ThreadSafeFlag, core, current_task, sleep_ms, wait_for_ms
from time import sleep_ms as pause_ms
from time import ticks_add, ticks_diff, ticks_ms

import tls
from cryptolib import aes as _aes
from micropython import const


def aes(key):
    """Return ``encrypt(data, into)``, which encrypts whole blocks of 16 bytes, each by itself."""
    return _aes(key, 1).encrypt


def uncancel(task):
    """Nothing: a task here does not count how often it was cancelled."""


class Nap:
    """The sleep of one task, which others may end."""

    _task = None

    async def rest(self, ms):
        """Sleep for `ms` milliseconds, or until `wake` is called."""
        self._task = core.cur_task
        try:
            await sleep_ms(ms)
        finally:
            self._task = None

    def wake(self):
        """Let the task go on at once if it sleeps: what Task.cancel does, without an exception.

        An event with a deadline would cost two tasks each time.
        """
        if self._task:
            core._task_queue.remove(self._task)
            core._task_queue.push(self._task)
            self._task = None


def heap_figures():
    """Return (used, free) bytes of Python's heap; garbage counts as used until it is collected."""
    return gc.mem_alloc(), gc.mem_free()


def task_name(task):
    """Return the name of a task's coroutine function."""
    return repr(task.coro).split("'")[1]


def waits(reader):
    """Return True when something waits to be read from a stream, its end included."""
    poller = select.poll()
    poller.register(reader.s, select.POLLIN)
    for _ in poller.ipoll(0):
        return True
    return False


async def listen(reader):
    """Return the next byte of a stream, b"" at its end; over TLS it does the handshake before."""
    data = reader.s.read(1)  # the handshake begins with something to say
    return data if data is not None else await reader.read(1)


def shut(writer):
    """Close a stream and its socket at once, whatever state it is in."""
    try:
        writer.close()
        if hasattr(writer, "s"):
            writer.s.close()  # close() leaves the socket open
    except OSError:
        pass
