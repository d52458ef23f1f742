"""Transfers at the desk: blind, attended, and semi-attended while the target still rings.

TRANSFER in a call holds it and asks for a number: dialled, that is a blind transfer. With one call
on hold and another one active or ringing, TRANSFER joins the two (RFC 5589); in a conference it
leaves the two others to each other.
"""

from offhook.desk import calls, conference


def pressed(desk):
    """TRANSFER was pressed."""
    active = desk.active()
    held = desk.moving if desk.moving in desk.agent.calls else desk.held()
    if desk.dialling and desk.moving and desk.entry:
        number = desk.entry
        calls.stop_dialling(desk)
        dialled(desk, number)
    elif conference.together(desk):
        join(desk, *conference.together(desk))
    elif active and held and held is not active and held.state == "held":
        join(desk, held, active)
    elif active and active.state == "connected":
        desk.moving = active
        active.hold()
        desk.entry, desk.dialling = "", True


def dialled(desk, number):
    """Transfer the call that is being moved to `number`, blind."""
    moving, desk.moving = desk.moving, None
    blind(desk, moving, number)


def blind(desk, call, number):
    """Transfer `call` to `number` without asking there first."""
    number = calls.number(desk, number)
    if number is None:
        return
    _begin(desk, call, "action_blind_transfer")
    call.transfer(number)


def join(desk, held, active):
    """Transfer the held call to the other side of the active one."""
    desk.moving = None
    _begin(desk, held, "action_attended_transfer")
    if active.state == "connected":
        held.transfer(active)
        return
    # Semi-attended (RFC 5589 §7.6): the target still rings, so it is given up and called anew
    desk.of(active).given_up = True
    target = active.remote
    active.hangup()
    held.transfer(target)


def _begin(desk, call, kind):
    desk.fire("action_transfer", call)
    desk.fire(kind, call)


def told(desk, call, status):
    """The transfer target's answer came back in a NOTIFY: `status` is its SIP status."""
    if status < 200:
        return
    if status < 300:
        desk.say(desk.text("transferred"))
        if call.state != "ended":
            call.hangup()
    else:
        desk.say("%s (%d)" % (desk.text("transfer_failed"), status))
