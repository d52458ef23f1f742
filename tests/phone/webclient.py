"""A client of a phone's web side: Digest, JSON, and bytes as they are."""

import json
import socket
import urllib.error
import urllib.request


class WebClient:
    """Asks the phone at `port` as somebody with a password."""

    def __init__(self, port, password="geheim", user="admin"):
        self.port = port
        self.url = f"http://127.0.0.1:{port}/"
        self._login = user, password

    def _opener(self):
        """Return one of its own: urllib counts refusals of any kind as wrong passwords."""
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, self.url, *self._login)
        return urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))

    def ask(self, path, body=None, **headers):
        """Return (status, JSON or bytes) of a GET, or of a POST with `body`."""
        data = None if body is None else body.encode()
        headers = {"X-Offhook": "1", **{x.replace("_", "-"): y for x, y in headers.items()}}
        request = urllib.request.Request(self.url + path, data, headers)
        try:
            with self._opener().open(request, timeout=20) as answer:
                status, raw, kind = answer.status, answer.read(), answer.headers["Content-Type"]
        except urllib.error.HTTPError as error:
            status, raw, kind = error.code, error.read(), error.headers["Content-Type"]
        return status, json.loads(raw) if raw and kind.startswith("application/json") else raw

    def connect(self):
        """Return a socket that is connected."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)
