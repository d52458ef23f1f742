"""What tests of the web side share: a site on loopback, and a client that says what it is told."""

import asyncio
import json
from collections import namedtuple

from support import Clock, Skip

from base.compat import Ticks, sleep_ms, spawn, wait_for_ms
from base.digest import authorize, choose, parse_challenge
from base.timers import Timers
from web.passwords import hashed
from web.site import Site

PASSWORD = "geheim"
_GUARD = 20000  # ms until a test that waits for ever gives up
_port = 23000

Got = namedtuple("Got", ("status", "headers", "body"))


class Network:
    """Serves on loopback; `peer` is where every connection seems to come from."""

    def __init__(self):
        self.peer = "127.0.0.1"

    async def serve(self, port, handler):
        async def accept(reader, writer):
            await handler(_From(reader, self.peer), _From(writer, self.peer))

        return await asyncio.start_server(accept, "127.0.0.1", port, backlog=16)


class _From:
    """A stream whose other side seems to have another address."""

    def __init__(self, stream, peer):
        self._stream = stream
        self._peer = peer

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def get_extra_info(self, _):
        return (self._peer, 40000)


class Refused(ValueError):
    errors = {"field": "'wrong' does not fit"}


class Words:
    """Words of a console: `ask` answers with what it was asked, `do` notes it, both can refuse."""

    def __init__(self):
        self.done = []
        self.reads = {"ask": lambda rest: {"rest": rest}}
        self.writes = {"do": self.do, "later": self.later}

    def do(self, rest):
        if rest == "wrong":
            raise Refused("field: 'wrong' does not fit")
        self.done.append(rest)

    async def later(self, rest):
        await sleep_ms(0)
        return [rest]


class Watch:
    """Something to watch: `news` are told once, to each."""

    def __init__(self):
        self.news = []
        self.wake = asyncio.Event()

    def add(self, value):
        self.news.append(value)
        self.wake.set()
        self.wake.clear()

    def changes(self, seen):
        count = seen.get("log", 0)
        seen["log"] = len(self.news)
        return {"log": self.news[count:]} if count < len(self.news) else {}

    async def wait(self, seen, ms):
        if seen["log"] == len(self.news):
            await self.wake.wait()


class Remote:
    """Notes what command.htm asks for."""

    def __init__(self):
        self.done = []

    def log(self, *_):
        pass

    def press_all(self, presses):
        self.done += [x[0] for x in presses]

    def dial(self, number, uri=None):
        self.done.append("dial " + number)

    def change(self, texts):
        self.done.append(texts)


class Bench:
    """A site with a password, listening; `clock` is the machine's, or one that a test moves."""

    def __init__(self, clock=None, **settings):
        self.settings = {
            "webserver_type": "http",
            "http_port": 0,
            "http_user": "admin",
            "http_pass": hashed("admin", PASSWORD),
            "http_scheme": True,
            "http_allow": "",
            "remote_control": False,
            "use_hidden_tags": True,
            "phone_name": "",
        }
        self.settings.update(settings)
        self.timers = Timers(clock or Ticks())
        self.network, self.words, self.watch = Network(), Words(), Watch()
        self.remote, self.lines = Remote(), []
        self.site = Site(
            self.network,
            self.timers,
            lambda level, text, *values: self.lines.append(text % values),
            self.settings.get,
            self.words,
            self.watch,
            self.remote,
            self.quiet,
        )

    async def quiet(self):
        """No call is ever set up here."""

    async def start(self):
        """Listen on a free port."""
        global _port
        spawn(self.timers.serve())
        for _ in range(200):
            _port += 1
            self.settings["http_port"] = _port
            await self.site.begin()
            if "OSError" not in self.site.state and "Errno" not in self.site.state:
                return self
        raise Skip("no free port")

    async def client(self):
        """Return a connected `Client`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.settings["http_port"])
        return Client(reader, writer, "127.0.0.1:%d" % self.settings["http_port"])

    async def ask(self, method, target, body=b"", user="admin", password=PASSWORD, **headers):
        """Ask over a connection of its own, logged in; return `Got`."""
        client = await self.client()
        try:
            return await client.ask(method, target, body, user, password, **headers)
        finally:
            client.close()

    async def raw(self, data):
        """Send bytes over a connection of their own; return the answer as `Got`."""
        client = await self.client()
        try:
            await client.send(data)
            return await client.answer()
        finally:
            client.close()

    def stop(self):
        """Listen no more."""
        self.site.stop()


class Client:
    """One connection. Headers are given as ``x_offhook="1"``."""

    def __init__(self, reader, writer, host):
        self.reader = reader
        self.writer = writer
        self.host = host
        self.challenge = None
        self.count = 0

    async def send(self, data):
        self.writer.write(data)
        await self.writer.drain()

    async def request(self, method, target, body=b"", **headers):
        """Send a request as it is said; return `Got`."""
        given = {"host": self.host}
        if body:
            given["content_length"] = len(body)
        given.update(headers)
        lines = ["%s %s HTTP/1.1" % (method, target)]
        for name, value in given.items():
            if value is not None:
                lines.append("%s: %s" % (name.replace("_", "-"), value))
        await self.send(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        return await self.answer(method)

    async def ask(self, method, target, body=b"", user="admin", password=PASSWORD, **headers):
        """Send a request, and again with credentials where they are asked for."""
        if self.challenge is None:
            got = await self.request(method, target, body, **headers)
            if got.status != 401:
                return got
            self.take(got)
        return await self.request(
            method,
            target,
            body,
            authorization=self.login(method, target, user, password),
            **headers,
        )

    def take(self, got):
        """Take the challenge of a 401."""
        self.challenge = choose(parse_challenge(got.headers["www-authenticate"]))
        self.count = 0

    def login(self, method, target, user="admin", password=PASSWORD):
        """Return the value of Authorization."""
        self.count += 1
        return authorize(
            self.challenge, user, password, method, target, nc=self.count, cnonce="00ff"
        )

    async def answer(self, method="GET"):
        """Read one answer."""
        head = b""
        while head[-4:] != b"\r\n\r\n":
            data = await wait_for_ms(self.reader.read(1), _GUARD)
            if not data:
                return Got(0, {}, head)
            head += data
        lines = head.decode().split("\r\n")
        headers = {}
        for line in lines[1:-2]:
            name, _, value = line.partition(": ")
            name = name.lower()
            headers[name] = headers[name] + ", " + value if name in headers else value
        body = b""
        while method != "HEAD" and len(body) < int(headers.get("content-length", 0)):
            data = await wait_for_ms(self.reader.read(500), _GUARD)
            if not data:
                break
            body += data
        return Got(int(lines[0][9:12]), headers, body)

    async def end(self):
        """Return all that comes until the other side closes."""
        found = b""
        while True:
            try:
                data = await wait_for_ms(self.reader.read(500), _GUARD)
            except OSError:
                return found
            if not data:
                return found
            found += data

    def close(self):
        self.writer.close()
        if hasattr(self.writer, "s"):
            self.writer.s.close()


def said(got):
    """Return what an answer says in JSON."""
    return json.loads(got.body.decode())


def clock():
    """Return a clock that a test moves."""
    return Clock(1000)
