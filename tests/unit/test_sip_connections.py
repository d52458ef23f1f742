"""How long a connection lasts, what its end tells, and what it never does after it."""

import asyncio

from sipkit import Settings
from support import raises
from test_sip_transport import HOST, Reader, Scene, Writer, message

from sip.transport.datagram import Transport
from sip.transport.framer import Framer
from sip.transport.locate import Target, at_once, order

_OTHER = ("192.0.2.2", 5060)


async def _opened(data=b"OPTIONS x"):
    """Return (scene, reader, writer) of a connection of ours that has sent `data`."""
    scene = Scene()
    scene.send(data)
    await scene.settle()
    return scene, scene.network.opened[0][4], scene.network.opened[0][5]


async def test_a_connection_that_carries_nothing_lasts_three_minutes_from_the_last_message():
    scene, reader, writer = await _opened()
    await scene.settle(170_000)
    reader.feed(message())
    await scene.settle(179_900)
    assert not writer.closed
    scene.send(b"again")
    await scene.settle(179_900)
    assert not writer.closed and writer.data == b"OPTIONS xagain"
    await scene.settle(200)
    assert writer.closed and len(scene.timers) == 0
    await scene.end()


async def test_what_closes_by_itself_is_no_loss_and_what_breaks_is_one_and_told_once():
    for broken in (False, True):
        scene, reader, writer = await _opened()
        told = []
        streams = scene.transport.streams

        def lost(told=told):
            told.append(1)

        streams.watch(HOST, "TCP", lost)
        streams.watch(HOST, "TCP", lost)
        streams.watch(_OTHER, "TCP", lost)  # there is none
        if broken:
            reader.feed(OSError(104))
        await scene.settle(180_100)
        await scene.settle(1)
        assert len(told) == broken and writer.closed
        assert len(scene.timers) == 0
        await scene.end()


async def test_at_the_end_of_all_nobody_is_told_of_a_loss():
    scene, reader, writer = await _opened(b"REGISTER x")
    told = []
    scene.transport.streams.watch(HOST, "TCP", lambda: told.append(1))
    scene.transport.streams.stop()
    await scene.settle(200_000)
    assert told == [] and writer.closed and len(scene.timers) == 0


async def test_a_registrars_connection_that_broke_is_pinged_no_more():
    scene, reader, writer = await _opened(b"REGISTER x")
    reader.feed(OSError(104))
    await scene.settle(400_000)
    assert writer.data == b"REGISTER x" and len(scene.timers) == 0
    await scene.end()


async def test_who_never_answers_pings_is_not_held_to_them_and_who_has_once_is():
    for pong in (False, True):
        scene, reader, writer = await _opened(b"REGISTER x")
        reader.feed(message())
        if pong:
            reader.feed(b"\r\n")
        await scene.settle(95_100)
        assert writer.data == b"REGISTER x\r\n\r\n"
        await scene.settle(9_800)
        assert not writer.closed
        await scene.settle(200)
        assert writer.closed is pong
        await scene.end()


async def test_nothing_is_handed_on_after_the_end():
    scene, reader, writer = await _opened()
    got = []

    def received(data, address, protocol):
        got.append(data)
        scene.transport.streams.stop()

    scene.transport.received(received)
    reader.feed(message(b"1"))
    await scene.settle()
    reader.feed(message(b"2"))
    await scene.settle()
    assert got == [message(b"1")]


async def test_its_own_end_is_no_line_of_the_log():
    scene, lines = Scene(), []
    scene.transport.log = lambda level, text, *values: lines.append(text % values)
    scene.send(b"x")
    await scene.settle()
    await scene.settle(181_000)
    assert scene.network.opened[0][5].closed and lines == []
    scene.send(b"y")
    await scene.settle()
    scene.network.opened[1][4].feed(OSError(104))
    await scene.settle()
    assert len(lines) == 1 and "192.0.2.1:5060" in lines[0]
    await scene.end()


async def test_a_busy_connection_of_a_stranger_ends_when_he_comes_anew():
    scene = Scene()
    scene.transport.share = lambda ip: (2, 1)
    await scene.transport.start()
    writers = []
    for port in (1, 2):
        writer = Writer(("198.51.100.1", port))
        asyncio.create_task(scene.network.handler(Reader(), writer))
        await scene.settle()
        writer.stuck = asyncio.Event()
        scene.send(b"answer", ("198.51.100.1", port))
        await scene.settle()
        writers.append(writer)
    assert [x.closed for x in writers] == [True, False]
    await scene.end()


