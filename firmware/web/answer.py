"""Answers (RFC 9112): each with the security headers, whatever its status is.

The policy allows the phone's own files only and no script within a page, so that nothing that a
caller sends can run, wherever it is shown.
"""

import json

from base.compat import const

_PIECE = const(1024)  # bytes written before the loop may turn to something else
_REASONS = {
    100: "Continue",
    200: "OK",
    302: "Found",
    303: "See Other",
    304: "Not Modified",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    413: "Content Too Large",
    414: "URI Too Long",
    421: "Misdirected Request",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}
_SECURITY = (
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
)
TEXT = "text/plain; charset=utf-8"
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
EVENTS = "text/event-stream; charset=utf-8"


def head(status, kind=TEXT, length=None, stays=False, more=(), cache="no-store"):
    """Return the bytes of a head; `more` are header lines, `length` None for a stream."""
    lines = ["HTTP/1.1 %d %s" % (status, _REASONS.get(status, "Error"))]
    if status != 304:
        lines.append("Content-Type: " + kind)
    if length is not None:
        lines.append("Content-Length: %d" % length)
    lines.append("Cache-Control: " + cache)
    lines.append("Connection: " + ("keep-alive" if stays else "close"))
    for line in more:
        if "\r" in line or "\n" in line:
            raise ValueError("a header has one line")
        lines.append(line)
    return ("\r\n".join(lines) + "\r\n" + _SECURITY + "\r\n").encode()


def _nothing():
    """Stand for what is called where nobody waits for it."""


class Answer:
    """The answer to `request` on `writer`; it is sent once. `request` is None where it was bad."""

    def __init__(self, writer, request=None):
        self._writer = writer
        self._request = request
        self.status = 0  # of what was sent
        self.endless = _nothing  # lifts the deadline, for a stream
        self.wanted = _nothing  # says that it is for somebody who may ask: the place stays theirs
        self.stays = request is not None and request.stays

    async def send(self, status, body=b"", kind=TEXT, more=(), cache="no-store"):
        """Send a whole answer; `body` is bytes, or a text."""
        if isinstance(body, str):
            body = body.encode()
        await self._begin(head(status, kind, len(body), self.stays, more, cache), status)
        if self._bare():
            return
        view = memoryview(body)
        for start in range(0, len(body), _PIECE):
            self._writer.write(view[start : start + _PIECE])
            await self._writer.drain()

    async def json(self, value, status=200, more=()):
        """Send `value` as JSON."""
        await self.send(status, json.dumps(value), JSON, more)

    async def refuse(self, status, text, more=()):
        """Send a refusal: as JSON to whoever asked the interface, else as a text."""
        if self._request is not None and self._request.path[:5] == "/api/":
            await self.json({"error": text}, status, more)
        else:
            await self.send(status, text + "\n", TEXT, more)

    async def file(self, size, pieces, kind, more, cache):
        """Send `size` bytes, as ``pieces()`` gives them."""
        await self._begin(head(200, kind, size, self.stays, more, cache), 200)
        if self._bare():
            return
        for piece in pieces():
            self._writer.write(piece)
            await self._writer.drain()

    async def stream(self, kind):
        """Begin an answer without end; `write` goes on."""
        self.stays = False
        await self._begin(head(200, kind), 200)

    async def write(self, text):
        """Send a piece of a stream."""
        self._writer.write(text.encode())
        await self._writer.drain()

    async def go_on(self):
        """Tell the client to send its body (RFC 9110 section 10.1.1)."""
        self._writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await self._writer.drain()

    async def _begin(self, data, status):
        self.status = status
        self._writer.write(data)
        await self._writer.drain()

    def _bare(self):
        return self._request is not None and self._request.method == "HEAD"
