"""Reads the text of an Action URL (section 3) when it is set; `expand` joins it at each event.

Decisions where the rules are silent:
- A template has 1,024 characters at most, counted once ``&amp;`` is ``&``; a setting has 8 URLs.
- The longest known beginning counts as the name: ``$remote_$local`` has two. But a number is
  never cut: ``$user_name99`` stays as it is.
- Everything after the first ``?`` is query, names of parameters too, and all further ``?``.
- In the path a name has to fill all between ``$`` and ``&``; every other ``$`` is a character.
- ``$`` in ``user:pass@`` is a character; in host and port it is refused.
- What looks like a variable and is none stays as it stands, and `Target.warnings` names it.
"""

from actions.expand import Runtime, Setting, Variable
from actions.secrets import marks
from base.compat import const
from net import url
from net.url import printed

_LONGEST = const(1024)
_MOST = const(8)
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
_DIGITS = "0123456789"
_BLANK = " \t\r\n"

_RUNTIME = (
    "local",
    "remote",
    "display_local",
    "display_remote",
    "active_url",
    "active_user",
    "active_host",
    "call-id",
    "csta_id",
    "active_key",
    "expansion_module",
    "phone_ip",
    "local_ip",
    "nr_ongoing_calls",
    "context_url",
    "cancel_reason",
    "longpress_key",
    "duration",
    "call_direction",
    "rtp_loss",
    "rtp_jitter",
    "mos",
    "mac",  # a setting too; empty, it is the network part's own
)
# with the compact forms (RFC 3261 section 7.3.3), which would be a way round
_HIDDEN = (
    "via v to t from f call-id i expires route record-route contact m content-type c cseq "
    "content-length l max-forwards"
).split()
_NONE = {"bool": "off", "int": "0"}  # what a false setting of a kind reads


class Target:
    """One URL of an Action URL: where it goes, and the pieces of what is asked for there.

    `url` is its `net.url.Url`, `place` "host:port". `pieces` are texts and `Variable`s, `marks`
    name the query parameters that the log must mask, `warnings` are sentences for whoever sets it.
    """

    def __init__(self, where, pieces, warnings):
        self.url = where
        self.place = "%s:%d" % (where.host, where.port)
        self.itself = where.host in ("localhost", "127.0.0.1")  # this phone
        self.pieces = pieces
        self.marks = marks(where.path, where.query[1:])
        self.warnings = warnings


def split(text):
    """Return the texts of the templates in `text`: white space before a scheme parts them."""
    text = text.replace("&amp;", "&").strip(_BLANK)
    found, start, lower = [], 0, text.lower()
    for scheme in ("http://", "https://"):
        at = lower.find(scheme, 1)
        while at > 0:
            if text[at - 1] in _BLANK:
                found.append(at)
            at = lower.find(scheme, at + 1)
    out = []
    for at in sorted(found) + [len(text)]:
        out.append(text[start:at].strip(_BLANK))
        start = at
    return [x for x in out if x]


def parse(text, spec):
    """Return the tuple of `Target`s of a setting; ValueError says what would be right.

    `spec(name)` tells of a setting: an object with `kind` and `private`; KeyError for no setting.
    """
    parts = split(text)
    if len(parts) > _MOST:
        raise ValueError("%d URLs are too many, %d are possible" % (len(parts), _MOST))
    return tuple(_target(part, spec) for part in parts)


def _target(text, spec):
    if len(text) > _LONGEST:
        raise ValueError("too long: %d characters, 1024 are possible" % len(text))
    where = url.parse(text)
    reader = _Reader(spec)
    reader.read(where.path, False)
    reader.read(where.query, True)
    target = Target(where, tuple(x for x in reader.pieces if x), reader.warnings)
    if target.itself:
        _check_names(target.pieces)
    if target.itself and "#" in text:  # as a key, or at the end of a star code
        reader.warn("what follows '#' is no part of a request; the key # is written %23")
    return target


