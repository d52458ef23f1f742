"""The resolver: A, SRV, NAPTR, aliases, cache, several servers, junk."""

import asyncio

from support import Clock, raises

from net import dns_query
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
        + _short(ttl >> 16)
        + _short(ttl & 0xFFFF)
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


def test_a_question_has_its_id_one_name_and_wants_recursion():
    query = bytes(question(0xA2B4, "Pbx.example", SRV))
    assert query[:12] == b"\xa2\xb4\x01\0\0\x01" + bytes(6)
    assert query[12:] == b"\x03Pbx\x07example\0\0\x21\0\x01"
    long = ".".join(["a" * 63, "b" * 63, "c" * 63, "d" * 61])
    assert len(question(1, long, A)) == 12 + len(long) + 2 + 4
    for name in (long + "e" * 3, "a" * 64 + ".x"):
        with raises(ResolveError):
            question(1, name, A)


async def test_a_time_to_live_counts_whole_a_day_at_most_and_a_second_at_least():
    for ttl, seconds in ((70_000, 70_000), (0x123456, 86_400), (0x80000005, 5), (0, 1)):
        resolver, server, clock = _resolver([_a(ttl=ttl)], [_a(ip=(10, 0, 0, 2))])
        assert await resolver.address("pbx.example") == "10.0.0.1"
        clock.move(seconds * 1000 - 1)
        assert await resolver.address("pbx.example") == "10.0.0.1", ttl
        clock.move(1)
        assert await resolver.address("pbx.example") == "10.0.0.2", ttl


async def test_an_answer_lives_as_long_as_the_shortest_of_its_records():
    def answer(query):
        return _reply(
            query,
            _record("pbx.example", CNAME, _name("b.example"), 30),
            _record("b.example", A, bytes((10, 0, 0, 1)), 90),
            _record("b.example", A, bytes((10, 0, 0, 2)), 20),
        )

    def alias(query):
        return _reply(
            query,
            _record("pbx.example", CNAME, _name("b.example"), 20),
            _record("b.example", A, bytes((10, 0, 0, 1)), 90),
        )

    for made in (answer, alias):
        resolver, server, clock = _resolver([made], [_a(ip=(10, 0, 0, 9))])
        assert (await resolver.resolve("pbx.example"))[0] == "10.0.0.1"
        clock.move(19_999)
        assert (await resolver.resolve("pbx.example"))[0] == "10.0.0.1"
        clock.move(1)
        assert await resolver.resolve("pbx.example") == ["10.0.0.9"]


async def test_eight_aliases_are_followed_whatever_their_order():
    def chain(length):
        def made(query):
            rows = [_record("n%d" % x, CNAME, _name("n%d" % (x + 1))) for x in range(length)]
            rows.append(_record("n%d" % length, A, bytes((10, 0, 0, 7))))
            return _reply(query, *rows[::-1])

        return made

    resolver, _, _ = _resolver([chain(8)], [chain(9)])
    assert await resolver.resolve("n0") == ["10.0.0.7"]
    resolver, _, _ = _resolver([chain(9)])
    with raises(ResolveError):
        await resolver.resolve("n0")


async def test_of_forty_records_each_is_read():
    def many(query):
        rows = [_record("x.example", A, bytes((10, 0, 0, n))) for n in range(39)]
        return _reply(query, *(rows + [_record("pbx.example", A, bytes((10, 0, 1, 1)))]))

    resolver, _, _ = _resolver([many])
    assert await resolver.resolve("pbx.example") == ["10.0.1.1"]
    query = question(1, "x.example", A)
    for count in (39, 40, 41, 200):
        rows = [_record("x.example", A, bytes((10, 0, 0, n))) for n in range(count)]
        assert len(records(_reply(query, *rows))) == min(count, 40), "no more than those"


async def test_a_service_that_is_said_not_to_be_has_no_answer():
    def none(query):
        return _reply(query, _record("_sip._udp.x", SRV, _short(0) * 3 + b"\0"))

    resolver, _, _ = _resolver([none])
    with raises(ResolveError):
        await resolver.resolve("_sip._udp.x", "SRV")


def test_names_are_read_through_pointers_and_end_behind_the_first_of_them():
    data = b"\x03www\xc0\x06\x07Example\0\x01a\xc0\x00"
    assert read_name(data, 0) == ("www.example", 6)
    assert read_name(data, 15) == ("a.www.example", 19)
    assert read_name(data, 6) == ("example", 15)
    assert read_name(b"\0", 0) == ("", 1)
    label = b"\x3f" + b"a" * 63
    name, end = read_name(label * 3 + b"\x3e" + b"b" * 62 + b"\0", 0)
    assert len(name) == 254 and end == 64 * 3 + 63 + 1
    with raises(ValueError):
        read_name(label * 4 + b"\x01c\0", 0)
    steps = b"".join(bytes((0xC0, 2 * x + 2)) for x in range(10))  # ten jumps
    assert read_name(steps + b"\x01a\0", 0) == ("a", 2)
    with raises(ValueError):
        read_name(b"\xc0\x02" + b"".join(bytes((0xC0, 2 * x + 4)) for x in range(10)) + b"\0", 0)


async def test_ports_that_are_taken_cost_other_ports_and_at_last_any():
    for taken, last in ((3, None), (4, 0)):
        resolver, server, _ = _resolver([_a()])
        tried, plain = [], server.udp

        def udp(port, tried=tried, plain=plain, taken=taken):
            tried.append(port)
            if len(tried) <= taken:
                raise OSError("taken")
            return plain(port)

        server.udp = udp
        assert await resolver.address("pbx.example") == "10.0.0.1"
        assert len(tried) == taken + 1 and (last is None or tried[-1] == last)
        assert all(49152 <= x < 65536 for x in tried[:taken])


async def test_a_server_that_never_answers_has_its_time_and_its_socket_is_closed():
    resolver, server, _ = _resolver(servers=("9.9.9.9", "8.8.8.8"))
    waited = []

    async def never(what, ms):
        what.close()
        waited.append(ms)
        raise asyncio.TimeoutError

    before, dns_query.wait_for_ms = dns_query.wait_for_ms, never
    try:
        with raises(ResolveError) as caught:
            await resolver.resolve("pbx.example")
    finally:
        dns_query.wait_for_ms = before
    assert str(caught.value) == "no answer for pbx.example"
    assert [x[1][0] for x in server.asked] == ["9.9.9.9", "8.8.8.8"] * 2
    assert server.closed == len(waited) == 4 and 4000 <= sum(waited) <= 6000
    assert not resolver._asking  # who comes next asks anew


async def test_who_waits_for_anothers_question_that_is_cancelled_asks_for_itself():
    resolver, server, _ = _resolver([], [_a()])
    first = asyncio.create_task(resolver.address("pbx.example"))
    while not server.asked:
        await asyncio.sleep(0)
    second = asyncio.create_task(resolver.address("pbx.example"))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == "10.0.0.1"
    assert len(server.asked) == 2
