"""Subscriptions (RFC 6665): what is watched, when each is renewed, and what its answers mean.

There may be many of them (a BLF key each), so a `Subscription` is plain data, one request is under
way at a time, and one timer serves all. NOTIFYs are read in `sip.subscription.notify`.
"""

from base.compat import const
from sip.dialog import Dialog
from sip.message.fields import seconds
from sip.request import Request
from sip.subscription import dialog_info, message_summary, notify

_MOST = const(64)
_GAP = const(50)  # ms between two SUBSCRIBEs
_UNREGISTERED = const(2000)  # ms until an account that is not registered is looked at again
_OFFLINE = const(5000)  # ms until the network is looked at again
_RETRY = const(30)  # s before another try, doubling
_LONGEST = const(900)  # s between two tries for an extension's state
_RARELY = const(86400)  # s between two tries for what a server cannot do
_TRIES = const(10)  # refusals with 5xx after which nobody asks for messages any more
_REFUSED = const(3600)  # s: who refuses today may not tomorrow
_RAISED = const(3)  # 423s that are followed, one after the other
_SOON = const(2)
_RAPID = const(3)  # s between two SUBSCRIBEs of one subscription that are no loop
_QUICK = const(4)  # that may follow one another faster, before there is a growing pause
_DOUBLED = const(9)
_FAILURES = (408, 480, 500, 503, 504)  # it may work later

ACCEPT = {"dialog": dialog_info.KIND, "message-summary": message_summary.KIND}


