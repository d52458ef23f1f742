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
    found = ["off"] * fkeys.count
    for index, entry in fkeys.entries():
        if index < fkeys.count:
            found[index] = LAMPS.get(_state(desk, fkeys, index, entry), "off")
    index = fkeys.place(desk.key) if desk.dialling and desk.key else None
    if index is not None and index < fkeys.count and fkeys.entry(index).kind == "line":
        found[index] = LAMPS["dialling"]
    for call in reversed(desk.agent.calls):  # the first one of a key shows
        key = desk.of(call).key
        index = fkeys.place(key) if key else None
        if index is not None and index < fkeys.count:
            found[index] = LAMPS.get(_call(call), "off")
    return found


def _call(call):
    return "calling" if call.direction == "out" and call.state == "ringing" else call.state


def _state(desk, fkeys, index, entry):
    """Return the state of what a key is for while it has no call, a key of `LAMPS`."""
    kind = entry.kind
    if kind == "url":
        return fkeys.urls[index].state if index in fkeys.urls else "idle"
    if index in fkeys.watched:
        state = fkeys.watched[index] and fkeys.watched[index].state
        return "active" if state == "busy" else state
    lit = _KEYS.get(entry.argument) if kind == "keyevent" else _TYPES.get(kind)
    return "active" if lit and lit(desk) else "idle"
