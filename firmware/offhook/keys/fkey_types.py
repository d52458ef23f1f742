"""Which function keys there can be: refuses a setting ``fkey<idx>`` that could not work."""

TYPES = (
    "none line speed dest url keyevent dtmf transfer redirect autoanswer icom orbit blf"
).split()

DIGITS = tuple("0123456789*#")
EVENTS = (
    " F_DND F_REDIRECT F_HOLD F_R F_TRANSFER F_REDIAL F_MUTE F_SPEAKER F_HEADSET F_CONFERENCE "
    "F_CANCEL F_OK F_RETRIEVE F_AUTOANSWER F_CALL_LIST F_DIALED_LIST F_ACCEPTED_LIST "
    "F_MISSED_LIST F_NEXT_ID F_PREV_ID F_REGS F_HELP F_STATUS F_REBOOT F_UP F_DOWN F_LEFT F_RIGHT "
    "F_MENU F_VOLUME_UP F_VOLUME_DOWN F_MESSAGE F_OFFHOOK F_ONHOOK F_NONE "
)


def parse(text):
    """Return (context, type, argument); ValueError says what would be right."""
    words = text.split(None, 2)
    if not words:
        return None
    if len(words) == 1 and words[0] == "none":
        return "active", "none", ""
    if len(words) < 2:
        raise ValueError("'%s' does not fit; write CONTEXT TYPE ARGUMENT" % _shown(text))
    context, kind = words[0], words[1]
    if context != "active" and not (context.isdigit() and 1 <= int(context) <= 12):
        raise ValueError(
            "context '%s' does not fit; it is active or an identity's number" % _shown(context)
        )
    if kind not in TYPES:
        raise ValueError(
            "type '%s' does not fit; it takes one of %s" % (_shown(kind), ", ".join(TYPES))
        )
    argument = words[2].strip() if len(words) > 2 else ""
    if not argument and kind in ("speed", "dest", "url", "keyevent", "dtmf", "icom", "blf"):
        raise ValueError("type %s wants an argument" % kind)
    if kind == "keyevent":
        event = argument if argument[:2] == "F_" else "F_" + argument
        if " %s " % event not in EVENTS and argument not in DIGITS:
            known = EVENTS.strip().replace(" ", ", ")
            raise ValueError(
                "keyevent '%s' does not fit; it takes one of %s" % (argument[:20], known)
            )
    return context, kind, argument


def _shown(text):
    from actions.secrets import veil

    return veil("fkey", text)[:40]
