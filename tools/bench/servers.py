"""Web servers on loopback, good and bad."""

import contextlib
import socket
import threading
import time

_GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Server:
    """A web server that is `kind`: good, hangs, trickles or endless."""

    def __init__(self, kind):
        self.kind = kind
        self._held = []
        self._socket = socket.create_server(("127.0.0.2", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection = self._socket.accept()[0]
                self._held.append(connection)
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()

    def _one(self, connection):
        with contextlib.suppress(OSError):
            connection.recv(4096)
            if self.kind == "good":
                connection.sendall(_GOOD)
                connection.close()
            elif self.kind == "trickles":
                for byte in _GOOD:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.5)
            elif self.kind == "endless":
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while True:
                    connection.sendall(b"X-More: " + b"x" * 200 + b"\r\n")

    def close(self):
        """Close it and its connections."""
        for each in (self._socket, *self._held):
            each.close()
