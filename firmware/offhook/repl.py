"""What the words of `offhook.phone` do: the stopped phone, asked and configured at the REPL.

It works on the phone that Ctrl-C has stopped or, after a start with the button held, on one that
is put together without being run. Words that need nothing else are the console's own; `WORDS` has
the others. A refusal is printed, the old value stays.
"""

import asyncio

from base.compat import const, sleep_ms, spawn
from base.timers import Timers
from offhook import changes, start
from offhook.console import words
from offhook.console.settings_words import forget, known
from offhook.console.word import shown
from offhook.desk.desk import Context
from offhook.settings.catalogue import FKEYS
from offhook.telephone import Phone
from offhook.update.update import Update

_SENDING = const(60)  # s that an event may take with all its tries
_JOINING = const(20)  # s until the network must be there
_PRESS = const(100)  # ms
_DIGITS = tuple("0123456789*#")

_HELP = """phone.set(name, value)   set and save: phone.set("user_name1", "100")
phone.get(name)  phone.unset(name)  phone.find("redirect")
phone.show()             what differs from the defaults
phone.status()  phone.log()  phone.counters()  phone.version()
phone.test_url("action_setup_url")   expand it, send it
phone.press("P5")        press a key, send what it sends
phone.wifi_scan()        networks around
phone.update(url)        fetch new software by HTTPS; force=True takes an older one
phone.provision(part)    a file of settings: "begin", "data BASE64" for each piece, "end"
phone.save()             each set has saved already
phone.reset()            restart; reset("settings") forgets all settings and call lists
Ctrl-D starts the phone again."""


class _Nobody:
    """An agent without identities: a stopped phone does not call."""

    calls = accounts = transactions = ()


class Repl:
    """The stopped phone; `platform()` makes one for a phone that has not run yet."""

    def __init__(self, platform):
        asyncio.new_event_loop()
        phone = self.phone = start.last or Phone(platform())
        start.last = None
        phone.agent = None
        phone.desk.agent = _Nobody()
        phone.desk.timers = phone.panel.timers = phone.fkeys.timers = Timers(phone.clock)
        phone.actions.restart(phone.desk.timers)
        phone.settings.listeners = [self._changed]
        self.words = {
            "help": self.help,
            "set": self.set,
            "get": self.get,
            "unset": self.unset,
            "take": self.take,
            "provision": self.provision,
            "save": self.save,
            "counters": self.counters,
            "test_url": self.test_url,
            "press": self.press,
            "wifi_scan": self.wifi_scan,
            "update": self.update,
            "reset": self.reset,
        }

    def _changed(self, name):
        changes.apply(self.phone, name)

    def _pressed(self, name):
        changes.apply(self.phone, name)
        changes.tell(self.phone, name)

    def run(self, word, *values):
        """Carry out `word` and print what it says; return what it has to return."""
        try:
            if word in self.words:
                return self.words[word](*values)
            rest = str(values[0]) if values and values[0] is not None else ""
            _show(words.find(word).function(self.phone, rest))
        except ValueError as error:
            print("refused: %s" % error)

    def help(self):
        """Say what there is."""
        print(_HELP)

    def set(self, name, value):
        """Set one setting."""
        self.phone.settings.set(name, _written(value))
        print("%s = %s" % (name, self.get(name)))
        for line in changes.warnings(self.phone, name):
            print("warning: " + line)

    def get(self, name):
        """Return a setting's value."""
        settings = self.phone.settings
        known(self.phone, name)
        value = settings.get(name)
        return shown(settings, name) if isinstance(value, str) else value

    def unset(self, name):
        """Give a setting its default back."""
        self.phone.settings.unset(name)

    def take(self, values):
        """Set several settings with one write."""
        self.phone.settings.update({name: _written(value) for name, value in values.items()})
        print("%d settings saved" % len(values))
        return True

    def provision(self, what):
        """Take a file of settings: "begin", "data BASE64" for each piece, "end"."""
        if what not in ("begin", "end") and what[:5] != "data ":
            raise ValueError('provision takes "begin", "data BASE64", "end"')
        try:
            answer = asyncio.run(words.find("provision").function(self.phone, what))
        finally:
            asyncio.new_event_loop()
        if answer:
            _show(answer)
        return answer

    def save(self):
        """Save what a key has changed."""
        self.phone.settings.flush()
        print("saved")

    def counters(self):
        """Show the Action URLs' counters."""
        for name, row in sorted(self.phone.actions.counters().items()):
            print(name, " ".join("%s=%d" % x for x in sorted(row.items()) if x[1]))

    def test_url(self, event):
        """Show an event's expanded Action URL, and send it."""
        phone = self.phone
        if event[:7] != "action_" or not phone.settings.known(event):
            raise ValueError("'%s' is no event; phone.find(\"action_\") lists them" % event[:40])
        text = phone.settings.get(event)
        if not text:
            raise ValueError("%s is empty; it takes a URL" % event)
        phone.actions.set(event, text)
        context = Context(None, None)
        for target in phone.actions.targets[event]:
            print("GET " + phone.actions.shown(target, context))

        async def send():
            for result in await phone.actions.test(event, context):
                print("%s, %d ms" % (result["cause"] or result["status"], result["ms"]))

        self._while_up(send)

    def press(self, key):
        """Press a key, and send what it sends."""
        number = key[1:] if key[:1] == "P" else ""
        there = 1 <= int(number) <= FKEYS if number.isdigit() else key.isalpha() or key in _DIGITS
        if not there:
            raise ValueError(
                "no key '%s'; it takes P1 to P%d, a digit, or DND and the like" % (key, FKEYS)
            )

        async def press():
            self.phone.keys.on_key(key, True)
            await sleep_ms(_PRESS)
            self.phone.keys.on_key(key, False)

        settings = self.phone.settings
        settings.listeners = [self._pressed]  # DND has an event
        try:
            self._while_up(press)
        finally:
            settings.listeners = [self._changed]

    def _while_up(self, action):
        """Run the loop with the network up for ``action()``, until nothing is left to be sent."""
        try:
            asyncio.run(_sent(self.phone, action))
        finally:
            asyncio.new_event_loop()

    def wifi_scan(self):
        """Show the networks around."""
        nic = getattr(self.phone.network, "nic", None)
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

    def update(self, url, force=False):
        """Fetch new software by HTTPS."""
        url = url or self.phone.settings.get("update_server")
        self._while_up(Update(self.phone, url, print, force).bring)

    def reset(self, what):
        """Restart the board."""
        if what == "settings":
            print("Restarting. " + forget(self.phone))
        elif what is not None:
            raise ValueError('reset() restarts, reset("settings") forgets all settings too')
        self.phone.platform.reset()


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


def _show(answer):
    if isinstance(answer, dict):
        for name in sorted(answer):
            print("%s = %s" % (name, answer[name]))
    elif answer:
        for line in answer:
            print(line)


def _written(value):
    return "on" if value is True else "off" if value is False else str(value)
