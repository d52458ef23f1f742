"""The HTTP client: connections kept where that is safe, and nothing ever sent twice."""

from actions_support import OK, Names, Net, Web, put, shut
from support import Clock

from base.compat import Ticks, sleep_ms, spawn, wait_for_ms
from base.timers import Timers
from net.http import Client, Request
from net.tls import Trust, Untrusted
from net.url import parse

STAYS = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok"


class Line(Net):
    """A network on which TLS is as good as none; `refuse` makes writing to a TLS stream fail."""

    def __init__(self):
        super().__init__()
        self.secure = 0
        self.refuse = None

    async def connect(self, ip, port, tls=None, server_hostname=None):
        reader, writer = await super().connect("127.0.0.1", port)
        if tls:
            self.secure += 1
            if self.refuse:
                shut(writer)
                raise_in(writer, self.refuse)
        return reader, writer


def raise_in(writer, error):
    """Let the first write of a stream raise, as MicroPython's does when the handshake fails."""

    def write(data):
        raise error

    writer.write = write


class Kit:
    """A client on loopback with a clock of its own."""

    def __init__(self, clock=None, calm=None, **options):
        self.clock = clock or Ticks()
        self.timers = Timers(self.clock)
        self.network = Line()
        self.resolver = Names()
        self.lines = []
        options.setdefault("check_trusted_certificate", False)
        self.options = options
        self.trust = Trust(options.get, None, None, "check_trusted_certificate")
        self.client = Client(
            self.network,
            self.resolver,
            self.timers,
            self.trust,
            lambda level, text, *values: self.lines.append(text % values),
            lambda: "Test",
            calm,
        )
        self.serving = None if clock else spawn(self.timers.serve())

    async def get(self, text, **more):
        """Send a GET; return (request, what it raised or None)."""
        request = Request(parse(text))
        for name, value in more.items():
            setattr(request, name, value)
        try:
            await self.client.get(request, 5)
        except Exception as error:
            return request, error
        return request, None

    async def tick(self, ms):
        """Let `ms` pass on the kit's own clock, with the loop turning now and then."""
        for _ in range(ms // 500):
            self.clock.move(500, self.timers)
            for _ in range(3):
                await sleep_ms(1)

    async def until(self, wanted):
        """Wait until ``wanted()``, on the loop's own time."""
        for _ in range(1000):
            if wanted():
                return
            await sleep_ms(2)
        raise AssertionError("in vain")

    def stop(self):
        self.client.close()
        if self.serving:
            self.serving.cancel()


async def kit_and_web(serve=STAYS, keep=True, **more):
    web = await Web(serve, keep).start()
    return Kit(**more), web, "web.test:%d" % web.port


async def test_a_server_that_says_so_is_asked_again_over_the_same_connection():
    kit, web, place = await kit_and_web()
    for path in ("/a", "/b", "/c"):
        request, error = await kit.get("http://%s%s" % (place, path))
        assert error is None and request.status == 200
    assert web.paths() == ["/a", "/b", "/c"] and web.connections == 1
    kit.stop()
    web.close()


async def test_answers_after_which_a_connection_serves_no_more():
    for answer in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",  # it has not said so
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: timeout=1\r\n"
        b"Content-Length: 2\r\n\r\nok",
        STAYS + b"more",  # what nobody asked for
    ):
        kit, web, place = await kit_and_web(answer)
        for path in ("/a", "/b"):
            _, error = await kit.get("http://%s%s" % (place, path))
            assert error is None
        assert web.paths() == ["/a", "/b"] and web.connections == 2, answer
        kit.stop()
        web.close()


async def test_chunked_answers_are_read_to_their_end_and_no_further():
    answer = b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer += b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
    kit, web, place = await kit_and_web(answer)
    got = []
    for _ in range(2):
        _, error = await kit.get("http://%s/" % place, sink=got.append)
        assert error is None, error
    assert b"".join(got) == b"abc0123456789" * 2 and web.connections == 1
    kit.stop()
    web.close()


