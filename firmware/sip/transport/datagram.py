"""SIP's transports: UDP here, TCP and TLS in `sip.transport.stream`.

A send never waits. What cannot be delivered is told to `failed`, a function without arguments,
after `send` has returned.
"""

import asyncio

from base.tasks import keep
from sip.transport.stream import Streams


class Transport:
    """All transports of one agent, on `port` of `network`."""

    def __init__(self, network, log, port, timers=None, settings=None):
        self.network = network
        self.log = log
        self.port = port
        self.timers = timers
        self.settings = settings
        self.share = _whole  # ``(ip)``: (connections of all strangers, of one), None for no one
        self.tls = None  # ``async ()`` returns a TLS context; OSError where there can be none
        self.broken = _whole  # ``((ip, port), protocol)``: told of a connection that broke
        self._callback = None
        self.streams = Streams(self)
        self._socket = self._task = self.server = None

    def received(self, callback):
        """Call ``callback(data, (ip, port), protocol)`` for each message that arrives."""
        self._callback = callback

    async def start(self):
        """Open the UDP socket, OSError when the port is taken; listen for TCP where we can."""
        self._socket = self.network.udp(self.port)
        self._task = keep("SIP receiver", self._receive)
        try:
            self.server = await self.network.serve(self.port, self.streams.accept)
        except OSError as error:
            self.log(3, "SIP: no TCP on port %d: %r", self.port, error)

    async def stop(self):
        """Close everything."""
        if self._task:
            self._task.cancel()
            self._socket.close()
            self._task = None
        if self.server:
            self.server.close()
            self.server = None
        self.streams.stop()

    async def _receive(self):
        while True:
            try:
                data, address = await self._socket.recvfrom()
                if len(data) > 4:  # CRLFCRLF and less is keep-alive (RFC 5626)
                    self._callback(data, address, "UDP")
            except asyncio.CancelledError:
                raise
            except Exception as error:  # the receiver outlives everything
                self.log(1, "SIP: %r", error)
                await asyncio.sleep(0.1)

    def send(self, data, address, protocol, failed=None):
        """Send to (ip, port) by "UDP", "TCP" or "TLS"."""
        if protocol == "UDP":
            self._socket.sendto(data, address)  # a lost one is sent again by its transaction
        else:
            self.streams.send(data, address, protocol, failed)

    def deliver(self, data, address, protocol):
        """Hand on what a stream has received."""
        self._callback(data, address, protocol)


def _whole(*_):
    """Return that an address is no stranger's; do nothing."""
    return None
