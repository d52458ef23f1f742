"""What each key means in which state: handset, digits and the keys with a name.

Functions on a `Desk`. ``key_NAME`` is the key NAME; the rare ones are in `offhook.keys.rarekeys`.
"""

from base.compat import chosen
from offhook.desk import calls

_DIGITS = "0123456789*#+"
_ALIAS = {"OK": "enter", "R": "hold", "CLOSE": "cancel"}


def on_key(desk, name, down):
    """Take one debounced key event."""
    if name == "HOOK":
        hook(desk, down)
    elif name[:1] == "P" and name[1:].isdigit():
        from offhook.keys.fkey_press import key

        key(desk.fkeys, name, down)
    elif down:
        press(desk, name)


def press(desk, name):
    """Act on a key other than hook switch and function keys; unknown names do nothing.

    A ``keyevent`` has the key's name behind ``F_``: ``F_TRANSFER``.
    """
    if name in _DIGITS and len(name) == 1:
        digit(desk, name)
        return
    if name[:2] == "F_":
        name = name[2:]
    action = find(_ALIAS.get(name, name.lower()))
    if action:
        action(desk)
    else:
        from offhook.keys.rarekeys import rare

        rare(desk, name)


def hook(desk, off):
    """The handset leaves (`off`) or returns to its cradle."""
    desk.off_hook = off
    active = desk.active()
    if off:
        call = active or desk.waiting()
        desk.fire("action_offhook_url", call)
        desk.audio = "handset"
        if active:
            return
        if call:
            calls.answer(desk, call)
        elif desk.entry:
            calls.dial(desk, desk.entry)
        else:
            desk.dialling = True
        return
    desk.fire("action_onhook_url", active if desk.audio == "handset" else None)
    if desk.audio == "handset":
        calls.hang_up(desk)


def digit(desk, name):
    """Take a digit: DTMF in a call, else part of a number."""
    call = desk.active()
    if call and not desk.dialling:
        if call.state == "connected":
            call.send_dtmf(name)
        return
    if name == "#" and desk.entry and not desk.entry.startswith(("*", "#")):
        calls.dial(desk, desk.entry)
        return
    if len(desk.entry) >= 40:
        return
    desk.entry += name
    desk.dialling = True
    if desk.digit_timer:
        desk.digit_timer.cancel()
        desk.digit_timer = None
    plan = desk.settings.get("dial_plan")
    if plan:
        from offhook.desk.dial_plan import complete

        if complete(plan, desk.entry):
            calls.dial(desk, desk.entry)
            return
    seconds = desk.settings.get("auto_dial")
    if seconds and desk.audio:  # on-hook dialling waits for the person
        desk.digit_timer = desk.timers.after(seconds * 1000, _digits_done, desk)


def _digits_done(desk):
    desk.digit_timer = None
    if desk.dialling and desk.entry:
        calls.dial(desk, desk.entry)


def key_enter(desk):
    """ENTER: dial what was typed, else answer, take back the held call, complete one."""
    if desk.menu:
        number, desk.menu = desk.menu.number(), None
        if number:
            calls.dial(desk, number)
    elif desk.entry:
        calls.dial(desk, desk.entry)
    elif desk.waiting() and not desk.dialling:
        calls.answer(desk, desk.waiting())
    elif desk.held() and not desk.active():
        calls.resume(desk, desk.held())
    elif desk.completion and not desk.agent.calls:
        desk.completion.pressed()


def key_cancel(desk):
    """CANCEL: delete, end the active call, reject the one that rings, or forget a notice."""
    if desk.menu:
        desk.menu = None
    elif desk.moving and not desk.active():
        desk.moving = None
        calls.stop_dialling(desk)
    elif desk.dialling:
        calls.silence(desk)
        if desk.off_hook:
            desk.audio, desk.dialling = "handset", True
    elif desk.active():
        calls.hang_up(desk)
    elif desk.waiting():
        desk.waiting().reject(486)
    elif desk.completion:
        desk.completion.end()
    else:
        desk.missed = 0


def key_speaker(desk, device="speaker"):
    """SPEAKER: answer, dial, switch over, or hang up where it was the loudspeaker already."""
    if desk.audio == device and not desk.off_hook:
        calls.hang_up(desk)
    elif desk.audio == device:
        desk.audio = "handset"
    elif desk.active() or desk.audio:
        desk.audio = device
    else:
        desk.audio = device
        if desk.waiting():
            calls.answer(desk, desk.waiting())
        elif desk.entry:
            calls.dial(desk, desk.entry)
        else:
            desk.dialling = True


def key_headset(desk):
    """HEADSET: as SPEAKER, with the headset."""
    key_speaker(desk, "headset")


def key_hold(desk):
    """HOLD: put the active call on hold, or take the held one back."""
    call = desk.active()
    if call and call.state == "connected":
        call.hold()
    elif not call and desk.held():
        calls.resume(desk, desk.held())


def key_dnd(desk):
    """DND: switch do-not-disturb; the setting's change is what fires the event."""
    desk.settings.set("dnd_mode", "off" if desk.settings.get("dnd_mode") else "on")


def key_mute(desk):
    """MUTE: the other side hears nothing."""
    desk.muted = not desk.muted and desk.active() is not None


def key_redial(desk):
    """REDIAL: call the number dialled last."""
    number = desk.lists.last_dialled()
    if number:
        calls.dial(desk, number)
    else:
        desk.say(desk.panel.text("list_empty"))


def key_transfer(desk):
    """TRANSFER: ask for the target, or join the held call and the other one."""
    from offhook.desk.transfer import pressed

    pressed(desk)


# in one text: a function found by its name would keep that name on the heap for good
_WORDS = "enter cancel speaker headset hold dnd mute redial transfer"


def find(word):
    """Return the function for `word`, None where there is none."""
    return chosen(
        _WORDS,
        (
            key_enter,
            key_cancel,
            key_speaker,
            key_headset,
            key_hold,
            key_dnd,
            key_mute,
            key_redial,
            key_transfer,
        ),
        word,
    )
