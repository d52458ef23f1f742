"""Three-way conference that the phone mixes: each other side hears the two others.

The held call is taken back beside the active one; nothing is said of it in SIP, where these are
two calls like any others. `offhook.desk.bridge` has the other kind, that the PBX mixes.
"""

from offhook.desk import calls

_JOINED = ("connected", "held")


def pressed(desk):
    """CONFERENCE: join the active call and the held one; in a conference, part the two again.

    With one call only, that is held and a number is asked for: whom to join.
    """
    active, held = desk.active(), desk.held()
    if together(desk):
        _part(desk)
    elif active and held and active.state == "connected":
        join(desk, held, active)
    elif active and active.state == "connected":
        active.hold()
        calls.listen(desk)
        desk.entry, desk.dialling = "", True
    elif not again(desk):
        desk.say(desk.text("conference_two"))


def join(desk, held, active):
    """Take the held call back beside the active one."""
    calls.stop_dialling(desk)
    desk.moving = None
    desk.members = (held, active)
    calls.listen(desk)
    held.resume()


def together(desk):
    """Return the two calls that are mixed now, () for none."""
    members = desk.members
    if len(members) == 2 and all([call.state == "connected" for call in members]):
        return members
    return ()


def again(desk):
    """Take a conference back that is on hold; return whether there is one, and nobody else is
    heard."""
    members, active = desk.members, desk.active()
    if len(members) != 2 or any([call.state not in _JOINED for call in members]):
        return False
    if active and active not in members:
        return False
    calls.stop_dialling(desk)
    calls.listen(desk)
    for call in members:
        call.resume()
    return True


def hold(desk):
    """Put all of a conference on hold; return whether there is one."""
    members = together(desk)
    for call in members:
        call.hold()
    return bool(members)


def _part(desk):
    """Go on with the one who joined last; the other one is held."""
    first, _ = desk.members
    desk.members = ()
    first.hold()


def ended(desk, call):
    """A call is over: with it its conference, the other one goes on."""
    if call in desk.members:
        desk.members = ()
