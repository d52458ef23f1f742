"""Connections to web servers: opened, kept where that saves something, and opened ahead of need.

Decisions:
- Over TLS a connection is kept for as long as its server keeps it, four minutes at the most: a
  handshake holds the loop for half a second on the chip. Two of them at once are all that fits
  beside WiFi; the one that was used last stays.
- Without TLS a connection is cheap, and a small server serves one client at a time: it is kept for
  a second only, for the events that follow at once.
- A kept connection at which something waits to be read is over: its server has closed it, or says
  what nobody asked for. That is looked at before each request and once a second.
- Many a server closes after its answer and does not say so. So a connection serves again where
  its server says "keep-alive"; over TLS also once one of that server has stayed open for a second
  after an answer (it is proven). One that closes instead of an answer is proven no more.
- A server in `wanted` has its connection opened while nothing else goes on (`calm`), and anew when
  its server has closed it; where that comes sooner than 20 s, its connections wait for a request.
  What fails is tried again after a minute, then after two and so on up to half an hour.
"""

import asyncio
from collections import namedtuple

from base.compat import const, listen, shut, sleep_ms, spawn, waits
from base.timers import Deadline
from net.cause import cause

_TLS = const(2)  # kept connections over TLS
_PLAIN = const(3)
_KEPT = const(240_000)  # ms that one over TLS is kept without a request
_PLAIN_KEPT = const(1000)
_PROOF = const(1000)  # ms after an answer
_SHORT = const(20_000)  # ms: a server that closes sooner gets no connection ahead of need
_LOOK = const(1000)  # ms between two looks at what is kept
_OPENING = const(5_000)  # ms for a connection ahead of need
_SHAKING = const(3_000)  # ms for its handshake
_PAUSE = const(60_000)  # ms until the next one after a failure, doubled each time
_LONGEST = const(1_920_000)
_SERVERS = const(8)  # that are proven; the oldest gives way

# `verified`: certificates are checked whatever the settings say
Server = namedtuple("Server", ("secure", "host", "port", "verified"))


class Connection:
    """One connection to `server`, whose address was `ip`."""

    def __init__(self, server, addresses, reader, writer, context, now):
        self.server = server
        self.addresses = addresses  # of its name, the one that it goes to first
        self.ip = addresses[0]
        self.reader = reader
        self.writer = writer
        self.context = context
        self.opened = now
        self.idle = now  # ticks since when nothing goes over it
        self.kept = False  # it was open before the request that uses it
        self.served = False
        self.limit = _KEPT if server.secure else _PLAIN_KEPT
        self.shaking = None  # the task that does the handshake ahead of need

    def close(self):
        """Close it at once."""
        if self.shaking:
            self.shaking.cancel()
            self.shaking = None
        shut(self.writer)


class _Ahead:
    """What is known of a server whose connection is opened ahead of need."""

    def __init__(self):
        self.pause = 0  # ms before the next try
        self.since = 0
        self.short = False  # it closes what is not used


