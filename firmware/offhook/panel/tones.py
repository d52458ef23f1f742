"""What is to be heard beside voice, for the room that makes sounds: derived from the desk."""

from base.compat import const

_PROGRESS = const(183)  # with a description: what is to be heard will come


def tone(desk):
    """Return "dial", "stutter", "ringback", "busy", "waiting", or "" for none.

    "stutter" is the dial tone while messages wait, "waiting" the beep of a call that waits,
    "busy" follows a call that the other side ended or refused, until the hook. Ringback is ours
    only while the other side lets nothing be heard (RFC 3960 section 3.2).
    """
    if not desk.audio:
        return ""
    call, get = desk.active(), desk.settings.get
    knocks = desk.waiting() and get("call_waiting") != "visual"
    if call is None:
        if knocks:
            return "waiting"
        if desk.entry or (desk.agent.calls and not desk.dialling):
            return ""
        if desk.dialling:
            return "stutter" if desk.messages and get("mwi_dialtone") != "normal" else "dial"
        return "busy"
    if call.direction == "out" and call.state == "ringing":
        if desk.hears(call) or (call.voice and call.status == _PROGRESS):
            return ""  # early media tells by itself
        return "ringback"
    return "waiting" if call.state == "connected" and knocks else ""
