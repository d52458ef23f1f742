"""What the SIP agent reports: each report becomes its event, once, and a change of the desk.

`Reporter` is the agent's listener. What concerns calls is loaded by the first call.
"""

from base.compat import make_room


class Reporter:
    """Listens to the agent on behalf of `desk`."""

    def __init__(self, desk):
        self.desk = desk
        self.waiting = []  # (kind, subject, details, number of calls)

    def __call__(self, kind, subject, **details):
        """Take one report; it is acted on when the agent is done with what it is about."""
        self.waiting.append((kind, subject, details, len(self.desk.agent.calls)))
        if len(self.waiting) == 1:
            self.desk.timers.after(0, self._next)

    def _next(self):
        kind, subject, details, self.desk.reported = self.waiting[0]
        try:
            make_room()  # the code that has read the message may leave the heap now
            self._tell(kind, subject, details)
        except MemoryError as error:
            self.desk.log(0, "%s: %r", kind, error)
            if kind == "incoming" and subject.state == "calling":
                subject.reject(503)  # nobody would hear it ring
        finally:
            self.desk.reported = None
            self.waiting.pop(0)
            if self.waiting:
                self.desk.timers.after(0, self._next)

    def _tell(self, kind, subject, details):
        """Act on one report; a kind that nobody handles is ignored."""
        desk = self.desk
        action = None
        if hasattr(subject, "direction"):  # a call
            from offhook.desk.call_events import find

            action = find(kind)
        if action:
            action(desk, subject)
        elif kind != "ringing":
            from offhook.desk.rarereports import rare

            rare(desk, kind, subject, details)
        desk.changed()
