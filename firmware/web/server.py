"""The server: its connections, how many there may be, and a deadline for each phase of one.

Nothing of a client outlives its connection. When all places are taken, one that has no request
under way, or none of somebody who may ask, gives its place to a newcomer; where none has, the
newcomer waits a little, and is then told to come back. The chip has ten sockets for all that the
phone does: whoever may not ask loses those that are taken here as soon as one is needed (`shed`).
"""

import asyncio

from base.compat import const, current_task, shut, waits
from base.timers import Deadline
from web.answer import Answer, head
from web.request import Bad, Reader

_PLACES = const(4)  # connections that are served
_WAITING = const(4)  # that wait for a place
_WAIT = const(4000)  # ms that one waits
_FRESH = const(500)  # ms that a request may take to come before its connection gives way
_LATE = const(2000)  # ms after which it does so whatever it sends: it does not take its answers
_LOOK = const(100)  # ms between two looks for one that does
_IDLE = const(20_000)  # ms between two requests of a connection
_HEAD = const(5_000)  # ms from a head's first byte to its last
_WORK = const(30_000)  # ms for body and answer
_REST = const(4096)  # bytes of a body that nobody wanted, read so that the connection may stay
_LINGER = const(1000)  # ms that a client has to read why it was refused
_PIECE = const(2048)  # bytes of a request that finds no place
_REFUSED = const(32_768)  # bytes of what was refused that are still taken
_TEXTS = {
    408: "the request did not come to its end in time",
    413: "that is too long",
    414: "the request line is too long",
    431: "the header is too long",
    501: "a body needs Content-Length",
    505: "write HTTP/1.1",
}
_FULL = b"all connections are in use\n"


class _Place:
    """One connection, which is served once it has `begun`."""

    def __init__(self, task, stream, writer, clock):
        self.task = task
        self.busy = False  # a request of somebody who may ask is under way
        self._stream = stream
        self._writer = writer
        self._clock = clock
        self._since = clock.ms()

    def begin(self):
        """Be served from now on."""
        self._since = self._clock.ms()

    def shed(self):
        """Close it at once."""
        self.task.cancel()
        shut(self._writer)

    def free(self):
        """Begin to wait for a request; only one of somebody who may ask gives it time anew."""
        if self.busy:
            self.busy = False
            self._since = self._clock.ms()

    def serves(self):
        """Take it that whoever asks may: the place is theirs until they are served."""
        self.busy = True

    def gives_way(self):
        """Return whether nobody is served here: its request may be on its way just now."""
        idle = self._clock.diff(self._clock.ms(), self._since)
        if self.busy or idle < _FRESH:
            return False
        return idle >= _LATE or not waits(self._stream)


class Server:
    """Serves connections of `network` on a port.

    ``serve(request, answer, reader)`` carries out one request. It calls `answer.wanted` once it
    knows that the request is of somebody who may ask. An answer that streams says so with
    `endless`, which lifts the deadline.
    """

    def __init__(self, network, timers, log, serve):
        self._network = network
        self._timers = timers
        self._log = log
        self._serve = serve
        self._places = []  # the one that came first is first
        self._open = []  # those, and who waits for one or is being refused
        self._waiting = 0
        self._refused = 0  # that are just being told so
        self._free = asyncio.Event()
        self._server = None

    async def start(self, port):
        """Listen on `port`; OSError where it is taken."""
        self._server = await self._network.serve(port, self._accept)

    def stop(self):
        """Listen no more, and end all connections."""
        if self._server:
            self._server.close()
            self._server = None
        for place in list(self._places):
            place.task.cancel()

    @property
    def count(self):
        """The number of connections."""
        return len(self._places)

    def shed(self):
        """Close the connections of all who may not ask; return whether there were any."""
        own = current_task()
        found = [place for place in self._open if not place.busy and place.task is not own]
        for place in found:
            place.shed()
        return bool(found)

    async def _accept(self, stream, writer):
        place = _Place(current_task(), stream, writer, self._timers.clock)
        self._open.append(place)
        try:
            if not await self._room():
                await self._full(stream, writer)
                return
            place.begin()
            self._places.append(place)
            try:
                await self._connection(stream, writer, place)
            finally:
                self._places.remove(place)
                self._free.set()
        except (OSError, EOFError, MemoryError, asyncio.TimeoutError, asyncio.CancelledError):
            pass  # the other side went away or is too slow, or gave its place to another
        finally:
            self._open.remove(place)
            shut(writer)

    async def _full(self, stream, writer):
        """Tell a client to come back, once it has said something.

        Closed with input unread, TCP would take the answer back.
        """
        if self._refused >= _WAITING:
            return
        self._refused += 1
        try:
            with Deadline(self._timers, _LINGER):
                await stream.read(_PIECE)
            writer.write(head(503, length=len(_FULL), more=("Retry-After: 1",)) + _FULL)
            with Deadline(self._timers, _LINGER):
                await writer.drain()
        finally:
            self._refused -= 1

    async def _room(self):
        """Wait for a place; False where there is none to be had."""
        if len(self._places) < _PLACES:
            return True
        if self._waiting >= _WAITING:
            return False
        self._waiting += 1
        try:
            with Deadline(self._timers, _WAIT):
                while len(self._places) >= _PLACES:
                    self._free.clear()
                    for place in self._places:
                        if place.gives_way():
                            place.busy = True  # it is asked once
                            place.task.cancel()
                            break
                    try:
                        with Deadline(self._timers, _LOOK):
                            await self._free.wait()
                    except asyncio.TimeoutError:
                        pass  # one may be idle for long enough by now
        except asyncio.TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    async def _connection(self, stream, writer, place):
        reader = Reader(stream, self._peer(writer))
        while True:
            with Deadline(self._timers, _IDLE):
                if not await reader.wait():
                    return
            if not await self._request(reader, writer, place):
                return

    async def _request(self, reader, writer, place):
        """Serve one request; return whether the connection goes on."""
        request = None
        try:
            with Deadline(self._timers, _HEAD):
                request = await reader.head()
            answer = Answer(writer, request)
            answer.wanted = place.serves
            with Deadline(self._timers, _WORK) as deadline:
                answer.endless = deadline.lift
                await self._serve(request, answer, reader)
                if not answer.status:
                    await answer.refuse(404, "there is no such page")
                place.free()  # what is left of a body may never come
                if request.left > _REST:  # not worth the reading; see `_refuse` for the pause
                    with Deadline(self._timers, _LINGER):
                        await reader.discard(_REFUSED)
                    return False
                if answer.stays and request.left:
                    await reader.pieces(request, _nothing, _REST)
            return answer.stays
        except Bad as bad:
            await self._refuse(writer, request, bad.status, reader)
        except asyncio.TimeoutError:
            if request is None:
                await self._refuse(writer, None, 408, reader)
        return False

    async def _refuse(self, writer, request, status, reader):
        answer = Answer(writer, request)
        answer.stays = False
        with Deadline(self._timers, _HEAD):
            await answer.refuse(status, _TEXTS.get(status, "that is no HTTP request"))
        with Deadline(self._timers, _LINGER):  # closed with input unread, TCP would take it back
            await reader.discard(_REFUSED)

    def _peer(self, writer):
        peer = writer.get_extra_info("peername")
        if not isinstance(peer, tuple):  # the unix VM's raw address
            peer = self._network.decode(peer)
        return peer[0]


def _nothing(_):
    pass
