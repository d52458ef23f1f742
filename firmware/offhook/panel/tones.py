"""What is to be heard beside voice, for the room that makes sounds: derived from the desk."""


def tone(desk):
    """Return "dial", "stutter", "ringback", "busy", "waiting", or "" for none.

    "stutter" is the dial tone while messages wait, "waiting" the beep of a call that waits,
    "busy" follows a call that the other side ended or refused, until the hook.
    """
    if not desk.audio:
        return ""
    call = desk.active()
    if call is None:
        if desk.entry or (desk.agent.calls and not desk.dialling):
            return ""
        if desk.dialling:
            return "stutter" if desk.messages else "dial"
        return "busy"
    if call.direction == "out" and call.state == "ringing":
        return "" if call.voice else "ringback"  # early media tells by itself
    if call.state == "connected" and desk.waiting():
        return "" if desk.settings.get("call_waiting") == "visual" else "waiting"
    return ""
