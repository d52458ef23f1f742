"""Session timers (RFC 4028), as refresher and as the one who waits.

Loaded by the first call that agrees on one.
"""

from base.compat import const

_MIN = const(90)  # s: the shortest interval that anybody may have (section 5)
_MARGIN = const(32)


class Session:
    """The agreed interval of a call in seconds, and whether we refresh."""

    timer = None
    update = False  # the other side takes UPDATE

    def __init__(self, call):
        self.call = call
        self.seconds = max(call.agent.settings.get("session_timer") or 0, _MIN)
        self.least = _MIN
        self.ours = True
        self.theirs = False  # the other side knows session timers

    def headers(self):
        """Return the headers for a request, or for our 2xx."""
        uac = bool(self.call.changing) or not self.call.answered and self.call.direction == "out"
        value = "%d;refresher=%s" % (self.seconds, "uac" if uac == self.ours else "uas")
        lines = [("Session-Expires", value)]
        if uac:
            lines.append(("Min-SE", str(self.least)))
        elif self.theirs:
            lines.append(("Require", "timer"))
        return lines

    def restart(self):
        """The session is fresh: refresh it at half time, or wait for the other side's refresh."""
        self.stop()
        wait = self.seconds // 2 if self.ours else self.seconds - min(_MARGIN, self.seconds // 3)
        self.later(wait)

    def later(self, seconds):
        """Act in so many seconds."""
        self.stop()
        self.timer = self.call.agent.timers.after(seconds * 1000, self.refresh)

    def refresh(self):
        """It is time: refresh, or end a call whose other side did not."""
        self.timer = None
        if self.ours:
            from sip.call.modify import refresh

            refresh(self.call, self.update)
        else:
            self.call.fail(408, "session expired")

    def stop(self):
        """Nothing is waited for any more."""
        if self.timer:
            self.timer.cancel()
            self.timer = None


def _read(message):
    """Return (seconds, refresher or "") of Session-Expires."""
    seconds, _, params = (message.header("session-expires") or "").partition(";")
    seconds = seconds.strip()
    found = params.replace(" ", "").lower().partition("refresher=")[2][:3]
    return int(seconds[:7]) if seconds.isdigit() else 0, found


def asked(call, message):
    """Take Session-Expires of a request; return (0, headers of the 2xx) or (status, headers)."""
    seconds, refresher = _read(message)
    knows = message.has("supported", "timer")
    if not seconds:
        return 400, ()
    if seconds < _MIN and knows:
        return 422, (("Min-SE", str(_MIN)),)
    least = message.header("min-se") or ""
    session = call.session = call.session or Session(call)
    session.seconds = max(seconds, _MIN)
    if least[:6].isdigit():
        session.seconds = max(session.seconds, int(least[:6]))
    session.theirs = knows
    session.ours = not knows or refresher == "uas"
    session.update = message.has("allow", "update")
    return 0, session.headers()


def agreed(call, response):
    """Take Session-Expires of a 2xx to a request of ours."""
    seconds, refresher = _read(response)
    session = call.session
    if not seconds:
        if session:
            session.restart()
        return
    session = call.session = session or Session(call)
    session.seconds = max(seconds, _MIN)
    session.ours = refresher != "uas"
    session.theirs = True
    if response.header("allow"):
        session.update = response.has("allow", "update")
    session.restart()


def longer(call, response):
    """Take a 422: try again with the interval that is wanted; False when it makes no sense."""
    least = response.header("min-se") or ""
    session = call.session = call.session or Session(call)
    if not least[:6].isdigit() or int(least[:6]) <= session.least:
        return False
    session.least = int(least[:6])
    session.seconds = max(session.seconds, session.least)
    if not call.answered:
        outgoing = call.outgoing
        outgoing.cseq = call.dialog.next()
        outgoing.send()
    elif call.held != call.wanted:
        from sip.call.modify import sync

        sync(call)
    else:
        session.refresh()
    return True
