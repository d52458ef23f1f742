"""SIP's transports: UDP here; TCP and TLS are loaded by the first connection, ours or another's.

A send never waits. What cannot be delivered is told to `failed`, a function without arguments,
after `send` has returned.
"""

import asyncio

from base.compat import const, low_heap, make_room, spare, spawn, unload

_STREAMS = const(18_000)  # bytes that must be free for the first connection of a stranger


class Transport:
    """All transports of one agent, on `port` of `network`."""

    def __init__(self, network, log, port, timers=None, settings=None):
        self.network = network
        self.log = log
        self.port = port
        self.timers = timers
        self.settings = settings
        self.streams = True  # TCP can be used for what is too large for a datagram
        self.tls = None  # ``async ()`` returns a TLS context; OSError where there can be none
        self._callback = None
        self._socket = self._task = self._streams = self.server = None

    def received(self, callback):
        """Call ``callback(data, (ip, port), protocol)`` for each message that arrives."""
        self._callback = callback

    async def start(self):
        """Open the UDP socket, OSError when the port is taken; listen for TCP where we can."""
        self._socket = self.network.udp(self.port)
        self._task = spawn(self._receive())
        spare(self._forget)
        try:
            self.server = await self.network.serve(self.port, self.accept)
        except OSError as error:
            self.log(3, "SIP: no TCP on port %d: %r", self.port, error)

    async def accept(self, reader, writer):
        """Serve a connection that another side has opened, where the heap has room for it."""
        make_room()
        if self._streams or not low_heap(_STREAMS):
            await self.stream().accept(reader, writer)
        else:
            writer.close()
            await writer.wait_closed()

    async def stop(self):
        """Close everything."""
        if self._task:
            self._task.cancel()
            self._socket.close()
            self._task = None
        if self.server:
            self.server.close()
            self.server = None
        if self._streams:
            self._streams.stop()

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
            self.stream().send(data, address, protocol, failed)

    def stream(self):
        """Return the streams' part, loaded by its first use."""
        if self._streams is None:
            from sip.transport.stream import Streams

            self._streams = Streams(self)
        return self._streams

    def _forget(self):
        if self._streams:
            self._streams.let_go()

    def rest(self):
        """Forget the streams' part: no connection is left."""
        self._streams = None
        unload("sip.transport.stream")

    def deliver(self, data, address, protocol):
        """Hand on what a stream has received."""
        self._callback(data, address, protocol)
