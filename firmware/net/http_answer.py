"""An HTTP answer (RFC 9112) read from a stream, up to fixed bounds."""

import asyncio

from base.compat import const
from base.timers import Deadline

_HEADER = const(16384)  # bytes of all lines up to the body, interim answers among them
_LINE = const(1024)  # bytes kept of one line
_PIECE = const(512)
_IDLE = const(1000)  # ms without a byte of the body until it counts as over
_CHALLENGES = const(4)


class Answer:
    """What a server answers: `head` reads its head, `body` what follows.

    `status` is 0 until the whole head is here; `length` is the body's in bytes, None where only
    the end of the connection tells. `location` and `challenges` are the bytes of their headers;
    `stays` is True where the server says that it keeps the connection, `keep` for how many
    seconds. `whole`
    is True once the body was read to its end, so that the connection may serve again.
    """

    def __init__(self, reader, timers):
        self._reader = reader
        self._timers = timers
        self._rest = b""
        self._left = _HEADER
        self._chunked = False
        self.status = 0
        self.length = None
        self.location = b""
        self.challenges = []
        self.closes = True
        self.stays = False
        self.keep = None
        self.whole = False
        self.empty = True  # not a byte has come

    async def head(self):
        """Read up to the body, interim answers passed over; OSError where that is no answer."""
        status = 0
        while status < 200:
            line = await self._line()
            status = int(line[9:12]) if line[9:12].isdigit() else 0
            if line[:5] != b"HTTP/" or status < 100:
                raise OSError("no HTTP answer")
            self.closes = line[5:8] != b"1.1"
            self.length, self.location, self.challenges = None, b"", []
            self._chunked = self.stays = False
            while line:
                line = await self._line()
                name, _, value = line.partition(b":")
                take = _HEADERS.get(bytes(name).lower())
                if take:
                    take(self, value.strip())
        if status in (204, 304):
            self.length = 0
        self.status = status

    async def _more(self):
        data = await self._reader.read(_PIECE)
        if data:
            self.empty = False
        return data

    async def _line(self):
        """Return the next line without its end; its beginning when it is long."""
        line = b""
        while True:
            end = self._rest.find(b"\n")
            if end >= 0:
                line += self._rest[:end]
                self._rest = self._rest[end + 1 :]
                return line[:_LINE].rstrip(b"\r")
            line = (line + self._rest)[:_LINE]
            self._rest = await self._more()
            self._left -= len(self._rest)
            if not self._rest or self._left < 0:
                raise OSError("endless header" if self._rest else "closed before its answer's end")

    def bounded(self):
        """Return True when the body ends without the end of the connection."""
        return self._chunked or self.length is not None

    async def body(self, limit, sink=None):
        """Read the body, `limit` bytes at the most, and give each piece to ``sink(data)``.

        Return True when it came to its end. A server that pauses for more than a second is not
        waited for where nobody wants what it says; with a sink, the caller's deadline counts.
        """
        complete = False
        try:
            if self._chunked:
                complete = await self._chunks(limit, sink)
            elif self.length is None:
                return await self._take(limit + 1, sink) <= limit
            else:
                complete = await self._take(min(self.length, limit), sink) == self.length
        except asyncio.TimeoutError:  # of a pause
            pass
        self.whole = complete and not self._rest  # that would be what nobody asked for
        return complete

    async def _take(self, size, sink):
        """Read `size` bytes of the body; return how many there were."""
        count = 0
        while count < size:
            data = self._rest or await self._piece(sink)
            if not data:
                break
            data, self._rest = data[: size - count], data[size - count :]
            count += len(data)
            if sink:
                sink(data)
        return count

    async def _piece(self, sink):
        if sink:
            return await self._more()
        with Deadline(self._timers, _IDLE):
            return await self._more()

    async def _chunks(self, limit, sink):
        """Read a chunked body; return True when its last chunk has come within `limit`."""
        self._left = _HEADER  # for the lines between the chunks
        while True:
            with Deadline(self._timers, _IDLE):
                line = await self._line()
            try:
                size = _size(line.partition(b";")[0].strip())
            except ValueError:
                raise OSError("no chunk")
            if not size:
                break
            if size > limit or await self._take(size, sink) < size:
                return False
            limit -= size
            with Deadline(self._timers, _IDLE):
                await self._line()
        while line:  # trailers
            with Deadline(self._timers, _IDLE):
                line = await self._line()
        return True


def _size(digits):
    """Return the bytes of a chunk: hex digits and nothing else (RFC 9112 section 7.1)."""
    if not digits or digits.strip(b"0123456789abcdefABCDEF"):
        raise ValueError
    return int(digits.decode(), 16)


def _length(answer, value):
    answer.length = int(value[:9]) if value.isdigit() else None


def _encoding(answer, value):
    answer._chunked = value.lower().endswith(b"chunked")


def _connection(answer, value):
    answer.stays = value.lower() == b"keep-alive"
    answer.closes = b"close" in value.lower() or (answer.closes and not answer.stays)


def _keep(answer, value):
    seconds = value.lower().partition(b"timeout=")[2].partition(b",")[0].strip()
    answer.stays = True
    answer.keep = int(seconds[:6]) if seconds.isdigit() else None


def _location(answer, value):
    answer.location = value


def _challenge(answer, value):
    if len(answer.challenges) < _CHALLENGES:
        answer.challenges.append(value)


_HEADERS = {
    b"content-length": _length,
    b"transfer-encoding": _encoding,
    b"connection": _connection,
    b"keep-alive": _keep,
    b"location": _location,
    b"www-authenticate": _challenge,
}
