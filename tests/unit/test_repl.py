"""The REPL's words on a stopped phone: what they print, keep, send, and refuse."""

import builtins
import sys
from binascii import b2a_base64

from phonekit import Platform, Store

from base.compat import sleep_ms
from base.version import VERSION
from offhook import repl, start
from offhook.settings.settings import Settings
from offhook.telephone import Phone


class Shell:
    """Somebody at the REPL of a stopped phone."""

    def __init__(self, storage=None):
        self.platform = None
        self.storage = storage or Store()
        self.repl = repl.Repl(self._platform)
        self.phone = self.repl.phone

    def _platform(self):
        self.platform = Platform(self.storage)
        return self.platform

    def run(self, word, *values):
        """Return (what the word returns, the lines that it printed)."""
        lines, before = [], builtins.print
        repl.print = lambda *words: lines.append(" ".join(str(x) for x in words))
        try:
            return self.repl.run(word, *values), lines
        finally:
            repl.print = before

    def said(self, word, *values):
        """Return what it printed."""
        return self.run(word, *values)[1]


def test_help_names_every_word():
    shell = Shell()
    (text,) = shell.said("help")
    for word in shell.repl.words:
        assert word in ("help", "take") or "phone.%s(" % word in text, word
    for word in ("status", "log", "version", "find", "show"):
        assert "phone.%s(" % word in text, word
    assert shell.said("nonsense") == ["refused: there is no command 'nonsense'; help lists them"]


def test_settings_are_set_got_taken_unset_and_on_the_flash_at_once():
    shell = Shell()
    assert shell.said("set", "redirect_time", 20) == ["redirect_time = 20"]
    assert shell.said("set", "dnd_mode", True) == ["dnd_mode = True"]
    assert shell.said("set", "user_pass1", "hush") == ["user_pass1 = ***"]
    assert shell.run("get", "redirect_time") == (20, [])
    assert shell.run("get", "user_pass1") == ("***", [])
    assert Settings(shell.storage, print).get("redirect_time") == 20
    (value, odd) = shell.said("set", "action_dnd_on_url", "http://h/?$REMOTE")
    assert value == "action_dnd_on_url = http://h/?$REMOTE" and odd.startswith("warning: ")
    assert "action_dnd_on_url" in shell.phone.actions.targets
    got = shell.run("take", {"redirect_time": 5, "dnd_mode": False})
    assert got == (True, ["2 settings saved"])
    stored = Settings(shell.storage, print)
    assert stored.get("redirect_time") == 5 and stored.get("dnd_mode") is False
    shell.run("unset", "redirect_time")
    assert shell.run("get", "redirect_time") == (10, [])
    assert shell.said("save") == ["saved"]
    for values, why in (
        (("set", "redirect_time", 0), "refused: redirect_time: "),
        (("get", "nosuch"), "refused: there is no setting 'nosuch'"),
        (("take", {"redirect_time": 7, "nosuch": 1}), "refused: there is no setting 'nosuch'"),
    ):
        (line,) = shell.said(*values)
        assert line.startswith(why), line
    assert shell.phone.settings.get("redirect_time") == 10


def test_the_consoles_own_words_are_printed_line_by_line():
    shell = Shell()
    assert "version = " + VERSION in shell.said("version")
    lines = shell.said("status")
    assert "network = up" in lines and "identities = []" in lines and lines == sorted(lines)
    shell.phone.log(3, "one")
    shell.phone.log(3, "two")
    assert [x[-3:] for x in shell.said("log", 2)] == ["one", "two"]
    assert shell.said("find", "nosuchword") == []
    shell.run("set", "redirect_time", 20)
    assert shell.said("show") == ["redirect_time = 20"]
    assert shell.said("counters")[0].startswith("total")


def test_an_event_is_shown_and_sent_or_refused():
    shell = Shell()
    (line,) = shell.said("test_url", "user_name1")
    assert line.startswith("refused: 'user_name1' is no event; phone.find")
    (line,) = shell.said("test_url", "action_dnd_on_url")
    assert line == "refused: action_dnd_on_url is empty; it takes a URL"
    shell.run("set", "action_dnd_on_url", "http://u:hush@127.0.0.1:9/x?m=$mac")
    sent = []

    async def test(event, context):
        sent.append((event, context.call))
        return [{"status": 200, "cause": "", "ms": 7}, {"status": 0, "cause": "refused", "ms": 8}]

    shell.phone.actions.test = test
    lines = shell.said("test_url", "action_dnd_on_url")
    mac = shell.phone.network.mac
    assert lines == [
        "GET http://127.0.0.1:9/x?m=" + mac,
        "200, 7 ms",
        "refused, 8 ms",
    ]
    assert sent == [("action_dnd_on_url", None)]