async def test_a_connection_that_its_server_has_closed_is_replaced_and_nothing_lost():
    kit, web, place = await kit_and_web()
    await kit.get("http://%s/a" % place)
    web.cut()
    await sleep_ms(5)
    request, error = await kit.get("http://%s/b" % place)
    assert error is None and request.status == 200
    assert web.paths() == ["/a", "/b"] and web.connections == 2
    kit.stop()
    web.close()


async def closing_at_the_second():
    """Return a `serve` that answers each other request by closing."""
    count = [0]

    async def serve(head, reader, writer):
        count[0] += 1
        if count[0] % 2:
            await put(writer, STAYS)
        else:
            shut(writer)
            raise OSError("closed")

    return serve


async def test_what_was_sent_over_a_kept_connection_is_never_sent_again():
    kit, web, place = await kit_and_web(await closing_at_the_second())
    await kit.get("http://%s/a" % place)
    request, error = await kit.get("http://%s/b" % place)
    assert request.begun and request.status == 0 and isinstance(error, OSError)
    assert web.paths() == ["/a", "/b"]
    kit.stop()
    web.close()


async def test_what_only_reads_is_sent_once_more():
    kit, web, place = await kit_and_web(await closing_at_the_second())
    await kit.get("http://%s/a" % place)
    request, error = await kit.get("http://%s/b" % place, again=True)
    assert error is None and request.status == 200
    assert web.paths() == ["/a", "/b", "/b"] and web.connections == 2
    kit.stop()
    web.close()


async def test_a_body_goes_to_its_sink_whole_or_not_at_all():
    for answer, length, problem in (
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 5, None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", 5, "ended early"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello hello", 0, "longer than 10"),
        (b"HTTP/1.1 200 OK\r\n\r\nhello", 5, None),
        (b"HTTP/1.1 200 OK\r\n\r\nhello hello", 11, "longer than 10"),
        (b"HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello", 0, None),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello hello\r\n0\r\n\r\n",
            0,
            "longer than 10",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 0, "no chunk"),
    ):
        kit, web, place = await kit_and_web(answer, keep=False)
        got = []
        request, error = await kit.get("http://%s/" % place, sink=got.append, limit=10)
        assert len(b"".join(got)) == length, (answer, got)
        assert (problem is None and error is None) or problem in str(error), (answer, error)
        kit.stop()
        web.close()


async def test_kept_connections_are_bounded():
    kit = Kit()
    webs = []
    for _ in range(5):
        webs.append(await Web(STAYS, True).start())
    for scheme, most in (("http", 3), ("https", 2)):
        kit.client.close()
        for web in webs:
            _, error = await kit.get("%s://web.test:%d/" % (scheme, web.port))
            assert error is None
        kept = [x.server.port for x in kit.client.pool.kept]
        assert kept == [x.port for x in webs[5 - most :]]
    kit.stop()
    for web in webs:
        web.close()


async def test_over_tls_a_server_is_proven_by_a_connection_that_stays_open():
    kit, web, place = await kit_and_web(OK, clock=Clock())
    await kit.get("https://%s/a" % place)
    await kit.get("https://%s/b" % place)  # within a second: it might close just now
    assert web.connections == 2
    await kit.tick(1000)
    await kit.get("https://%s/c" % place)
    await kit.get("https://%s/d" % place)
    assert web.paths() == ["/a", "/b", "/c", "/d"] and web.connections == 2
    kit.stop()
    web.close()


async def test_a_changed_setting_ends_the_connections_that_it_is_about():
    kit, web, place = await kit_and_web()
    await kit.get("https://%s/a" % place)
    kit.trust._made.clear()  # as another certificate would do
    await kit.get("https://%s/b" % place)
    assert web.connections == 2
    kit.stop()
    web.close()


