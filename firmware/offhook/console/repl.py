"""What the words of `offhook.phone` do: the stopped phone, asked and configured at the REPL.

It works on the phone that Ctrl-C has stopped or, after a start with the button held, on one that
is put together without being run. ``cmd_WORD(phone, …)`` is the word's function; what the console
has too is taken from there. A refusal is printed, the old value stays.
"""

import asyncio

from base.compat import chosen, const, sleep_ms, spawn, unload
from base.timers import Timers

_SENDING = const(60)  # s that an event may take with all its tries
_JOINING = const(20)  # s until the network must be there
_PRESS = const(100)  # ms
_KEYS = const(176)
_DIGITS = tuple("0123456789*#")

_HELP = """phone.set(name, value)   set and save: phone.set("user_name1", "100")
phone.get(name)  phone.unset(name)  phone.find("redirect")
phone.show()             what differs from the defaults
phone.status()  phone.log()  phone.counters()
phone.test_url("action_setup_url")   expand it, send it
phone.press("P5")        press a key, send what it sends
phone.wifi_scan()        networks around
phone.update(url)        fetch new software by HTTPS
phone.save()             each set has saved already
phone.reset()            restart; reset("settings") forgets all settings
Ctrl-D starts the phone again."""


class _Nobody:
    """An agent without identities: a stopped phone does not call."""

    calls = accounts = transactions = ()


_stopped = None


def stopped():
    """Return the stopped phone, its tasks and timers forgotten; made anew where none has run."""
    global _stopped
    if _stopped is None:
        from hal.platform import Platform
        from offhook import start

        asyncio.new_event_loop()
        phone = start.last or start.Phone(Platform())
        start.last = None
        phone.agent = None
        phone.desk.agent = _Nobody()
        phone.desk.timers = phone.panel.timers = phone.fkeys.timers = Timers(phone.clock)
        phone.actions.restart(phone.desk.timers)
        phone.settings.listeners = [_changed]
        _stopped = phone
    return _stopped


def _changed(name):
    from offhook.settings.changes import apply

    apply(_stopped, name)


def run(word, *values):
    """Carry out `word` and print what it says; return what it has to return."""
    try:
        action = find(word)
        if action:
            return action(*values)
        from offhook.console import commands
        from offhook.console import service_commands as morecommands

        action = commands.find(word) or morecommands.find(word)
        _show(action(stopped(), str(values[0]) if values and values[0] is not None else ""))
    except ValueError as error:
        print("refused: %s" % error)
    finally:
        for name in "offhook.console.commands offhook.console.service_commands offhook.settings.changes".split():
            unload(name)


def _show(answer):
    if isinstance(answer, dict):
        for name in sorted(answer):
            print("%s = %s" % (name, answer[name]))
    elif answer:
        for line in answer:
            print(line)


def cmd_help():
    print(_HELP)


def _written(value):
    return "on" if value is True else "off" if value is False else str(value)


def cmd_set(name, value):
    stopped().settings.set(name, _written(value))
    print("%s = %s" % (name, cmd_get(name)))


def cmd_get(name):
    settings = stopped().settings
    if not settings.known(name):
        raise ValueError("there is no setting '%s'; phone.find(word) lists them" % name[:40])
    value = settings.get(name)
    if not isinstance(value, str):
        return value
    from offhook.console.commands import masked

    return masked(settings, name, value)


def cmd_take(values):
    settings = stopped().settings
    settings.update({name: _written(value) for name, value in values.items()})
    print("%d settings saved" % len(values))
    return True


def cmd_save():
    settings = stopped().settings
    settings.flush()
    print("saved")


def cmd_log(lines):
    _show(stopped().log.lines(lines))


def cmd_counters():
    for name, row in sorted(stopped().actions.counters().items()):
        print(name, " ".join("%s=%d" % x for x in sorted(row.items()) if x[1]))


def cmd_test_url(event):
    from offhook.desk.desk import Context

    phone = stopped()
    if event[:7] != "action_" or not phone.settings.known(event):
        raise ValueError("'%s' is no event; phone.find(\"action_\") lists them" % event[:40])
    text = phone.settings.get(event)
    if not text:
        raise ValueError("%s is empty; it takes a URL" % event)
    phone.actions.set(event, text)
    for target in phone.actions.targets[event]:
        print("GET " + phone.actions.shown(target, Context(None, None)))
    _while_up(phone, lambda: phone.desk.fire(event))


def cmd_press(key):
    phone = stopped()
    number = key[1:] if key[:1] == "P" else ""
    there = 1 <= int(number) <= _KEYS if number.isdigit() else key.isalpha() or key in _DIGITS
    if not there:
        raise ValueError(
            "no key '%s'; it takes P1 to P%d, a digit, or DND and the like" % (key, _KEYS)
        )

    async def press():
        phone.keys.on_key(key, True)
        await sleep_ms(_PRESS)
        phone.keys.on_key(key, False)

    _while_up(phone, press)


def _while_up(phone, action):
    """Run the loop with the network up for ``action()``, until nothing is left to be sent."""
    try:
        asyncio.run(_sent(phone, action))
    finally:
        asyncio.new_event_loop()


async def _sent(phone, action):
    actions = phone.actions
    spawn(phone.desk.timers.serve())
    if not phone.network.up:
        print("waiting for the network")
        await phone.network.start()
        for _ in range(_JOINING * 10):
            if phone.network.up:
                break
            await sleep_ms(100)
        else:
            raise ValueError("no network: %s" % getattr(phone.network, "reason", "down"))
    waits = action()
    if waits:
        await waits
    for _ in range(_SENDING * 20):
        await sleep_ms(50)
        if actions.idle():
            return
    print("not sent within %d s" % _SENDING)


def cmd_wifi_scan():
    nic = getattr(stopped().network, "nic", None)
    if not hasattr(nic, "scan"):
        raise ValueError("this board has no WiFi")
    try:
        nic.active(True)
        if not nic.isconnected():
            nic.disconnect()  # while it joins a network it lists none
        networks = nic.scan()
    except (OSError, RuntimeError) as error:  # RuntimeError: what the driver has no word for
        raise ValueError("the WiFi lists no networks: %s" % error)
    for found in sorted(networks, key=lambda x: -x[3]):
        try:
            name = found[0].decode() or "(hidden)"
        except UnicodeError:
            name = str(found[0])
        print(
            "%4d dBm  channel %2d  %s  %s"
            % (found[3], found[2], "key" if found[4] else "open", name)
        )


def cmd_update(url):
    from offhook.update.update import bring

    phone = stopped()

    def fetch():
        return bring(phone, url or phone.settings.get("update_server"), print)

    _while_up(phone, fetch)


def cmd_reset(what):
    phone = stopped()
    if what == "settings":
        phone.settings.erase()
    elif what is not None:
        raise ValueError('reset() restarts, reset("settings") forgets all settings too')
    phone.platform.reset()


# in one text: a function found by its name would keep that name on the heap for good
_WORDS = "help set get take save log counters test_url press wifi_scan update reset"


def find(word):
    """Return the function for `word`, None where there is none."""
    return chosen(
        _WORDS,
        (
            cmd_help,
            cmd_set,
            cmd_get,
            cmd_take,
            cmd_save,
            cmd_log,
            cmd_counters,
            cmd_test_url,
            cmd_press,
            cmd_wifi_scan,
            cmd_update,
            cmd_reset,
        ),
        word,
    )
