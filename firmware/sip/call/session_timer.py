"""Session timers (RFC 4028), as refresher and as the one who waits."""

from base.compat import const
from sip.call.optional import has
from sip.message.fields import seconds as seconds_of

_MIN = const(90)  # s: the shortest interval that anybody may have (section 5)
_RAISED = const(3)  # 422s that one call follows: each proxy on the way may have a limit of its own
_LONGEST = const(500_000)  # s: a longer one could not be watched
_MARGIN = const(32)  # s before its end that a session without a refresh is given up (section 10)


class SessionTimer:
    """The agreed interval of a call in seconds, and who refreshes.

    ==========  ===============================================  ===========================
    state       event                                            what follows
    ==========  ===============================================  ===========================
    off         Session-Expires is agreed on, we refresh         refreshing
    off         Session-Expires is agreed on, they refresh       watching
    refreshing  half of the interval has passed                  ``refresh(update)``
    watching    nearly all of it has passed without a refresh    ``expired()``
    any         a refresh, either side's                         the interval begins anew
    refreshing  `retry`: a refresh was refused, or had to wait   ``refresh`` once more
    refreshing  the same, undelivered, when it is to be over     ``expired()``
    any         `stop`: the call is over                         off
    ==========  ===============================================  ===========================
    """

    state = "off"
    least = _MIN
    theirs = False  # the other side knows session timers
    update = False  # the other side takes UPDATE
    _raised = 0
    _timer = None
    _fresh = 0  # ticks of the last refresh

    def __init__(self, timers, wanted, refresh, expired):
        self.seconds = max(wanted, _MIN)
        self.wanted = bool(wanted)  # by us; else only by the other side
        self._timers = timers
        self._refresh = refresh
        self._expired = expired

    @property
    def ours(self):
        """Return whether it is us who refresh."""
        return self.state == "refreshing"

    def _role(self, ours):
        self.state = "refreshing" if ours else "watching"

    def headers(self, uac):
        """Return the headers for a request of ours (`uac`), or for our 2xx."""
        if self.state == "off":
            return [("Session-Expires", str(self.seconds))] if self.wanted and uac else []
        value = "%d;refresher=%s" % (self.seconds, "uac" if uac == self.ours else "uas")
        lines = [("Session-Expires", value)]
        if uac:
            lines.append(("Min-SE", str(self.least)))
        elif self.theirs:
            lines.append(("Require", "timer"))
        return lines

    def restart(self):
        """The session is fresh: refresh it at half time, or wait for the other side's refresh."""
        self._fresh = self._timers.clock.ms()
        if self.state == "refreshing":
            self._wait(self.seconds // 2)
        elif self.state == "watching":
            self._wait(self.seconds - min(_MARGIN, self.seconds // 3))

    def retry(self, seconds, undelivered=False):
        """A refresh of ours did not get through: once more in so many seconds.

        Where nobody could be reached (`undelivered`) the session ends at its end.
        """
        if self.state != "refreshing":
            return
        clock = self._timers.clock
        if undelivered and clock.diff(clock.ms(), self._fresh) >= 1000 * self.seconds:
            self._expired()
        else:
            self._wait(seconds)

    def _wait(self, seconds):
        self._cancel()
        self._timer = self._timers.after(seconds * 1000, self._due)

    def _due(self):
        if self.state == "refreshing":
            self._refresh(self.update)
        elif self.state == "watching":
            self._expired()

    def stop(self):
        """Nothing is waited for any more."""
        self._cancel()
        self.state = "off"

    def _cancel(self):
        if self._timer:
            self._timer.cancel()

    def asked(self, message):
        """Take Session-Expires of a request; return 0, or what it is owed: (status, headers)."""
        seconds, refresher = _read(message)
        knows = has(message, "supported", "timer")
        if not seconds:
            return 0  # it cannot be read: there is no session timer
        if seconds < _MIN and knows:
            return 422, (("Min-SE", str(_MIN)),)
        self.seconds = max(seconds, _MIN, seconds_of(message.header("min-se"), most=_LONGEST))
        self.theirs = knows
        self._role(not knows or refresher == "uas")
        self.update = has(message, "allow", "update")
        return 0

    def agreed(self, response):
        """Take Session-Expires of a 2xx to a request of ours."""
        seconds, refresher = _read(response)
        if seconds:
            self.seconds = max(seconds, _MIN)
            self._role(refresher != "uas")
            if response.header("allow"):
                self.update = has(response, "allow", "update")
        self.restart()

    def longer(self, response):
        """Take a 422; return whether another try with the interval that is wanted makes sense."""
        least = seconds_of(response.header("min-se"), most=_LONGEST)
        if least <= self.least or self._raised >= _RAISED:
            return False
        self._raised += 1
        self.least = least
        self.seconds = max(self.seconds, self.least)
        if self.state == "off":
            self.state = "refreshing"
        return True


def _read(message):
    """Return (seconds, refresher or "") of Session-Expires; 0 seconds where there is none."""
    text = message.header("session-expires") or ""
    params = text.partition(";")[2].replace(" ", "").lower()
    return seconds_of(text, most=_LONGEST), params.partition("refresher=")[2].partition(";")[0]