async def test_a_wanted_server_is_connected_to_while_the_phone_is_calm_and_anew_when_it_closes():
    calm = [False]
    kit, web, place = await kit_and_web(STAYS, clock=Clock(), calm=lambda: calm[0])
    url = parse("https://%s/x" % place)
    kit.client.want([url, parse("http://%s/" % place)])
    await kit.tick(3000)
    assert web.connections == 0 and not kit.client.ready(url)
    calm[0] = True
    await kit.tick(1000)
    await kit.until(lambda: kit.client.ready(url))
    await kit.until(lambda: web.connections == 1)
    request, error = await kit.get("https://%s/y" % place)
    assert error is None and web.connections == 1 and request.status == 200
    await kit.tick(30_000)
    web.cut()
    await sleep_ms(5)
    await kit.tick(2000)
    await kit.until(lambda: web.connections == 2)
    assert kit.client.ready(url)
    kit.client.want([])
    web.cut()
    await sleep_ms(5)
    await kit.tick(5000)
    assert web.connections == 2
    kit.stop()
    web.close()


async def test_a_server_that_closes_soon_is_not_connected_to_ahead_of_need():
    kit, web, place = await kit_and_web(STAYS, clock=Clock())
    kit.client.want([parse("https://%s/x" % place)])
    await kit.tick(5000)
    assert web.connections == 1
    web.cut()
    await sleep_ms(5)
    await kit.tick(60_000)
    assert web.connections == 1
    kit.stop()
    web.close()


async def test_a_server_that_names_a_short_time_is_taken_at_its_word():
    answer = STAYS.replace(b"keep-alive\r\n", b"keep-alive\r\nKeep-Alive: timeout=5\r\n")
    kit, web, place = await kit_and_web(answer, clock=Clock())
    url = parse("https://%s/x" % place)
    kit.client.want([url])
    await kit.tick(1000)
    await kit.until(lambda: web.connections == 1)
    _, error = await kit.get("https://%s/a" % place)
    await kit.tick(3000)
    assert error is None and kit.client.ready(url)
    await kit.tick(60_000)  # no handshake every four seconds
    assert web.connections == 1 and not kit.client.ready(url)
    kit.stop()
    web.close()


async def test_a_server_that_refuses_is_tried_less_and_less():
    kit, web, place = await kit_and_web(STAYS, clock=Clock())
    web.close()
    kit.client.want([parse("https://%s/x" % place)])
    await kit.tick(5000)
    assert kit.network.count == 1 and len(kit.lines) == 1
    await kit.tick(57_000)
    assert kit.network.count == 2
    await kit.tick(61_000)
    assert kit.network.count == 2
    await kit.tick(61_000)
    assert kit.network.count == 3
    kit.stop()


async def test_a_request_takes_over_the_handshake_that_has_begun():
    kit, web, place = await kit_and_web(STAYS, clock=Clock())
    kit.client.want([parse("https://%s/x" % place)])
    await kit.tick(1000)
    await kit.until(lambda: kit.client.pool.kept)
    assert kit.client.pool.kept[0].shaking
    request, error = await kit.get("https://%s/y" % place)
    assert error is None and request.status == 200 and web.connections == 1
    kit.stop()
    web.close()


async def test_a_handshake_that_fails_is_final_and_what_was_sent_before_stays_sent():
    kit, web, place = await kit_and_web()
    kit.network.refuse = OSError(-9984)
    request, error = await kit.get("https://%s/a" % place)
    assert request.final and not request.begun and isinstance(error, OSError)
    away = "HTTP/1.1 302 Found\r\nLocation: https://%s/b\r\n\r\n" % place
    first = await Web(away.encode()).start()
    for refuse in (OSError(-9984), ValueError("certificate"), Untrusted("no CA")):
        kit.network.refuse = refuse
        request, error = await kit.get("http://web.test:%d/a" % first.port)
        assert request.begun and error is refuse
    assert web.heads == []
    kit.stop()
    for each in (web, first):
        each.close()


