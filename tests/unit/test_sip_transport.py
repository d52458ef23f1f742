"""Transports: UDP's receiver, the cutting of streams, connections that come, go and break."""

import asyncio

from sipkit import Settings
from support import Clock, raises

from base.timers import Timers
from sip.transport.datagram import Transport
from sip.transport.framer import Framer
from sip.transport.locate import Target

HOST = ("192.0.2.1", 5060)


class Reader:
    def __init__(self):
        self.parts = []
        self.wake = asyncio.Event()

    def feed(self, data):
        self.parts.append(data)
        self.wake.set()

    async def read(self, count):
        while not self.parts:
            self.wake.clear()
            await self.wake.wait()
        data = self.parts.pop(0)
        if isinstance(data, Exception):
            raise data
        return data


class Writer:
    def __init__(self, peer=("192.0.2.9", 3333)):
        self.peer = peer
        self.data = b""
        self.closed = False
        self.stuck = None  # an Event that drain waits for

    def write(self, data):
        self.data += data

    async def drain(self):
        if self.stuck:
            await self.stuck.wait()

    closing = False

    def close(self):
        self.closing = True

    async def wait_closed(self):
        self.closed = self.closing

    def get_extra_info(self, _):
        return self.peer


class Datagrams:
    def __init__(self):
        self.sent, self.parts = [], []
        self.wake = asyncio.Event()

    def sendto(self, data, address):
        self.sent.append((data, address))

    async def recvfrom(self):
        while not self.parts:
            self.wake.clear()
            await self.wake.wait()
        return self.parts.pop(0)

    def close(self):
        self.closed = True


class Network:
    refuse = False

    def __init__(self):
        self.opened = []
        self.socket = Datagrams()
        self.handler = None

    def udp(self, port):
        return self.socket

    async def connect(self, ip, port, tls=None, server_hostname=None):
        if self.refuse:
            raise OSError(111)
        pair = Reader(), Writer()
        self.opened.append((ip, port, tls, server_hostname) + pair)
        return pair

    async def serve(self, port, handler, backlog=4):
        self.handler = handler
        return self

    def close(self):
        self.handler = None


class Scene:
    def __init__(self):
        self.network = Network()
        self.clock = Clock()
        self.timers = Timers(self.clock)
        self.got, self.failures = [], []
        self.transport = Transport(
            self.network, lambda *_: None, 5060, self.timers, Settings(sip_max_message=600)
        )
        self.transport.received(lambda *args: self.got.append(args))

    def send(self, data=b"OPTIONS", address=HOST, protocol="TCP"):
        self.transport.send(data, address, protocol, lambda: self.failures.append(data))

    async def settle(self, ms=0):
        for _ in range(12):
            await asyncio.sleep(0)
        self.clock.move(ms, self.timers)
        for _ in range(12):
            await asyncio.sleep(0)

    async def end(self):
        await self.transport.stop()
        await self.settle()


def message(body=b"", head=b"Content-Length: %d\r\n"):
    return (
        b"NOTIFY sip:a SIP/2.0\r\n"
        + head.replace(b"%d", str(len(body)).encode())
        + (b"\r\n" + body)
    )


def test_a_stream_is_cut_into_messages_wherever_its_parts_end():
    first, second = message(b"hello\r\n\r\n"), message(b"x", b"L : %d\r\n")
    stream = first + b"\r\n" + second + b"\r\n\r\n" + message(b"", b"")
    for size in (1, 2, 3, 7, 50, 500):
        framer, found = Framer(600), []
        for index in range(0, len(stream), size):
            found += framer.feed(stream[index : index + size])
        assert found == [first, second, message(b"", b"")], size
        assert framer.pings + framer.pongs >= 2


def test_the_headers_of_a_message_are_read_once_however_its_body_comes():
    whole = message(b"hello")
    framer, head = Framer(600), whole[:-5]
    assert framer.feed(head) == [] and framer.size == len(whole)
    framer.data = b"x" * len(head)  # not looked at any more
    for byte in b"hell":
        assert framer.feed(bytes([byte])) == []
    assert framer.feed(b"o") == [b"x" * len(head) + b"hello"] and framer.size == 0
    assert framer.feed(whole + whole[:9]) == [whole] and framer.size == 0


def test_what_has_no_end_is_refused():
    for head in (b"l: -1\r\n", b"l: x\r\n", b"l:\r\n", b"l: 1\r\nl: 2\r\n", b"l: 65536\r\n"):
        with raises(ValueError):
            Framer(600).feed(message(b"", head))
    with raises(ValueError):
        Framer(600).feed(b"x" * 601)


