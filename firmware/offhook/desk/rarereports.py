"""The agent's rarer reports: registrations, transfers, subscriptions, messages."""


def rare(desk, kind, subject, details):
    """Take one report."""
    if kind == "registered":
        desk.fire("action_log_on_url", account=subject)
    elif kind == "unregistered":
        desk.fire("action_log_off_url", account=subject)
    elif kind == "reg_failed":
        desk.log(2, "registration of %s failed: %s", subject.uri, subject.reason)
        desk.fire("action_reg_failed", account=subject)
    elif kind == "transfer":
        from offhook.desk.transfer import told

        told(desk, subject, details.get("status", 0))
    elif kind == "replaced":
        new = details["new"]
        new.key, subject.key = subject.key, None
        desk.fire("action_received_attended_transfer", new)
    elif kind in ("watched", "unwatched"):
        if desk.completion:
            desk.completion.told(subject, details.get("state", "refused"))
    elif kind == "notify":
        desk.fire("action_received_subscr_notify_url", account=getattr(subject, "account", None))
    elif kind == "mwi":
        desk.messages = details.get("new", 0)
        desk.log(4, "%d new messages for %s", desk.messages, subject.uri)
    elif kind == "dtmf":
        desk.log(4, "DTMF %s from %s", details.get("digit"), subject.remote)
    elif kind == "checksync":
        reboot = details.get("reboot") and desk.settings.get("allow_check_sync")
        desk.log(2, "check-sync from the registrar%s", ": restart" if reboot else "")
        if reboot:
            restart(desk)


def restart(desk):
    """Restart the phone as soon as there is no call."""
    if desk.agent.calls:
        desk.timers.after(2000, restart, desk)
    else:
        desk.reset()