def test_a_key_is_pressed_and_what_it_sends_is_sent():
    for key in ("P5", "DND", "7", "#"):
        shell, pressed = Shell(), []
        shell.phone.keys.on_key = lambda *event, pressed=pressed: pressed.append(event)
        assert shell.said("press", key) == []
        assert pressed == [(key, True), (key, False)]
    pressed.clear()
    for key in ("P0", "P9999", "x1", ""):
        (line,) = shell.said("press", key)
        assert line.startswith("refused: no key '%s'; it takes P1 to P" % key), line
    assert pressed == []


def test_what_would_be_sent_waits_for_the_network():
    shell, pressed = Shell(), []
    network = shell.phone.network
    shell.phone.keys.on_key = lambda *event: pressed.append((network.up,) + event)
    network.fault("unplugged", True)

    async def start():
        network.fault("unplugged", False)

    network.start = start
    assert shell.said("press", "DND") == ["waiting for the network"]
    assert pressed == [(True, "DND", True), (True, "DND", False)]


def _times(shell, line, *values):
    """Return (what a word printed, the ms that it slept), without any sleep."""
    slept = []

    async def sleep(ms):
        slept.append(ms)

    repl.sleep_ms = sleep
    try:
        return shell.said(line, *values), sum(slept)
    finally:
        repl.sleep_ms = sleep_ms


def test_a_network_that_does_not_come_is_waited_for_twenty_seconds():
    shell, pressed = Shell(), []
    shell.phone.keys.on_key = lambda *event: pressed.append(event)
    shell.phone.network.fault("unplugged", True)
    shell.phone.network.start = _nothing
    lines, slept = _times(shell, "press", "DND")
    assert lines[0] == "waiting for the network" and lines[1].startswith("refused: no network: ")
    assert pressed == [] and 19_000 <= slept <= 21_000


async def _nothing():
    """Do nothing."""


def test_what_is_not_sent_within_a_minute_is_given_up():
    shell = Shell()
    shell.phone.keys.on_key = lambda *event: None
    shell.phone.actions.idle = lambda: False
    lines, slept = _times(shell, "press", "DND")
    assert lines == ["not sent within 60 s"] and 59_000 <= slept <= 61_000


def test_a_key_is_held_as_long_as_a_finger_would():
    shell, seen = Shell(), []

    async def sleep(ms):
        seen.append(ms)

    shell.phone.keys.on_key = lambda name, down: seen.append(down)
    repl.sleep_ms = sleep
    try:
        shell.said("press", "P5")
    finally:
        repl.sleep_ms = sleep_ms
    assert seen[:3:2] == [True, False] and 60 <= seen[1] <= 200


def test_keys_of_a_stopped_phone_call_nobody_and_send_what_they_send():
    shell = Shell()
    shell.run("set", "action_dnd_on_url", "http://localhost/dummy.htm")
    shell.run("set", "dnd_on_code", "*78")
    shell.run("set", "dnd_mode", False)
    for key in ("P1", "P1", "2", "ENTER", "DND"):
        assert shell.said("press", key) == [], key
    assert shell.phone.settings.get("dnd_mode") is True
    assert shell.phone.actions.counters()["action_dnd_on_url"]["sent"] == 1
    shell.run("set", "dnd_mode", False)  # which is no key
    shell.run("set", "dnd_mode", True)
    assert shell.phone.actions.counters()["action_dnd_on_url"]["queued"] == 1


def test_what_the_phone_had_begun_before_it_was_stopped_is_forgotten():
    phone, fired = Phone(Platform(Store())), []
    phone.timers.after(0, lambda: fired.append("a timer of the run"))
    start.last = phone
    shell = Shell()
    assert shell.phone is phone and start.last is None
    assert shell.said("press", "DND") == [] and fired == []
    again = Shell()
    assert again.phone is not phone


def test_a_file_of_settings_is_taken_in_pieces():
    shell = Shell()
    (line,) = shell.said("provision", "nonsense")
    assert line == 'refused: provision takes "begin", "data BASE64", "end"'
    xml = b"<settings><phone-settings><redirect_number>201</redirect_number>"
    xml += b"</phone-settings></settings>"
    text = b2a_base64(xml).decode().strip()
    for what in ("begin", "data " + text, "end"):
        answer, lines = shell.run("provision", what)
        assert not [x for x in lines if x.startswith("refused:")], (what, lines)
    assert answer and shell.phone.settings.get("redirect_number") == "201"


