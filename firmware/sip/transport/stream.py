"""SIP over TCP and TLS (RFC 3261 section 18, RFC 5626 section 4.4.1).

One connection a target, used in both directions; connections of others are taken on our port.
One that carries a registration is held open by keep-alives, any other closes when it is idle.

What others have opened is bounded by `sip.guard`: a stranger's never costs one of ours or of the
registrar's, and gives way to them whatever it carries.
"""

import asyncio
from collections import namedtuple

from base.compat import const, spawn, wait_for_ms
from sip.transport.framer import Framer

_MOST = const(4)  # connections: of the ESP32's ten sockets the Action URLs and DNS need four
_QUEUE = const(8)  # messages that wait for one
_READABLE = const(4)  # messages that may wait while more is read, whose answers come on top
_PATIENCE = const(10_000)  # ms for connecting, and for one message to leave
_IDLE = const(180_000)
_PING = const(95_000)
_PONG = const(10_000)
_READ = const(1024)
_LARGEST = const(4096)

Waiting = namedtuple("Waiting", ("data", "failed"))


class Connection:
    """One connection of `streams` to `address`; `writer` where the other side has opened it."""

    kept = False  # it carries a registration
    guest = False  # a stranger has opened it
    over = pinged = ponged = False
    timer = None

    def __init__(self, streams, address, protocol, writer=None):
        self.streams = streams
        self.address = address
        self.protocol = protocol
        self.writer = writer
        self.name = streams.name_of(address)  # of the host that it was made to
        self.queue = []  # `Waiting`
        self.unanswered = []  # `failed` of what has left since something came
        self.lost = []  # called back when it breaks
        self.wake = asyncio.Event()
        self.moved = asyncio.Event()  # the queue has become shorter
        self.tasks = []
        self.touch()

    def send(self, data, failed):
        """Queue a message."""
        if len(self.queue) >= _QUEUE:
            self.streams.fail(failed)
            return
        self.kept = self.kept or data[:9] == b"REGISTER "
        self.queue.append(Waiting(data, failed))
        self.wake.set()
        self.touch()

    def touch(self, ms=None):
        """Wait anew for the moment at which nothing has happened for too long."""
        if self.timer:
            self.timer.cancel()
        wait = ms or (_PING if self.kept else _IDLE)
        self.timer = self.streams.transport.timers.after(wait, self._quiet)

    def _quiet(self):
        if not self.kept:
            self.lost = []
        if not self.kept or (self.pinged and self.ponged):
            self.close(self.kept)
            return
        self.send(b"\r\n\r\n", None)
        self.pinged = True
        # who has never answered a ping need not know them (RFC 5626 section 8)
        self.touch(_PONG if self.ponged else None)

    async def write(self):
        """Connect where that is to be done, then send what is queued, until closed."""
        try:
            if self.writer is None:
                connect = self.streams.connect(self.address, self.protocol)
                reader, self.writer = await wait_for_ms(connect, _PATIENCE)
                self.tasks.append(spawn(self.read(reader)))
            while True:
                while self.queue:
                    data, failed = self.queue[0]
                    self.writer.write(data)
                    await wait_for_ms(self.writer.drain(), _PATIENCE)
                    self.queue.pop(0)
                    self.moved.set()
                    if failed:
                        self.unanswered.append(failed)
                self.wake.clear()
                await self.wake.wait()
        except asyncio.CancelledError:
            raise
        except Exception as error:  # OSError, TimeoutError, what TLS raises, no memory
            self._broken(error)

    async def read(self, reader):
        """Hand on what comes, until the end; no faster than what is answered leaves, for nobody
        would repeat by a stream what finds no place in the queue.
        """
        transport = self.streams.transport
        framer = Framer(self.streams.largest)
        error = "closed"
        try:
            while not self.over:
                data = await reader.read(_READ)
                if not data:
                    break
                self.unanswered, self.pinged = [], False
                self.touch()
                pings = framer.pings
                for message in framer.feed(data):
                    await self._room()
                    transport.deliver(message, self.address, self.protocol)
                if framer.pings > pings:
                    self.send(b"\r\n", None)
                self.ponged = framer.pongs > 0
        except asyncio.CancelledError:
            raise
        except Exception as problem:
            error = problem
        self._broken(error)

    async def _room(self):
        while len(self.queue) > _READABLE:
            self.moved.clear()
            await self.moved.wait()

    def _broken(self, error):
        log = self.streams.transport.log
        log(4, "SIP: %s %s:%d: %r", self.protocol, self.address[0], self.address[1], error)
        self.close()

    def close(self, broken=True):
        """Close; tell everybody who waits for it, and where it is `broken` all of the agent."""
        if self.over:
            return
        self.over = True
        if broken:
            self.streams.transport.broken(self.address, self.protocol)
        self.timer.cancel()
        self.streams.forget(self)
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        if self.writer:
            spawn(_shut(self.writer))
        for failed in self.unanswered + [x.failed for x in self.queue] + self.lost:
            self.streams.fail(failed)
        self.queue, self.unanswered, self.lost = [], [], []


