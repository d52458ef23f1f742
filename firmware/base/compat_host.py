"""CPython's half of `base.compat`, for tests on the host; never loaded on the chip."""

import asyncio
import ssl as tls
import time
from asyncio import current_task

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


def aes(key):
    """Return ``encrypt(data, into)``, which encrypts whole blocks of 16 bytes, each by itself."""
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()

    def encrypt(data, into):
        into[:] = encryptor.update(bytes(data))

    return encrypt


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


async def wait_for_ms(awaitable, ms):
    """Wait `ms` milliseconds at most; raise asyncio.TimeoutError after that."""
    return await asyncio.wait_for(awaitable, ms / 1000)


class ThreadSafeFlag(asyncio.Event):
    """An event that clears itself when it was waited for, as MicroPython's does."""

    async def wait(self):
        """Wait for the flag, then clear it."""
        await super().wait()
        self.clear()


def uncancel(task):
    """Forget that `task` was cancelled, once that was dealt with."""
    task.uncancel()


def pause_ms(ms):
    """Hold everything for `ms` milliseconds."""
    time.sleep(ms / 1000)


class Nap:
    """The sleep of one task, which others may end."""

    _ends = None

    async def rest(self, ms):
        """Sleep for `ms` milliseconds, or until `wake` is called."""
        self._ends = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait([self._ends], timeout=ms / 1000)
        finally:
            self._ends = None

    def wake(self):
        """Let the task go on at once if it sleeps."""
        if self._ends and not self._ends.done():
            self._ends.set_result(None)


def heap_figures():
    """Return (used, free) bytes of a heap: the host's is as good as endless."""
    return 0, 1 << 30


def task_name(task):
    """Return the name of a task's coroutine function."""
    return task.get_coro().__name__


def waits(reader):
    """Return True when something waits to be read from a stream, its end included."""
    return reader.at_eof() or bool(reader._buffer)


async def listen(reader):
    """Return the next byte of a stream, b"" at its end."""
    return await reader.read(1)


def shut(writer):
    """Close a stream at once, whatever state it is in."""
    try:
        writer.close()
    except OSError:
        pass
