"""How each function key's lamp shows what its key is for."""

# Which state shows how: one table for all lamps.
LAMPS = {
    "idle": "off",
    "dialling": "on",
    "calling": "on",
    "connected": "on",
    "ringing": "fast",
    "held": "slow",
    "active": "on",
    "failed": "fast",
    "busy": "slow",
}


def _redirected(desk):
    return desk.settings.get("redirect_event") != "none"


def _autoanswer(desk):
    return desk.settings.get("autoanswer")


_TYPES = {"redirect": _redirected, "autoanswer": _autoanswer}  # whether one of that type is lit
_KEYS = {  # the same for a ``keyevent``, by its key's own name
    "DND": lambda desk: desk.settings.get("dnd_mode"),
    "REDIRECT": _redirected,
    "AUTOANSWER": _autoanswer,
    "MESSAGE": lambda desk: desk.messages,
    "MUTE": lambda desk: desk.muted,
}


def states(desk, fkeys):
    """Return the state of each lamp: "off", "on", "slow" or "fast"."""
    return [LAMPS.get(_state(desk, fkeys, index), "off") for index in range(fkeys.count)]


def _state(desk, fkeys, index):
    """Return the state of what function key `index` is for, a key of `LAMPS`."""
    name = "P%d" % (index + 1)
    entry, call = fkeys.entry(index), desk.call_on(name)
    if call:
        return "calling" if call.direction == "out" and call.state == "ringing" else call.state
    if entry.kind == "url":
        return fkeys.urls[index].state if index in fkeys.urls else "idle"
    if index in fkeys.watched:
        state = fkeys.watched[index] and fkeys.watched[index].state
        return "active" if state == "busy" else state
    if entry.kind == "line":
        return "dialling" if desk.dialling and desk.key == name else "idle"
    lit = _KEYS.get(entry.argument) if entry.kind == "keyevent" else _TYPES.get(entry.kind)
    return "active" if lit and lit(desk) else "idle"
