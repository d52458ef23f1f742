"""The console's words for the desk: keys, hook, calls, what is shown."""

from base.compat import const, sleep_ms
from base.printable import printable
from offhook.console.word import Word

_PRESS = const(80)  # ms that a key stays down where nothing else is said
_LONGEST = const(60_000)
_HOOK = const(60)  # ms until the hook switch is debounced


async def press(phone, rest):
    """Hold a key down."""
    words = rest.split()
    if not 1 <= len(words) <= 2 or (len(words) == 2 and not words[1].isdigit()):
        raise ValueError("press takes KEY [MS], such as 'press P5 2100'")
    ms = int(words[1]) if len(words) == 2 else _PRESS
    if ms > _LONGEST:
        raise ValueError("press takes %d ms at most, not %s" % (_LONGEST, words[1][:12]))
    await phone.remote.press(words[0], ms)


async def hook(phone, rest):
    """Move the handset."""
    if rest not in ("off", "on"):
        raise ValueError("hook takes off or on, not '%s'" % rest[:20])
    phone.remote.hold("OFFHOOK" if rest == "off" else "ONHOOK", True)
    await sleep_ms(_HOOK)


def dial(phone, rest):
    """Call a number."""
    if not rest:
        raise ValueError("dial takes a number or a sip: URI, such as 'dial 201'")
    return {"call_id": phone.remote.dial(rest).call_id}


def keys(phone, _):
    """Return the names of all keys."""
    return phone.remote.keys()


def calls(phone, _):
    """Return every call that is not over."""
    desk = phone.desk
    return [
        {
            "state": call.state,
            "direction": call.direction,
            "local": printable(call.local),
            "remote": printable(call.remote),
            "call_id": printable(call.call_id),
            "key": desk.of(call).key,
            "id": call.id,
        }
        for call in desk.agent.calls
    ]


def voice(phone, _):
    """Return how the voice of each call is."""
    return phone.voice.summary()


def display(phone, _):
    """Return the lines that the display shows."""
    phone.panel.refresh()
    part = phone.panel.display
    return {"lines": part.lines if hasattr(part, "lines") else phone.panel.lines()}


def lamps(phone, _):
    """Return how each function key's lamp shows now."""
    phone.panel.refresh()
    return {"P%d" % (i + 1): state for i, state in enumerate(phone.panel.states)}


WORDS = {
    "press": Word("press KEY [MS]", "hold a key down, 80 ms by default", press),
    "hook": Word("hook off|on", "lift the handset, or put it back", hook),
    "dial": Word("dial NUMBER", "call a number or a sip: URI", dial),
    "keys": Word("keys", "the keys that press takes", keys),
    "calls": Word("calls", "every call that is not over", calls),
    "voice": Word("voice", "packets, loss, jitter and delay of each call", voice),
    "display": Word("display", "the lines that the display shows", display),
    "lamps": Word("lamps", "how each function key's lamp shows", lamps),
}
