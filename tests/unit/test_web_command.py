"""``command.htm`` on boards that have few keys: what is pressed, in which way and order."""

from support import raises

from base.compat import sleep_ms
from offhook.console.desk_words import press
from offhook.remote import Remote
from web.command import local


class Part:
    """Keys called `names`."""

    irq = None

    def __init__(self, names):
        self.names = names


class Held:
    """The keys held by software; tells of each change."""

    def __init__(self, phone):
        self.phone = phone

    def __setitem__(self, name, value):
        self.phone.done.append((name, True))
        self.phone.pressed.append(name)

    def pop(self, name, _):
        self.phone.done.append((name, False))
        self.phone.pressed.remove(name)


class Phone:
    """What `Remote` wants of a phone: a board with the keys `names`, and a desk."""

    def __init__(self, names):
        self.input = self.keys = self.desk = self.agent = self
        self.accounts = ()
        self._names = names
        self.parts = ((Part(names), None),)
        self.held = Held(self)
        self.done = []
        self.pressed = []
        self.lines = []
        self.remote = Remote(self)

    def local(self, path):
        return local(self.remote, path)

    def names(self):
        return self._names

    def down(self, name):
        return name in self.pressed

    def on_key(self, name, down):
        if down:
            self.done.append(name)

    def log(self, level, text, *values):
        self.lines.append(text % values)

    async def until(self, count):
        """Wait until `count` things have been done; return them."""
        for _ in range(10_000):
            if len(self.done) >= count:
                break
            await sleep_ms(1)
        return self.done


async def test_a_key_that_the_board_has_is_held():
    phone = Phone(["HOOK", "1", "P5", "P33", "DND"])
    assert phone.local("/command.htm?key=OFFHOOK,1,1;1,1,1;EK0,1,1;F_DND,1,1;ONHOOK,1,1") == 200
    held = [(x, y) for x in ("1", "P33", "DND") for y in (True, False)]
    assert await phone.until(8) == [("HOOK", True)] + held + [("HOOK", False)]


async def test_a_key_that_the_board_does_not_have_is_a_key_of_the_phone_all_the_same():
    phone = Phone(["1", "P5"])
    keys = "DND SPEAKER CANCEL F_HOLD F_R OFFHOOK ONHOOK F1 F_REDIRECT RETRIEVE VOLUME_UP"
    assert phone.local("/command.htm?key=" + ",1,1;".join(keys.split()) + ",1,1") == 200
    pressed = "DND SPEAKER CANCEL HOLD HOLD HOOK F1 REDIRECT MESSAGE VOLUME_UP"
    assert await phone.until(10) == pressed.split()


async def test_a_key_that_no_phone_has_presses_nothing_at_all():
    phone = Phone(["1", "P5"])
    for keys in ("1;P60", "1;EK0", "1;P0", "1;foo", "1;dnd", "1; ", "1,x", "1,1,-1", "1;_"):
        assert phone.local("/command.htm?key=" + keys) == 400, keys
    assert len(phone.lines) == 9
    await sleep_ms(1)
    assert phone.done == []


def test_an_identity_that_is_not_there_registers_nothing():
    phone = Phone([])
    for number in ("1", "", "7", "x", "1;2"):
        assert phone.local("/command.htm?REREGISTER=" + number) == 400
    assert phone.local("/command.htm?NOTHING=1") == 404
    assert phone.local("/index.htm?key=1") == 404


async def test_the_console_presses_keys_that_the_board_does_not_have():
    phone = Phone(["1", "P5"])
    await press(phone, "1 1")
    await press(phone, "DND 1")
    await press(phone, "P32 1")
    assert phone.done == [("1", True), ("1", False), "DND", "P32"]
    for word in ("P33", "dnd", "foo", "_"):
        with raises(ValueError):
            await press(phone, word)


async def test_what_a_variable_brings_along_presses_no_further_key():
    phone = Phone(["1", "2"])
    for value in ("1%3B2", "1%2C9000", "1%3b%32", "1,1%3B2,1"):
        assert phone.local("/command.htm?key=" + value) == 400, value
    assert phone.local("/command.htm?key=%31,1,1;%32,1,1") == 200
    assert await phone.until(4) == [("1", True), ("1", False), ("2", True), ("2", False)]
    assert phone.local("/command.htm?key=%23,1,1;*,1,1") == 200
    assert (await phone.until(6))[4:] == ["#", "*"]
