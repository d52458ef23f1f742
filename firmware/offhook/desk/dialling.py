"""Dialling: digit by digit, or a whole number from a key, a list, the console."""

from base.compat import const
from offhook.desk import calls, transfer
from offhook.desk.dial_plan import complete
from offhook.desk.numbers import digits_only, split

_LONGEST = const(40)  # digits of a number that is typed


def dial(desk, number, key=None, account=None, headers=()):
    """Call `number` (digits or a SIP URI); return the call, or None with a notice shown.

    `key` is the function key that the call is bound to, `account` the identity that calls,
    `headers` are further headers of the INVITE. While a call is being transferred, it is sent
    there instead.
    """
    key = key or desk.key
    if "<" in number or "|" in number:  # as a Snom writes it: <sip:201@host>|*8
        number = split(number).target
    calls.stop_dialling(desk)
    account = account or desk.account(key)
    refusal = _refusal(desk, number, account)
    if refusal:
        desk.say(desk.text(refusal))
        return None
    if desk.moving and not desk.active():
        transfer.dialled(desk, number)
        return None
    calls.hold_active(desk)
    calls.listen(desk)
    try:
        call = desk.agent.call(account, number, headers)
    except ValueError as error:
        desk.log(3, "call to %s: %s", number, error)
        desk.say(str(error))
        return None
    desk.of(call).dialled = number
    calls.bind(desk, call, key)
    return call


def _refusal(desk, number, account):
    """Return the key of the text that says why `number` is not dialled, None where it is."""
    if desk.settings.get("block_url_dialing") and not digits_only(number):
        return "digits_only"
    if account is None:
        return "no_identity"
    return None


def finish(desk):
    """Dial what was typed."""
    return dial(desk, desk.entry)


def digit(desk, name):
    """Take a digit: DTMF in a call, else part of a number."""
    call = desk.active()
    if call and not desk.dialling:
        if call.state == "connected":
            call.send_dtmf(name)
        return
    if name == "#" and desk.entry and not desk.entry.startswith(("*", "#")):
        finish(desk)
        return
    if len(desk.entry) >= _LONGEST:
        return
    desk.entry += name
    desk.dialling = True
    if desk.digit_timer:
        desk.digit_timer.cancel()
        desk.digit_timer = None
    plan = desk.settings.get("dial_plan")
    if plan and complete(plan, desk.entry):
        finish(desk)
        return
    seconds = desk.settings.get("auto_dial")
    if seconds and desk.audio:  # on-hook dialling waits for the person
        desk.digit_timer = desk.timers.after(seconds * 1000, _waited, desk)


def _waited(desk):
    desk.digit_timer = None
    if desk.dialling and desk.entry:
        finish(desk)
        desk.changed()
