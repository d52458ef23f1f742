"""The agent's rarer reports: hold by the other side, transfers, subscriptions, messages."""


def rare(desk, kind, subject, details):
    """Take one report."""
    if kind == "transfer":
        from offhook.transfer import told

        told(desk, subject, details.get("status", 0))
    elif kind == "replaced":
        new = details["new"]
        new.key, subject.key = subject.key, None
        desk.fire("action_received_attended_transfer", new)
    elif kind == "notify":
        desk.fire("action_received_subscr_notify_url", account=getattr(subject, "account", None))
    elif kind == "mwi":
        desk.messages = details.get("new", 0)
    elif kind == "dtmf":
        desk.log(4, "DTMF %s from %s", details.get("digit"), subject.remote)
    elif kind == "checksync":
        desk.log(2, "check-sync from the registrar")
