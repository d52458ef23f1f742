"""The resolver: A, SRV, NAPTR, aliases, cache, several servers, junk."""

import asyncio

from support import Clock, raises

from net.dns_query import question
from net.dns_records import read_name, records
from net.resolver import ResolveError, Resolver

A, CNAME, SRV, NAPTR = 1, 5, 33, 35


def _name(text):
    out = b""
    for label in text.split("."):
        out += bytes([len(label)]) + label.encode()
    return out + b"\0"


def _short(value):
    return bytes((value >> 8, value & 255))


def _record(name, kind, data, ttl=60):
    return (
        _name(name)
        + _short(kind)
        + b"\0\x01"
        + _short(0)
        + _short(ttl)
        + (_short(len(data)) + data)
    )


def _reply(query, *found, code=0):
    head = query[:2] + bytes((0x81, 0x80 | code)) + b"\0\x01" + _short(len(found)) + b"\0\0\0\0"
    return head + query[12:] + b"".join(found)


class Server:
    """The network part with name servers; `answers` are given one after another."""

    up = True

    def __init__(self, *answers, servers=("9.9.9.9",)):
        self.answers = list(answers)
        self.servers = list(servers)
        self.asked = []
        self.ports = []
        self.closed = 0

    def dns(self):
        return self.servers

    def udp(self, port):
        self.ports.append(port)
        self.waiting = []
        return self

    def sendto(self, query, address):
        query = bytes(query)
        self.asked.append((query, address))
        for made in self.answers.pop(0) if self.answers else ():
            reply, source = made if isinstance(made, tuple) else (made, address)
            self.waiting.append((reply(query), source))

    async def recvfrom(self):
        while not self.waiting:
            await asyncio.sleep(0)
        return self.waiting.pop(0)

    def close(self):
        self.closed += 1


def _resolver(*answers, **more):
    server = Server(*answers, **more)
    clock = Clock()
    return Resolver(server, clock, lambda bits: 0x1234), server, clock


def _a(name="pbx.example", ip=(10, 0, 0, 1), ttl=60):
    return lambda query: _reply(query, _record(name, A, bytes(ip), ttl))


async def test_an_address_needs_no_question():
    resolver, server, _ = _resolver()
    assert await resolver.address("192.0.2.1") == "192.0.2.1"
    assert not server.asked


async def test_an_answer_is_kept_for_its_time_to_live():
    resolver, server, clock = _resolver([_a()], [_a(ip=(10, 0, 0, 2))])
    assert await resolver.resolve("PBX.example.") == ["10.0.0.1"]
    clock.move(59000)
    assert await resolver.resolve("pbx.example") == ["10.0.0.1"]
    clock.move(1000)
    assert await resolver.resolve("pbx.example") == ["10.0.0.2"]
    assert len(server.asked) == 2 and server.closed == 2


async def test_aliases_are_followed_and_loops_of_them_end():
    def alias(query):
        to = _record("pbx.example", CNAME, _name("b.example"))
        return _reply(query, to, _record("b.example", A, b"\x0a\0\0\x05"))

    def loop(query):
        return _reply(query, _record("loop.example", CNAME, _name("loop.example")))

    resolver, _, _ = _resolver([alias], [loop])
    assert await resolver.resolve("pbx.example") == ["10.0.0.5"]
    with raises(ResolveError):
        await resolver.resolve("loop.example")


class Stream:
    """A TCP connection to a name server that says `data` whatever it is asked."""

    def __init__(self, data):
        self.data = data
        self.said = b""
        self.closed = False

    def write(self, data):
        self.said += data

    async def drain(self):
        pass

    async def readexactly(self, count):
        data, self.data = self.data[:count], self.data[count:]
        if len(data) < count:
            raise EOFError
        return data

    def close(self):
        self.closed = True


async def test_an_answer_that_was_cut_off_is_asked_for_again_over_tcp():
    def cut(query):
        reply = bytearray(_reply(query))
        reply[2] |= 2
        return bytes(reply)

    def part(query):
        reply = bytearray(_a(ip=(10, 0, 0, 9))(query))
        reply[2] |= 2
        return bytes(reply)

    wrong = "10.0.0.8"  # what the next try is told
    for first, tcp, wanted in (
        (cut, _a(), "10.0.0.1"),
        (part, _a(), "10.0.0.1"),
        (part, lambda query: b"", wrong),
        (part, lambda query: b"xx" + _a()(query)[2:], wrong),
        (part, lambda query: _a("other.example")(question(1, "other.example", A)), wrong),
        (part, lambda query: _reply(query, code=2), wrong),
        (part, None, wrong),
    ):
        resolver, server, _ = _resolver([first], [_a(ip=(10, 0, 0, 8))])
        streams = []

        async def connect(ip, port, server=server, tcp=tcp, streams=streams):
            assert (ip, port) == ("9.9.9.9", 53)
            if tcp is None:
                raise OSError("refused")
            reply = tcp(server.asked[0][0])
            streams.append(Stream(_short(len(reply)) + reply))
            return streams[0], streams[0]

        server.connect = connect
        assert await resolver.resolve("pbx.example") == [wanted]
        query = server.asked[0][0]
        for stream in streams:
            assert stream.said == _short(len(query)) + query and stream.closed


