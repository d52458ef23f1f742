"""The pages' own files: gzipped beside this module on the flash, or frozen with the software.

In the sources they are plain, and so they are served from there. Only the names of `TYPES` are
ever looked for.
"""

from binascii import crc32

from base.compat import const

try:
    from frozen_files import FILES as _FROZEN  # {place: bytes}
except ImportError:
    _FROZEN = {}

_PIECE = const(1024)  # bytes read from the flash at once
_PLACE = "web/pages/"
_FOLDER = __file__.rpartition("/")[0] + "/pages/"

TYPES = {
    "index.html": "text/html; charset=utf-8",
    "app.js": "text/javascript; charset=utf-8",
    "pages.js": "text/javascript; charset=utf-8",
    "text.js": "text/javascript; charset=utf-8",
    "help_de.js": "text/javascript; charset=utf-8",
    "first.js": "text/javascript; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
}
_known = {}  # name -> its `File`


class File:
    """One file: `size` in bytes, `mark` for If-None-Match, `packed` where it is gzipped."""

    def __init__(self, name, packed):
        self._name = name + (".gz" if packed else "")
        self.packed = packed
        self.kind = TYPES[name]
        self.size = check = 0
        for piece in self.pieces():
            self.size += len(piece)
            check = crc32(piece, check)
        self.mark = '"%08x"' % (check & 0xFFFFFFFF)

    def pieces(self):
        """Yield its bytes."""
        frozen = _FROZEN.get(_PLACE + self._name)
        if frozen is not None:
            view = memoryview(frozen)
            for start in range(0, len(frozen), _PIECE):
                yield view[start : start + _PIECE]
            return
        with open(_FOLDER + self._name, "rb") as file:
            while True:
                piece = file.read(_PIECE)
                if not piece:
                    return
                yield piece


def find(name):
    """Return the `File` of a name, None where there is none."""
    if name not in TYPES:
        return None
    if name not in _known:
        _known[name] = _look(name)
    return _known[name]


def _look(name):
    for packed in (True, False):
        try:
            return File(name, packed)
        except OSError:
            pass
    return None


async def send(found, request, answer):
    """Answer a request with the `File` that was found, or with the news that it is the same."""
    more = ["ETag: " + found.mark]
    if request.headers.get("if-none-match") == found.mark:
        await answer.send(304, more=more, cache="no-cache")
        return
    if found.packed:
        more.append("Content-Encoding: gzip")
    await answer.file(found.size, found.pieces, found.kind, more, "no-cache")
