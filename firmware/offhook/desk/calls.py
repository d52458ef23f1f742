"""What is done with calls at the desk: answer, hold, resume, be quiet again.

Functions on a `Desk`; they keep its one rule, that at most one call is active.
"""

from offhook.desk.numbers import dialable


def number(desk, text):
    """Return what is dialled for `text`, None with a notice shown where it is no number."""
    try:
        return dialable(text)
    except ValueError as error:
        desk.log(3, "%s", error)
        desk.say("%s: %s" % (desk.text("bad_number"), text[:20]))
        return None


def listen(desk):
    """Open the handset where it is lifted, else the loudspeaker, unless something is open."""
    if not desk.audio:
        desk.audio = "handset" if desk.off_hook else "speaker"


def bind(desk, call, wanted=None):
    """Bind a new call to the function key `wanted`, or else to a line key that is free."""
    others = [other for other in desk.agent.calls if other is not call]
    taken = [desk.of(other).key for other in others]
    if not wanted or wanted in taken:
        wanted = desk.lines.free(taken, call.account)
    if wanted is None and call.trusted:  # a stranger's call that rings makes way
        for other in desk.ringing():
            if not other.trusted and desk.of(other).key:
                wanted, desk.of(other).key = desk.of(other).key, None
                break
    desk.of(call).key = wanted


def hold_active(desk):
    """Put the active call on hold, or end it where it was not answered yet."""
    for call in list(desk.agent.calls):
        if call.state in ("connected", "held"):
            call.hold()  # one that is being taken back, too
    call = desk.active()
    if call:
        call.hangup()


def answer(desk, call):
    """Answer a ringing call; what was active is held."""
    hold_active(desk)
    stop_dialling(desk)
    listen(desk)
    call.answer()


def resume(desk, call):
    """Take a held call back; what was active is held."""
    hold_active(desk)
    stop_dialling(desk)
    desk.moving = None
    if call in desk.members:
        desk.members = ()  # with this one alone
    listen(desk)
    call.resume()


def decline(desk, call, status=486):
    """Refuse a call that rings because the person wants it so."""
    desk.of(call).declined = True
    call.reject(status)


def release_all(desk):
    """End every call, and be quiet."""
    for call in list(desk.agent.calls):
        desk.of(call).declined = True
        call.hangup()
    silence(desk)


def silence(desk):
    """Forget a number being typed, and close what is open."""
    stop_dialling(desk)
    desk.audio = ""
    desk.muted = False


def stop_dialling(desk):
    """Forget a number being typed."""
    desk.dialling = False
    desk.entry = ""
    desk.key = None
    if desk.digit_timer:
        desk.digit_timer.cancel()
        desk.digit_timer = None


def ended(desk):
    """The call that was heard is over: be quiet, or hear the busy tone until the hook."""
    if desk.agent.calls and (desk.active() or desk.dialling):
        return
    stop_dialling(desk)
    if not desk.off_hook or desk.audio != "handset":
        desk.audio = ""
    desk.muted = False
