"""What tests of the Action URLs share: a web server that misbehaves on demand, and a sender."""

import asyncio

from support import Skip

from actions.actions import Actions
from base.compat import Ticks, sleep_ms, spawn, wait_for_ms
from base.timers import Timers
from net.http import Client
from net.tls import Trust

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_GUARD = 20000  # ms until a test that waits for ever gives up
_port = 21000


class Web:
    """A server on loopback; each request is kept in `heads`, then `serve(head, reader, writer)`.

    A `serve` given as bytes is sent as it is. The connection is closed after it, unless `keep`.
    """

    def __init__(self, serve=OK, keep=False):
        self.serve = serve
        self.keep = keep
        self.connections = 0
        self.open = []
        self.heads = []
        self.arrived = asyncio.Event()
        self.server = None
        self.port = 0

    async def start(self):
        """Listen on a free port."""
        global _port
        for _ in range(200):
            _port += 1
            try:
                await self.listen(_port)
                return self
            except OSError:
                continue
        raise Skip("no free port")

    async def listen(self, port):
        """Listen on `port`; OSError when it is taken."""
        self.server = await asyncio.start_server(self.handle, "127.0.0.1", port, backlog=16)
        self.port = port

    async def handle(self, reader, writer):
        """Serve one connection."""
        self.connections += 1
        self.open.append(writer)
        try:
            while await self.request(reader, writer) and self.keep:
                pass
        except OSError:
            pass
        finally:
            shut(writer)

    async def request(self, reader, writer):
        """Serve one request; return False at the end of the connection."""
        head = b""
        while head[-4:] != b"\r\n\r\n":
            data = await reader.read(500)
            if not data:
                return False
            head += data
        self.heads.append(head.decode())
        self.arrived.set()
        if isinstance(self.serve, bytes):
            await put(writer, self.serve)
        else:
            await self.serve(head.decode(), reader, writer)
        return True

    def paths(self):
        """Return the paths asked for, in their order."""
        return [x.split(" ")[1] for x in self.heads]

    async def wait(self, count):
        """Wait until `count` requests have come."""
        while len(self.heads) < count:
            self.arrived.clear()
            await wait_for_ms(self.arrived.wait(), _GUARD)

    def cut(self):
        """Close the connections that there are."""
        while self.open:
            shut(self.open.pop())

    def close(self):
        """Stop listening."""
        self.server.close()


async def put(writer, data):
    """Send `data`."""
    writer.write(data)
    await writer.drain()


def shut(writer):
    """Close a connection at once, in both interpreters."""
    writer.close()
    if hasattr(writer, "s"):
        writer.s.close()


class Spec:
    """What the catalogue says of a setting."""

    def __init__(self, kind="text", private=False):
        self.kind = kind
        self.private = private


class Options(dict):
    """Settings, each of its own name only."""

    def spec(self, name):
        self[name]
        return Spec(private="pass" in name)


class Names:
    """A resolver of names ending in .test, all of them this machine; every other one fails."""

    def __init__(self):
        self.asked = []

        self.addresses = ["127.0.0.1"]

    async def resolve(self, name):
        self.asked.append(name)
        if name == "slow.test":
            await sleep_ms(_GUARD)
        if not name.endswith(".test"):
            raise OSError("no address for " + name)
        return self.addresses


class Net:
    """A network without contract beyond `connect`; counts the connections that were begun."""

    mac = "000413A1B2C3"
    up = True

    def __init__(self):
        self.count = 0

    def address(self, peer=None):
        return "192.0.2.7"

    async def connect(self, ip, port, tls=None, server_hostname=None):
        self.count += 1
        if port == 9:  # what no server hears for ever
            await sleep_ms(_GUARD)
        return await asyncio.open_connection(ip, port, ssl=tls, server_hostname=server_hostname)


class Bench(Actions):
    """`Actions` with all that it needs, on this machine's loopback."""

    def __init__(self, calm=None, bundle=None, **options):
        settings = Options(phone_type="offhook", mac="", action_url_timeout=2)
        settings.update(options)
        self.lines = []
        self.local_paths = []
        self.files = {}
        self.resolver = Names()
        timers = self.timers = Timers(Ticks())
        network = Net()
        trust = Trust(
            settings.get, self.files.get, timers.clock, "check_trusted_certificate", bundle=bundle
        )
        client = Client(network, self.resolver, timers, trust, self._log, lambda: "Test/1.2", calm)
        super().__init__(
            network,
            client,
            timers,
            settings,
            lambda name, argument, context: context.get(name) if context else None,
            self._log,
            self._local,
            calm,
        )
        self.sender.pauses = (10, 20, 40)
        self._serving = spawn(timers.serve())

    @property
    def busy(self):
        return self.sender.busy

    def _log(self, level, text, *values):
        self.lines.append("[%d] %s" % (level, text % values))

    def _local(self, path):
        self.local_paths.append(path)
        return int(path[1:]) if path in ("/404", "/302") else 200

    async def over(self):
        """Wait until nothing is queued or under way."""
        while not self.idle():
            await sleep_ms(1)
        await sleep_ms(0)

    async def begun(self):
        """Wait until nothing is under way."""
        while self.busy:
            await sleep_ms(0)

    async def go(self, text):
        """Send the URLs of `text` and wait for them; return whether all went well."""
        got = []
        self.send(self.parse(text), "P1", None, got.append)
        await self.over()
        assert len(got) == 1, got
        return got[0]

    def counted(self, name="total"):
        """Return (queued, sent, ok, failed, retried, dropped)."""
        row = self.counters().get(name)
        names = "queued sent ok failed retried dropped".split()
        return tuple(row[x] for x in names) if row else (0,) * 6

    def logged(self, text):
        """Return the lines that hold `text`."""
        return [x for x in self.lines if text in x]

    def stop(self):
        """Close what is kept, stop the timers' task."""
        self.client.close()
        self._serving.cancel()