class Subscription:
    """One thing watched: `event` of `target` (a number or a URI) for `account`.

    `state` is "idle", "ringing" or "busy" for event "dialog", the number of new messages for
    "message-summary", None before the first NOTIFY. `data` is what the event's NOTIFYs add up to.
    """

    expires = 3600
    tag = ""  # the notifier's, "" before the first answer
    cseq = 0
    seen = -1  # their last CSeq
    version = state = data = None
    contact = routes = None
    addresses = ()  # where its SUBSCRIBEs went
    failures = raised = 0
    sent = None  # when the last SUBSCRIBE left, in ticks
    pause = rapid = 0  # ms from then to the next one, as it was asked for; those too soon on end
    active = over = False  # NOTIFYs come; it is given up
    foreign = False  # whoever notifies is not the registrar

    def __init__(self, account, target, event, number):
        self.account = account
        self.target = target
        self.event = event
        self.number = number

    @property
    def uri(self):
        """The URI that is watched."""
        target = self.target
        if target[:4].lower() == "sip:" or target[:5].lower() == "sips:":
            return target
        return "sip:" + (target if "@" in target else "%s@%s" % (target, self.account.host))


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
        self.count += 1
        new = Subscription(account, target, event, self.count)
        new.expires = self.agent.settings.get("subscription_expiry") or new.expires
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

    def of(self, account):
        """Return the subscriptions of an account."""
        return [x for x in self.all if x.account is account]

    def find(self, call_id):
        """Return the subscription of a dialog, None where there is none."""
        for subscription in self.all:
            if call_id == self._call_id(subscription):
                return subscription
        return None

    def stop(self):
        """Forget all."""
        if self.timer:
            self.timer.cancel()
        if self.request:
            self.request.cancel()
        self.all = []
        self.agent.notify = None

    def notify(self, agent, message):
        """Take a NOTIFY; return the status, or (status, headers), that it is owed."""
        return notify.take(self, message)

    # -- when -----------------------------------------------------------------------------------

    def plan(self, least=_GAP):
        """Wait for the next one that is due, `least` ms at the least."""
        if self.timer:
            self.timer.cancel()
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

    def later(self, subscription, wait):
        """Subscribe or renew in `wait` seconds.

        A notifier may ask for it at once, by what it grants, refuses or notifies; one that does so
        again and again waits longer and longer.
        """
        clock = self.agent.timers.clock
        now, wait = clock.ms(), int(wait * 1000)
        if subscription.sent is not None:
            passed = max(clock.diff(now, subscription.sent), 0)
            subscription.pause = passed + wait
            if subscription.pause < 1000 * _RAPID and subscription.rapid >= _QUICK:
                least = min(_LONGEST, _SOON << subscription.rapid - _QUICK)
                wait = max(wait, 1000 * least - passed)
        subscription.due = clock.add(now, wait)
        self.plan()

    def _leaves(self, subscription):
        """Note that a SUBSCRIBE goes out, and whether it is one too soon after another."""
        if subscription.sent is not None and subscription.pause < 1000 * _RAPID:
            subscription.rapid = min(subscription.rapid + 1, _QUICK + _DOUBLED)
        else:
            subscription.rapid = 0
        subscription.sent = self.agent.timers.clock.ms()

    def renew(self, subscription, granted):
        """Renew in time what is granted for so many seconds."""
        self.later(subscription, max(granted * 8 // 10, _SOON))

    def again(self, subscription, wait):
        """Begin anew in `wait` seconds, in another dialog."""
        subscription.tag, subscription.seen = "", -1
        subscription.version = subscription.contact = subscription.routes = None
        subscription.active = False
        self.count += 1
        subscription.number = self.count  # another Call-ID
        subscription.cseq = 0
        self.later(subscription, wait)

    def refused(self, subscription, wait=_REFUSED):
        """Begin anew much later: it was refused for good."""
        self.again(subscription, max(wait, _REFUSED))

    def tell(self, subscription, state):
        """Take an extension's state; tell the listener where it is another one."""
        if subscription.state != state and subscription.event == "dialog":
            subscription.state = state
            self.agent.listener("watched", subscription, state=state)

    # -- the request ------------------------------------------------------------------------------

    def _next(self):
        """Send the SUBSCRIBE that is due first; not before its account is registered."""
        clock, first = self.agent.timers.clock, None
        for each in self.all:
            left = clock.diff(each.due, clock.ms())
            account = each.account
            if left <= 0 and not each.over and (account.registered or not account.register):
                if first is None or clock.diff(each.due, first.due) < 0:
                    first = each
        if first is None:
            self.plan(_UNREGISTERED)
        elif self.agent.network.up:
            self.asked = first
            self._leaves(first)
            self.request = self._request(first)
            self.request.start()
        else:
            self.plan(_OFFLINE)

    def _call_id(self, subscription):
        return "%s-%d" % (self.token, subscription.number)

    def reaches(self, subscription, ip):
        """Return whether SUBSCRIBEs of it went to an address, or would go there."""
        return self._dialog(subscription).reaches(ip)

    def _dialog(self, subscription):
        account, uri = subscription.account, subscription.uri
        dialog = Dialog(
            account,
            self._call_id(subscription),
            "<%s>" % account.uri,
            self.token,
            "<%s>" % uri,
            subscription.tag,
            subscription.contact or uri,
            subscription.routes or account.routes(),
        )
        dialog.cseq = subscription.cseq
        dialog.addresses = subscription.addresses
        return dialog

    def _request(self, subscription):
        """Return the `Request` for a SUBSCRIBE, new or within its dialog."""
        account, dialog = subscription.account, self._dialog(subscription)
        dialog.auth = self.auth.get(account)

        def answered(request, response):
            if response.status >= 200:
                self.request = self.asked = None
                subscription.cseq = dialog.cseq
                self.auth[account] = dialog.auth
                try:
                    self._answered(subscription, response)
                except ValueError as error:
                    self.agent.log(3, "SUBSCRIBE %s: answer: %s", subscription.target, error)
                    self._failed(subscription, response)

        def headers(request):
            subscription.addresses = dialog.addresses  # a NOTIFY may overtake the answer
            return (
                ("Contact", request.contact()),
                ("Event", subscription.event),
                ("Accept", ACCEPT[subscription.event]),
                ("Expires", str(subscription.expires)),
                ("Allow", self.agent.allow),
            )

        return Request(self.agent, dialog, "SUBSCRIBE", answered, headers)

    # -- its answer -------------------------------------------------------------------------------

    def _answered(self, subscription, response):
        status = response.status
        if not subscription.expires:
            self.forget(subscription)
            self.plan()
        elif status < 300:
            self.failures = subscription.failures = subscription.raised = 0
            self.learn(subscription, response, True)
            wanted = subscription.expires
            self.renew(subscription, seconds(response.header("expires"), wanted, wanted))
        elif status == 423 and self._longer(subscription, response):
            self.later(subscription, 0)
        elif status == 481 and subscription.tag:
            self.again(subscription, 0)
        elif response.local or status in _FAILURES:
            self._failed(subscription, response)
        else:
            self._given_up(subscription, response)
            self.refused(subscription)

    def _longer(self, subscription, response):
        least = seconds(response.header("min-expires"))
        if subscription.expires >= least or subscription.raised >= _RAISED:
            return False
        subscription.raised += 1
        subscription.expires = least
        return True

    def _failed(self, subscription, response):
        """Try again, slower each time; what a server cannot do is not asked for for ever."""
        self.failures += 1
        subscription.failures += 1
        pause = min(_LONGEST, _RETRY << min(self.failures - 1, 5))
        if not response.local and subscription.event == "message-summary":
            pause = min(_RARELY, _RETRY << subscription.failures - 1)
        pause = max(pause, seconds(response.header("retry-after")))
        if response.local:  # nobody there: ask for none of the others meanwhile
            for each in self.of(subscription.account):
                if each is not subscription and not each.tag:
                    self.later(each, pause + self.agent.random(3))
        elif subscription.event == "message-summary" and subscription.failures >= _TRIES:
            self._given_up(subscription, response)
            subscription.over = True
        self.again(subscription, pause)
        self.tell(subscription, None)

    def _given_up(self, subscription, response):
        subscription.raised = 0
        status, reason = response.status, response.reason
        self.agent.log(3, "SUBSCRIBE %s: %d %s", subscription.target, status, reason)
        self.tell(subscription, None)
        self.agent.listener("unwatched", subscription)

    def learn(self, subscription, message, is_response):
        """Take the notifier's tag, target and route set."""
        dialog = Dialog(None, "", "", "", "", "", subscription.target)
        tag = message.tag("to" if is_response else "from")
        if subscription.tag and tag != subscription.tag:
            return  # another branch of a fork: the first one is enough
        dialog.learn(message, is_response)
        subscription.tag = tag
        contact, routes = dialog.target, dialog.routes
        for other in self.all:  # most have the same: keep one of them
            if other.contact == contact:
                contact = other.contact
            if other.routes == routes:
                routes = other.routes
        subscription.contact = contact
        subscription.routes = routes


def pickup(subscription):
    """Return (target, Replaces value or "") to pick up the call that rings there.

    Only the registrar says who else is to be called for it.
    """
    target, replaces = dialog_info.pickup(subscription.data or {}, subscription.uri)
    return subscription.uri if subscription.foreign else target, replaces
