"""The display while somebody dials, calls or is called."""

from offhook.desk import conference
from sip.call.identity import anonymous


def calling(view):
    """Return one call in full, or the calls as a list below what is being dialled."""
    desk = view.desk
    calls = desk.agent.calls
    if len(calls) == 1 and not desk.dialling:
        return whole(view, calls[0])
    first = desk.active() or desk.waiting()
    lines = [line(view, first)] if first else []
    lines += [line(view, call) for call in calls if call is not first]
    if conference.together(desk):
        lines.insert(0, view.text("conference"))
    if desk.dialling:
        prompt = "transfer_to" if desk.moving else "dial"
        lines.insert(0, "%s: %s" % (view.text(prompt), desk.entry))
    return lines


def asking(view, uri):
    """Return the question whether a call may go to `uri`: its parts on lines of their own."""
    user, at, host = uri.partition(":")[2].partition(";")[0].partition("@")
    return [view.text("redirect_to"), user] + ([at + host] if at else []) + [view.text("yes_no")]


def line(view, call):
    """Return one call as one line, for several calls."""
    return "%s %s" % (state(view, call), who(view, call))


def whole(view, call):
    """Return one call as two or three lines."""
    lines = [state(view, call), who(view, call)]
    if call.state in ("connected", "held"):
        seconds = view.desk.seconds(call)
        lines.append("%d:%02d" % (seconds // 60, seconds % 60))
    elif call.diversion and call.state == "ringing":  # forwarded to us
        lines.append("%s %s" % (view.text("meant_for"), call.diversion.partition("@")[0]))
    return lines


def who(view, call):
    """Return the other party as `display_method` wants it."""
    method, number = view.settings.get("display_method"), call.remote.split("@")[0]
    name = call.remote_display
    if call.anonymous and anonymous("sip:" + call.remote):  # its number is none
        return name or view.text("anonymous")
    if method == "number" or not name:
        return number
    return name if method == "name" or name == number else "%s %s" % (name, number)


def state(view, call):
    """Return the text for a call's state."""
    key = call.state
    if key == "ringing" and call.direction == "in":
        key = "incoming"
    elif key == "connected" and call.remote_hold:
        key = "remote_held"
    return view.text(key)
