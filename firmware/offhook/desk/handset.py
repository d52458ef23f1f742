"""Handset, loudspeaker and headset: what is answered, dialled or hung up by them."""

from offhook.desk import calls, conference, dialling, transfer


def hook(desk, off):
    """The handset leaves (`off`) or returns to its cradle."""
    desk.off_hook = off
    active = desk.active()
    if not off:
        desk.fire("action_onhook_url", active if desk.audio == "handset" else None)
        if desk.audio == "handset":
            hang_up(desk)
        return
    call = active or desk.waiting()
    desk.fire("action_offhook_url", call)
    desk.audio = "handset"
    if not active:
        _open(desk)


def device(desk, name):
    """SPEAKER or HEADSET: answer, dial, switch over, or hang up where it was open already."""
    if desk.audio == name and not desk.off_hook:
        hang_up(desk)
    elif desk.audio == name:
        desk.audio = "handset"
    elif desk.active() or desk.audio:
        desk.audio = name
    else:
        desk.audio = name
        _open(desk)


def _open(desk):
    """Something was opened to speak into, while nobody was spoken to."""
    if desk.waiting():
        calls.answer(desk, desk.waiting())
    elif desk.entry:
        dialling.finish(desk)
    else:
        desk.dialling = True


def hang_up(desk):
    """End what is heard: the active call or conference, a dial tone, a number being typed."""
    call = desk.active()
    if call and desk.moving and desk.settings.get("transfer_on_hangup"):
        transfer.pressed(desk)
        call = desk.active()
    for each in conference.together(desk) or (call,):
        if each:
            each.hangup()
    calls.silence(desk)
