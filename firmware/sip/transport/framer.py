"""Messages cut out of a stream (RFC 3261 section 18.3), keep-alives counted (RFC 5626 4.4.1)."""


class Framer:
    """Cuts a stream into messages by their Content-Length (RFC 3261 section 18.3)."""

    pings = pongs = 0  # keep-alives so far

    def __init__(self, largest):
        self.largest = largest
        self.data = b""
        self.size = 0  # bytes of the message that has begun, 0 while that is not known

    def feed(self, data):
        """Return the messages that are whole now; ValueError where no end can be found."""
        self.data += data
        found = []
        while self.data:
            if self.data[:4] == b"\r\n\r\n":
                self.pings += 1
                self.data = self.data[4:]
            elif self.data[:3] == b"\r\n\r" and len(self.data) == 3 or self.data == b"\r":
                break
            elif self.data[:2] == b"\r\n":
                self.pongs += 1
                self.data = self.data[2:]
            else:
                size = self._whole()
                if size > self.largest:
                    raise ValueError("message too large")
                if not self.size or size > len(self.data):
                    break
                found.append(self.data[:size])
                self.data, self.size = self.data[size:], 0
        return found

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
        colon = line.find(b":")
        if colon > 0 and line[:colon].strip().lower() in (b"content-length", b"l"):
            value = line[colon + 1 :].strip()
            if not value.isdigit() or len(value) > 9 or size not in (None, int(value)):
                raise ValueError("Content-Length")
            size = int(value)
    return size or 0
