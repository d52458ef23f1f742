"""The network part's sockets, on loopback: asyncio's streams and poller here are MicroPython's."""

import asyncio

import fakes
from support import Skip, raises

from hal.network.interface import Network
from hal.network.sim import _decode, _encode

ONLY = "micropython"


def _log(*_):
    pass


def _loopback():
    class Loopback(Network):
        encode = staticmethod(_encode)
        decode = staticmethod(_decode)

    part = Loopback(fakes.NIC(), {}.get, _log)
    part.nic.arrive()
    part._look()
    return part


def _free_port():
    import socket

    sock = socket.socket()
    for port in range(20100, 20400, 7):
        try:
            sock.bind(socket.getaddrinfo("127.0.0.1", port)[0][-1])
            sock.close()
            return port
        except OSError:
            continue
    raise Skip("no free port")


async def test_a_connection_carries_bytes_both_ways():
    part, port = _loopback(), _free_port()

    async def echo(reader, writer):
        writer.write(await reader.read(100))
        await writer.drain()
        writer.close()

    server = await part.serve(port, echo)
    reader, writer = await part.connect("127.0.0.1", port)
    writer.write(b"hello")
    await writer.drain()
    assert await reader.read(100) == b"hello"
    writer.close()
    server.close()


async def test_where_no_socket_is_left_strangers_lose_theirs_and_else_it_is_an_error():
    import hal.network.interface as module

    part, real, left = _loopback(), module.socket, [0]

    class Sockets:
        """lwIP's: there are as many as `left` says."""

        def __getattr__(self, name):
            return getattr(real, name)

        def socket(self, *words):
            if not left[0]:
                raise OSError(23)
            left[0] -= 1
            return real.socket(*words)

    def shed():
        left[0] += given[0]
        return bool(given[0])

    given = [0]
    module.socket = Sockets()
    try:
        for _ in range(2):
            with raises(OSError):
                part.udp()
            with raises(OSError):
                await part.connect("127.0.0.1", _free_port())
            part.shed = shed
        given[0] = 1
        one = part.udp(_free_port())
        assert left == [0]
        port = _free_port()
        left[0] = 9
        server = await part.serve(port, lambda *_: None)
        left[0] = 0
        _, writer = await part.connect("127.0.0.1", port)
        writer.close()
        one.close()
        server.close()
    finally:
        module.socket = real


async def test_a_refused_connection_is_an_oserror_at_once():
    part = _loopback()
    with raises(OSError):
        await part.connect("127.0.0.1", _free_port())


async def test_a_refusal_is_seen_where_errors_are_told_to_those_only_who_ask():
    import select

    import hal.network.interface

    class Poll:
        """The ESP32's sockets tell of an error only where POLLHUP was asked for."""

        def __init__(self):
            self.real, self.wanted = select.poll(), 0

        def register(self, sock, wanted):
            self.wanted = wanted
            self.real.register(sock, wanted)

        def poll(self, ms):
            return [(sock, event & self.wanted) for sock, event in self.real.poll(ms)]

    class Select:
        poll, POLLOUT, POLLERR, POLLHUP = Poll, select.POLLOUT, select.POLLERR, select.POLLHUP

    part, hal.network.interface.select = _loopback(), Select
    try:
        with raises(OSError):
            await part.connect("127.0.0.1", _free_port())
    finally:
        hal.network.interface.select = select


async def test_without_network_nothing_is_connected():
    part = _loopback()
    part.nic.lose()
    part._look()
    with raises(OSError):
        await part.connect("192.0.2.1", 80)


async def test_a_cancelled_connection_leaves_no_socket():
    import os

    part = _loopback()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        try:
            await asyncio.wait_for_ms(part.connect("192.0.2.1", 9), 20)
        except (asyncio.TimeoutError, OSError):
            pass
    assert len(os.listdir("/proc/self/fd")) <= before


async def test_datagrams_travel_and_an_empty_one_kills_nothing():
    import socket

    part = _loopback()
    port = _free_port()
    one, two = part.udp(port), part.udp()
    raw = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    raw.sendto(b"", _encode(("127.0.0.1", port)))
    raw.close()
    assert not two.sendto(b"", ("127.0.0.1", port)), "an empty one is never sent"

    async def later():
        await asyncio.sleep_ms(20)
        assert two.sendto(b"data", ("127.0.0.1", port))

    task = asyncio.create_task(later())
    data, address = await asyncio.wait_for(one.recvfrom(), 5)
    await task
    assert data == b"data" and address[0] == "127.0.0.1"
    one.close()
    two.close()


