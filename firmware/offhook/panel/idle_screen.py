"""The display while nothing goes on: who the phone is, the time, and what is to be known."""

from base.compat import const

_MINUTE = const(60)  # s


def idle(panel):
    """Return identity, time, and what is to be known while nothing goes on."""
    desk, get = panel.desk, panel.settings.get
    account = desk.account()
    name = account and (account.display or account.user)
    lines = [name or panel.text("no_identity"), time(panel)]
    if not account:
        lines.append(panel.text("setup"))
    for key, what in panel.troubles.items():
        lines.append(panel.text(key))
        detail = getattr(what, "reason", what)
        if detail:
            lines.append(" " + detail)
    for account in desk.agent.accounts:
        if account.register and not account.registered:
            lines.append("%s %s" % (account.user, panel.text("not_registered")))
            if account.reason:
                lines.append(" " + account.reason)
    if desk.completion:
        lines.append(desk.completion.line())
    if desk.missed:
        lines.append("%s: %d" % (panel.text("list_missed"), desk.missed))
    if desk.messages:
        lines.append("%s: %d" % (panel.text("messages"), desk.messages))
    if get("dnd_mode"):
        lines.append(panel.text("dnd"))
    event = get("redirect_event")
    if event != "none":
        lines.append("%s: %s" % (panel.text("redirected"), desk.target(event)))
    return lines


def still(panel, lines):
    """Return the seconds until the clock's next minute; 0 where `lines` may change before."""
    if panel.clock.time() is None or lines and len(lines) > max(panel.display.rows, 2):
        return 0
    return _MINUTE - panel.clock.localtime()[5]


def time(panel):
    """Return date and time as the settings want them, "" while the clock is not set."""
    if panel.clock.time() is None:
        return ""
    from offhook.panel.dates import short

    return short(panel.clock.localtime(), panel.settings)
