"""The display while somebody dials, calls or is called."""


def calling(panel):
    """Return one call in full, or the calls as a list below what is being dialled."""
    desk, calls = panel.desk, panel.desk.agent.calls
    if len(calls) == 1 and not desk.dialling:
        return whole(panel, calls[0])
    first = desk.active() or desk.waiting()
    lines = [line(panel, first)] if first else []
    lines += [line(panel, call) for call in calls if call is not first]
    if desk.dialling:
        prompt = "transfer_to" if desk.moving else "dial"
        lines.insert(0, "%s: %s" % (panel.text(prompt), desk.entry))
    return lines


def line(panel, call):
    """Return one call as one line, for several calls."""
    return "%s %s" % (state(panel, call), who(panel, call))


def whole(panel, call):
    """Return one call as two or three lines."""
    lines = [state(panel, call), who(panel, call)]
    if call.state in ("connected", "held"):
        clock = panel.clock
        seconds = clock.diff(clock.ms(), call.start) // 1000
        lines.append("%d:%02d" % (seconds // 60, seconds % 60))
    return lines


def who(panel, call):
    """Return the other party as `display_method` wants it."""
    method, number = panel.settings.get("display_method"), call.remote.split("@")[0]
    name = call.remote_display
    if method == "number" or not name:
        return number
    return name if method == "name" or name == number else "%s %s" % (name, number)


def state(panel, call):
    """Return the text for a call's state."""
    key = call.state
    if key == "ringing" and call.direction == "in":
        key = "incoming"
    elif key == "connected" and call.remote_hold:
        key = "remote_held"
    return panel.text(key)