def _check_names(pieces):
    """Refuse a variable of the moment in the name of a command or setting of this phone.

    Its value may be somebody else's, who is not to say what the phone does.
    """
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        query = text.partition("?")[2]
        if isinstance(piece, Runtime) and "?" in text and "=" not in query.rpartition("&")[2]:
            raise ValueError("%s cannot be the name of a command or setting" % piece.written)
        text += "$"


class _Reader:
    """Cuts path and query into pieces."""

    def __init__(self, spec):
        self.spec = spec
        self.pieces = [""]  # the last one is text
        self.warnings = []

    def read(self, text, query):
        """Append the pieces of `text`: of the query, or of the path."""
        start = 0
        while True:
            at = text.find("$", start)
            if at < 0:
                break
            found, end = self._variable(text, at + 1)
            if found is None:
                self._suspect(text, at)
            elif not query:
                found, end = self._in_path(found, text, at, end)
            self._text(text[start : at if found is not None else max(end, at + 1)])
            if found:
                self.pieces += [found, ""]
            start = max(end, at + 1)
        self._text(text[start:])

    def _text(self, text):
        self.pieces[-1] += printed(text)

    def _in_path(self, found, text, at, end):
        """Return (found, end) in the path, where only ``$name&`` is a variable."""
        if text[end : end + 1] == "&":
            if found != "":
                found.written += "&" if isinstance(found, Runtime) else ""
                if type(found) is Variable:
                    found.written += "&"
            return found, end + 1
        if isinstance(found, (Runtime, Setting)):
            name = text[at:end]
            self.warn("%s in the path stays as it stands; write %s&" % (name, name))
        return None, at + 1

    def warn(self, sentence):
        """Note what is odd about the template, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def _suspect(self, text, at):
        """Warn of ``${name}`` and ``$(name)``, which others take for a variable."""
        end = _span(text, at + 2, _NAME)
        if end > at + 2 and text[at + 1] + text[end : end + 1] in ("{}", "()"):
            self.warn("%s is no variable; write $%s" % (text[at : end + 1], text[at + 2 : end]))

    def _variable(self, text, start):
        """Return (piece, end) of the variable that begins at `start`; the piece is None for none.

        That of a private setting is "". A word that is no known name is a variable too: whether it
        stays is decided at the event.
        """
        end = _span(text, start, _NAME)
        name, sign = text[start:end], text[end : end + 1]
        if sign == "(" and name == "sip_header":
            close = text.find(")", end)
            if close > 0 and text[end + 1 : close].strip():
                return self._header(text[end + 1 : close].strip()), close + 1
        number = _span(text, end + 1, _DIGITS)
        indexed = sign == "[" and number > end + 1 and text[number : number + 1] == "]"
        if indexed:
            piece = self._known(name + text[end + 1 : number])
            if piece is not None:
                return piece, number + 1
        for stop in range(end, start, -1):
            within = stop < end and text[stop - 1 : stop + 1].isdigit()
            piece = None if within else self._known(text[start:stop])
            if piece is not None:
                return piece, stop
        if not name or name[:1] in "-0123456789":
            return None, start
        end = number + 1 if indexed else _span(text, start, _NAME[:-1])
        self.warn("no event knows $%s; it stays as it stands" % text[start:end])
        return Variable("$" + text[start:end]), end

    def _header(self, header):
        written = "$sip_header(%s)" % printed(header)
        if "=" in header or header.lower() in _HIDDEN:
            self.warn("%s is never shown" % written)
            return Variable(written)
        return Runtime(written, "sip_header", header)

    def _known(self, name):
        """Return the piece for the variable `name`, None when there is none of that name."""
        if name in _RUNTIME:
            return Runtime("$" + name, name)
        try:
            found = self.spec(name)
        except KeyError:
            return None
        if found.private:
            return ""
        return Setting("$" + name, name, _NONE.get(found.kind, ""))


def _span(text, start, signs):
    while start < len(text) and text[start] in signs:
        start += 1
    return start
