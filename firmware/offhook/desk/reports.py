"""What the SIP agent reports: each report becomes its event, once, and a change of the desk.

`Reporter` is the agent's listener. What concerns calls stands in `offhook.desk.call_events`, the
rest here.
"""

from collections import namedtuple

from offhook.desk import call_events
from offhook.desk.restart import fetch, restart

Report = namedtuple("Report", ("kind", "subject", "details", "calls"))


class Reporter:
    """Listens to the agent on behalf of `desk`."""

    def __init__(self, desk):
        self.desk = desk
        self.waiting = []  # each `Report` that was not acted on yet, the oldest first
        self._timer = None

    def __call__(self, kind, subject, **details):
        """Take one report; it is acted on when the agent is done with what it is about.

        That is when the agent says so (`act`), for what comes of a message, or else in the loop's
        next turn, of which each costs a chip some milliseconds.
        """
        self.waiting.append(Report(kind, subject, details, len(self.desk.agent.calls)))
        if self._timer is None:
            self._timer = self.desk.timers.after(0, self.act)

    def act(self):
        """Act on the oldest report; on the others in the loop's next turns."""
        if self.waiting:
            self._timer.cancel()
            self._timer = None
            self._next()

    def _next(self):
        report, desk = self.waiting[0], self.desk
        desk.reported = report.calls
        try:
            handler = HANDLERS.get(report.kind)
            if handler:
                handler(desk, report.subject, report.details)
            desk.changed()
        except Exception as error:  # the next report has its turn all the same
            desk.log(0, "%s: %r", report.kind, error)
            if report.kind == "incoming" and report.subject.state == "calling":
                report.subject.reject(500)  # nobody would hear it ring
        finally:
            desk.reported = None
            self.waiting.pop(0)
            if self.waiting and self._timer is None:
                self._timer = desk.timers.after(0, self.act)


def on_registered(desk, account, details):
    """An identity is registered now."""
    desk.fire("action_log_on_url", account=account)


def on_unregistered(desk, account, details):
    """An identity is registered no more."""
    desk.fire("action_log_off_url", account=account)


def on_reg_failed(desk, account, details):
    """A registration has failed."""
    desk.log(2, "registration of %s failed: %s", account.uri, account.reason)
    desk.fire("action_reg_failed", account=account)


def on_watched(desk, subscription, details):
    """What is watched has changed, or cannot be watched."""
    if desk.completion:
        desk.completion.told(subscription, details.get("state", "refused"))


def on_notify(desk, subscription, details):
    """A NOTIFY for one of our subscriptions has come."""
    desk.fire("action_received_subscr_notify_url", account=subscription.account)


def on_mwi(desk, account, details):
    """Messages wait in a mailbox, or no more."""
    desk.messages = details.get("new", 0)
    desk.log(4, "%d new messages for %s", desk.messages, account.uri)


def on_checksync(desk, account, details):
    """The registrar asks for settings to be fetched, or for a restart, which does so too."""
    allowed, reboot = desk.settings.get("allow_check_sync"), details.get("reboot")
    what = ": restart" if reboot else ": settings are fetched"
    desk.log(2, "check-sync from the registrar%s", what if allowed else ", which is not allowed")
    if allowed and reboot:
        restart(desk)
    elif allowed:
        fetch(desk)


HANDLERS = {
    "registered": on_registered,
    "unregistered": on_unregistered,
    "reg_failed": on_reg_failed,
    "watched": on_watched,
    "unwatched": on_watched,
    "notify": on_notify,
    "mwi": on_mwi,
    "checksync": on_checksync,
}
HANDLERS.update(call_events.HANDLERS)
