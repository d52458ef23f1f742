"""Keeps the clock right: asks the time server of the settings, again and again."""

from os import urandom

from base.compat import const
from hal.clock.sntp import Refused, query

_RESYNC = const(6 * 3600)  # s between two questions for the time
_AGAIN = const(15)  # s after one without an answer: the least that RFC 4330 section 10 allows
_PATIENCE = const(8)  # such pauses, then each is twice as long as the one before
_LONGEST = const(900)
_CHECK = const(60)  # s after the first time of all that another server is asked
_LEAP = const(1000)  # s that no clock that was right is wrong by
_ALIKE = const(60)  # s that two answers may differ which confirm each other
_REFUSED = const(3600)  # s after a server has said that it wants to be asked less often


class Keeper:
    """Sets `clock` by the server that ``get("ntp_server")`` names.

    `network` sends, ``resolve(name)`` is a coroutine that returns an address,
    ``log(level, text, *values)`` is told of failures. A question's cookie is the system's random.
    ``known()`` is called as the time is first known.
    """

    def __init__(self, clock, network, resolve, get, log, known):
        self._left = 0  # s until the time is asked for
        self._failures = 0  # questions without a time, one after the other
        self._doubt = None  # s that the last answer would have set the clock on by
        self._known = known
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

    def soon(self):
        """Ask at the next occasion: the server is another one."""
        self._left = self._failures = 0

    async def passed(self, seconds):
        """Ask where it is time to, now that `seconds` have gone by."""
        self._left -= seconds
        if self._left <= 0:
            self._left = _RESYNC  # unless `soon` is called meanwhile
            await self._ask()

    async def _ask(self):
        """Ask the server once, waiting without blocking."""
        cookie = urandom(8)  # which a stranger must not guess
        try:
            ip = await self._resolve(self._get("ntp_server"))
            now = await query(self._network, ip, cookie)
        except OSError as error:
            self._failures += 1
            pause = min(_LONGEST, _AGAIN << min(max(0, self._failures - _PATIENCE), 6))
            self._left = min(self._left, _REFUSED if isinstance(error, Refused) else pause)
            self._log(4, "time: %s", error)
            return
        self._failures = 0
        before = self._clock.time()
        if before is not None and self._is_doubted(now - before):
            self._left = min(self._left, _AGAIN)
            self._log(3, "time: it is said to be %d s later, asking again", now - before)
            return
        self._clock.set(now)
        if before is None:
            self._left = min(self._left, _CHECK)
            self._known()

    def _is_doubted(self, leap):
        """Return whether a leap of the clock is to be confirmed: one server of a pool that is
        wrong by years would make every certificate invalid until the next question.
        """
        doubt, self._doubt = self._doubt, None
        if abs(leap) < _LEAP or (doubt is not None and abs(leap - doubt) < _ALIKE):
            return False
        self._doubt = leap
        return True
