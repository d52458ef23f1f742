"""UDP for asyncio: MicroPython's has no datagram API.

A `Datagram` keeps one non-blocking socket and opens it anew when
an empty datagram has killed it, which is what happens to lwIP's sockets on the ESP32.
"""

import gc

from base.compat import const
from hal.poll import Ready, forget, readable

_SIZE = const(4096)  # the largest datagram; SIP answers what fills it with 513
_LEAST = const(700)  # what is tried at last while the heap is in pieces


class Datagram:
    """A bound UDP socket. `opener(port)` gives a non-blocking, bound socket.

    `encode((ip, port))` makes the address that this platform's ``sendto`` takes, `decode` turns
    what ``recvfrom`` gives back into ``(ip, port)``.
    """

    def __init__(self, opener, encode, decode, port):
        self._opener = opener
        self._encode = encode
        self.decode = decode
        self.port = port
        self._sock = opener(port)
        self._ready = None

    def sendto(self, data, address):
        """Send without waiting; return False when the packet was dropped (no route, no memory)."""
        if self._sock is None:
            return False
        try:
            return bool(data) and self._sock.sendto(data, self._encode(address)) == len(data)
        except OSError:  # full, unreachable, ENOMEM: all of them are a lost packet to UDP
            return False

    async def recvfrom(self):
        """Return the next datagram as (bytes, (ip, port)); cancel the task to stop.

        Raises OSError while a socket that has died cannot be opened anew: try again later.
        """
        size = _SIZE
        if self._sock is None:
            self.reopen()
        while True:
            await readable(self._sock)
            try:
                data, address = self._sock.recvfrom(size)
            except MemoryError:  # no block of that size: tidy up, and take less this time
                gc.collect()
                size = max(_LEAST, size * 2 // 3)
                continue
            except OSError:  # EAGAIN, or an ICMP error of an earlier send
                continue
            if data:
                return data, self.decode(address)
            self.reopen()

    def raw(self):
        """Return the socket itself."""
        return self._sock

    def waiting(self):
        """Return whether a datagram waits; unlike a vain ``recvfrom`` it makes no object."""
        if self._ready is None:
            self._ready = Ready(self._sock)
        return self._sock is not None and self._ready.now()

    def reopen(self):
        """Close the socket and bind a new one to the same port."""
        self.close()
        self._sock = None
        self._sock = self._opener(self.port)

    def close(self):
        """Close the socket; whoever waits in `recvfrom` must be cancelled first."""
        self._ready = None
        if self._sock is None:
            return
        forget(self._sock)
        self._sock.close()
