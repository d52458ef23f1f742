"""The volume of what one hears, or of the ringer."""

from base.compat import const

_MOST = const(15)


def louder(desk, step):
    """Change the volume of what is open, or of the ringer, by `step`."""
    device = "vol_" + (desk.audio or "ringer")
    value = max(0, min(_MOST, desk.settings.get(device) + step))
    desk.change({device: str(value)})
    desk.say("%s %d" % (desk.text("volume"), value))
