"""Call completion: who was busy or did not answer is watched until they are free.

As on a Snom, with the setting ``call_completion``: after such a call ENTER asks for it. The other
side's dialogs are subscribed to (RFC 4235); when they are over, the display says so, the ringer
gives a short tone, and ENTER calls. CANCEL gives it up. One number at a time.
"""

from base.compat import const
from offhook.desk.dialling import dial

_OFFER = const(15_000)  # ms in which ENTER accepts
_PATIENCE = const(2_700_000)  # ms, three quarters of an hour
_TONE = const(880)  # Hz
_SHORT = const(400)  # ms


class Completion:
    """What `desk.completion` holds; `state` is "offered", "waiting" or "free"."""

    state = "offered"
    subscription = None
    ours = False  # the subscription is for this alone, not a BLF key's

    def __init__(self, desk, call, busy):
        self.desk = desk
        self.account = call.account
        self.target = call.remote
        self.busy = busy  # they are, or have been since: the next end of a call counts
        self.timer = desk.timers.after(_OFFER, self.end)
        desk.completion = self

    def line(self):
        """Return the display's line."""
        number = self.target.partition("@")[0]
        return "%s %s" % (self.desk.text("completion_" + self.state), number)

    def pressed(self):
        """ENTER in the idle state: watch the number, or call it once it is free."""
        desk = self.desk
        if self.state == "free":
            self.end()
            dial(desk, self.target, account=self.account)
        elif self.state == "offered":
            self._wait(_PATIENCE)
            self.state = "waiting"
            try:
                self._watch()
            except ValueError as error:
                desk.say(str(error))
                self.end()

    def _watch(self):
        desk = self.desk
        for each in desk.watch.all:
            if each.account is self.account and each.event == "dialog":
                if each.target.partition("@")[0] == self.target.partition("@")[0]:
                    self.subscription = each
                    self.told(each, each.state)
                    return
        self.ours = True
        self.subscription = desk.watch.add(self.account, self.target, "dialog")

    def told(self, subscription, now):
        """Take a report: the subscription's state changed to `now`, or "refused"."""
        if subscription is not self.subscription or self.state != "waiting":
            return
        if now == "refused":
            self.desk.say(self.desk.text("completion_refused"))
            self.end()
        elif now == "idle" and self.busy:
            self.state = "free"
            self._forget()
            self._sound()
        elif now in ("busy", "ringing"):
            self.busy = True

    def _sound(self):
        if self.desk.settings.get("vol_ringer") and not self.desk.agent.calls:
            self.desk.beep(_TONE, _SHORT)

    def _wait(self, ms):
        self.timer.cancel()
        self.timer = self.desk.timers.after(ms, self.end)

    def _forget(self):
        subscription, self.subscription = self.subscription, None
        if subscription and self.ours:
            self.desk.watch.remove(subscription)

    def end(self):
        """Give it up."""
        self.timer.cancel()
        self._forget()
        if self.desk.completion is self:
            self.desk.completion = None
        self.desk.changed()


def offer(desk, call):
    """Offer to watch whom `call` did not reach, where the setting wants it and it makes sense."""
    busy = call.status in (486, 600)
    unanswered = call.status in (408, 480) or 180 <= call.status < 200  # the caller gave it up
    if not (busy or unanswered) or call.remote[:1] in ("*", "#", "") or desk.of(call).given_up:
        return
    if desk.completion:
        desk.completion.end()
    Completion(desk, call, busy)
