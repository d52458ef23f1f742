"""Names to addresses over our own UDP socket, because getaddrinfo blocks the ESP32 for seconds.

The cache is here; the questions are asked by `net.dns_query`, loaded by the first name.
"""

import asyncio

from base.compat import const

_NAMES = const(16)  # in the cache
_TYPES = {"A": 1, "SRV": 33, "NAPTR": 35}


class ResolveError(OSError):
    """A name that has no address, or whose servers do not answer."""


def dotted(name):
    """Return True for an IPv4 address."""
    parts = name.split(".")
    return len(parts) == 4 and all(x.isdigit() and len(x) < 4 and int(x) < 256 for x in parts)


class Resolver:
    """Resolves over `network`'s name servers; `random` is ``getrandbits``."""

    def __init__(self, network, clock, random):
        self.network = network
        self.clock = clock
        self.random = random
        self._cache = {}  # (name, kind) -> (list, ticks, seconds); an empty list is a failure
        self._asking = {}  # (name, kind) -> Event of the task that asks

    async def address(self, name):
        """Return one address of a name; an address itself comes back at once. ResolveError."""
        return (await self.resolve(name))[0]

    async def resolve(self, name, kind="A"):
        """Return the answers of kind "A", "SRV" or "NAPTR"; ResolveError when there is none.

        An address itself comes back at once. Who finds an address dead may put it last.
        """
        name = name.lower().rstrip(".")
        if kind == "A" and dotted(name):
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
        if self.clock.diff(self.clock.ms(), entry[1]) >= entry[2] * 1000:
            del self._cache[key]
            return None
        return entry[0]

    async def _shared(self, key):
        event = self._asking[key] = asyncio.Event()
        found = None
        try:
            from net.dns_query import ask

            found, seconds = await ask(self, key[0], _TYPES[key[1]])
        finally:  # cancelled, or no server answered: the next try asks anew
            if found is not None:
                if len(self._cache) >= _NAMES:
                    self._cache.pop(next(iter(self._cache)))
                self._cache[key] = (found, self.clock.ms(), max(1, seconds))
            del self._asking[key]
            event.set()
        return found
