"""The console's everyday words: keys, hook, settings, display, lamps, calls, log, counters, heap.

``do_WORD(phone, rest)`` gives the answer, None for ``{"ok": true}``; ValueError is a refusal.
"""

from actions.secrets import masked_setting
from base.compat import chosen, const, sleep_ms, unload
from offhook.settings.catalogue import unknown

_PRESS = const(80)  # ms that a key stays down where nothing else is said
_LONGEST = const(10_000)


async def do_press(phone, rest):
    """``press KEY [MS]``: hold a key down for MS milliseconds, 80 by default."""
    words = rest.split()
    if not 1 <= len(words) <= 2 or (len(words) == 2 and not words[1].isdigit()):
        raise ValueError("press takes KEY [MS], such as 'press P5 2100'")
    from offhook.keys.soft_keys import hold

    unload("offhook.keys.soft_keys")
    hold(phone, words[0], True)
    try:
        await sleep_ms(min(int(words[1]), _LONGEST) if len(words) == 2 else _PRESS)
    finally:
        hold(phone, words[0], False)
    await sleep_ms(50)  # the release is debounced


async def do_hook(phone, rest):
    """``hook off|on``: lift the handset, or put it back."""
    if rest not in ("off", "on"):
        raise ValueError("hook takes off or on, not '%s'" % rest)
    from offhook.keys.soft_keys import hold

    unload("offhook.keys.soft_keys")
    hold(phone, "HOOK", rest == "off")
    await sleep_ms(60)


async def do_set(phone, rest):
    """``set NAME VALUE``: change a setting; the rest of the line is its value."""
    name, _, value = rest.partition(" ")
    await phone.settings.keep({name: value.lstrip()})
    return {"value": _shown(phone, name)}


def do_get(phone, rest):
    """``get NAME``: a setting's value; a private one is not shown."""
    if not phone.settings.known(rest):
        raise ValueError(unknown(rest))
    return {"value": _shown(phone, rest)}


def _shown(phone, name):
    settings = phone.settings
    value = masked(settings, name, settings.text(name))
    if name == "mac" and not value:
        return phone.network.mac
    return settings.get(name) if settings.spec(name).kind == "int" else value


def masked(settings, name, value):
    """Return a setting's text with what nobody is to see of it hidden: it, or its passwords."""
    if settings.private(name):
        return value and "***"
    return masked_setting(name, value)


def do_display(phone, _):
    """``display``: the lines that the display shows."""
    phone.panel.refresh()
    display = phone.panel.display
    return {"lines": display.lines if hasattr(display, "lines") else phone.panel.lines()}


def do_lamps(phone, _):
    """``lamps``: how each function key's lamp shows now."""
    phone.panel.refresh()
    return {"P%d" % (i + 1): state for i, state in enumerate(phone.panel.states)}


def do_calls(phone, _):
    """``calls``: every call that is not over."""
    return [
        {
            "state": call.state,
            "direction": call.direction,
            "local": call.local,
            "remote": call.remote,
            "call_id": call.call_id,
            "key": phone.desk.of(call).key,
            "id": call.id,
        }
        for call in phone.desk.agent.calls
    ]


def do_log(phone, rest):
    """``log [N]``: the last N lines of the log."""
    if rest and not rest.isdigit():
        raise ValueError("log takes a number of lines, not '%s'" % rest)
    return phone.log.lines(int(rest) if rest else None)


def do_counters(phone, _):
    """``counters``: the Action URLs' counters, in total and for each event."""
    return phone.actions.counters()


def do_fault(phone, rest):
    """``fault NAME on|off``: switch a fault of the simulated parts."""
    name, _, state = rest.partition(" ")
    if state not in ("on", "off"):
        raise ValueError("fault takes NAME on|off")
    phone.platform.fault(name, state == "on")


def do_quit(phone, _):
    """``quit``: stop the phone."""
    phone.stop()


# in one text: a function found by its name would keep that name on the heap for good
_WORDS = "press hook set get display lamps calls log counters fault quit"


def find(word):
    """Return the function for `word`, None where there is none."""
    return chosen(
        _WORDS,
        (
            do_press,
            do_hook,
            do_set,
            do_get,
            do_display,
            do_lamps,
            do_calls,
            do_log,
            do_counters,
            do_fault,
            do_quit,
        ),
        word,
    )
