"""The serial line of a running phone, for a program or for a person.

A program sends a line and gets a line of JSON, without an echo: so it is from the start. A person
presses Enter on an empty line, and has a greeting, a prompt, an echo with backspace, the line
before by the up arrow, and answers in words. ``json on``, or Ctrl-D, goes back to JSON.
"""

import json

from base.compat import const
from base.printable import escaped, printable
from base.version import VERSION
from offhook.console import console

_LINE = const(8701)  # bytes of a line: one more than the console takes
_PROMPT = "offhook> "
_GREETING = (
    "\nOffhook %s. 'help' lists what there is; Ctrl-C stops the phone for Python's prompt.\n"
)
_HINT = "Press Enter for a prompt.\n"
_CLEAR = "\r\x1b[K"
_UP = b"[A"

# control characters
_CTRL_D = const(4)
_BACKSPACE = const(8)
_LF = const(10)
_CR = const(13)
_CTRL_U = const(21)
_ESCAPE = const(27)
_DELETE = const(127)


class Terminal:
    """Takes the bytes that arrive for `phone`; ``write(text)`` shows text as it is."""

    def __init__(self, phone, write):
        self.person = False  # somebody has asked for the prompt
        self._phone = phone
        self._write = write
        self._line = bytearray()
        self._before = b""  # the line before
        self._escape = None  # what came of an escape sequence
        self._last = 0
        self._busy = False  # a line is being carried out

    def begin(self):
        """Say how a person gets a prompt."""
        self._write(_HINT)

    def tell(self, text):
        """Show a line of the log; what a person is typing stays below it."""
        if self.person and not self._busy:
            self._write(_CLEAR + text + "\n")
            self._prompt()
        else:
            self._write(text + "\n")

    def json(self, on):
        """Answer in JSON from now on, or in words with a prompt."""
        self.person = not on

    async def take(self, value):
        """Take one byte; what it completes is carried out before this returns."""
        last, self._last = self._last, value
        if self._escape is not None:
            self._escaped(value)
        elif value == _CR or (value == _LF and last != _CR):
            await self._enter(value)
        elif value in (_BACKSPACE, _DELETE):
            self._rub()
        elif value == _CTRL_D and self.person:
            self._write("\n")
            self.json(True)
        elif value == _CTRL_U:
            self._replace(b"")
        elif value == _ESCAPE:
            self._escape = b""
        elif value >= 32:
            self._add(value)

    # -- the line that is typed ---------------------------------------------------------------

    def _prompt(self):
        self._write(_PROMPT + _text(self._line))

    def _replace(self, line):
        self._line = bytearray(line)
        if self.person:
            self._write(_CLEAR)
            self._prompt()

    def _add(self, value):
        if len(self._line) >= _LINE:
            return
        try:
            self._line.append(value)
        except MemoryError:
            self._line = bytearray()
            self._write('{"error": "MemoryError: the line is too long"}\n')
            return
        if self.person:
            if value < 128:
                self._write(chr(value))
            else:
                self._echo_last()

    def _echo_last(self):
        """Show the last character once all of its bytes are there."""
        start = _start(self._line)
        try:
            self._write(bytes(self._line[start:]).decode())
        except UnicodeError:
            pass

    def _rub(self):
        """Delete the last character of UTF-8."""
        if self._line:
            self._line = self._line[: _start(self._line)]
            if self.person:
                self._write("\b \b")

    def _escaped(self, value):
        self._escape += bytes([value])
        if self._escape == _UP and self.person:
            self._replace(self._before)
        if self._escape[:1] != b"[" or 0x40 <= value <= 0x7E and len(self._escape) > 1:
            self._escape = None

    # -- the line that is complete ------------------------------------------------------------

    async def _enter(self, value):
        line, self._line = bytes(self._line), bytearray()
        if self.person:
            self._write("\n")
        elif not line and value == _CR:
            self.json(False)
            self._write(_GREETING % VERSION)
        if line.strip():
            self._before = line
            await self._carry_out(line)
        if self.person:
            self._prompt()

    async def _carry_out(self, line):
        self._busy = True
        try:
            answer = await console.answer(self._phone, line)
            if self.person:
                self._write("".join(printable(x) + "\n" for x in in_words(answer)))
            else:
                self._write(escaped(json.dumps(answer)) + "\n")
        except Exception as error:  # no memory, say: the next line may fare better
            self._write('{"error": "%s"}\n' % type(error).__name__)
        finally:
            self._busy = False


def in_words(answer):
    """Return the lines that say an answer of the console to a person."""
    if isinstance(answer, dict):
        if set(answer) == {"error"}:
            return ["refused: " + answer["error"]]
        if answer == {"ok": True}:
            return ["ok"]
        width = max([len(str(x)) for x in answer] or [0])
        found = []
        for name in sorted(answer):
            head = "%s%s  " % (name, " " * (width - len(name)))
            for line in _lines(answer[name]):
                found.append(head + line)
                head = " " * len(head)
        return found
    if isinstance(answer, (list, tuple)):
        return _lines(answer) if answer else ["none"]
    return [str(answer)]


def _lines(value):
    """Return the lines that say a value of an answer; one at least."""
    if value is True or value is False:
        return ["yes" if value else "no"]
    if isinstance(value, dict):
        return [", ".join("%s %s" % (x, _lines(value[x])[0]) for x in sorted(value))]
    if isinstance(value, (list, tuple)):
        return [line for each in value for line in _lines(each)] or ["-"]
    return [str(value)]


def _start(line):
    """Return where the last character of a line of UTF-8 begins."""
    at = len(line) - 1
    while at > 0 and line[at] & 0xC0 == 0x80:
        at -= 1
    return max(at, 0)


def _text(line):
    try:
        return bytes(line).decode()
    except UnicodeError:
        return "?"
