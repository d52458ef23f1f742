"""What the SIP agent reports: each report becomes its event, once, and a change of the desk.

`Reporter` is the agent's listener. What concerns calls is loaded by the first call.
"""


class Reporter:
    """Listens to the agent on behalf of `desk`."""

    def __init__(self, desk):
        self.desk = desk

    def __call__(self, kind, subject, **details):
        """Take one report; a kind that nobody handles is ignored."""
        desk = self.desk
        if kind == "registered":
            desk.fire("action_log_on_url", account=subject)
        elif kind == "unregistered":
            desk.fire("action_log_off_url", account=subject)
        elif kind == "reg_failed":
            desk.log(2, "registration of %s failed: %s", subject.uri, subject.reason)
            desk.fire("action_reg_failed", account=subject)
        else:
            from offhook import incoming

            action = getattr(incoming, "on_" + kind, None)
            if action:
                action(desk, subject)
            elif kind != "ringing":
                from offhook.rarereports import rare

                rare(desk, kind, subject, details)
        desk.changed()