def _cut(stream, size):
    """Return what a framer of 600 bytes makes of a stream that comes `size` bytes at a time."""
    framer, found = Framer(600), []
    for index in range(0, len(stream), size):
        found += framer.feed(stream[index : index + size])
        assert len(framer.data) <= 600 + size
    assert not framer.left and not framer.skimmed and not framer.data
    return found


def test_a_message_that_is_too_large_is_cut_off_and_costs_nobody_the_connection():
    small = message(b"hello")
    body = message(b"v=0\r\n\r\n" * 200)
    headers = b"X-Long: some text of a proxy on the way\r\n" * 40
    for large in (
        body,
        message(b"b" * 2000, headers + b"Content-Length: %d\r\n"),
        message(b"b" * 2000, b"l : %d\r\n" + headers),
        message(b"", b"X: " + b"x" * 3000 + b"\r\n" + b"l: %d\r\n"),
        message(b"", headers),  # no length at all
        message(b"b" * 7, b"l: %d\r\nX: " + b"y" * 5000 + b"\r\nl: %d\r\n"),
        message(b"b" * 595),
    ):
        for size in (1, 2, 7, 255, 600, 1024, 9000):
            first, cut, *others = _cut(small + large + b"\r\n" + small + small, size)
            assert first == small and others == [small, small], (size, large[:60])
            assert len(cut) == 600 and cut[:20] == large[:20], (size, large[:60])


def test_headers_that_never_end_end_the_connection():
    for line in (b"X: y\r\n" * 9, b"x" * 50, b"X: " + b"y" * 500 + b"\r\n"):
        framer, count = Framer(600), 0
        framer.feed(b"INVITE sip:a SIP/2.0\r\nFrom: x\r\n" + b"X: y\r\n" * 200)
        with raises(ValueError):
            while True:
                framer.feed(line)
                count += len(line)
                assert len(framer.data) < 1300
        assert 60_000 < count < 70_000
    framer = Framer(600)
    framer.feed(b"INVITE sip:a SIP/2.0\r\nl: 5\r\n" + b"X: y\r\n" * 200)
    with raises(ValueError):
        framer.feed(b"l: 6\r\n\r\n")


async def test_udp_hands_on_messages_and_no_keep_alives():
    scene = Scene()
    await scene.transport.start()
    scene.network.socket.parts = [(b"\r\n\r\n", HOST), (b"OPTIONS x", HOST)]
    scene.network.socket.wake.set()
    await scene.settle()
    assert scene.got == [(b"OPTIONS x", HOST, "UDP")]
    scene.send(b"out", HOST, "UDP")
    assert scene.network.socket.sent == [(b"out", HOST)]
    await scene.end()


async def test_udp_outlives_a_callback_that_fails():
    scene = Scene()

    def callback(data, address, protocol):
        raise ValueError(data)

    await scene.transport.start()
    scene.transport.received(callback)
    scene.network.socket.parts = [(b"OPTIONS x", HOST)]
    scene.network.socket.wake.set()
    await scene.settle()
    assert not scene.transport._task.done()
    await scene.end()


async def test_one_connection_serves_a_target_in_both_directions():
    scene = Scene()
    scene.send(b"one")
    scene.send(b"two")
    await scene.settle()
    assert len(scene.network.opened) == 1
    reader, writer = scene.network.opened[0][4:]
    assert writer.data == b"onetwo"
    reader.feed(message(b"a") + message(b"b"))
    await scene.settle()
    assert scene.got == [(message(b"a"), HOST, "TCP"), (message(b"b"), HOST, "TCP")]
    await scene.end()
    assert writer.closed and scene.network.handler is None


async def test_a_refused_connection_fails_what_waited_for_it_after_send_has_returned():
    scene = Scene()
    scene.network.refuse = True
    scene.send(b"one")
    scene.send(b"two")
    assert scene.failures == []
    await scene.settle(1)
    assert scene.failures == [b"one", b"two"]
    scene.network.refuse = False
    scene.send(b"three")
    await scene.settle(1)
    assert scene.network.opened[0][5].data == b"three"
    await scene.end()


async def test_what_was_written_into_a_dead_connection_fails_when_that_shows():
    scene = Scene()
    scene.send(b"one")
    await scene.settle()
    reader = scene.network.opened[0][4]
    reader.feed(message())
    await scene.settle()
    scene.send(b"two")
    await scene.settle()
    reader.feed(OSError(104))
    await scene.settle(1)
    assert scene.failures == [b"two"]
    assert scene.network.opened[0][5].closed
    scene.send(b"three")
    await scene.settle(1)
    assert len(scene.network.opened) == 2
    await scene.end()


async def test_a_queue_that_does_not_move_is_bounded():
    scene = Scene()
    scene.send(b"0")
    await scene.settle()
    scene.network.opened[0][5].stuck = asyncio.Event()
    for _ in range(30):
        scene.send(b"x")
    await scene.settle(1)
    assert len(scene.failures) == 22
    await scene.end()