async def test_a_socket_that_cannot_be_opened_anew_at_once_is_opened_later():
    import socket

    part = _loopback()
    port = _free_port()
    one, two = part.udp(port), part.udp()
    good, failures = one._opener, [OSError(23), OSError(12)]

    def opener(port):
        if failures:
            raise failures.pop()
        return good(port)

    one._opener = opener
    raw = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    raw.sendto(b"", _encode(("127.0.0.1", port)))  # the chip's socket is dead after that
    raw.close()
    for _ in range(2):
        with raises(OSError):
            await asyncio.wait_for(one.recvfrom(), 5)
        assert not one.sendto(b"data", ("127.0.0.1", port)), "a lost packet, no more"
    task = asyncio.create_task(one.recvfrom())
    await asyncio.sleep_ms(0)
    assert two.sendto(b"data", ("127.0.0.1", port))
    assert (await asyncio.wait_for(task, 5))[0] == b"data"
    one.close()
    two.close()


def test_a_taken_port_is_an_oserror():
    part = _loopback()
    port = _free_port()
    one = part.udp(port)
    with raises(OSError):
        part.udp(port)
    one.close()


async def test_a_driver_that_refuses_ends_no_task():
    part = _loopback()
    calls = []

    def refuse():
        calls.append(1)
        if len(calls) < 3:
            raise (OSError, RuntimeError)[len(calls) % 2]("Wifi Internal State Error")

    import hal.network.interface

    part.link, part.nic.state = refuse, part.nic.IDLE
    hal.network.interface.sleep_ms, good = (lambda ms: good(1)), hal.network.interface.sleep_ms
    try:
        await part.start()
        for _ in range(2000):
            if len(calls) >= 4:
                break
            await asyncio.sleep_ms(1)
    finally:
        hal.network.interface.sleep_ms = good
    assert len(calls) >= 4 and part.reason == "Wifi Internal State Error" and not part.up


def test_a_connected_port_has_a_second_socket_for_what_others_send():
    part, numbers = _loopback(), []
    made = []
    while len(made) < 3:
        numbers.append(_free_port() + 3 * len(numbers))
        made.append(part.udp(numbers[-1]))
    first, peer, stranger = made
    here = ("127.0.0.1", first.port)
    assert not first.waiting()
    stranger.sendto(b"early", here)
    assert first.waiting() and first.raw().recvfrom(1)[0] == b"e" and not first.waiting()
    first.raw().connect(_encode(("127.0.0.1", peer.port)))
    ear = part.beside(first)
    peer.sendto(b"peer", here)
    stranger.sendto(b"stranger", here)
    assert first.raw().recvfrom(9)[0] == b"peer" and not first.waiting()
    data, address = ear.raw().recvfrom(20)
    assert data == b"stranger" and ear.decode(address)[1] == stranger.port
    with raises(OSError):
        part.udp(first.port)  # nobody else has the port
    ear.close()
    first.reopen()
    stranger.sendto(b"again", here)
    assert first.waiting()
    for each in made:
        each.close()
    assert not first.waiting()


async def test_a_network_of_its_own_serves_on_its_own_address():
    from hal.network.access_point import AccessPoint

    nic = fakes.AP()
    nic.ifconfig = lambda: ("127.0.0.1", "255.0.0.0", "", "")
    point, port = AccessPoint(nic, _loopback()), _free_port()

    async def echo(reader, writer):
        writer.write(await reader.read(100))
        await writer.drain()
        writer.close()

    server = await point.serve(port, echo)
    reader, writer = await _loopback().connect("127.0.0.1", port)
    writer.write(b"hello")
    await writer.drain()
    assert await reader.read(100) == b"hello"
    writer.close()
    server.close()
    ours, theirs = point.udp(port), _loopback().udp()
    theirs.sendto(b"query", ("127.0.0.1", port))
    data, address = await ours.recvfrom()
    assert data == b"query" and address[0] == "127.0.0.1"
    ours.sendto(b"answer", address)
    data, address = await theirs.recvfrom()
    assert (data, address) == (b"answer", ("127.0.0.1", port))
    ours.close()
    theirs.close()


async def test_a_socket_is_looked_at_without_waiting():
    import socket

    from hal.poll import Ready

    one, two = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
    port = _free_port()
    place = socket.getaddrinfo("127.0.0.1", port)[0][-1]
    one.bind(place)
    ready = Ready(one)
    assert ready.now() is False
    two.sendto(b"x", place)
    for _ in range(1000):
        if ready.now():
            break
        await asyncio.sleep(0)
    assert ready.now() is True and ready.now() is True, "looking takes nothing"
    one.recv(10)
    assert ready.now() is False
    one.close()
    two.close()


def test_an_address_that_is_not_the_phones_own_is_an_error():
    from hal.network.access_point import AccessPoint

    nic = fakes.AP()
    nic.ifconfig = lambda: ("192.0.2.1", "255.255.255.0", "", "")
    with raises(OSError):
        AccessPoint(nic, _loopback()).udp(_free_port())
