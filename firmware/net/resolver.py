"""Names to addresses over our own UDP socket, because getaddrinfo blocks the ESP32 for seconds.

The cache is here; `net.dns_query` asks.
"""

import asyncio

from base.compat import const
from net.address import dotted
from net.dns_query import ResolveError, ask

_NAMES = const(16)  # in the cache


class Resolver:
    """Resolves over `network`'s name servers; `random` is ``getrandbits``, for SRV's weights."""

    def __init__(self, network, clock, random):
        self.network = network
        self.clock = clock
        self.random = random
        self._cache = {}  # (name, kind) -> _Entry
        self._asking = {}  # (name, kind) -> Event of the task that asks

    async def address(self, name):
        """Return one address of a name; an address itself comes back at once. ResolveError."""
        return (await self.resolve(name))[0]

    async def resolve(self, name, kind="A"):
        """Return the answers of kind "A", "SRV" or "NAPTR"; ResolveError when there is none.

        An address itself comes back at once. Who finds an address dead may put it last.
        """
        if kind == "A" and dotted(name):
            return [name]
        name = name.lower().rstrip(".")
        if kind == "A" and dotted(name):  # with a point behind it
            return [name]
        key = (name, kind)
        found = self._cached(key)
        while found is None and key in self._asking:
            await self._asking[key].wait()
            found = self._cached(key)
        if found is None:
            found = await self._shared(key)
        if not found:
            raise ResolveError("no address for %s" % name)
        return found

    def _cached(self, key):
        entry = self._cache.get(key)
        if entry is None:
            return None
        if self.clock.diff(self.clock.ms(), entry.since) >= entry.seconds * 1000:
            del self._cache[key]
            return None
        return entry.answers

    async def _shared(self, key):
        event = self._asking[key] = asyncio.Event()
        found = None
        try:
            found, seconds = await ask(self.network, key[0], key[1])
        finally:  # cancelled, or no server answered: the next try asks anew
            if found is not None:
                if len(self._cache) >= _NAMES:
                    self._cache.pop(next(iter(self._cache)))
                self._cache[key] = _Entry(found, self.clock.ms(), max(1, seconds))
            del self._asking[key]
            event.set()
        return found


class _Entry:
    """What the cache keeps of an answer; an empty one is a failure."""

    def __init__(self, answers, since, seconds):
        self.answers = answers
        self.since = since
        self.seconds = seconds