async def test_what_comes_in_one_go_is_all_answered_however_much_it_is():
    scene = Scene()
    answers = []

    def answer(data, address, protocol):
        answers.append(b"%d;" % len(answers))
        scene.send(answers[-1], address, protocol)

    scene.transport.received(answer)
    await scene.transport.start()
    reader, writer = Reader(), Writer()
    task = asyncio.create_task(scene.network.handler(reader, writer))
    writer.stuck = asyncio.Event()
    for _ in range(4):
        reader.feed(message() * 15)
    await scene.settle()
    assert len(answers) == 5 and not scene.failures  # no more is taken than can leave
    writer.stuck.set()
    writer.stuck = None
    for _ in range(20):
        await scene.settle()
    assert len(answers) == 60 and writer.data == b"".join(answers) and not scene.failures
    await scene.end()
    assert task.done()


async def test_connections_of_others_are_answered_where_they_came_from():
    scene = Scene()
    await scene.transport.start()
    reader, writer = Reader(), Writer()
    task = asyncio.create_task(scene.network.handler(reader, writer))
    reader.feed(b"\r\n\r\n" + message(b"in"))
    await scene.settle()
    assert scene.got == [(message(b"in"), ("192.0.2.9", 3333), "TCP")]
    assert writer.data == b"\r\n"
    scene.send(b"answer", ("192.0.2.9", 3333))
    await scene.settle()
    assert writer.data == b"\r\nanswer" and not scene.network.opened
    reader.feed(b"x" * 700)
    await scene.settle()
    assert writer.closed and task.done()
    await scene.end()


async def test_the_number_of_connections_is_bounded_and_the_oldest_idle_one_goes():
    scene = Scene()
    for index in range(9):
        scene.send(b"REGISTER " if index == 0 else b"x", ("192.0.2.%d" % index, 5060))
        await scene.settle()
        scene.network.opened[-1][4].feed(message())
        await scene.settle()
    closed = [x[5].closed for x in scene.network.opened]
    assert closed == [False] + 5 * [True] + 3 * [False]
    await scene.end()


async def _guest(scene, ip, port=3333):
    """Let somebody at (ip, port) connect; return (reader, writer)."""
    reader, writer = Reader(), Writer((ip, port))
    scene.tasks.append(asyncio.create_task(scene.network.handler(reader, writer)))
    await scene.settle()
    return reader, writer


async def _strangers(most, each):
    """Return a scene where 192.0.2.1 is at home, everybody else a stranger with such a share."""
    scene = Scene()
    scene.tasks = []
    scene.transport.share = lambda ip: None if ip == HOST[0] else (most, each)
    await scene.transport.start()
    return scene


async def test_strangers_connections_are_a_share_and_never_cost_one_of_ours():
    scene = await _strangers(2, 1)
    ours = [HOST, ("192.0.2.2", 5060)]
    for address in ours:
        scene.send(b"x", address)
    await scene.settle()
    guests = []
    for number in range(9):
        guests.append(await _guest(scene, "198.51.100.%d" % number))
    assert [x[1].closed for x in guests] == [True] * 7 + [False] * 2
    assert [x[5].closed for x in scene.network.opened] == [False, False]
    assert len(scene.transport.streams.connections) == 4
    scene.send(b"x", ("192.0.2.3", 5060))  # one of ours more costs a stranger's
    await scene.settle()
    assert len(scene.network.opened) == 3 and scene.network.opened[2][5].data == b"x"
    _, home = await _guest(scene, HOST[0])  # so does one of the registrar's
    assert not home.closed and len(scene.transport.streams.connections) == 4
    assert not any(x.guest for x in scene.transport.streams.connections)
    _, writer = await _guest(scene, "198.51.100.77")
    assert writer.closed  # there is no room but ours
    assert [x[5].closed for x in scene.network.opened] == [False] * 3 and not home.closed
    await scene.end()


async def test_a_strangers_connection_gives_way_though_it_takes_nothing_of_what_it_was_sent():
    scene = await _strangers(2, 1)
    stuck = []
    for number in range(2):
        stuck.append(await _guest(scene, "198.51.100.%d" % number))
    for number, (_, writer) in enumerate(stuck):
        writer.stuck = asyncio.Event()
        scene.send(b"answer", ("198.51.100.%d" % number, 3333))
    await scene.settle()
    _, third = await _guest(scene, "198.51.100.7")
    assert third.closed and not stuck[0][1].closed  # among strangers nobody is put out
    for number in range(3):
        scene.send(b"x", ("192.0.2.%d" % (number + 1), 5060))
    await scene.settle()
    assert len(scene.network.opened) == 3
    assert [x[1].closed for x in stuck] == [True, False]
    await scene.end()


