"""A `Pbx` that is reached by TLS only; all goes by the connection that the phone has opened."""

import socket
import ssl
import threading

from tests.phone.pbx import Pbx


class _Line:
    """What `Peer` takes for its socket: it sends by the connection that came last."""

    def __init__(self, ip):
        self.listener = socket.create_server((ip, 0))
        self.connection = None

    def getsockname(self):
        """Return (ip, port)."""
        return self.listener.getsockname()

    def sendto(self, data, _):
        """Send to the phone."""
        if self.connection is None:
            raise OSError("no connection")
        self.connection.sendall(data)

    def close(self):
        """Stop listening."""
        self.listener.close()
        if self.connection:
            self.connection.close()


class TlsPbx(Pbx):
    """A registrar with the TLS context `context`; `failed` are handshakes that came to nothing."""

    protocol = "TLS"

    def __init__(self, context, **options):
        self.context, self.failed = context, []
        super().__init__(**options)

    def _open(self):
        return _Line(self.ip)

    def _serve(self):
        while True:
            try:
                plain, source = self.socket.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(plain, source), daemon=True).start()

    def _talk(self, plain, source):
        try:
            connection = self.context.wrap_socket(plain, server_side=True)
        except (ssl.SSLError, OSError) as error:
            self.failed.append(error)
            return
        self.socket.connection, data = connection, b""
        try:
            while more := connection.recv(4096):
                data += more
                while b"\r\n\r\n" in data:
                    head, _, rest = data.lstrip(b"\r\n").partition(b"\r\n\r\n")
                    size = _length(head)
                    if len(rest) < size:
                        break
                    data = rest[size:]
                    if head:
                        self.take(head + b"\r\n\r\n" + rest[:size], source)
        except (ssl.SSLError, OSError):
            pass  # the phone has gone


def _length(head):
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0
