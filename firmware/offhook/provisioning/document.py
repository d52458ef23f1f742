"""What stands where in a file of Snom's: settings, function keys, further files, and the rest.

<settings> holds sections, and each of them may be a file of its own. ``<phone-settings>`` has an
element for each setting, ``idx`` is its number; ``<functionKeys>`` has <fkey> elements;
``<setting-files>`` lists further files; the others are counted only.
"""

from base.compat import const
from offhook.provisioning import json_text, plain_text, xml
from offhook.provisioning.broken import Broken

_SETTINGS = ("phone-settings",)
_KEYS = ("functionKeys", "function-keys")
_FILES = ("setting-files",)
_COUNTED = (
    "tbook",
    "phone-book",
    "dialplan",
    "ReplacementPlan",
    "uploads",
    "certificates",
    "gui-languages",
    "web-languages",
    "speeddial",
)
_OPEN = ("settings",) + _SETTINGS + _KEYS + _FILES + _COUNTED
_ROOTS = ", ".join(("settings",) + _SETTINGS + _KEYS[:1] + _FILES)
_BEGIN = const(256)  # bytes by which one can tell the form
_SPACE = b" \t\r\n\xef\xbb\xbf"


class Document:
    """One file in whatever form: `feed` its bytes, then `close`; `Broken` refuses it whole.

    `take` hears ``setting(name, text, perm, line)``, ``key(index, text, attributes, line)``,
    ``file(url, line)`` and ``refuse(name, why)``. `text` is None for what cannot be read, `perm`
    None where there is none, `index` a text. `others` is {name: entries} of the other sections,
    `notes` what was odd; `bytes` counts.
    """

    def __init__(self, take):
        self.take = take
        self.others = {}
        self.bytes = 0
        self._reader = None
        self._head = b""
        self._line = 1
        self._comment = False

    @property
    def notes(self):
        """Sentences on what was odd, with their lines."""
        return self._reader.notes if self._reader else []

    def feed(self, data):
        """Read on."""
        data = bytes(data)
        self.bytes += len(data)
        if self._reader:
            self._reader.feed(data)
            return
        self._head += data
        while not self._reader and self._begin():
            pass

    def close(self):
        """The file is over."""
        if not self._reader:
            self._head += b"\n" * _BEGIN  # so that the form can be told, whatever there is
            while not self._reader and self._begin():
                pass
        if not self._reader:
            raise Broken("the file is empty, or ends within a comment")
        self._reader.close()

    # -- the form -----------------------------------------------------------------------------

    def _drop(self, count):
        self._line += self._head[:count].count(b"\n")
        self._head = self._head[count:]

    def _begin(self):
        """Pass over what stands before the form; return True where there may be more of that."""
        head = self._head
        if self._comment:
            end = head.find(b"-->")
            self._comment = end < 0
            self._drop(end + 3 if end >= 0 else max(len(head) - 2, 0))
            return end >= 0
        self._drop(len(head) - len(head.lstrip(_SPACE)))
        head = self._head
        if head[:4] == b"<!--":
            self._comment = True
            self._drop(4)
            return True
        if len(head) >= _BEGIN or (head and (head[:1] != b"<" or b">" in head)):
            self._choose(head.lower())
        return False

    def _choose(self, head):
        take, line = self.take, self._line
        if head[:2] == b"\x1f\x8b" or b"\0" in head[:4] or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise Broken("compressed, or no UTF-8: neither is read")
        if head[:1] == b"{":
            self._reader = json_text.Reader(take.setting)
        elif head[:5] in (b"<html", b"<pre>"):
            self._reader = plain_text.Reader(take.setting, True, line)
        elif head[:1] == b"<":
            self._reader = xml.Reader(self._opened, self._closed, _OPEN, line)
        else:
            self._reader = plain_text.Reader(take.setting, False, line)
        head, self._head = self._head, b""
        self._reader.feed(head)

    # -- Snom's XML ---------------------------------------------------------------------------

    def _opened(self, element, parents):
        if not parents and element.name not in _OPEN:
            raise Broken("<%s> holds no settings; it takes %s" % (element.name[:20], _ROOTS))

    def _closed(self, element, parents, text):
        name = element.name
        if name in _OPEN and (not parents or parents[-1].name in _OPEN):
            if name in _COUNTED:
                self.others[name] = self.others.get(name, 0) + element.children
            return
        section = parents[-1].name
        if section in _SETTINGS:
            self._setting(element, text)
        elif section in _KEYS and name == "fkey":
            self._key(element, text)
        elif section in _FILES and name == "file":
            url = element.attributes.get("url")
            self.take.file((text or "" if url is None else url).strip(), element.line)
        elif section not in _COUNTED and not any(x.name in _COUNTED for x in parents):
            self.take.refuse(name, "line %d: it stands within <%s>" % (element.line, section))

    def _setting(self, element, text):
        name, index = element.name, element.attributes.get("idx", "").strip()
        if index.isdigit() and len(index) < 6:
            name += str(int(index))
        elif index:
            self.take.refuse(name, "line %d: idx '%s' is no number" % (element.line, index[:12]))
            return
        if element.children:
            self.take.refuse(name, "line %d: it holds elements, and no value" % element.line)
            return
        self.take.setting(name, text, element.attributes.get("perm"), element.line)

    def _key(self, element, text):
        if element.children:
            self.take.refuse("fkey", "line %d: it holds elements" % element.line)
            return
        index = element.attributes.get("idx", "").strip()
        self.take.key(index, text, element.attributes, element.line)
