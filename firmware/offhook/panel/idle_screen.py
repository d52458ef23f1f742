"""The display while nothing goes on: who the phone is, the time, and what is to be known."""

from offhook.panel.dates import short


def idle(view):
    """Return identity, time, and what is to be known while nothing goes on."""
    desk, get = view.desk, view.settings.get
    account = desk.account()
    name = account and (account.display or account.user)
    lines = [name or view.text("no_identity"), time(view)]
    if not account:
        lines.append(view.text("setup"))
    for key, what in view.troubles.items():
        lines.append(view.text(key))
        detail = getattr(what, "reason", what)
        if detail:
            lines.append(" " + detail)
    for account in desk.agent.accounts:
        if account.register and not account.registered:
            lines.append("%s %s" % (account.user, view.text("not_registered")))
            if account.reason:
                lines.append(" " + account.reason)
    if desk.completion:
        lines.append(desk.completion.line())
    if desk.missed:
        lines.append("%s: %d" % (view.text("list_missed"), desk.missed))
    if desk.messages:
        lines.append("%s: %d" % (view.text("messages"), desk.messages))
    if get("dnd_mode"):
        lines.append(view.text("dnd"))
    event = get("redirect_event")
    if event != "none":
        lines.append("%s: %s" % (view.text("redirected"), desk.target(event)))
    return lines


def time(view):
    """Return date and time as the settings want them, "" while the clock is not set."""
    if view.clock.time() is None:
        return ""
    return short(view.clock.localtime(), view.settings)
