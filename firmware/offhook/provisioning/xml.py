"""Reads XML as a stream, as it is in the field: what can be told is read, and what was odd noted.

In the spirit of SAX, and no more of XML 1.0 than settings need: elements, attributes, text, CDATA,
character references, the five entities. An end tag that fits nothing closes the element that it
stands in; a stray sign in a tag is passed over; a lone "&" or "<" is text. What cannot be told is
refused whole, as `Broken`: a file that ends early, one element in another without end, entities of
its own. Of a text or a tag, some kilobytes are kept; of comments nothing.
"""

from base.compat import const
from offhook.provisioning.broken import Broken
from offhook.provisioning.characters import decoded, encoding, references

_LONGEST = const(8192)  # bytes of a tag, or of a text that is kept
_PARTS = const(16)  # of a text
_PIECE = const(512)  # bytes that are looked at together
_DEEP = const(12)  # elements within each other
_NOTES = const(12)
_SPACE = b" \t\r\n"
_COMMENT = b"<!--"
_CDATA = b"<![CDATA["


class Element:
    """An element that is open; `children` counts those in it, which leave it no text of its own.

    `line` is where it began. `attributes` is {name: text}.
    """

    def __init__(self, name, attributes, line):
        self.name = name
        self.attributes = attributes
        self.line = line
        self.children = 0
        self.parts = []
        self.size = 0

    def add(self, data):
        """Add raw text; what is longer than `_LONGEST` is not kept."""
        self.size += len(data)
        if self.size > _LONGEST or self.children:
            self.parts = []
            return
        self.parts.append(data)
        if len(self.parts) > _PARTS:
            self.parts = [b"".join(self.parts)]


class Reader:
    """Takes the bytes of a file, piece by piece.

    ``opened(element, parents)`` and ``closed(element, parents, text)`` are called for each
    element; `text` is None where it is too long, or no text of the file's encoding. `sections`
    are names that no end tag of another name closes. `line` is the number of the first line.
    """

    def __init__(self, opened, closed, sections=(), line=1):
        self.line = line
        self.notes = []
        self._opened = opened
        self._closed = closed
        self._sections = sections
        self._data = b""
        self._until = b""  # what ends that which is skipped
        self._literal = False  # within CDATA
        self._encoding = ""
        self._stack = []
        self._roots = 0

    def feed(self, data):
        """Read on."""
        for start in range(0, len(data), _PIECE):
            self._data += data[start : start + _PIECE]
            while self._data and self._step():
                pass
            if len(self._data) > _LONGEST:
                self._refuse("a tag of more than %d bytes" % _LONGEST)

    def close(self):
        """The file is over; `Broken` where it cannot be."""
        if self._data or self._until or self._literal:
            self._refuse("the file ends within a tag, a comment or CDATA")
        if self._stack:
            top = self._stack[-1]
            self._refuse(
                "the file ends before </%s>, which began in line %d" % (top.name, top.line)
            )
        if not self._roots:
            self._refuse("no element")

    def note(self, text):
        """Remember what was odd in the line."""
        if len(self.notes) < _NOTES:
            self.notes.append("line %d: %s" % (self.line, text))
        elif len(self.notes) == _NOTES:
            self.notes.append("and more")

    def _refuse(self, text):
        raise Broken("line %d: %s" % (self.line, text))

    def _cut(self, count):
        """Drop `count` bytes that were read."""
        self.line += self._data[:count].count(b"\n")
        self._data = self._data[count:]

    # -- from one piece of markup to the next -------------------------------------------------

    def _step(self):
        """Read one piece; return False when more bytes are needed for it."""
        data = self._data
        if self._until:
            return self._skip()
        if self._literal:
            return self._cdata()
        place = data.find(b"<")
        if place:
            count = len(data) if place < 0 else place
            self._text(data[:count])
            self._cut(count)
            return True
        if data[:4] == _COMMENT:
            self._until = b"-->"
            self._cut(4)
        elif data[:9] == _CDATA:
            self._literal = True
            self._cut(9)
        elif len(data) < 9 and (_CDATA.startswith(data) or _COMMENT.startswith(data)):
            return False
        elif data[1:2] == b"?":
            return self._instruction()
        elif data[1:2] == b"!":
            return self._declaration()
        else:
            return self._tag()
        return True

    def _skip(self):
        end = self._data.find(self._until)
        if end < 0:
            self._cut(max(len(self._data) - len(self._until) + 1, 0))
            return False
        self._cut(end + len(self._until))
        self._until = b""
        return True

    def _cdata(self):
        end = self._data.find(b"]]>")
        count = end if end >= 0 else max(len(self._data) - 2, 0)
        self._text(self._data[:count].replace(b"&", b"&amp;"))
        self._cut(count + 3 if end >= 0 else count)
        self._literal = end < 0
        return end >= 0

    def _instruction(self):
        end = self._data.find(b"?>")
        if end < 0:
            return False
        if self._data[:5] == b"<?xml":
            self._encoding = encoding(decoded(self._data[:end], "latin1"))
        self._cut(end + 2)
        return True

    def _declaration(self):
        end = self._data.find(b">")
        if b"[" in (self._data[:end] if end >= 0 else self._data):
            self._refuse("a DOCTYPE with definitions is not read")
        if end < 0:
            return False
        self._cut(end + 1)
        return True

    def _text(self, data):
        top = self._stack[-1] if self._stack else None
        if top and top.name not in self._sections:
            top.add(data)
        elif data.strip(_SPACE + b"\xef\xbb\xbf"):
            self.note("text outside of the settings")

    # -- tags ---------------------------------------------------------------------------------

    def _tag(self):
        end = self._end()
        if end < 0:
            return False
        try:
            text = decoded(self._data[1:end], self._encoding)
        except UnicodeError:
            self._refuse("a tag that is no UTF-8")
        slash = text[:1] == "/"
        name, rest = _name(text[1:] if slash else text)
        if not name:  # <sip:201@host>, or a lone "<"
            self.note("'<' that begins no tag is taken as text")
            self._text(b"&lt;")
            self._cut(1)
            return True
        if slash:
            self._end_tag(name)
        else:
            self._start_tag(name, rest)
        self._cut(end + 1)
        return True

    def _end(self):
        """Return where the tag ends, -1 where that is not here yet."""
        data, start, quote = self._data, 1, b""
        while True:
            end = data.find(b">", start)
            another = data.find(b"<", 1)
            stop = end if end >= 0 else len(data)
            if 0 < another < stop:  # a lone "<", or a quote that does not end
                first = data.find(b">", 1)
                return first if 0 < first < another else another - 1
            quote = _open_quote(data[start:stop], quote)
            if end < 0 or not quote:
                return end
            start = end + 1

    def _start_tag(self, name, rest):
        empty = rest.endswith("/") and not rest.endswith("=/")
        attributes, odd = _attributes(rest[:-1] if empty else rest)
        if odd:
            self.note("stray signs in <%s>" % name)
        if len(self._stack) >= _DEEP:
            self._refuse("more than %d elements within each other" % _DEEP)
        if self._stack:
            self._stack[-1].children += 1
        elif self._roots:
            self.note("<%s> stands behind the end" % name)
        self._roots += 1
        element = Element(name, attributes, self.line)
        self._opened(element, self._stack)
        self._stack.append(element)
        if empty:
            self._close()

    def _end_tag(self, name):
        names = [element.name for element in self._stack]
        if names and names[-1] == name:
            self._close()
        elif name in names:
            while self._stack[-1].name != name:
                self.note("<%s> is not closed before </%s>" % (self._stack[-1].name, name))
                self._close()
            self._close()
        elif not names or names[-1] in self._sections:
            self.note("</%s> closes nothing" % name)
        else:
            self.note("</%s> closes <%s>" % (name, names[-1]))
            self._close()

    def _close(self):
        element = self._stack.pop()
        text = None
        if element.size <= _LONGEST:
            try:
                text = references(decoded(b"".join(element.parts), self._encoding))
            except UnicodeError:
                pass
        self._closed(element, self._stack, text)


