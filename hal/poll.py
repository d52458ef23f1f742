"""Waits for sockets through asyncio's poller: the one place that reaches into it.

MicroPython's asyncio has streams only; its poller takes anything that can be polled.
"""

import asyncio
import select


def readable(sock):
    """Wait until `sock` can be read: ``await readable(sock)``."""
    yield asyncio.core._io_queue.queue_read(sock)


def writable(sock):
    """Wait until `sock` can be written to, or has failed."""
    yield asyncio.core._io_queue.queue_write(sock)


def forget(sock):
    """Take `sock` out of the poller, before it is closed; nobody may be waiting for it."""
    try:
        asyncio.core._io_queue.poller.unregister(sock)
    except (KeyError, OSError, AttributeError):
        pass  # nobody was waiting for it


class Ready:
    """Looks at one socket without waiting and without making an object."""

    def __init__(self, sock):
        self._poll = select.poll()
        self._poll.register(sock, select.POLLIN)

    def now(self):
        """Return whether `sock` can be read, or has failed."""
        for _ in self._poll.ipoll(0):
            return True
        return False
