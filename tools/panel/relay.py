"""Stands between the two phones, so that their SIP messages can be looked at.

It hands each datagram on to the other phone, and puts itself into the route of the dialogs
(RFC 3261 section 16.6, step 4), no more of a proxy than that.
"""

import contextlib
import re
import socket
import threading

_MOST = 500  # messages that are kept
_ROUTED = (b"INVITE ", b"SUBSCRIBE ", b"REFER ")


class Relay:
    """Relays between `phones`, {name: port}; ``told(name, text)`` is told of each message."""

    def __init__(self, told):
        self._told = told
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.phones = {}

    def start(self):
        """Relay from now on."""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                data, source = self._socket.recvfrom(65536)
                names = [x for x, port in self.phones.items() if port == source[1]]
                others = [x for x in self.phones if x not in names]
                if names and len(others) == 1 and data.strip():
                    self._told(names[0], data.decode(errors="replace"))
                    way = ("127.0.0.1", self.phones[others[0]])
                    self._socket.sendto(self._routed(data), way)

    def _routed(self, data):
        """Return the request with our Record-Route, or without our Route."""
        own = b"<sip:127.0.0.1:%d;lr>" % self.port
        line, end, rest = data.partition(b"\r\n")
        if not line.startswith(b"SIP/2.0"):
            rest = re.sub(rb"(?im)^route: *" + re.escape(own) + rb"\r\n", b"", rest, count=1)
        if line.startswith(_ROUTED) and b";tag=" not in _header(rest, b"to"):
            rest = b"Record-Route: " + own + b"\r\n" + rest
        return line + end + rest

    def stop(self):
        """Relay no more."""
        self._socket.close()


def _header(rest, name):
    found = re.search(rb"(?im)^" + name + rb":([^\r]*)", rest)
    return found[1] if found else b""