def _open_quote(data, quote):
    """Return the quote that is open after `data`, b"" for none; `quote` was open before."""
    at = 0
    while True:
        if quote:
            at = data.find(quote, at)
            if at < 0:
                return quote
            quote = b""
        else:
            places = [x for x in (data.find(b'"', at), data.find(b"'", at)) if x >= 0]
            if not places:
                return b""
            at = min(places)
            if data[:at].rstrip(_SPACE)[-1:] == b"=":  # else it is a stray sign
                quote = data[at : at + 1]
        at += 1


def _name(text):
    """Return (name, rest) of a tag's text; "" for what cannot be a name."""
    end = 0
    while end < len(text) and (text[end].isalpha() or text[end] in "0123456789_-."):
        end += 1
    after = text[end : end + 1]
    if not end or text[0] in "0123456789-." or (after and after not in " \t\r\n/"):
        return "", ""
    return text[:end], text[end:]


def _attributes(text):
    """Return ({name: text}, whether there were stray signs) of a tag's attributes."""
    found, odd, at = {}, False, 0
    while at < len(text):
        if text[at] in " \t\r\n":
            at += 1
            continue
        end = at
        while end < len(text) and text[end] not in " \t\r\n=/,;\"'":
            end += 1
        name = text[at:end]
        at = end
        while text[at : at + 1] in (" ", "\t", "\r", "\n"):
            at += 1
        if text[at : at + 1] != "=" or not name:
            odd = True
            at = max(at, end + (not name))
            continue
        value, at = _value(text, at + 1)
        found[name] = references(value)
    return found, odd


def _value(text, at):
    while text[at : at + 1] in (" ", "\t", "\r", "\n"):
        at += 1
    quote = text[at : at + 1]
    if quote in ("'", '"'):
        end = text.find(quote, at + 1)
        end = len(text) if end < 0 else end
        return text[at + 1 : end], end + 1
    end = at
    while end < len(text) and text[end] not in " \t\r\n":
        end += 1
    return text[at:end], end