async def test_one_address_has_its_share_and_a_new_connection_of_it_ends_the_older():
    scene = await _strangers(3, 2)
    first = await _guest(scene, "198.51.100.1", 3330)
    second = await _guest(scene, "198.51.100.1", 3331)
    third = await _guest(scene, "198.51.100.1", 3332)
    assert first[1].closed and not second[1].closed and not third[1].closed
    assert len(scene.transport.streams.connections) == 2
    second[0].feed(message(b"in"))
    await scene.settle()
    assert scene.got == [(message(b"in"), ("198.51.100.1", 3331), "TCP")]
    await scene.end()


async def test_a_registration_is_kept_alive_and_others_close_when_idle():
    scene = Scene()
    scene.send(b"REGISTER x")
    scene.send(b"OPTIONS x", ("192.0.2.2", 5060))
    await scene.settle(96000)
    kept, idle = scene.network.opened[0], scene.network.opened[1]
    assert kept[5].data == b"REGISTER x\r\n\r\n"
    await scene.settle(90000)
    assert idle[5].closed and not kept[5].closed
    await scene.end()


async def test_a_connection_that_broke_is_told_of_and_one_that_was_idle_is_not():
    scene, told = Scene(), []
    scene.transport.broken = lambda *which: told.append(which)
    scene.send(b"one")
    scene.send(b"two", ("192.0.2.2", 5060))
    await scene.settle()
    scene.network.opened[0][4].feed(OSError(104))
    await scene.settle()
    assert told == [(HOST, "TCP")]
    await scene.settle(181_000)
    assert scene.network.opened[1][5].closed and len(told) == 1
    await scene.end()


async def test_a_connection_on_which_nobody_answers_any_more_is_closed_for_the_next_request():
    """Open on this side only: the other one was switched off, or a NAT has forgotten it."""
    scene = Scene()
    streams = scene.transport.streams
    scene.send(b"one")
    await scene.settle()
    streams.silent(("192.0.2.2", 5060), "TCP")
    streams.silent(HOST, "TLS")
    scene.network.opened[0][4].feed(message())  # something has come since
    await scene.settle()
    streams.silent(HOST, "TCP")
    assert not scene.network.opened[0][5].closed
    scene.send(b"two")
    await scene.settle()
    streams.silent(HOST, "TCP")
    await scene.settle(1)
    assert scene.network.opened[0][5].closed
    scene.send(b"three")
    await scene.settle()
    assert len(scene.network.opened) == 2
    await scene.end()


async def test_a_pong_that_stays_away_closes_the_connection_and_tells_the_registration():
    scene, told = Scene(), []
    scene.send(b"REGISTER x")
    await scene.settle()
    scene.transport.streams.watch(HOST, "TCP", lambda: told.append(1))
    reader, writer = scene.network.opened[0][4:]
    await scene.settle(96000)
    reader.feed(b"\r\n")
    await scene.settle()
    await scene.settle(96000)
    assert not writer.closed
    await scene.settle(11000)
    await scene.settle(1)
    assert writer.closed and told == [1]
    await scene.end()


async def test_tls_is_verified_against_the_name_under_which_the_address_was_found():
    scene = Scene()
    scene.send(b"x", HOST, "TLS")
    await scene.settle(1)
    assert scene.failures == [b"x"] and not scene.network.opened  # nobody handed in a context

    async def context():
        return "context"

    scene.transport.tls = context
    scene.transport.streams.named([Target(*HOST + ("TLS",))], "pbx.example")
    scene.send(b"x", HOST, "TLS")
    await scene.settle(1)
    assert scene.network.opened[0][:4] == HOST + ("context", "pbx.example")
    scene.send(b"y", HOST, "SCTP")
    await scene.settle(1)
    assert scene.failures == [b"x", b"y"]
    await scene.end()


async def test_a_tls_connection_serves_the_name_that_it_was_made_to_and_no_other():
    scene = Scene()

    async def context():
        return "context"

    scene.transport.tls = context
    streams = scene.transport.streams
    for name in ("pbx.example", "other.example", "other.example"):
        streams.named([Target(*HOST + ("TLS",))], name)
        scene.send(b"x", HOST, "TLS")
        await scene.settle(1)
    assert [x[3] for x in scene.network.opened] == ["pbx.example", "other.example"]
    for index in range(30):
        streams.named([Target("192.0.2.%d" % index, 5061, "TLS")], "h%d" % index)
    assert len(streams.names) < 12 and streams.name_of(HOST) == "other.example"
    scene.send(b"y", HOST, "TLS")
    await scene.settle(1)
    assert len(scene.network.opened) == 2
    await scene.end()
