"""The rarer keys: volume, lists, identities, and the rarer types of function keys."""

from base.compat import const

_LATER = const(3000)  # ms until a volume is saved
_LISTS = ("DIALED_LIST", "ACCEPTED_LIST", "MISSED_LIST")


def rare(desk, name):
    """Act on a key or ``keyevent`` (without its ``F_``); unknown names do nothing."""
    if name in ("VOLUME_UP", "VOLUME_DOWN"):
        device = "vol_" + (desk.audio or "ringer")
        value = desk.settings.get(device) or 0
        value = max(0, min(15, value + (1 if name == "VOLUME_UP" else -1)))
        desk.settings.values[device] = value
        later(desk)
        desk.say("%s %d" % (desk.panel.text("volume"), value))
    elif name in ("OFFHOOK", "ONHOOK"):
        from offhook.keys.keys import hook

        if desk.off_hook != (name == "OFFHOOK"):
            hook(desk, name == "OFFHOOK")
    elif name == "REDIRECT":
        redirect(desk, desk.settings.get("redirect_number"))
    elif name == "AUTOANSWER":
        toggle(desk, "autoanswer")
    elif name == "CONFERENCE":
        from offhook.desk.conference import start

        start(desk)
    elif name in ("NEXT_ID", "PREV_ID", "REGS"):
        other_line(desk, -1 if name == "PREV_ID" else 1)
    elif name in ("HELP", "STATUS"):
        desk.say("%s %s" % (desk.actions.network.address(), desk.actions.version))
    elif name == "REBOOT":
        from offhook.desk.rarereports import restart

        restart(desk)
    elif name in _LISTS or name == "CALL_LIST":
        from offhook.panel.menu import show

        show(desk, _LISTS.index(name) if name in _LISTS else 0)
    elif name in ("MESSAGE", "RETRIEVE"):
        account = desk.account()
        number = account and desk.settings.get("user_mailbox%d" % account.number)
        if number:
            dial(desk, number)
    elif name in ("UP", "DOWN", "LEFT", "RIGHT", "MENU"):
        from offhook.panel.menu import pressed

        pressed(desk, name)


def later(desk):
    """Save the settings when nobody calls: writing flash holds everything up."""
    if not desk.saving:
        desk.saving = desk.timers.after(_LATER, _save, desk)


def _save(desk):
    desk.saving = None
    if desk.agent.calls:
        later(desk)
        return
    try:
        desk.settings.store().save(desk.settings)
    except OSError as error:
        desk.log(1, "settings not saved: %r", error)
    desk.settings.rest()


def dial(desk, number, **options):
    """Dial a number."""
    from offhook.desk.calls import dial as call

    return call(desk, number, **options)


def other_line(desk, step):
    """Let the next identity, or the one before, be that of outgoing calls."""
    numbers = [account.number for account in desk.agent.accounts]
    if numbers:
        now = desk.account().number
        number = numbers[(numbers.index(now) + step) % len(numbers)]
        desk.settings.set("active_line", str(number))


def toggle(desk, name):
    """Switch a setting that is on or off."""
    desk.settings.set(name, "off" if desk.settings.get(name) else "on")


def redirect(desk, number):
    """Switch call forwarding for all calls to `number`, or off."""
    settings = desk.settings
    if settings.get("redirect_event") != "none":
        settings.set("redirect_event", "none")
    elif number:
        settings.update({"redirect_number": number, "redirect_event": "all"})
    else:
        desk.say(desk.panel.text("no_number"))


def act(keys, index, name):
    """Press function key `index`, called `name`, of a rarer type."""
    context, kind, argument = keys.entry(index)
    desk = keys.desk
    active = desk.active()
    talking = active and active.state == "connected"
    if kind == "dtmf":
        if talking:
            for digit in argument:
                active.send_dtmf(digit)
    elif kind == "redirect":
        redirect(desk, argument or desk.settings.get("redirect_number"))
    elif kind == "autoanswer":
        toggle(desk, "autoanswer")
    elif kind == "transfer":
        if talking and argument:
            _move(desk, active, argument)
        else:
            desk.press("TRANSFER")
    elif kind == "orbit":
        if talking:
            _move(desk, active, argument)
        else:
            dial(desk, argument)
    elif kind == "blf":
        from offhook.keys.blf import press

        press(desk, index)
    elif kind == "icom":
        dial(desk, argument, headers=(("Call-Info", "<sip:intercom>;answer-after=0"),))


def _move(desk, call, number):
    from offhook.desk.transfer import start
    from offhook.keys.blf import split

    start(desk, call, "action_blind_transfer")
    call.transfer(split(number)[0])
