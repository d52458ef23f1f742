"""The serial line: JSON for a program, and for a person a prompt, an echo and words."""

import json

from base.version import VERSION
from offhook.console import console, terminal, words
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


async def test_a_line_of_the_log_that_comes_with_an_answer_has_no_prompt_of_its_own():
    for line in ("version\r", "nonsense\r"):
        phone = Phone()
        await phone.type("\r")
        phone.run = lambda phone=phone: phone.terminal.tell("told")
        shown = await phone.type(line)
        assert shown.startswith(line[:-1] + "\ntold\n") and shown.count("offhook> ") == 1
        assert "\x1b" not in shown
        phone.shown = ""
        phone.terminal.tell("later")
        assert phone.shown == "\r\x1b[Klater\noffhook> ", "the prompt is below again"


async def test_a_key_that_means_nothing_here_leaves_nothing_of_itself():
    """ECMA-48 section 5.4: a control sequence ends with a byte from 64 to 126."""
    phone = Phone()
    await phone.type("\r")
    for sequence in (
        "[D",
        "[C",
        "[B",
        "[3~",
        "[1;5C",
        "[@",
        "[15~",
        "[?25h",
        "[\x7f~",
        "[0\x7fA",
        "O",
        "x",
        "[ ~",
        "[5;6A",
    ):
        assert await phone.type("\x1b" + sequence) == "", repr(sequence)
    assert VERSION in await phone.type("version\r")


async def test_the_line_before_comes_back_with_the_up_arrow_to_a_person_only():
    phone = Phone()
    await phone.type("version\n")
    assert await phone.type("\x1b[A") == "" and await phone.type("\n") == ""
    await phone.type("\r")
    assert await phone.type("\x1b[A") == "\r\x1b[Koffhook> version"
    assert VERSION in await phone.type("\r")
    await phone.type("   \r")
    assert await phone.type("xyz\x1b[A") == "xyz\r\x1b[Koffhook> version", "it had words"
    await phone.type("\x15nonsense\r")
    assert (await phone.type("\x1b[A")).endswith("nonsense")


async def test_a_program_may_take_back_a_line_or_a_sign_and_sees_nothing_of_it():
    phone = Phone()
    assert await phone.type("nonsense\x15versiox\x08") == ""
    assert VERSION in await phone.type("n\n")
    assert await phone.type("\x04\x08\x7f") == ""
    assert VERSION in await phone.type("version\n")
    assert await phone.type("\x01\x02\x1f") == "" and VERSION in await phone.type("version\n")


async def test_ctrl_d_ends_the_prompt_on_a_line_of_its_own_and_keeps_what_was_typed():
    phone = Phone()
    await phone.type("\r")
    assert await phone.type("vers\x04") == "vers\n" and not phone.terminal.person
    assert VERSION in await phone.type("ion\n")


async def test_ends_of_lines_of_all_systems_are_one_end_each():
    phone = Phone()
    for ends, lines in (
        ("version\r\n", 1),
        ("version\n\n", 1),
        ("version\nversion\n", 2),
        ("version\r\nversion\r\n", 2),
        ("version\rversion\r", 2),
    ):
        phone.terminal.json(True)
        assert (await phone.type(ends)).count(VERSION) == lines, repr(ends)
    phone = Phone()
    assert "offhook> " in await phone.type("\r")
    assert await phone.type("\n") == "", "the line feed of that Enter"
    assert await phone.type("\n") == "\noffhook> "


async def test_signs_of_two_three_and_four_bytes_are_shown_whole_and_deleted_whole():
    phone = Phone()
    await phone.type("\r")
    for sign in ("~", "\u0080", "\u00e9", "\u07ff", "\u0800", "\uffee", "\U00010000"):
        assert await phone.type(sign) == sign
        assert await phone.type("a") == "a"
        assert await phone.type("\x7f\x7f") == "\b \b" * 2
        assert await phone.type("\x7f") == "", "nothing is left of it"
    for value in b"\xbf\xbf":  # the rest of a sign that never began
        await phone.terminal.take(value)
    assert await phone.type("\x7f\x7f") == "\b \b"


async def test_a_prompt_shows_what_was_typed_as_far_as_it_is_text():
    phone = Phone()
    await phone.type("\r")
    for value in b"a\xff":
        await phone.terminal.take(value)
    phone.shown = ""
    phone.terminal.tell("one")
    assert phone.shown == "\r\x1b[Kone\noffhook> ?"


async def test_the_longest_line_that_is_a_command_is_taken_whole():
    phone = Phone()
    long = "version " + "x" * 8692
    assert VERSION in await phone.type(long + "\n")
    assert "line too long" in await phone.type(long + "x\n")
    assert "line too long" in await phone.type(long + "x" * 500 + "\n")


def test_a_terminal_says_at_first_how_to_get_a_prompt():
    phone = Phone()
    phone.terminal.begin()
    assert "Enter" in phone.shown and phone.shown.endswith("\n")


def test_answers_in_words_are_a_table_whose_second_column_is_straight():
    for answer, lines in (
        ({}, []),
        ({"ok": False}, ["ok  no"]),
        ({"ok": True, "more": 1}, ["more  1", "ok    yes"]),
        ({"error": "x", "more": 1}, ["error  x", "more   1"]),
        ((), ["none"]),
        (("a",), ["a"]),
        ([True, {"x": [1, 2]}, [3, []]], ["yes", "x 1", "3", "-"]),
        ({"b": {}, "aa": None}, ["aa  None", "b   "]),
        (7, ["7"]),
    ):
        assert in_words(answer) == lines, (answer, in_words(answer))


async def test_marks_that_turn_or_hide_text_are_escapes_for_a_program_and_gone_for_a_person():
    odd = "a\u202eb\x9b2c\u2066d\u200be\ufeff"
    phone = Phone()
    shown = await phone.type(odd + "\n")
    assert "'a\\u202eb\\u009b2c\\u2066d\\u200be\\ufeff'" in shown
    assert "'%s'" % odd in json.loads(shown)["error"]
    assert await console.execute(phone, odd) == shown[:-1]
    await phone.type("\r")
    assert "refused: there is no command 'ab2cde'" in await phone.type(odd + "\r")
