"""Dialling: digit by digit, or a whole number from a key, a list, the console."""

from base.compat import const
from offhook.desk import calls, transfer
from offhook.desk.dial_plan import complete
from offhook.desk.emergency import account_for, is_emergency, make_way
from offhook.desk.numbers import digits_only
from sip.message.fields import param
from sip.message.uri import uri_parts

_LONGEST = const(40)  # digits of a number that is typed


def dial(desk, number, key=None, account=None, headers=()):
    """Call `number` (digits or a SIP URI); return the call, or None with a notice shown.

    `key` is the function key that the call is bound to, `account` the identity that calls,
    `headers` are further headers of the INVITE. While a call is being transferred, it is sent
    there instead. An emergency number is dialled in any case.
    """
    key = key or desk.key
    calls.stop_dialling(desk)
    number = calls.number(desk, number)
    if number is None:
        return None
    urgent = is_emergency(desk, number)
    account = account or desk.account(key)
    if urgent:
        account = account_for(desk, account)
        desk.moving = None
    refusal = _refusal(desk, number, account)
    if refusal:
        desk.say(desk.text(refusal))
        return None
    if desk.moving and not desk.active():
        transfer.dialled(desk, number)
        return None
    calls.hold_active(desk)
    calls.listen(desk)
    call = _call(desk, account, number, headers, urgent)
    if call:
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


def _call(desk, account, number, headers, urgent):
    """Let the agent call; for an emergency, end others' calls until it can."""
    while True:
        try:
            return desk.agent.call(account, number, headers)
        except ValueError as error:
            desk.log(3, "call to %s: %s", number, error)
            if not urgent or not make_way(desk):
                desk.say(str(error))
                return None


def may_dial(desk, account, uri):
    """Return whether a REFER of others may have `account` call `uri`: what a key could call."""
    _, number, host, _, params = uri_parts(uri)
    home = host == uri_parts("sip:" + account.host).host
    home = home and param(params, "maddr") is None  # which leads anywhere
    return _refusal(desk, number if home else uri, account) is None


def finish(desk):
    """Dial what was typed."""
    return dial(desk, desk.entry)


def digit(desk, name):
    """Take a digit: DTMF in a call, else part of a number."""
    call = desk.active()
    if call and not desk.dialling:
        for each in desk.members if call in desk.members else (call,):
            if each.state == "connected":
                each.send_dtmf(name)
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
    if desk.dialling and desk.entry:
        finish(desk)
        desk.changed()
