"""One GET as an asyncio client (RFC 9112): sent once, its answer read up to fixed bounds.

Whoever calls sets the deadline. A request that fails tells by `begun` whether the server may have
it: only where that is False may it be tried again.
"""

from base.compat import const, shut, wait_for_ms

_HEADER = const(16384)  # bytes of all lines up to the body, interim answers among them
_LINE = const(1024)  # bytes kept of one line
_BODY = const(8192)  # bytes of a body that are waited for
_PIECE = const(512)
_IDLE = const(1000)  # ms without a byte of the body until it counts as over


class Request:
    """A GET of `path` and what became of it.

    `status` is that of a whole answer, 0 without one; `location` and `challenges` are the texts
    of its headers.
    """

    begun = False  # it may have left: never try it again
    sent = False
    status = 0
    extra = ""  # header lines to add, each with its line end

    def __init__(self, secure, host, port, path):
        self.secure = secure
        self.host = host
        self.port = port
        self.path = path

    async def get(self, network, resolver, agent, tls=None):
        """Carry it out, once; OSError says why there is no answer.

        `agent` is the User-Agent, `tls` the context for https.
        """
        self.status = 0
        host = self.host
        found = await resolver.resolve(host)
        writer = None
        try:
            name = host if tls else None
            reader, writer = await network.connect(found[0], self.port, tls, name)
            if self.port != (443 if tls else 80):
                host = "%s:%d" % (host, self.port)
            head = "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\n%sConnection: close\r\n\r\n"
            head %= self.path, host, agent, self.extra
            writer.write(head.encode())  # raises where it was refused: nothing has left then
            self.begun = True
            await writer.drain()  # over TLS, the handshake too
            self.sent = True
            self.reader, self.rest, self.left = reader, b"", _HEADER
            await self._answer()
        finally:
            if not self.begun:
                found.append(found.pop(0))  # the next try takes the name's next address
            shut(writer)

    async def _line(self):
        """Return the next line without its end; its beginning when it is long."""
        line = b""
        while True:
            end = self.rest.find(b"\n")
            if end >= 0:
                line += self.rest[:end]
                self.rest = self.rest[end + 1 :]
                return line[:_LINE].rstrip(b"\r")
            line = (line + self.rest)[:_LINE]
            self.rest = await self.reader.read(_PIECE)
            self.left -= len(self.rest)
            if not self.rest or self.left < 0:
                raise OSError("endless header" if self.rest else "closed before its answer's end")

    async def _answer(self):
        length = await self.head()
        if self.status == 204 or 300 <= self.status < 400 or self.status == 401:
            return  # nobody waits for what a server says beside a challenge
        # the body is read away, so that a script which still writes is not cut off
        left = _BODY if length < 0 else min(length, _BODY)
        data, tail = self.rest, b""
        while True:
            left -= len(data)
            tail = (tail + data)[-5:]
            if left <= 0 or (length < 0 and tail == b"0\r\n\r\n"):  # the last chunk
                return
            data = await wait_for_ms(self.reader.read(_PIECE), _IDLE)
            if not data:
                return

    async def head(self):
        """Read an answer up to its body; return the body's length in bytes, -1 for an unknown."""
        status = 0
        while status < 200:
            line = await self._line()
            status = int(line[9:12]) if line[9:12].isdigit() else 0
            if line[:5] != b"HTTP/" or status < 100:
                raise OSError("no HTTP answer")
            length = -1
            self.location = ""
            self.challenges = []
            while line:
                line = await self._line()
                name, _, value = line.partition(b":")
                name = name.lower()
                if name == b"content-length":
                    value = value.strip()
                    length = int(value[:9]) if value.isdigit() else -1
                elif name == b"location":
                    self.location = value.strip()
                elif name == b"www-authenticate" and len(self.challenges) < 4:
                    self.challenges.append(value.strip())
        self.status = status
        return length