class Pool:
    """The connections of one phone. `trust.context(verified)` gives contexts for TLS.

    ``calm()`` is True while a handshake disturbs nobody.
    """

    def __init__(self, network, resolver, timers, trust, calm, log):
        self.network = network
        self.resolver = resolver
        self.timers = timers
        self.trust = trust
        self.calm = calm
        self.log = log
        self.kept = []  # the one that was used last at the end
        self._used = {}  # Server -> number of connections in use
        self._wanted = {}  # Server -> _Ahead
        self._proven = []  # Servers, the one proven last at the end
        self._looking = False

    def want(self, servers):
        """Keep connections to `servers`, those over TLS, open from now on."""
        wanted = []
        for server in servers:
            if server.secure and server not in wanted and len(wanted) < _TLS:
                wanted.append(server)
        self._wanted = {x: self._wanted.get(x) or _Ahead() for x in wanted}
        self._look_later()

    def ready(self, server):
        """Return True when a request to `server` needs no handshake."""
        return not server.secure or self._find(server) is not None

    async def take(self, server, allowed=None, again=False):
        """Return a `Connection` to `server`, a kept one or a new one; OSError.

        With `again` a request may be repeated, and one that is not proven does as well.

        ``allowed(ip)`` raises OSError for an address that must not be connected to.
        """
        found = self._find(server, again)
        self._used[server] = self._used.get(server, 0) + 1
        try:
            if found is None:
                return await self.open(server, allowed)
            await self._claim(found)
            if allowed:
                allowed(found.ip)
            return found
        except BaseException:
            self._release(server)
            if found:
                found.close()
            raise

    async def _claim(self, connection):
        self.kept.remove(connection)
        connection.kept = True
        if connection.shaking:  # the request goes on with the handshake
            connection.shaking.cancel()
            connection.shaking = None
            await sleep_ms(0)  # until that task has let go of the stream

    async def open(self, server, allowed=None):
        """Return a new `Connection`, its handshake still to come; OSError."""
        context = self.trust.context(server.verified) if server.secure else None
        found = await self.resolver.resolve(server.host)
        ip = found[0]
        if allowed:
            allowed(ip)
        if server.secure:
            self._make_room(server)
        name = server.host if context else None
        try:
            reader, writer = await self.network.connect(ip, server.port, context, name)
        except BaseException:
            _next(found)
            raise
        return Connection(server, found, reader, writer, context, self.timers.clock.ms())

    def give(self, connection, said, seconds=None):
        """Take back a connection after an answer; whether its server `said` that it stays.

        It keeps it for `seconds` then.
        """
        self._release(connection.server)
        if seconds is not None:
            connection.limit = min(connection.limit, max(0, seconds - 1) * 1000)
        if said:
            self._prove(connection.server)
        connection.served = True
        if connection.limit:
            self._keep(connection)
        else:
            connection.close()

    def _keep(self, connection):
        secure = connection.server.secure
        connection.idle = self.timers.clock.ms()
        self.kept.append(connection)
        same = [x for x in self.kept if x.server.secure == secure]
        for each in same[: max(0, len(same) - (_TLS if secure else _PLAIN))]:
            self._close(each)
        self._look_later()

    def drop(self, connection):
        """Close a connection that serves no more."""
        self._release(connection.server)
        connection.close()

    def refused(self, connection):
        """Close a new connection that has taken nothing; the next one goes to the next address."""
        _next(connection.addresses)
        self.drop(connection)

    def broken(self, connection):
        """Close a kept connection that its server has closed instead of an answer."""
        if connection.server in self._proven:
            self._proven.remove(connection.server)
        self.drop(connection)

    def close(self):
        """Close all that is kept, as memory is wanted elsewhere."""
        for each in self.kept[:]:
            self._close(each)

    def restart(self, timers):
        """Forget all connections: the loop is another one, with other `timers`."""
        self.close()
        self.timers = timers
        self._used.clear()
        self._looking = False

    def _release(self, server):
        count = self._used.get(server, 0) - 1
        if count > 0:
            self._used[server] = count
        else:
            self._used.pop(server, None)

    def _close(self, connection):
        self.kept.remove(connection)
        connection.close()

    def _make_room(self, server):
        """Close the kept connection over TLS that was used least lately, where there are two."""
        busy = sum(self._used[x] for x in self._used if x.secure and x != server)
        same = [x for x in self.kept if x.server.secure]
        for each in same[: max(0, len(same) + busy + 1 - _TLS)]:
            self._close(each)

    def _find(self, server, again=False):
        """Return the kept connection to `server` that may serve, None for none."""
        for connection in self.kept[::-1]:
            if connection.server == server:
                if not self._serves(connection):
                    self._close(connection)
                elif again or self._trusted(connection):
                    return connection
        return None

    def _trusted(self, connection):
        """Return True unless its server may close it just now, as after each answer."""
        server = connection.server
        if connection.served and server not in self._proven:
            if not server.secure or self._idle(connection) < _PROOF:
                return False
            self._prove(server)
        return True

    def _prove(self, server):
        if server in self._proven:
            self._proven.remove(server)
        self._proven = self._proven[1 - _SERVERS :] + [server]

    def _serves(self, connection):
        if self._idle(connection) >= connection.limit:
            return False
        if connection.context is not None:
            try:
                if self.trust.context(connection.server.verified) is not connection.context:
                    return False  # a setting has changed
            except OSError:
                return False
        return connection.shaking is not None or not waits(connection.reader)

    def _idle(self, connection):
        return self.timers.clock.diff(self.timers.clock.ms(), connection.idle)

    def _look_later(self):
        if not self._looking and (self.kept or self._wanted):
            self._looking = True
            self.timers.after(_LOOK, self._look)

    def _look(self):
        """Close what is over, open what is wanted."""
        self._looking = False
        for connection in self.kept[:]:
            if self._serves(connection):
                self._trusted(connection)
            else:
                ahead = self._wanted.get(connection.server)
                if ahead:
                    ahead.short = self._idle(connection) < min(_SHORT, connection.limit)
                self._close(connection)
        if self.network.up and self._wanted and self.calm():
            for server, ahead in self._wanted.items():
                if self._due(server, ahead):
                    spawn(self._open_ahead(server, ahead))
                    break
        self._look_later()

    def _due(self, server, ahead):
        if ahead.short or server in self._used or any(x.server == server for x in self.kept):
            return False
        clock = self.timers.clock
        return not ahead.pause or clock.diff(clock.ms(), ahead.since) >= ahead.pause

    async def _open_ahead(self, server, ahead):
        """Open the connection to a wanted server and let its handshake begin."""
        self._used[server] = self._used.get(server, 0) + 1
        try:
            with Deadline(self.timers, _OPENING):
                connection = await self.open(server)
            connection.shaking = spawn(self._shake(connection, ahead))
            self._keep(connection)
        except Exception as error:  # whatever a server does
            self._failed(server, ahead, error)
        finally:
            self._release(server)

    async def _shake(self, connection, ahead):
        """Do the handshake: nothing tells of its end but that nothing comes any more."""
        try:
            with Deadline(self.timers, _SHAKING):
                await listen(connection.reader)
            raise OSError("closed")
        except asyncio.TimeoutError:
            connection.shaking = None
            ahead.pause = 0
        except Exception as error:
            connection.shaking = None
            if connection in self.kept:
                self._close(connection)
            self._failed(connection.server, ahead, error)

    def _failed(self, server, ahead, error):
        ahead.since = self.timers.clock.ms()
        ahead.pause = min(max(_PAUSE, 2 * ahead.pause), _LONGEST)
        self.log(4, "No connection to %s:%d yet: %s", server.host, server.port, cause(error))


def _next(addresses):
    """Let the next try take a name's next address."""
    addresses.append(addresses.pop(0))
