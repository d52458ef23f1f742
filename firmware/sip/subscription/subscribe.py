"""Subscriptions (RFC 6665): what is watched, and when each is renewed.

There may be many of them (a BLF key each), so a `Subscription` is plain data, one request is under
way at a time, and one timer serves all. What answers and NOTIFYs mean stands in `sip.subscription.notify`,
loaded when one comes.
"""

from base.compat import const

_MOST = const(64)
_GAP = const(50)  # ms between two SUBSCRIBEs


class Subscription:
    """One thing watched: `event` of `target` (a number or a URI) for `account`.

    `state` is "idle", "ringing" or "busy" for event "dialog", the number of new messages for
    "message-summary", None before the first NOTIFY. `data` is what the event's NOTIFYs add up to.
    """

    # no methods: they would keep this module's code on the heap with each of them
    expires = 3600
    tag = ""  # the notifier's, "" before the first answer
    cseq = 0
    seen = -1  # their last CSeq
    version = state = data = None
    contact = routes = None
    active = over = False  # NOTIFYs come; it is given up
    # Each attribute that differs from its default costs 8 bytes, for each of 50 keys


class Subscriptions:
    """All subscriptions of `agent`. Changes go to its listener as "notify", "mwi", "checksync"."""

    def __init__(self, agent):
        self.agent = agent
        self.all = []
        self.count = 0
        self.token = agent.token()
        self.auth = {}  # account -> challenges that were answered
        self.request = self.timer = self.asked = None
        self.failures = 0
        agent.notify = self.notify

    def add(self, account, target, event):
        """Watch `event` of `target`; return the `Subscription`; ValueError for too many."""
        if len(self.all) >= (self.agent.settings.get("sip_max_subscriptions") or _MOST):
            raise ValueError("too many subscriptions")
        new = Subscription()
        new.account, new.target, new.event = account, target, event
        self.count += 1
        new.number = self.count
        seconds = self.agent.settings.get("subscription_expiry")
        if seconds and seconds != new.expires:
            new.expires = seconds
        new.due = self.agent.timers.clock.ms()
        self.all.append(new)
        self.plan()
        return new

    def remove(self, subscription):
        """Watch it no longer; the notifier is told."""
        subscription.expires, subscription.over = 0, not subscription.tag
        subscription.due = self.agent.timers.clock.ms()
        if subscription.over:
            self.forget(subscription)
        self.plan()

    def forget(self, subscription):
        """Drop it without a word."""
        if subscription in self.all:
            self.all.remove(subscription)
        if self.asked is subscription:
            self.asked = None
            self.request.cancel()
            self.request = None

    def plan(self, least=_GAP):
        """Wait for the next one that is due, `least` ms at the least."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        if self.request:
            return
        clock, soonest = self.agent.timers.clock, None
        for each in self.all:
            if not each.over:
                left = clock.diff(each.due, clock.ms())
                if soonest is None or left < soonest:
                    soonest = left
        if soonest is not None:
            self.timer = self.agent.timers.after(max(least, soonest), self._next)

    def _next(self):
        """Send the SUBSCRIBE that is due first; not before its account is registered."""
        self.timer = None
        agent = self.agent
        clock, first = agent.timers.clock, None
        for each in self.all:
            left = clock.diff(each.due, clock.ms())
            account = each.account
            if left <= 0 and not each.over and (account.registered or not account.register):
                if first is None or clock.diff(each.due, first.due) < 0:
                    first = each
        if first is None:
            self.plan(2000)
        elif agent.network.up:
            self.asked = first
            self.request = agent.load("sip.subscription.notify").subscribe(self, first)
            self.request.start()
        else:
            self.plan(5000)

    def notify(self, agent, message):
        """Take a NOTIFY; return the status that it is owed."""
        return agent.load("sip.subscription.notify").notify(self, message)

    def of(self, account):
        """Return the subscriptions of an account."""
        return [x for x in self.all if x.account is account]

    def stop(self):
        """Forget all."""
        if self.timer:
            self.timer.cancel()
        if self.request:
            self.request.cancel()
        self.all = []
        self.agent.notify = None


def incoming(agent, message):
    """Take a NOTIFY outside of a dialog; return its status: see `sip.subscription.notify`."""
    return agent.load("sip.subscription.notify").stray(agent, message)
