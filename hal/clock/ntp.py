"""Keeps the clock right: asks the time server of the settings, again and again."""

from os import urandom

from base.compat import const
from hal.clock.sntp import query

_RESYNC = const(6 * 3600)  # s between two questions for the time
_AGAIN = const(30)  # s after one without an answer


class Keeper:
    """Sets `clock` by the server that ``get("ntp_server")`` names.

    `network` sends, ``resolve(name)`` is a coroutine that returns an address,
    ``log(level, text, *values)`` is told of failures. A question's cookie is the system's random.
    """

    def __init__(self, clock, network, resolve, get, log):
        self._clock = clock
        self._network = network
        self._resolve = resolve
        self._get = get
        self._log = log

    def zone(self):
        """Set the clock's time zone to what the settings say; a wrong one is logged."""
        try:
            self._clock.zone(self._get("timezone") or self._get("utc_offset") or 0)
        except ValueError as error:
            self._log(1, "%s", error)

    async def ask(self):
        """Ask the server once, waiting without blocking; return the seconds to the next time."""
        cookie = urandom(8)  # which a stranger must not guess
        try:
            ip = await self._resolve(self._get("ntp_server"))
            self._clock.set(await query(self._network, ip, cookie))
            return _RESYNC
        except OSError as error:
            self._log(4, "time: %s", error)
            return _AGAIN
