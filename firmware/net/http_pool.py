"""Connections to web servers: opened, and kept where that saves something.

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
"""

from collections import namedtuple

from base.compat import const, shut, sleep_ms, waits

_TLS = const(2)  # kept connections over TLS
_PLAIN = const(3)
_KEPT = const(240_000)  # ms that one over TLS is kept without a request
_PLAIN_KEPT = const(1000)
_PROOF = const(1000)  # ms after an answer
_LOOK = const(1000)  # ms between two looks at what is kept
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


class Pool:
    """The connections of one phone. `trust.context(verified)` gives contexts for TLS.

    ``lost(server, idle)``, set later, is told of a kept one that serves no more after `idle` ms.
    """

    lost = None

    def __init__(self, network, resolver, timers, trust):
        self.network = network
        self.resolver = resolver
        self.timers = timers
        self.trust = trust
        self.kept = []  # the one that was used last at the end
        self._used = {}  # Server -> number of connections in use
        self._proven = []  # Servers, the one proven last at the end
        self._looking = False

    def ready(self, server):
        """Return True when a request to `server` needs no handshake."""
        return not server.secure or self._find(server) is not None

    def proving(self, server):
        """Return True while a kept connection over TLS may be proven within a second."""
        return server.secure and any(
            x.server == server and x.served and self._serves(x) and not self._trusted(x)
            for x in self.kept
        )

    def has(self, server):
        """Return True when there is a connection to `server`, kept or in use."""
        return server in self._used or any(x.server == server for x in self.kept)

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
            _last(found, ip)
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
            self.keep(connection)
        else:
            connection.close()

    def keep(self, connection):
        """Keep a connection that is not in use; the one that was used least lately gives way."""
        secure = connection.server.secure
        connection.idle = self.timers.clock.ms()
        self.kept.append(connection)
        same = [x for x in self.kept if x.server.secure == secure]
        for each in same[: max(0, len(same) - (_TLS if secure else _PLAIN))]:
            self.discard(each)
        self._look_later()

    def drop(self, connection):
        """Close a connection that serves no more."""
        self._release(connection.server)
        connection.close()

    def refused(self, connection):
        """Close a new connection that has taken nothing; the next one goes to the next address."""
        _last(connection.addresses, connection.ip)
        self.drop(connection)

    def broken(self, connection):
        """Close a kept connection that its server has closed instead of an answer."""
        if connection.server in self._proven:
            self._proven.remove(connection.server)
        self.drop(connection)

    def close(self):
        """Close all that is kept, as memory is wanted elsewhere."""
        for each in self.kept[:]:
            self.discard(each)

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

    def discard(self, connection):
        """Close a kept connection, where it is still kept."""
        if connection in self.kept:
            self.kept.remove(connection)
            connection.close()

    def _over(self, connection):
        """Close a kept connection that serves no more."""
        self.discard(connection)
        if self.lost:
            self.lost(connection.server, self._idle(connection))

    def _make_room(self, server):
        """Close the kept connection over TLS that was used least lately, where there are two."""
        busy = sum(self._used[x] for x in self._used if x.secure and x != server)
        same = [x for x in self.kept if x.server.secure]
        for each in same[: max(0, len(same) + busy + 1 - _TLS)]:
            self.discard(each)

    def _find(self, server, again=False):
        """Return the kept connection to `server` that may serve, None for none."""
        for connection in self.kept[::-1]:
            if connection.server == server:
                if not self._serves(connection):
                    self._over(connection)
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
        if not self._looking and self.kept:
            self._looking = True
            self.timers.after(_LOOK, self._look)

    def _look(self):
        """Close what is over."""
        self._looking = False
        for connection in self.kept[:]:
            if self._serves(connection):
                self._trusted(connection)
            else:
                self._over(connection)
        self._look_later()


def _last(addresses, ip):
    """Let the next try take another one of a name's addresses."""
    if ip in addresses:
        addresses.remove(ip)
        addresses.append(ip)
