"""A request (RFC 9112) read from a stream: strictly, and never more of it than its bounds.

What is wrong with it is a `Bad` with the status that it deserves; what follows on the connection
cannot be told then, so it is closed.
"""

from base.compat import const
from base.printable import has_controls
from net.url import decoded

_PIECE = const(512)  # bytes asked of the stream at once
_LINE = const(4096)  # bytes of the request line: a command with an Action URL in it is long
_HEAD = const(8192)  # bytes of request line and header
_LINES = const(64)  # of the header
_BODY = const(16384)  # bytes, where whoever wants the body says nothing else
_LONGEST = const(9)  # digits of a length: more would be no length
_TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789-_!#$%&'*+.^`|~"  # a header's name, in lower case
_ONCE = ("host", "content-length", "authorization", "origin", "content-type", "expect")


class Bad(Exception):
    """A request that is refused before anybody looks at what it wants."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


class Request:
    """One request.

    `method`, `target` (as it was written), `path` (its %XX decoded) and `query` (as written);
    `headers` {name in lower case: value}; `peer` is the address that it came from; `stays` is True
    where the connection may serve another request.
    """

    def __init__(self, method, target, version, headers, peer):
        self.method = method
        self.target = target
        self.headers = headers
        self.peer = peer
        path, _, self.query = target.partition("?")
        self.path = decoded(path)
        wish = headers.get("connection", "").lower()
        self.stays = "close" not in wish if version == "HTTP/1.1" else "keep-alive" in wish
        self.length = _length(headers)
        self.left = self.length  # bytes of the body that were not read yet


class Reader:
    """Reads requests from `stream`, one after the other; `peer` is the other side's address."""

    def __init__(self, stream, peer):
        self._stream = stream
        self._peer = peer
        self._rest = b""

    async def wait(self):
        """Wait for the next request's first bytes; False at the connection's end."""
        while True:
            self._rest = self._rest.lstrip(b"\r\n")
            if self._rest:
                return True
            self._rest = await self._stream.read(_PIECE)
            if not self._rest:
                return False

    async def head(self):
        """Read up to the body; return the `Request`. `Bad` for none, EOFError at the end."""
        data = self._rest
        while True:
            end = data.find(b"\r\n\r\n")
            if end >= 0:
                break
            line = data.find(b"\n", 0, _LINE + 2)
            if line < 0 and len(data) > _LINE + 1:
                raise Bad(414)
            if line >= 0 and data[line - 1 : line] != b"\r":
                raise Bad(400)  # its end would not come, as such lines have no CRLF
            if len(data) > _HEAD:
                raise Bad(431)
            more = await self._stream.read(_PIECE)
            if not more:
                raise EOFError
            data += more
        if data.find(b"\r\n", 0, _LINE + 2) < 0:
            raise Bad(414)
        if end > _HEAD:
            raise Bad(431)
        self._rest = data[end + 4 :]
        return _parsed(data[:end], self._peer)

    async def body(self, request, limit=_BODY):
        """Return the body as bytes; `Bad` when it is longer than `limit` bytes."""
        if request.length > limit:
            raise Bad(413)
        data = bytearray()
        await self.pieces(request, data.extend, limit)
        return bytes(data)

    async def pieces(self, request, sink, limit):
        """Give the body to ``sink(piece)``; `Bad` for a longer one, EOFError for a short one."""
        if request.length > limit:
            raise Bad(413)
        while request.left:
            data = self._rest or await self._stream.read(min(_PIECE, request.left))
            if not data:
                raise EOFError
            self._rest = data[request.left :]
            data = data[: request.left]
            request.left -= len(data)
            sink(data)

    async def discard(self, most):
        """Read on to the connection's end, `most` bytes at the most."""
        while most > 0:
            data = await self._stream.read(_PIECE)
            if not data:
                return
            most -= len(data)


def _parsed(head, peer):
    try:
        lines = head.decode().split("\r\n")
    except UnicodeError:
        raise Bad(400)
    if has_controls(head.replace(b"\r\n", b"").replace(b"\t", b" ")):
        raise Bad(400)
    words = lines[0].split(" ")
    if len(words) != 3 or not words[0].isalpha():
        raise Bad(400)
    method, target, version = words
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise Bad(505 if version[:5] == "HTTP/" else 400)
    if len(lines) > _LINES:
        raise Bad(431)
    headers = _headers(lines[1:])
    if target[:7].lower() == "http://":  # the absolute form, which every server takes
        headers["host"], slash, way = target[7:].partition("/")
        target = slash + way
    if target[:1] != "/" or "#" in target:
        raise Bad(400)
    if version == "HTTP/1.1" and not headers.get("host"):
        raise Bad(400)
    return Request(method, target, version, headers, peer)


def _headers(lines):
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or any(c not in _TOKEN for c in name):
            raise Bad(400)  # a folded line among them
        if name in headers and name in _ONCE:
            raise Bad(400)
        headers[name] = value.strip()
    return headers


def _length(headers):
    """Return the bytes of the body."""
    text = headers.get("content-length")
    if "transfer-encoding" in headers:
        raise Bad(400 if text is not None else 501)
    if text is None:
        return 0
    if not text or any(c not in "0123456789" for c in text):
        raise Bad(400)
    if len(text) > _LONGEST:
        raise Bad(413)
    return int(text)