async def test_srv_and_naptr_are_read_in_their_order():
    def srv(query):
        first = _record("_sip._udp.x", SRV, _short(2) + _short(0) + _short(5061) + _name("b.x"))
        other = _record("_sip._udp.x", SRV, _short(1) + _short(9) + _short(5060) + _name("a.x"))
        return _reply(query, first, other)

    def naptr(query):
        text = b"\x01S\x07SIP+D2T\0" + _name("_sip._tcp.x")
        return _reply(query, _record("x", NAPTR, _short(1) + _short(2) + text))

    resolver, _, _ = _resolver([srv], [naptr])
    found = await resolver.resolve("_sip._udp.x", "SRV")
    assert found == [(1, 9, 5060, "a.x"), (2, 0, 5061, "b.x")]
    assert (found[0].priority, found[0].weight) == (1, 9)
    assert (found[1].port, found[1].target) == (5061, "b.x")
    found = await resolver.resolve("x", "NAPTR")
    assert found == [(1, 2, "s", "sip+d2t", "_sip._tcp.x")]
    assert (found[0].order, found[0].preference, found[0].flags) == (1, 2, "s")
    assert (found[0].service, found[0].replacement) == ("sip+d2t", "_sip._tcp.x")


async def test_questions_for_one_name_are_asked_once():
    resolver, server, _ = _resolver([_a()])
    tasks = [asyncio.create_task(resolver.address("pbx.example")) for _ in range(3)]
    for task in tasks:
        assert await task == "10.0.0.1"
    assert len(server.asked) == 1


async def test_a_server_that_refuses_is_followed_by_the_next():
    resolver, server, _ = _resolver(
        [lambda query: _reply(query, code=5)], [_a()], servers=("9.9.9.9", "8.8.8.8")
    )
    assert await resolver.address("pbx.example") == "10.0.0.1"
    assert [x[1] for x in server.asked] == [("9.9.9.9", 53), ("8.8.8.8", 53)]


async def test_a_name_that_is_not_is_remembered_for_a_while():
    resolver, server, clock = _resolver([lambda query: _reply(query, code=3)], [_a()])
    for _ in range(2):
        with raises(ResolveError):
            await resolver.resolve("pbx.example")
    assert len(server.asked) == 1
    clock.move(10000)
    assert await resolver.address("pbx.example") == "10.0.0.1"


async def test_answers_of_others_and_junk_are_passed_over():
    wrong = _a(ip=(6, 6, 6, 6))
    resolver, _, _ = _resolver(
        [
            (wrong, ("6.6.6.6", 53)),
            (wrong, ("9.9.9.9", 5353)),
            lambda query: (
                _reply(query, _record("pbx.example", A, b"\6\6\6\6"))[:5]
                + b"\0"
                + wrong(query)[6:]
            ),  # without its question
            lambda query: b"",
            lambda query: b"\xff\xff" + wrong(query)[2:],
            lambda query: query,
            lambda query: wrong(query).replace(b"example", b"elpmaxe"),
            _a(),
        ]
    )
    assert await resolver.address("pbx.example") == "10.0.0.1"


async def test_records_of_another_class_or_of_another_length_are_no_addresses():
    def chaos(query):
        record = _record("pbx.example", A, bytes((6, 6, 6, 6)))
        return _reply(query, record.replace(b"\0\x01\0\x01", b"\0\x01\0\x03"))

    def empty(query):
        return _reply(query, _record("pbx.example", A, b""), _record("x", A, b"\6\6\6\6"))

    def long(query):
        return _reply(query, _record("pbx.example", A, b"\6\6\6\6\6"))

    def short_name(query):
        return _reply(query, _record("pbx.example", CNAME, b""), _record("x", A, b"\6\6\6\6"))

    for made in (chaos, empty, long, short_name):
        resolver, server, _ = _resolver([made])
        with raises(ResolveError):
            await resolver.resolve("pbx.example")
        assert len(server.asked) == 1


async def test_each_try_has_an_id_and_a_port_of_its_own_that_the_system_draws():
    refusing = [[lambda query: _reply(query, code=5)]] * 4
    resolver, server, clock = _resolver(*(refusing * 8))
    for _ in range(8):
        with raises(ResolveError):
            await resolver.resolve("pbx.example")
    assert len(server.asked) == 32
    assert len({bytes(query[:2]) for query, _ in server.asked}) > 28
    assert len(set(server.ports)) > 28 and min(server.ports) >= 49152


async def test_without_servers_or_network_a_name_fails_at_once_and_is_asked_again_later():
    resolver, server, _ = _resolver([_a()], servers=())
    with raises(ResolveError):
        await resolver.resolve("pbx.example")
    server.servers.append("9.9.9.9")
    server.up = False
    with raises(ResolveError):
        await resolver.resolve("pbx.example")
    server.up = True
    assert await resolver.address("pbx.example") == "10.0.0.1"


async def test_the_cache_is_bounded():
    names = ["n%d.example" % x for x in range(40)]
    resolver, _, _ = _resolver(*[[_a(x)] for x in names])
    for name in names:
        await resolver.resolve(name)
    assert len(resolver._cache) <= 16


def test_names_that_cannot_be_asked_are_refused():
    for name in ("", "a..b", "x" * 64, ".".join(["abcdefgh"] * 40)):
        with raises(ResolveError):
            question(1, name, A)


def test_compression_that_loops_or_leads_outside_is_refused():
    for junk in (b"\xc0\x00", b"\xc0\x02\xc0\x00", b"\xc0\xff", b"\x05ab", b"\x41" + b"a" * 65):
        try:
            read_name(junk, 0)
            raise AssertionError(junk)
        except (ValueError, IndexError):
            pass


async def test_every_cut_and_many_changes_of_an_answer_are_read_or_refused():
    query = bytes(question(0x1234, "pbx.example", A))
    data = _a()(query)
    for index in range(12, len(data)):
        for junk in (data[:index], data[:index] + b"\xff" + data[index + 1 :]):
            try:
                records(junk)
            except (ValueError, IndexError):
                pass
