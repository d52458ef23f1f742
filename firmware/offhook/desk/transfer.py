"""Transfers at the desk: blind, attended, and semi-attended while the target still rings.

TRANSFER in a call holds it and asks for a number: dialled, that is a blind transfer. With one call
on hold and another one active or ringing, TRANSFER joins the two (RFC 5589).
"""


def pressed(desk):
    """TRANSFER was pressed."""
    active = desk.active()
    held = desk.moving if desk.moving in desk.agent.calls else desk.held()
    if desk.dialling and desk.moving and desk.entry:
        number, moving = desk.entry, desk.moving
        from offhook.desk.calls import stop_dialling

        stop_dialling(desk)
        dialled(desk, moving, number)
    elif active and held and held is not active and held.state == "held":
        join(desk, held, active)
    elif active and active.state == "connected":
        desk.moving = active
        active.hold()
        desk.entry, desk.dialling = "", True


def dialled(desk, moving, number):
    """Transfer `moving` to `number`, blind."""
    desk.moving = None
    start(desk, moving, "action_blind_transfer")
    moving.transfer(number)


def join(desk, held, active):
    """Transfer the held call to the other side of the active one."""
    desk.moving = None
    start(desk, held, "action_attended_transfer")
    if active.state == "connected":
        held.transfer(active)
        return
    # Semi-attended (RFC 5589 §7.6): the target still rings, so it is given up and called anew
    target, active.quiet = active.remote, True
    active.hangup()
    held.transfer(target)


def start(desk, call, event):
    """Fire the events of a transfer that begins now."""
    desk.fire("action_transfer", call)
    desk.fire(event, call)


def told(desk, call, status):
    """The transfer target's answer came back in a NOTIFY: `status` is its SIP status."""
    if status < 200:
        return
    if status < 300:
        desk.say(desk.panel.text("transferred"))
        if call.state != "ended":
            call.hangup()
    else:
        desk.say("%s (%d)" % (desk.panel.text("transfer_failed"), status))
