"""The keys that a phone has: their names, other names for the same, and their labels.

The one place that knows them: a board may have any of them as a button, the console, key macros
(``command.htm``) and function keys of type ``keyevent`` press them by software. A name may have
``F_`` before it, as Snom writes it: ``F_HOLD``.
"""

from base.compat import const

OWN = const(32)  # function keys that every phone has, if only by software: P1 to P32
DIGITS = "0123456789*#"

LABELS = {  # name -> label, as on the cap of a key
    "ENTER": "OK",
    "CANCEL": "Cancel",
    "HOLD": "Hold",
    "TRANSFER": "Transfer",
    "REDIAL": "Redial",
    "CONFERENCE": "Conference",
    "DND": "Do not disturb",
    "MUTE": "Mute",
    "SPEAKER": "Speaker",
    "HEADSET": "Headset",
    "OFFHOOK": "Off hook",
    "ONHOOK": "On hook",
    "VOLUME_UP": "Volume +",
    "VOLUME_DOWN": "Volume -",
    "MESSAGE": "Messages",
    "REDIRECT": "Forward",
    "AUTOANSWER": "Auto answer",
    "MENU": "Menu",
    "UP": "Up",
    "DOWN": "Down",
    "LEFT": "Left",
    "RIGHT": "Right",
    "DIALED_LIST": "Dialled",
    "ACCEPTED_LIST": "Received",
    "MISSED_LIST": "Missed",
    "NEXT_ID": "Next line",
    "PREV_ID": "Previous line",
    "HELP": "Status",
    "REBOOT": "Restart",
    "F1": "F1",
    "F2": "F2",
    "F3": "F3",
    "F4": "F4",
    "NONE": "",
}
ALIASES = {  # what others call them
    "OK": "ENTER",
    "CLOSE": "CANCEL",
    "DISCONNECT": "CANCEL",
    "R": "HOLD",
    "RETRIEVE": "MESSAGE",
    "CALL_LIST": "DIALED_LIST",
    "REGS": "NEXT_ID",
    "STATUS": "HELP",
}


def own(name):
    """Return the phone's own name of a key other than a function key, None for what is none."""
    if len(name) == 1 and (name in DIGITS or name == "+"):
        return name
    if name[:2] == "F_":
        name = name[2:]
    name = ALIASES.get(name, name)
    return name if name in LABELS else None


def function_key(name):
    """Return the index of function key `name`, 0 for "P1"; None for what is none."""
    if name.startswith("P"):
        digits = name[1:]
        if digits.isdigit() and not digits.startswith("0"):
            return int(digits) - 1
    return None


def events():
    """Return the names that a function key of type ``keyevent`` takes, as Snom writes them."""
    return ["F_" + name for name in sorted(list(LABELS) + list(ALIASES)) if name[0] != "F"]
