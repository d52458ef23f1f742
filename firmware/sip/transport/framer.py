"""Messages cut out of a stream (RFC 3261 section 18.3), keep-alives counted (RFC 5626 4.4.1)."""

from base.compat import const

_MOST = const(65536)  # bytes of a message that are passed over; a longer one ends the connection
_LINE = const(128)  # bytes of a header line that are looked at where it is only passed over


class Framer:
    """Cuts a stream into messages by their Content-Length (RFC 3261 section 18.3).

    A message of more than `largest` bytes costs nobody the connection, for it may be somebody
    else's who calls by it: what is handed on are its first `largest` bytes, which are refused as
    those of a datagram are; the others are passed over.
    """

    pings = pongs = 0  # keep-alives so far

    def __init__(self, largest):
        self.largest = largest
        self.data = b""
        self.size = 0  # bytes of the message that has begun, 0 while that is not known
        self.left = 0  # bytes that are passed over
        self.skimmed = 0  # bytes of headers that were passed over so far, 0 where that is not so
        self._length = None  # what these have told

    def feed(self, data):
        """Return the messages that are whole now; ValueError where no end can be found."""
        self.data += data
        found = []
        while self.data:
            if self.left:
                passed = min(self.left, len(self.data))
                self.data, self.left = self.data[passed:], self.left - passed
            elif self.skimmed:
                if not self._skim():
                    break
            elif self.data[:4] == b"\r\n\r\n":
                self.pings += 1
                self.data = self.data[4:]
            elif self.data[:3] == b"\r\n\r" and len(self.data) == 3 or self.data == b"\r":
                break
            elif self.data[:2] == b"\r\n":
                self.pongs += 1
                self.data = self.data[2:]
            else:
                message = self._next()
                if message is None:
                    break
                found.append(message)
        return found

    def _next(self):
        """Return the message at the beginning, or the first part of one that is too large; None
        while more is to come.
        """
        size, largest = self._whole(), self.largest
        if size <= largest:
            if not self.size or size > len(self.data):
                return None
        elif size > _MOST:
            raise ValueError("message too large")
        elif not self.size:
            return self._endless()
        elif len(self.data) < largest:
            return None
        message = self.data[: min(size, largest)]
        self.data, self.left, self.size = self.data[len(message) :], size - len(message), 0
        return message

    def _endless(self):
        """Return as much of a message as is read of it, whose headers do not end there."""
        end = self.data.rfind(b"\r\n", 0, self.largest - 4)
        if end < 0:
            raise ValueError("no header line")
        message = self.data[:end] + b"\r\n\r\n"
        self.skimmed, self._length = 1, None
        return message + bytes(self.largest - len(message))

    def _skim(self):
        """Pass over headers, for the Content-Length in them; return whether they have ended."""
        lines = self.data.split(b"\r\n")
        for index in range(len(lines) - 1):
            line = lines[index]
            self.skimmed += len(line) + 2
            if not line:
                self.data = b"\r\n".join(lines[index + 1 :])
                self.left, self.skimmed = self._length or 0, 0
                return True
            self._length = _told(line, self._length)
        last = lines[-1]
        if len(last) > _LINE:  # its end may be half a line end
            self.skimmed += len(last) - _LINE
            last = last[: _LINE - 1] + last[-1:]
        self.data = last
        if self.skimmed > _MOST:
            raise ValueError("message too large")
        return False

    def _whole(self):
        """Return the size of the message at the beginning, as far as it is known.

        Its headers are read once, however small the pieces are in which its body comes.
        """
        if not self.size:
            end = self.data.find(b"\r\n\r\n") + 4
            if end < 4:
                return len(self.data)
            self.size = end + _length(self.data[:end])
        return self.size


def _length(head):
    """Return the Content-Length that the bytes of a message's headers tell, 0 without one."""
    size = None
    head = head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
    for line in head.split(b"\r\n"):
        size = _told(line, size)
    return size or 0


def _told(line, size):
    """Return the Content-Length that a header line tells, else `size`, which one before has told.

    ValueError for one that is none, and for two that differ.
    """
    colon = line.find(b":")
    if colon > 0 and line[:colon].strip().lower() in (b"content-length", b"l"):
        value = line[colon + 1 :].strip()
        if not value.isdigit() or len(value) > 9 or size not in (None, int(value)):
            raise ValueError("Content-Length")
        return int(value)
    return size
