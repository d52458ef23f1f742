"""Connections over TLS opened ahead of need, so that no handshake falls into a call.

Decisions:
- Two servers at most, as the pool keeps two connections over TLS. One of them is opened at a time,
  while nothing else goes on, and anew when its server has closed it.
- A server that closes an unused connection within 20 s gets none ahead of need any more: it would
  cost a handshake every few seconds. Its connections wait for a request.
- What fails is tried again after a minute, then after two and so on up to half an hour; while the
  time is not known, as after a start, nothing has failed.
"""

import asyncio

from base.compat import const, listen, spawn
from base.timers import Deadline
from net.cause import cause
from net.tls import TimeUnknown

_MOST = const(2)  # servers
_SHORT = const(20_000)  # ms that a server has to keep an unused connection
_LOOK = const(1000)  # ms between two looks at what is open
_OPENING = const(5_000)  # ms for a connection
_SHAKING = const(3_000)  # ms for its handshake
_PAUSE = const(60_000)  # ms until the next try after a failure, doubled each time
_LONGEST = const(1_920_000)


class _Wanted:
    """What is known of a server that is wanted."""

    def __init__(self):
        self.pause = 0  # ms before the next try
        self.since = 0  # ticks of the last failure
        self.short = False  # it closes what is not used


class Ahead:
    """Opens connections for `pool` (net.http_pool.Pool).

    ``calm()`` is True while a handshake disturbs nobody.
    """

    def __init__(self, pool, calm, log):
        self.pool = pool
        self.calm = calm
        self.log = log
        self._wanted = {}  # Server -> _Wanted
        self._looking = False
        self._opening = False
        pool.lost = self._lost

    def want(self, servers):
        """Keep connections to `servers`, the first two over TLS, open from now on."""
        wanted = []
        for server in servers:
            if server.secure and server not in wanted and len(wanted) < _MOST:
                wanted.append(server)
        self._wanted = {x: self._wanted.get(x) or _Wanted() for x in wanted}
        self._look_later()

    def restart(self):
        """Begin again: the loop is another one."""
        self._looking = self._opening = False
        self._look_later()

    def _look_later(self):
        if self._wanted and not self._looking:
            self._looking = True
            self.pool.timers.after(_LOOK, self._look)

    def _look(self):
        self._looking = False
        if self.pool.network.up and not self._opening and self.calm():
            for server, wanted in self._wanted.items():
                if self._due(server, wanted):
                    self._opening = True
                    spawn(self._open(server, wanted))
                    break
        self._look_later()

    def _due(self, server, wanted):
        if wanted.short or self.pool.has(server):
            return False
        clock = self.pool.timers.clock
        return not wanted.pause or clock.diff(clock.ms(), wanted.since) >= wanted.pause

    def _lost(self, server, idle):
        """Take it that a kept connection is over, `idle` ms after its last use."""
        if server in self._wanted:
            self._wanted[server].short = idle < _SHORT

    async def _open(self, server, wanted):
        """Open the connection to a wanted server and let its handshake begin."""
        try:
            with Deadline(self.pool.timers, _OPENING):
                connection = await self.pool.open(server)
            connection.shaking = spawn(self._shake(connection, wanted))
            self.pool.keep(connection)
        except Exception as error:  # whatever a server does
            self._failed(server, wanted, error)
        finally:
            self._opening = False

    async def _shake(self, connection, wanted):
        """Do the handshake: nothing tells of its end but that nothing comes any more."""
        try:
            with Deadline(self.pool.timers, _SHAKING):
                await listen(connection.reader)
            raise OSError("closed")
        except asyncio.TimeoutError:
            connection.shaking = None
            wanted.pause = 0
        except Exception as error:
            connection.shaking = None
            self.pool.discard(connection)
            self._failed(connection.server, wanted, error)

    def _failed(self, server, wanted, error):
        if isinstance(error, TimeUnknown):
            return  # no failure of the server's: the next look may find it
        wanted.since = self.pool.timers.clock.ms()
        wanted.pause = min(max(_PAUSE, 2 * wanted.pause), _LONGEST)
        self.log(4, "No connection to %s:%d yet: %s", server.host, server.port, cause(error))