def _made(connections):
    """Return whether the first of `connections` that carries nothing was there to be closed."""
    for connection in connections:
        if not connection.kept and not connection.queue and not connection.unanswered:
            return _ended([connection])
    return False


def _ended(connections):
    """Return whether the first of `connections` was there to be closed."""
    for connection in connections[:1]:
        connection.close()
    return bool(connections)


async def _shut(writer):
    try:
        writer.close()
        await wait_for_ms(writer.wait_closed(), _PATIENCE)
    except Exception:  # it was broken before: there is nothing left to close
        pass


class Streams:
    """All connections of a `Transport`."""

    def __init__(self, transport):
        self.transport = transport
        self.largest = transport.settings.get("sip_max_message") or _LARGEST
        self.connections = []
        self.names = {}  # (ip, port) -> the host that its certificate must name (RFC 5922)

    async def accept(self, reader, writer):
        """Serve a connection that another side has opened."""
        peer = writer.get_extra_info("peername")
        if not isinstance(peer, tuple):  # the unix VM's raw address
            peer = self.transport.network.decode(peer)
        share = self.transport.share(peer[0])
        if not (self._guest_room(peer[0], *share) if share else self._room()):
            await _shut(writer)
            return
        connection = Connection(self, (peer[0], peer[1]), "TCP", writer)
        connection.guest = bool(share)
        self.connections.append(connection)
        connection.tasks = [asyncio.current_task(), spawn(connection.write())]
        await connection.read(reader)

    def send(self, data, address, protocol, failed=None):
        """Send by the connection to (ip, port), opened where there is none."""
        connection = self.find(address, protocol)
        if connection is None:
            if protocol not in ("TCP", "TLS") or not self._room():
                self.fail(failed)
                return
            connection = Connection(self, address, protocol)
            self.connections.append(connection)
            connection.tasks.append(spawn(connection.write()))
        connection.send(data, failed)

    def find(self, address, protocol):
        """Return the connection to (ip, port), or None; TLS only where it was made to its name."""
        for connection in self.connections:
            if connection.address == address and connection.protocol == protocol:
                if protocol != "TLS" or connection.name == self.name_of(address):
                    return connection
        return None

    def watch(self, address, protocol, callback):
        """Call back once, when the connection to (ip, port) breaks."""
        connection = self.find(address, protocol)
        if connection and callback not in connection.lost:
            connection.lost.append(callback)

    def silent(self, address, protocol):
        """Close the connection to (ip, port) by which a request was never answered, unless
        anything else has come since: it may be open on this side only, and no one else will tell.
        """
        connection = self.find(address, protocol)
        if connection and connection.unanswered:
            connection.close()

    def named(self, targets, host):
        """Note that the addresses of `targets` were found under the name `host`."""
        if len(self.names) > 2 * _MOST:
            open_ones = [x.address for x in self.connections]
            self.names = {x: name for x, name in self.names.items() if x in open_ones}
        for target in targets:
            self.names[target.ip, target.port] = host

    def name_of(self, address):
        """Return the name that the certificate of (ip, port) must show, its address for none."""
        return self.names.get(address, address[0])

    async def connect(self, address, protocol):
        """Return (reader, writer); TLS is verified against the host's name and the CA."""
        network, context = self.transport.network, None
        if protocol == "TLS":
            if not self.transport.tls:
                raise OSError("no TLS")
            context = await self.transport.tls()
        name = self.name_of(address) if context else None
        return await network.connect(address[0], address[1], context, name)

    def fail(self, failed):
        """Call `failed` when the caller is done."""
        if failed:
            self.transport.timers.after(0, failed)

    def forget(self, connection):
        """Let a closed connection go."""
        if connection in self.connections:
            self.connections.remove(connection)

    def _room(self):
        """Return True when one more of ours fits: a guest makes room, or what carries nothing."""
        if len(self.connections) < _MOST:
            return True
        guests = [x for x in self.connections if x.guest]
        return _made(guests) or _ended(guests) or _made(self.connections)

    def _guest_room(self, ip, most, each):
        """Return True when one more of a stranger's fits; only guests make room for it.

        There may be `most` of all strangers, and `each` of one address: who comes anew to that
        has left before.
        """
        guests = [x for x in self.connections if x.guest]
        his = [x for x in guests if x.address[0] == ip]
        if len(his) >= each:
            return _made(his) or _ended(his)
        return (len(guests) < most and len(self.connections) < _MOST) or _made(guests)

    def stop(self):
        """Close everything."""
        for connection in list(self.connections):
            connection.lost = []
            connection.close()
