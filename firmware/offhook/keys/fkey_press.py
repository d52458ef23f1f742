"""What a function key does when it is pressed, released, or held for two seconds."""

from collections import namedtuple

from base.compat import const
from offhook.desk import calls, forwarding, transfer
from offhook.desk.dialling import dial, finish
from offhook.keys import blf, phone_keys
from offhook.keys.names import function_key
from offhook.keys.press import press

_LONG = const(2000)  # ms of a long press
_INTERCOM = (("Call-Info", "<sip:intercom>;answer-after=0"),)

Pressed = namedtuple("Pressed", ("fkeys", "index", "name", "entry"))


def key(desk, fkeys, name, down):
    """Take a debounced press or release of key "P5"."""
    index = function_key(name)
    late = fkeys.settings.get("fkey_longpress%d" % index)
    if down:
        fkeys.down[index] = fkeys.timers.after(_LONG, _long, desk, fkeys, index, name)
        if not late:
            act(desk, fkeys, index, name)
        return
    timer = fkeys.down.pop(index, None)
    if timer:
        timer.cancel()
        if late:
            act(desk, fkeys, index, name)


def _long(desk, fkeys, index, name):
    fkeys.down[index] = False
    context = desk.context(None, name)
    context.long = name
    fkeys.actions.fire("action_longpress_url", context)


def act(desk, fkeys, index, name):
    """Do what the key is for; a key that a call is bound to is that call's."""
    entry = fkeys.entry(index)
    kind = entry.kind
    if kind in ("speed", "dest") and desk.call_on(name):
        kind = "line"
    if kind in TYPES:
        TYPES[kind](desk, Pressed(fkeys, index, name, entry))


def _line(desk, pressed):
    call = desk.call_on(pressed.name)
    if call is None:
        calls.hold_active(desk)
        desk.key = pressed.name
        calls.listen(desk)
        if desk.entry:
            finish(desk)
        else:
            desk.dialling = True
    elif call.state == "ringing" and call.direction == "in":
        calls.answer(desk, call)
    elif call.state == "held":
        calls.resume(desk, call)
    elif call.state == "connected":
        if call in desk.members:
            desk.members = ()  # one of a conference: the other one goes on
        call.hold()


def _dial(desk, pressed, key=None, headers=()):
    context, _, number = pressed.entry
    account = desk.account_of(context) if context != "active" else None
    return dial(desk, number, key=key, account=account, headers=headers)


def _speed(desk, pressed):
    _dial(desk, pressed)


def _dest(desk, pressed):
    _dial(desk, pressed, pressed.name)


def _icom(desk, pressed):
    _dial(desk, pressed, headers=_INTERCOM)


def _talking(desk):
    call = desk.active()
    return call if call and call.state == "connected" else None


def _dtmf(desk, pressed):
    call = _talking(desk)
    if call:
        for digit in pressed.entry.argument:
            call.send_dtmf(digit)


def _transfer(desk, pressed):
    call, number = _talking(desk), pressed.entry.argument
    if call and number:
        transfer.blind(desk, call, number)
    else:
        transfer.pressed(desk)


def _orbit(desk, pressed):
    call, number = _talking(desk), pressed.entry.argument
    if call:
        transfer.blind(desk, call, number)
    else:
        dial(desk, number)


def _url(desk, pressed):
    lamp = pressed.fkeys.url_lamp(pressed.index)

    def done(good):
        lamp.over(good, desk.changed)
        desk.changed()

    lamp.started()
    call = desk.active() or desk.waiting() or desk.held()
    context = desk.context(call, pressed.name)
    pressed.fkeys.actions.send(pressed.entry.argument, pressed.name, context, done)


TYPES = {
    "line": _line,
    "speed": _speed,
    "dest": _dest,
    "icom": _icom,
    "url": _url,
    "dtmf": _dtmf,
    "transfer": _transfer,
    "orbit": _orbit,
    "blf": lambda desk, pressed: blf.press(desk, pressed.fkeys, pressed.index),
    "keyevent": lambda desk, pressed: press(desk, pressed.entry.argument),
    "redirect": lambda desk, pressed: forwarding.toggle(desk, pressed.entry.argument),
    "autoanswer": lambda desk, pressed: phone_keys.toggle(desk, "autoanswer"),
}