async def test_without_a_context_there_is_no_tls_and_a_bare_address_is_its_own_name():
    scene = Scene()
    streams = scene.transport.streams
    with raises(OSError):
        await streams.connect(HOST, "TLS")
    assert scene.network.opened == []
    assert streams.name_of(("192.0.2.7", 5061)) == "192.0.2.7"
    streams.named([Target("192.0.2.7", 5061, "TLS")], "pbx.example")
    assert streams.name_of(("192.0.2.7", 5061)) == "pbx.example"
    assert streams.name_of(("192.0.2.7", 5060)) == "192.0.2.7"
    for n in range(40):
        streams.named([Target("192.0.2.%d" % n, 5061, "TLS")], "n%d.example" % n)
        assert len(streams.names) <= 9 and streams.name_of(("192.0.2.%d" % n, 5061))[0] == "n"


async def test_a_message_by_a_stream_may_be_as_long_as_one_by_udp():
    scene = Scene()
    transport = Transport(scene.network, lambda *_: None, 5060, scene.timers, Settings())
    got = []
    transport.received(lambda *args: got.append(args))
    for size, fits in ((4096, True), (4097, False)):
        transport.send(b"x", (HOST[0], 5000 + size), "TCP")
        await scene.settle()
        head = len(message(bytes(1000))) - 1000
        whole = message(bytes(size - head))
        scene.network.opened[-1][4].feed(whole)
        await scene.settle()
        data = got[0][0]
        assert len(data) == 4096 and (data == whole) is fits, "of a longer one only its beginning"
        assert not scene.network.opened[-1][5].closed
        got.clear()
    transport.streams.stop()
    await scene.settle()


def test_a_length_has_nine_digits_at_most():
    framer = Framer(600)
    data = message(b"abcde")
    assert framer.feed(data.replace(b": 5", b": 000000005")) == [
        data.replace(b": 5", b": 000000005")
    ]
    with raises(ValueError):
        framer.feed(data.replace(b": 5", b": 0000000005"))


def test_a_uri_without_a_host_leads_nowhere_and_one_with_an_address_there_at_once():
    for uri in ("sip:", "sip:x@", "tel:123"):
        with raises(ValueError):
            at_once(uri, "auto")
    for uri, transport, target in (
        ("sip:10.0.0.1", "auto", ("10.0.0.1", 5060, "UDP")),
        ("sip:10.0.0.1:99", "tcp", ("10.0.0.1", 99, "TCP")),
        ("sips:10.0.0.1", "auto", ("10.0.0.1", 5061, "TLS")),
        ("sip:10.0.0.1;transport=tcp", "auto", ("10.0.0.1", 5060, "TCP")),
        ("sip:10.0.0.1;transport=udp", "tls", ("10.0.0.1", 5061, "TLS")),
        ("sip:pbx;maddr=10.0.0.2", "auto", ("10.0.0.2", 5060, "UDP")),
    ):
        assert at_once(uri, transport) == target, uri
    assert at_once("sip:pbx.example", "auto") is None


def test_servers_are_drawn_by_their_weight():
    one, two = (1, 1, 5060, "a"), (1, 3, 5060, "b")
    for drawn, first in ((0, "a"), (1, "a"), (2, "b"), (4, "b"), (5, "a"), (6, "a"), (7, "b")):
        found = order([one, two], lambda bits, drawn=drawn: drawn)
        assert [x.name for x in found][0] == first, drawn
    backup = (2, 100, 5060, "c")
    assert [x.name for x in order([backup, two, one], lambda bits: 0)] == ["b", "a", "c"]


async def test_the_end_closes_the_socket_and_the_port_and_may_come_twice():
    scene, closed = Scene(), []
    await scene.transport.start()
    scene.network.socket.close = lambda: closed.append("socket")
    scene.network.close = lambda: closed.append("port")
    await scene.transport.stop()
    await scene.transport.stop()
    assert sorted(closed) == ["port", "socket"]
    scene.network.socket.parts.append((b"12345", HOST))
    scene.network.socket.wake.set()
    await scene.settle()
    assert scene.got == [], "nobody listens any more"


async def test_of_datagrams_only_what_is_longer_than_a_keep_alive_is_a_message():
    scene = Scene()
    await scene.transport.start()
    for data in (b"", b"\r\n", b"\r\n\r\n", b"12345", b"123456"):
        scene.network.socket.parts.append((data, HOST))
        scene.network.socket.wake.set()
        await scene.settle()
    assert [x[0] for x in scene.got] == [b"12345", b"123456"]
    await scene.end()
