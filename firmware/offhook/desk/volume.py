"""The volume of what one hears, or of the ringer; saved later, when nobody calls."""

from base.compat import const

_LATER = const(3000)  # ms: writing flash holds everything up
_MOST = const(15)


def louder(desk, step):
    """Change the volume of what is open, or of the ringer, by `step`."""
    device = "vol_" + (desk.audio or "ringer")
    value = max(0, min(_MOST, (desk.settings.get(device) or 0) + step))
    desk.settings.values[device] = value
    _later(desk)
    desk.say("%s %d" % (desk.text("volume"), value))


def _later(desk):
    if not desk.saving:
        desk.saving = desk.timers.after(_LATER, _save, desk)


def _save(desk):
    desk.saving = None
    if desk.agent.calls:
        _later(desk)
        return
    try:
        desk.settings.store().save(desk.settings)
    except OSError as error:
        desk.log(1, "settings not saved: %r", error)
