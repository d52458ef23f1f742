"""How each function key's lamp shows what its key is for; loaded by each change, not kept."""

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


def states(desk):
    """Return the state of each lamp: "off", "on", "slow" or "fast"."""
    fkeys = desk.fkeys
    return [lamp(desk, fkeys, index) for index in range(fkeys.count)]


def lamp(desk, fkeys, index):
    """Return how the lamp of function key `index` shows its state now."""
    name = "P%d" % (index + 1)
    kind, argument = fkeys.entry(index)[1:]
    call = fkeys.call_on(name)
    get = desk.settings.get
    if call:
        state = "calling" if call.direction == "out" and call.state == "ringing" else call.state
    elif index in fkeys.urls:
        state = fkeys.urls[index]
    elif index in fkeys.watched:
        state = fkeys.watched[index] and fkeys.watched[index].state
        state = "active" if state == "busy" else state
    elif kind == "line" and desk.dialling and desk.key == name:
        state = "dialling"
    elif kind == "keyevent" and argument in ("F_DND", "DND"):
        state = "active" if get("dnd_mode") else "idle"
    elif kind == "redirect" or argument == "F_REDIRECT":
        state = "idle" if get("redirect_event") == "none" else "active"
    elif kind == "autoanswer":
        state = "active" if get("autoanswer") else "idle"
    elif kind == "keyevent" and argument in ("F_RETRIEVE", "RETRIEVE", "MESSAGE"):
        state = "active" if desk.messages else "idle"
    elif argument == "F_MUTE":
        state = "active" if desk.muted else "idle"
    else:
        state = "idle"
    return LAMPS.get(state, "off")
