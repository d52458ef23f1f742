"""What only a board adds to the phone: time zone, time, and new software on trial."""

import os

from hal.clock import ntp
from hal.storage import trial


class _Account:
    def __init__(self, register, registered):
        self.register, self.registered = register, registered


class _Phone:
    def __init__(self, *accounts, **settings):
        self.agent = self.settings = self.clock = self.resolver = self.platform = self
        self.network = None
        self.accounts = accounts
        self.get = settings.get
        self.zones, self.times, self.lines = [], [], []

    def zone(self, text):
        if text == "bad":
            raise ValueError("no zone")
        self.zones.append(text)

    def set(self, seconds):
        self.times.append(seconds)

    def log(self, *line):
        self.lines.append(line)

    def random(self, bits):
        return 5

    async def address(self, name):
        raise OSError("no name server")


def _folder(*names):
    root = "/tmp/offhook-trial-%d" % id(names)
    try:
        os.mkdir(root)
    except OSError:
        pass
    for name in names:
        open(root + "/" + name, "w").close()
    trial._ROOT = root
    return root


def _clean(root):
    for name in os.listdir(root):
        os.remove(root + "/" + name)
    os.rmdir(root)


def test_software_that_registers_is_confirmed():
    root = _folder("trial1", "other")
    phone = _Phone(_Account(True, False))
    assert trial.look(phone, 0, 2000) == 2000
    phone.accounts[0].registered = True
    assert trial.look(phone, 2000, 2000) is None
    assert os.listdir(root) == ["other"] and phone.lines
    _clean(root)


def test_a_phone_without_a_registrar_confirms_at_once():
    root = _folder("trial2")
    assert trial.look(_Phone(_Account(False, False)), 0, 2000) is None
    assert os.listdir(root) == []
    _clean(root)


def test_without_a_trial_there_is_nothing_to_look_at():
    root = _folder("complete")
    assert trial.look(_Phone(), 0, 2000) is None
    _clean(root)
    assert trial.look(_Phone(), 0, 2000) is None


def test_software_that_never_registers_restarts_the_board():
    import sys

    root = _folder("trial1")
    resets = []

    class Machine:
        @staticmethod
        def reset():
            resets.append(1)

    old = sys.modules.get("machine")
    sys.modules["machine"] = Machine
    try:
        passed = 0
        for _ in range(100):
            passed = trial.look(_Phone(_Account(True, False)), passed, 2000)
            if resets:
                break
    finally:
        sys.modules.pop("machine")
        if old:
            sys.modules["machine"] = old
    assert passed == 182_000 and os.listdir(root) == ["trial1"]
    _clean(root)


def test_the_zone_of_the_settings_is_set_and_a_wrong_one_is_logged():
    for settings, zone in (
        (
            {"timezone": "CET-1CEST,M3.5.0,M10.5.0/3", "utc_offset": 0},
            "CET-1CEST,M3.5.0,M10.5.0/3",
        ),
        ({"timezone": "", "utc_offset": -3600}, -3600),
        ({"timezone": "", "utc_offset": 0}, 0),
    ):
        phone = _Phone(**settings)
        ntp.zone(phone)
        assert phone.zones == [zone]
    phone = _Phone(timezone="bad")
    ntp.zone(phone)
    assert phone.zones == [] and phone.lines


async def test_the_time_is_asked_for_again_soon_when_no_server_answers():
    phone = _Phone(ntp_server="pool.example")
    assert await ntp.ask(phone) <= 60 and phone.times == []


async def test_a_line_for_which_there_is_no_memory_does_not_end_the_console():
    from hal import platform

    class Bare(platform.Platform):
        def __init__(self):
            pass

    class Full:
        async def execute(self, line):
            raise MemoryError

    said = []
    platform.print = said.append
    try:
        await Bare()._answer(Full(), b"log")
    finally:
        del platform.print
    assert said == ['{"error": "MemoryError"}']


def test_a_phone_that_is_stopped_while_it_rings_is_quiet():
    from hal import platform

    class Bare(platform.Platform):
        watchdog = None

        def __init__(self):
            self.ringer = self
            self.said = []

        def quiet(self):
            self.said.append("quiet")

    phone = Bare()
    phone.rest()
    assert phone.said == ["quiet"]


async def test_the_watchdog_is_fed_whatever_fails_beside_it():
    from hal import platform

    class Bare(platform.Platform):
        fed = 0

        def __init__(self):
            self.watchdog = self

        def start(self):
            pass

        def feed(self):
            self.fed += 1
            if self.fed == 5:
                raise OSError("enough")

    class Phone(_Phone):
        @property
        def network(self):
            raise MemoryError

        @network.setter
        def network(self, _):
            pass

    async def at_once(_):
        pass

    bare, phone = Bare(), Phone()
    good, platform.sleep_ms = platform.sleep_ms, at_once
    root = _folder()
    try:
        await bare.guard(phone)
    except OSError:
        pass
    finally:
        platform.sleep_ms = good
        _clean(root)
    assert bare.fed == 5 and phone.lines
