"""The panel's server on loopback: its own files, the phones' pages, what went on, the switches."""

import collections
import contextlib
import http.server
import json
import pathlib
import threading
import urllib.error
import urllib.request

from tools.control import Refused

_HERE = pathlib.Path(__file__).parent
_TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_FILES = {"/": "panel.html", "/panel.js": "panel.js", "/panel.css": "panel.css"}
_PASSED_ON = ("Content-Type", "Content-Encoding", "Retry-After", "ETag")
_KEPT = 300
_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'self'"
)


class News:
    """What went on, numbered, the last of it."""

    def __init__(self):
        self._rows = collections.deque(maxlen=_KEPT)
        self._count = 0
        self._changed = threading.Condition()

    def add(self, **row):
        """Note something."""
        with self._changed:
            self._count += 1
            self._rows.append({"id": self._count, **row})
            self._changed.notify_all()

    def since(self, number, seconds):
        """Return what came after `number`; waits for something, `seconds` at the most."""
        with self._changed:
            self._changed.wait_for(lambda: self._count > number, seconds)
            return [x for x in self._rows if x["id"] > number]


class Phone:
    """A simulated phone's web side, logged in."""

    def __init__(self, port, password):
        self.url = f"http://127.0.0.1:{port}/"
        self._password = password

    def open(self, path, data, headers):
        """Return the phone's answer to a GET, or to a POST of `data`."""
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, self.url, "admin", self._password)
        opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
        return opener.open(urllib.request.Request(self.url + path, data, headers), timeout=30)


class Panel:
    """Serves the panel. `phones` are {name: `Phone`}; ``switch(name, on)`` switches a fault."""

    def __init__(self, phones, news, switches, switch):
        panel = self
        self.phones, self.news, self.switches, self.switch = phones, news, switches, switch

        class Handler(_Handler):
            house = panel

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/" % self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """Serve no more."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    house: Panel

    def log_message(self, *_):
        """Say nothing."""

    def do_GET(self):
        """Serve a file, the news, or something of a phone's."""
        path, _, query = self.path.partition("?")
        if not self._local():
            self._send(421, b"ask for 127.0.0.1")
        elif path in _FILES:
            name = _FILES[path]
            kind = _TYPES[pathlib.Path(name).suffix]
            self._send(200, (_HERE / name).read_bytes(), kind + "; charset=utf-8")
        elif path == "/news":
            asked = query.isdigit()  # else it is the page's first look: what there is, at once
            rows = self.house.news.since(int(query) if asked else 0, 20 if asked else 0)
            told = {"news": rows, "switches": self.house.switches}
            self._send(200, json.dumps(told).encode(), "application/json")
        else:
            self._phone(None)

    def do_POST(self):
        """Switch a fault, or hand something to a phone."""
        size = self.headers.get("Content-Length", "0")
        data = self.rfile.read(min(int(size) if size.isdigit() else 0, 65536))
        origin = self.headers.get("Origin", self.house.url.rstrip("/"))
        ours = self.headers.get("X-Offhook") and origin == self.house.url.rstrip("/")
        if not self._local() or not ours:
            self._send(403, b"only from the panel's own page")
        elif self.path == "/switch":
            try:
                told = json.loads(data)
                self.house.switch(str(told["name"]), bool(told["on"]))
                self._send(200, b"{}", "application/json")
            except (ValueError, KeyError, TypeError, Refused) as error:
                self._send(400, str(error).encode())
        else:
            self._phone(data)

    def _local(self):
        return self.headers.get("Host") == self.house.url[7:-1]

    def _phone(self, data):
        """Hand a request on to the phone that its path names, and its answer back."""
        _, name, path = (self.path + "/").split("/", 2) if self.path.count("/") > 1 else ("",) * 3
        phone = self.house.phones.get(name)
        if phone is None:
            self._send(404, b"there is no such page")
            return
        headers = {"X-Offhook": "1"} if data is not None else {}
        try:
            answer = phone.open(path[:-1], data, headers)
        except urllib.error.HTTPError as error:
            answer = error
        except OSError as error:
            self._send(502, str(error).encode())
            return
        with answer, contextlib.suppress(ConnectionError):  # the page went
            kind = answer.headers.get("Content-Type", "text/plain")
            if kind.startswith("text/event-stream"):
                self._stream(answer, kind)
            else:
                more = {x: answer.headers[x] for x in _PASSED_ON if answer.headers[x]}
                self._send(answer.status, answer.read(), kind, more)

    def _stream(self, answer, kind):
        self._head(200, {"Content-Type": kind})
        while line := answer.readline():
            self.wfile.write(line)
            self.wfile.flush()

    def _send(self, status, body, kind="text/plain; charset=utf-8", more=()):
        self._head(status, {"Content-Type": kind, "Content-Length": str(len(body)), **dict(more)})
        self.wfile.write(body)

    def _head(self, status, headers):
        self.send_response(status)
        for name, value in {
            **headers,
            "Cache-Control": "no-store",
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }.items():
            self.send_header(name, value)
        self.end_headers()
