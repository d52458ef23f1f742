"""What the files of one round give, name by name, before any of it is applied."""

from base.compat import const
from offhook.provisioning import names
from offhook.provisioning.broken import Broken
from offhook.provisioning.perm import Perm
from offhook.provisioning.perm import parse as parse_perm
from offhook.settings import catalogue

_NAMES = const(100)  # that a list shows; more are counted
_NAME = const(40)  # characters of a name that is shown
_ALL = const(65536)  # characters of all values together
_WITH_DEFAULT = ("bool", "int", "one")  # kinds for which an empty text stands for the default
_PLAIN = Perm(False, False, False)


class Listing:
    """Names, each with a word on it or without; the first hundred are kept, all are counted."""

    def __init__(self):
        self.count = 0
        self.kept = {}

    def add(self, name, text=""):
        """Add a name, or say something else of it."""
        name = name[:_NAME]
        if name not in self.kept:
            self.count += 1
            if len(self.kept) >= _NAMES:
                return
        self.kept[name] = text

    def drop(self, name):
        """Forget a name: a later file has put it right."""
        if self.kept.pop(name[:_NAME], None) is not None:
            self.count -= 1

    def names(self):
        """Return the names, sorted, and how many more there are."""
        return self._more(sorted(self.kept))

    def lines(self):
        """Return "name: text" of each, and how many more there are."""
        return self._more(["%s: %s" % (x, self.kept[x]) for x in sorted(self.kept)])

    def _more(self, found):
        if self.count > len(self.kept):
            found.append("and %d more" % (self.count - len(self.kept)))
        return found


class Sheet:
    """Takes what a `document.Document` reads.

    `wanted` is {our name: text} with `perms` beside it; a later one replaces an earlier one. A
    text of None stands for the default. `urls` are the further files that the document lists.
    """

    def __init__(self):
        self.wanted = {}
        self.perms = {}
        self.urls = []
        self.refused = Listing()
        self.unknown = Listing()
        self.absent = Listing()
        self.notes = []
        self.settings = 0  # that the files have, keys among them
        self._left = _ALL
        self._rule = ""  # Snom's `dst`, which goes with utc_offset

    def setting(self, name, text, perm, line):
        """Take a setting of Snom's; ``perm`` as it is written there."""
        self.settings += 1
        if text is None:
            self.refuse(name, "line %d: its value cannot be read" % line)
            return
        if name == "dst":
            self._rule = text.strip()
            return
        try:
            self._take(names.translated(name, _tidied(text)), text, self._perm(perm, line))
            self.refused.drop(name)
        except names.Absent:
            self.absent.add(name)
        except names.Unknown:
            self.unknown.add(name)
        except Broken:
            raise
        except ValueError as error:
            self.refuse(name, "line %d: %s" % (line, error))

    def key(self, index, text, attributes, line):
        """Take a function key of Snom's."""
        self.settings += 1
        name = "fkey" + index[:5]
        if text is None:
            self.refuse(name, "line %d: its value cannot be read" % line)
            return
        try:
            found = names.key(index, _tidied(text), attributes)
            self._take(found, text, self._perm(attributes.get("perm"), line))
            self.refused.drop(name)
        except Broken:
            raise
        except ValueError as error:
            self.refuse(name, "line %d: %s" % (line, error))

    def file(self, url, line):
        """Take a further file of the list."""
        self.urls.append(url)

    def refuse(self, name, why):
        """Remember why something is not taken."""
        self.refused.add(name, why)

    def close(self):
        """All files are read: put together what takes more than one of their settings."""
        if self._rule and not self.wanted.get("timezone"):
            try:
                offset = int(self.wanted.get("utc_offset") or "0")
                self.wanted["timezone"] = names.summer(self._rule, offset)
                self.perms["timezone"] = self.perms.get("utc_offset", _PLAIN)
            except ValueError:
                self.refuse("dst", "it is no rule such as '3600 03.05.07 02:00:00 10.05.07 …'")

    def _perm(self, text, line):
        try:
            return parse_perm(text)
        except ValueError as error:
            if len(self.notes) < _NAMES:
                self.notes.append("line %d: %s; taken as none" % (line, error))
            return _PLAIN

    def _take(self, found, raw, perm):
        if not found:
            raise names.Absent
        for name in found:
            if not catalogue.pattern(name):
                self.absent.add(name)
                continue
            text, spec = found[name], catalogue.find(name)
            if spec.private:
                text = raw.strip()  # blanks within it belong to it
            self._left -= len(text)
            if self._left < 0:
                raise Broken("values of more than %d characters together" % _ALL)
            empty = not text and (spec.kind in _WITH_DEFAULT or not spec.default)
            self.wanted[name] = None if empty else text
            self.perms[name] = perm


def _tidied(text):
    """Return a text without white space at its ends, and single blanks within."""
    return " ".join(text.split())
