"""What a function key does when it is pressed, released, or held for two seconds."""

from base.compat import const
from offhook.desk import calls
from offhook.keys.keys import press

_LONG = const(2000)  # ms of a long press


def key(keys, name, down):
    """Take a debounced press or release of key "P5"."""
    index = int(name[1:]) - 1
    late = keys.settings.get("fkey_longpress%d" % index)
    if down:
        keys.down[index] = keys.timers.after(_LONG, _long, keys, index, name)
        if not late:
            act(keys, index, name)
        return
    timer = keys.down.pop(index, None)
    if timer:
        timer.cancel()
        if late:
            act(keys, index, name)


def _long(keys, index, name):
    keys.down[index] = False
    context = keys.desk.context(None, name)
    context.long = name
    keys.actions.fire("action_longpress_url", context)


def act(keys, index, name):
    """Do what the key is for."""
    context, kind, argument = keys.entry(index)
    call = keys.call_on(name)
    if kind == "line" or (call and kind in ("speed", "dest")):
        _line(keys, name, call)
    elif kind == "url":
        _url(keys, index, name, argument)
    elif kind in ("speed", "dest"):
        keys.desk.key = name if kind == "dest" else None
        calls.dial(keys.desk, argument, account=_account(keys, context))
    elif kind == "keyevent":
        press(keys.desk, argument)
    elif kind != "none":
        from offhook.keys.rarekeys import act

        act(keys, index, name)


def _account(keys, context):
    for account in keys.desk.agent.accounts:
        if str(account.number) == context:
            return account
    return None


def _line(keys, name, call):
    desk = keys.desk
    if call is None:
        calls.hold_active(desk)
        desk.key = name
        calls.listen(desk)
        if desk.entry:
            calls.dial(desk, desk.entry, key=name)
        else:
            desk.dialling = True
    elif call.state == "ringing" and call.direction == "in":
        calls.answer(desk, call)
    elif call.state == "held":
        calls.resume(desk, call)
    elif call.state == "connected":
        call.hold()


def _url(keys, index, name, template):
    def done(ok):
        keys.urls[index] = "failed"
        if ok:
            _clear(keys, index)
        else:
            keys.timers.after(2000, _clear, keys, index)
        keys.desk.changed()

    keys.urls[index] = "busy"
    call = keys.desk.active() or keys.desk.waiting() or keys.desk.held()
    keys.actions.send(template, name, keys.desk.context(call, name), done)


def _clear(keys, index):
    keys.urls.pop(index, None)
    keys.desk.changed()
