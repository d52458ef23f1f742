"""Reads Snom's older form of settings: lines such as ``name$: value``, often within <html><pre>.

A line that begins with "#" or "<" is a comment. Behind the name may stand one of "!", "$", "&";
without one the setting is locked, unlike in XML. Entities are XML's and stay as they are here.
"""

from base.compat import const
from offhook.provisioning.broken import Broken
from offhook.provisioning.characters import decoded

_LONGEST = const(8192)  # bytes of a line
_NOTES = const(12)
_FLAGS = "!$&"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"


class Reader:
    """Takes the bytes of a file; ``setting(name, text, flag, line)`` is told each line.

    The flag is "&" where none was written. `wrapped`: it begins with <html> or <pre>, whose end
    tells that the file is whole.
    """

    def __init__(self, setting, wrapped, line=1):
        self.line = line - 1
        self.notes = []
        self.settings = 0
        self._setting = setting
        self._wrapped = wrapped
        self._ended = False
        self._data = b""

    def feed(self, data):
        """Read on."""
        lines = (self._data + data).split(b"\n")
        self._data = lines.pop()
        for line in lines:
            self._line(line)
        if len(self._data) > _LONGEST:
            raise Broken("line %d: longer than %d bytes" % (self.line + 1, _LONGEST))

    def close(self):
        """The file is over; `Broken` where it ends early, or has no settings."""
        if self._wrapped:
            self._line(self._data)
            if self.settings and not self._ended:
                raise Broken("line %d: the file ends before </pre> or </html>" % self.line)
        elif self._data.strip():
            raise Broken("line %d: the file ends within a line" % (self.line + 1))
        if not self.settings:
            raise Broken("no settings in it")

    def _note(self, text):
        if len(self.notes) < _NOTES:
            self.notes.append("line %d: %s" % (self.line, text))
        elif len(self.notes) == _NOTES:
            self.notes.append("and more")

    def _line(self, raw):
        self.line += 1
        raw = raw.rstrip(b"\r \t")
        if raw[:1] == b"<":
            self._ended = self._ended or raw.lower()[:6] in (b"</pre>", b"</html")
        if not raw.strip() or raw[:1] in (b"#", b"<"):
            return
        head, colon, value = raw.partition(b":")
        name, flag = _named(head)
        if not colon or not name:
            self._note("is neither comment nor 'name: value'")  # it is not shown: a password, say
            return
        self.settings += 1
        try:
            text = decoded(value)
        except UnicodeError:
            text = decoded(value, "windows-1252")
        self._setting(name, text, flag, self.line)


def _named(head):
    """Return (name, flag) of what stands before the colon, "" for no name."""
    try:
        text = head.decode()
    except UnicodeError:
        return "", ""
    flag = text[-1:] if text[-1:] in tuple(_FLAGS) else ""
    name = text[: len(text) - len(flag)]
    return ("", "") if any(x not in _LETTERS for x in name) else (name, flag or "&")
