"""The catalogue of settings: what there is, of which type, and what would be right.

Read from settings.txt beside this module. It is loaded when a setting is set, named or explained,
and dropped again (`Settings.rest`), so that neither its code nor its names stay on the heap.
"""

from base.compat import const, unload
from offhook.settings.settings import plain

_IDENTITIES = const(12)
_FKEYS = const(176)
_RIGHT = {
    "ip": "an address such as 192.0.2.1",
    "mac": "12 hex digits",
    "plan": "patterns such as 1xx|0[1-9]xxxxxx|11[02]",
    "zone": "a POSIX time zone such as CET-1CEST,M3.5.0,M10.5.0/3",
}


class Spec:
    """One line of the catalogue."""

    def __init__(self, words):
        self.name, kind, default, flags, self.meaning = words
        self.kind, _, self.detail = kind.partition(" ")
        self.private = "p" in flags
        self.default = self.parse(default) if default else self.empty()

    def empty(self):
        """Return the value of an empty text."""
        return False if self.kind == "bool" else 0 if self.kind == "int" else ""

    def right(self):
        """Return what would be right, for messages."""
        if self.kind == "bool":
            return "on or off"
        if self.kind == "int":
            return "a number from %s to %s" % tuple(self.detail.split())
        if self.kind == "one":
            return "one of " + self.detail.replace(",", ", ")
        if self.kind == "text":
            return "a text of %s characters at most, in one line" % self.detail
        if self.kind == "fkey":
            return "CONTEXT TYPE ARGUMENT, such as 'active speed 201'"
        if self.kind in _RIGHT:
            return _RIGHT[self.kind]
        return "host, host:port" + (" or sip: URI" if self.kind == "uri" else "")

    def parse(self, text):
        """Return the value that `text` stands for; an empty ValueError when it is none."""
        kind, detail = self.kind, self.detail
        if kind == "bool":
            if text in ("on", "1", "true"):
                return True
            if text in ("off", "0", "false", ""):
                return False
            raise ValueError
        if kind == "int":
            low, high = (int(x) for x in detail.split())
            if not text.lstrip("-").isdigit() or not low <= int(text) <= high:
                raise ValueError
            return int(text)
        if kind == "one":
            if text not in detail.split(","):
                raise ValueError
            return text
        lines = kind == "url" or "certificate" in self.name  # may have several, or anything
        if not lines and any(c < 32 or c == 127 for c in text.encode()):
            raise ValueError
        if kind == "text" and len(text) > int(detail):
            raise ValueError
        if kind in ("host", "uri") and (" " in text or "<" in text or len(text) > 128):
            raise ValueError
        return special(kind, text) if text else text


def special(kind, text):
    """Return the value of a text of the rarer kinds; ValueError when it is none."""
    if kind == "host":
        host, colon, port = text.partition(":")
        if colon and not (port.isdigit() and 0 < int(port[:6]) < 65536):
            raise ValueError
        if not host or any(x in host for x in "/ @ ; , ? # ' \" % $".split()):
            raise ValueError
    elif kind == "ip":
        from net.resolver import dotted

        if not dotted(text):
            raise ValueError
    elif kind == "mac":
        text = text.upper().replace(":", "").replace("-", "").replace(".", "")
        if len(text) != 12 or text.strip("0123456789ABCDEF"):
            raise ValueError
    elif kind == "plan":
        from offhook.desk.dial_plan import check

        check(text)
    elif kind == "zone":
        from base.zone import offset

        unload("base.zone")
        offset(text, 0)
    return text


class Catalogue:
    """The catalogue; `lines()` gives the open file of its lines."""

    def __init__(self, lines):
        self._lines = lines
        self._names = None

    def rows(self):
        """Yield each line, split into its five fields."""
        with self._lines() as file:
            for line in file:
                if line[:1] not in "#\n":
                    yield line.rstrip("\n").split(";", 4)

    def pattern(self, name):
        """Return the catalogue's own name of a setting ("user_name#"), None when there is none."""
        if self._names is None:
            self._names = {row[0] for row in self.rows()}
        stem, number = plain(name)
        if number is not None:
            if 1 <= number <= _IDENTITIES and stem + "#" in self._names:
                return stem + "#"
            if number < _FKEYS and stem + "@" in self._names:
                return stem + "@"
        if name in self._names and name[-1] not in "#@":
            return name
        return None

    def spec(self, name):
        """Return the `Spec` of a setting; KeyError when there is none of that name."""
        pattern = self.pattern(name)
        for row in self.rows():
            if row[0] == pattern:
                return Spec(row)
        raise KeyError(name)

    def parse(self, name, text, check=None):
        """Return the value of `text` for setting `name`; ValueError with the whole message.

        `check(name, kind, value)` may refuse an Action URL or a function key in its own words.
        """
        try:
            spec = self.spec(name)
        except KeyError:
            raise ValueError("there is no setting '%s'" % name[:40])
        try:
            value = spec.parse(text)
        except ValueError:
            shown = "its value" if spec.private else "'%s'" % text[:60]
            raise ValueError("%s: %s does not fit; it takes %s" % (name, shown, spec.right()))
        if check:
            try:
                check(name, spec.kind, value)
            except ValueError as error:
                raise ValueError("%s: %s" % (name, error))
        return value

    def text(self, name, value):
        """Return a value as it is written; KeyError for a name that is none."""
        if self.spec(name).kind == "bool":
            return "on" if value else "off"
        return str(value)