async def test_a_redirect_never_leads_from_https_to_http():
    kit, web, place = await kit_and_web()
    web.serve = ("HTTP/1.1 302 Found\r\nLocation: http://%s/b\r\n\r\n" % place).encode()
    request, error = await kit.get("https://%s/a" % place)
    assert error is None and request.status == 302 and web.paths() == ["/a"]
    assert "from https to http" in kit.lines[0]
    kit.stop()
    web.close()


async def test_a_redirect_never_leads_to_the_phone_itself_by_whatever_name():
    for host, addresses in (
        ("127.1", None),
        ("127.0.0.001", None),
        ("0177.0.0.1", None),
        ("0x7f000001", None),
        ("2130706433", None),
        ("0", None),
        ("127.0.0.1", None),
        ("127.0.0.2", None),
        ("0.0.0.0", None),
        ("LOCALHOST.", None),
        ("inside.test", "127.0.0.1"),
        ("inside.test", "127.9.9.9"),
        ("inside.test", "192.0.2.7"),  # its own
        ("192.0.2.7", None),
    ):
        kit, web, _ = await kit_and_web(keep=False)
        kit.resolver.addresses = ["198.51.100.1"]
        location = "http://%s:%d/command.htm?key=P1" % (host, web.port)
        web.serve = ("HTTP/1.1 302 Found\r\nLocation: %s\r\n\r\n" % location).encode()
        real = kit.resolver.resolve

        async def resolve(name, addresses=addresses, real=real):
            if addresses and name == "inside.test":
                return [addresses]
            return [name] if name[:1].isdigit() else await real(name)

        kit.resolver.resolve = resolve
        request, error = await kit.get("http://web.test:%d/a" % web.port)
        assert web.paths() == ["/a"], (host, web.paths())
        assert request.begun and (error is not None or request.status == 302)
        text = str(error) if error else kit.lines[-1]
        assert "not followed" in text, (host, text)
        kit.stop()
        web.close()


async def test_a_challenge_is_remembered_and_a_new_nonce_is_taken():
    from base.digest import parse_challenge

    nonce, seen = ["n1"], []

    async def serve(head, reader, writer):
        given = [x[15:] for x in head.split("\r\n") if x.startswith("Authorization: ")]
        seen.append(parse_challenge(given[0])[0] if given else None)
        if given and seen[-1]["nonce"] == nonce[0]:
            await put(writer, STAYS)
        else:
            text = 'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="%s", '
            text += 'qop="auth"\r\nContent-Length: 0\r\n\r\n'
            await put(writer, (text % nonce[0]).encode())

    kit, web, place = await kit_and_web(serve)
    for _ in range(2):
        request, _ = await kit.get("http://%s/a" % place, login=("u", "p"))
        assert request.status == 200
    assert [x and (x["nonce"], x["nc"]) for x in seen] == [
        None,
        ("n1", "00000001"),
        ("n1", "00000002"),
    ]
    nonce[0] = "n2"
    request, _ = await kit.get("http://%s/a" % place, login=("u", "p"))
    assert request.status == 200 and seen[-1]["nonce"] == "n2" and len(seen) == 5
    kit.stop()
    web.close()


async def test_basic_goes_at_once_where_that_is_wanted():
    kit, web, place = await kit_and_web(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    await kit.get("http://%s/a" % place, login=("bob", "x"), basic=True)
    assert "Authorization: Basic Ym9iOng=\r\n" in web.heads[0]
    await kit.get("http://%s/a" % place, login=("bob", "x"))
    assert "Authorization" not in web.heads[1] and len(web.heads) == 2
    kit.stop()
    web.close()


async def test_a_deadline_ends_all_and_leaves_nothing():
    async def hang(head, reader, writer):
        await reader.read(1)

    kit, web, place = await kit_and_web(hang, keep=False)
    request = Request(parse("http://%s/" % place))
    try:
        await wait_for_ms(kit.client.get(request, 0.05), 5000)
        raise AssertionError("answered")
    except Exception as error:
        assert "Timeout" in type(error).__name__
    assert kit.client.pool.kept == [] and kit.client.pool._used == {} and len(kit.timers) == 0
    kit.stop()
    web.close()