def test_a_saved_url_that_is_none_is_refused_in_words():
    storage = Store()
    Settings(storage, print).set("action_dnd_on_url", "http://$mac/x")
    (line,) = Shell(storage).said("test_url", "action_dnd_on_url")
    assert line.startswith("refused: ")


class Radio:
    """A WiFi interface."""

    def __init__(self, found=(), connected=False, error=None):
        self.found, self.connected, self.error = found, connected, error
        self.done = []

    def active(self, on):
        self.done.append("active %s" % on)

    def isconnected(self):
        return self.connected

    def disconnect(self):
        self.done.append("disconnect")

    def scan(self):
        if self.error:
            raise self.error
        return self.found


def test_networks_are_listed_the_strongest_first():
    shell = Shell()
    assert shell.said("wifi_scan") == ["refused: this board has no WiFi"]
    found = [
        (b"far", b"", 6, -80, 3),
        (b"", b"", 11, -60, 0),
        (b"\xff", b"", 1, -90, 4),
    ]
    radio = shell.phone.network.nic = Radio(found)
    assert shell.said("wifi_scan") == [
        " -60 dBm  channel 11  open  (hidden)",
        " -80 dBm  channel  6  key  far",
        " -90 dBm  channel  1  key  " + str(b"\xff"),
    ]
    assert radio.done == ["active True", "disconnect"]
    radio = shell.phone.network.nic = Radio(found, connected=True)
    shell.said("wifi_scan")
    assert radio.done == ["active True"]
    for error in (OSError(5, "EIO"), RuntimeError("Wifi Unknown Error")):
        shell.phone.network.nic = Radio(error=error)
        (line,) = shell.said("wifi_scan")
        assert line.startswith("refused: the WiFi lists no networks: "), line


def test_reset_restarts_and_forgets_only_when_told_to():
    shell = Shell()
    shell.run("set", "user_name1", "100")
    shell.run("reset", None)
    assert shell.platform.resets == 1 and shell.storage.files
    (line,) = shell.said("reset", "all")
    assert line.startswith("refused: reset() restarts") and shell.platform.resets == 1
    shell.run("reset", "settings")
    assert shell.platform.resets == 2 and shell.storage.files == {}
    shell.storage.wipes = 25
    (line,) = shell.said("reset", "settings")
    assert "about 25 s" in line and shell.platform.resets == 3


def test_an_update_needs_the_owners_key_and_an_address():
    shell = Shell()
    (line,) = shell.said("update", "", False)
    assert line.startswith("refused: "), line
    (line,) = shell.said("update", "http://host/", False)
    assert line.startswith("refused: "), line


class _Stub:
    """Stands for a module that only a board has."""

    Platform = None


def test_each_word_that_a_person_calls_reaches_the_repl_and_returns_what_it_gives():
    before = sys.modules.get("hal.platform")
    sys.modules["hal.platform"] = _Stub
    try:
        from offhook import phone
    finally:
        sys.modules.pop("hal.platform")
        if before:
            sys.modules["hal.platform"] = before
    shell, asked = Shell(), []

    class Noting:
        def run(self, word, *values):
            asked.append((word,) + values)
            return "given"

    phone._repl = Noting()
    returned = {
        "get": ("redirect_time",),
        "take": ({"dnd_mode": True},),
        "provision": ("begin",),
    }
    told = {
        "set": ("redirect_time", 5),
        "unset": ("redirect_time",),
        "find": ("url",),
        "log": (3,),
        "test_url": ("action_dnd_on_url",),
        "press": ("P5",),
        "reset": ("settings",),
        "update": ("https://h/", True),
    }
    here = set(shell.repl.words) | {"find", "show", "status", "version", "log"}
    assert {x for x in dir(phone) if x[0] != "_"} == here
    for word in here:
        values = returned.get(word) or told.get(word) or ()
        got = getattr(phone, word)(*values)
        assert got == ("given" if word in returned else None), word
        assert asked.pop() == (word,) + values and not asked
    phone.log()
    assert asked.pop() == ("log", None)
    made = []
    phone._repl, phone._Repl = None, lambda platform: made.append(platform) or Noting()
    phone.help()
    phone.status()
    assert len(made) == 1 and [x[0] for x in asked] == ["help", "status"]
