"""The serial line: JSON for a program, and for a person a prompt, an echo and words."""

from base.version import VERSION
from offhook.console import terminal, words
from offhook.console.terminal import Terminal, in_words


class Phone:
    """A phone whose words answer without one."""

    def __init__(self):
        self.timers = self
        self.shown = ""
        self.terminal = Terminal(self, self.write)

    def run(self):
        pass

    def write(self, text):
        self.shown += text

    async def type(self, text):
        """Type `text`; return what was shown since."""
        self.shown = ""
        for value in text.encode():
            await self.terminal.take(value)
        return self.shown


async def test_a_program_gets_a_line_of_json_and_no_echo():
    phone = Phone()
    assert await phone.type("nonsense\n") == (
        '{"error": "there is no command \'nonsense\'; help lists them"}\n'
    )
    for end in ("\n", "\r", "\r\n"):
        shown = await phone.type("version" + end)
        assert shown[:1] == "{" and shown.count("\n") == 1 and VERSION in shown
    assert await phone.type("\n\n") == ""  # only Enter opens the prompt
    assert await phone.type("version\r\nhelp log\r\n") != ""
    assert not phone.terminal.person


async def test_enter_on_an_empty_line_gives_a_person_a_greeting_and_a_prompt():
    phone = Phone()
    shown = await phone.type("\r")
    assert VERSION in shown and "help" in shown and shown.endswith("offhook> ")
    shown = await phone.type("version\r\n")
    assert shown.startswith("version\n") and '"' not in shown and shown.endswith("offhook> ")
    assert "refused: there is no command 'vers'" in await phone.type("vers\r")
    shown = await phone.type("help\r")
    for name in words.ORDER:
        assert words.find(name).usage + ": " in shown and words.find(name).meaning in shown
    assert await phone.type("\r") == "\noffhook> "


async def test_a_person_sees_what_is_typed_and_can_mend_it():
    phone = Phone()
    await phone.type("\r")
    assert await phone.type("verz\x7f") == "verz\b \b"
    assert VERSION in await phone.type("sion\r")
    assert await phone.type("\u00fc\x08") == "\u00fc\b \b"
    assert await phone.type("ab\u4e2d\x7f\u20ac\x7f") == "ab\u4e2d\b \b\u20ac\b \b"
    assert await phone.type("\x7f\x7f") == "\b \b\b \b"
    assert await phone.type("ve\u00fc\x7f\U0001f600\x7f") != ""
    assert VERSION in await phone.type("rsion\r"), "nothing but the last sign is gone"
    assert await phone.type("x\x15") == "x\r\x1b[Koffhook> "
    assert await phone.type("\x7f") == ""
    assert (await phone.type("\x1b[A")).endswith("offhook> version")
    assert VERSION in await phone.type("\r")
    assert await phone.type("\x1b[D\x1b[3~\x1bOP") == "P"  # keys that mean nothing here
    assert "no command 'P'" in await phone.type("\r")


async def test_a_line_of_the_log_leaves_what_is_being_typed():
    phone = Phone()
    phone.shown = ""
    phone.terminal.tell("one")
    assert phone.shown == "one\n"
    await phone.type("\r")
    await phone.type("get user")
    phone.shown = ""
    phone.terminal.tell("two")
    assert phone.shown == "\r\x1b[Ktwo\noffhook> get user"


async def test_json_on_and_ctrl_d_go_back_to_json():
    for way in ("json on\r", "\x04"):
        phone = Phone()
        await phone.type("\r")
        await phone.type(way)
        assert (await phone.type("version\n"))[:1] == "{"
        assert (await phone.type("json off\n")).endswith("offhook> ")
        assert "json takes on or off" in await phone.type("json maybe\r")


async def test_a_line_without_end_is_bounded_and_noise_ends_nothing():
    phone = Phone()
    await phone.type("x" * 9000)
    assert "line too long" in await phone.type("\n")
    for value in b"\xff\xfe\xc3\n":
        await phone.terminal.take(value)
    assert VERSION in await phone.type("version\n")
    await phone.type("\r")
    for value in b"\xff\xc3\x28\x80\x00\r":
        await phone.terminal.take(value)
    assert VERSION in await phone.type("version\r")


async def test_a_line_for_which_there_is_no_memory_does_not_end_the_console():
    class Full:
        def run(self):
            raise MemoryError

    phone = Phone()
    phone.timers = Full()
    assert "MemoryError" in await phone.type("log\n")
    phone.timers = phone
    assert VERSION in await phone.type("version\n")


def test_answers_in_words():
    for answer, lines in (
        ({"error": "no"}, ["refused: no"]),
        ({"ok": True}, ["ok"]),
        ([], ["none"]),
        (["a", "b"], ["a", "b"]),
        ({"a": 1, "long": ["x", "y"]}, ["a     1", "long  x", "      y"]),
        ({"up": True, "list": [], "x": {"b": 2, "a": False}}, None),
    ):
        assert lines is None or in_words(answer) == lines, in_words(answer)
    assert in_words({"up": True, "of": [{"b": 2, "a": False}]}) == ["of  a no, b 2", "up  yes"]
    assert terminal.in_words({"none": []}) == ["none  -"]


def test_every_word_has_a_usage_that_begins_with_it_and_a_meaning():
    assert sorted(words.ORDER) == sorted(words.WORDS)
    for name, word in words.WORDS.items():
        assert word.usage.split()[0] == name and word.meaning
