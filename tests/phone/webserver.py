"""A web server of many faces for the phone's tests: raw sockets, a thread for each connection.

It listens on 127.0.0.2, because 127.0.0.1 means the phone itself. What a face does with a request
is a function of (head, connection); each request is kept, in the order of arrival.
"""

import contextlib
import socket
import ssl
import threading
import time

HOST = "127.0.0.2"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def ok(_, connection):
    """Answer 200."""
    connection.sendall(OK)


def hang(_, connection):
    """Say nothing until the other side leaves."""
    connection.recv(1)


def trickle(_, connection):
    """Send a byte a tenth of a second, for ever."""
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"y" * 1000:
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def endless_header(_, connection):
    """Send header lines without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Header: " + b"y" * 90 + b"\r\n")


def endless_body(_, connection):
    """Send a body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        connection.sendall(b"z" * 1000)


def vanish(_, connection):
    """Close in the middle of the answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nConte")


def reset(_, connection):
    """Reset the connection instead of answering."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def junk(_, connection):
    """Answer something that is no HTTP."""
    connection.sendall(b"220 mail.example ESMTP\r\n")


def missing(_, connection):
    """Answer 404."""
    connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def stay(_, connection):
    """Answer 200 and say that the connection stays."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok")


class WebServer:
    """Listens at once; `face` may be changed while it runs. With `tls`, a server-side context.

    With `keep`, a connection serves until its other side leaves.
    """

    def __init__(self, face=ok, tls=None, port=0, keep=False):
        self.face = face
        self.keep = keep
        self.connections = 0
        self.heads = []
        self._open = []
        self.left = 0  # connections that are over
        self.errors = []
        self._changed = threading.Condition()
        self._tls = tls
        self._listener = socket.create_server((HOST, port), backlog=50)
        self.port = self._listener.getsockname()[1]
        self.url = "%s://%s:%d" % ("https" if tls else "http", HOST, self.port)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            connection.settimeout(30)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with self._changed:
                self.connections += 1
                self._open.append(connection)
                self._changed.notify_all()
            while self._request(connection) and self.keep:
                pass
        except (OSError, ssl.SSLError) as error:
            self.errors.append(error)
        finally:
            connection.close()
            with self._changed:
                self.left += 1
                self._changed.notify_all()

    def _request(self, connection):
        """Serve one request; return False where the other side has left."""
        head = b""
        while b"\r\n\r\n" not in head:
            data = connection.recv(1000)
            if not data:
                return False
            head += data
        with self._changed:
            self.heads.append(head.decode())
            self._changed.notify_all()
        self.face(head.decode(), connection)
        return True

    def connected(self, count, seconds=20):
        """Wait until there were `count` connections."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.connections >= count, seconds)

    def cut(self):
        """Close the connections that there are."""
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def paths(self):
        """Return the paths asked for, in their order."""
        return [head.split(" ")[1] for head in self.heads]

    def wait(self, count, seconds=20):
        """Wait until `count` requests have come; return their paths."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.heads) >= count, seconds)
        assert len(self.heads) >= count, self.paths()
        return self.paths()

    def close(self):
        """Stop listening: connections are refused from here on."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
