"""The web server's times and places on a clock that is moved; settings that change meanwhile."""

import asyncio

from support import raises, until
from webkit import Bench, clock, said

from base.compat import sleep_ms
from base.timers import Timers
from web import command, server
from web.interface import Interface


class Busy:
    """A place that is taken, and not by somebody who gives way."""

    def gives_way(self):
        return False


async def turns():
    for _ in range(30):
        await sleep_ms(1)


def move(bench, ms):
    bench.timers.clock.move(ms, bench.timers)


async def open_bench(**settings):
    return await Bench(clock(), **settings).start()


async def test_a_connection_without_a_request_is_kept_for_twenty_seconds():
    bench = await open_bench()
    client = await bench.client()
    await until(lambda: bench.site.server.count == 1)
    move(bench, 19_900)
    await turns()
    client.take(await client.request("GET", "/"))
    move(bench, 19_900)  # anew with each request
    await turns()
    assert (await client.ask("GET", "/api/ask?x")).status == 200
    move(bench, 20_100)
    assert await client.end() == b""
    await until(lambda: bench.site.server.count == 0)
    client.close()
    bench.stop()


async def test_a_head_that_comes_slowly_has_five_seconds_from_its_first_byte():
    bench = await open_bench()
    client = await bench.client()
    await until(lambda: bench.site.server.count == 1)
    move(bench, 10_000)
    await client.send(b"GET ")
    await turns()
    move(bench, 4900)
    await client.send(b"/ HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    await turns()
    assert bench.site.server.count == 1
    move(bench, 200)
    assert (await client.answer()).status == 408
    client.close()
    bench.stop()


async def test_what_a_request_asks_for_has_thirty_seconds():
    bench = await open_bench()
    begun = []

    async def hang(_):
        begun.append(1)
        await asyncio.Event().wait()

    bench.words.reads["hang"] = hang
    client = await bench.client()
    client.take(await client.request("GET", "/"))
    head = "GET /api/hang HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n"
    await client.send((head % (client.host, client.login("GET", "/api/hang"))).encode())
    await until(lambda: begun)
    move(bench, 29_000)
    await turns()
    assert bench.site.server.count == 1
    move(bench, 1500)
    assert await client.end() == b""  # without an answer: it had none
    client.close()
    bench.stop()


async def test_a_place_that_nobody_uses_is_given_away_after_half_a_second():
    bench = await open_bench()
    idle = []
    for _ in range(4):
        idle.append(await bench.client())
    await until(lambda: bench.site.server.count == 4)
    new = await bench.client()
    await new.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await turns()
    for ms in (300, 100):
        move(bench, ms)
        await turns()
    assert bench.site.server.count == 4
    for _ in range(4):
        move(bench, 100)
        await turns()
    assert (await new.answer()).status == 401
    assert await idle[0].end() == b""  # the one that came first
    await idle[1].send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert (await idle[1].answer()).status == 401
    for client in idle + [new]:
        client.close()
    bench.stop()


async def test_who_may_not_ask_holds_no_place_whatever_is_sent():
    head = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n"
    for data in (head, head + b"x", head[:-2], head[:30], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
        bench = await open_bench()
        held = []
        for _ in range(4):
            client = await bench.client()
            await client.send(data)
            held.append(client)
        await until(lambda b=bench: b.site.server.count == 4)
        await turns()
        new = await bench.client()
        await new.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        for _ in range(7):
            await turns()
            move(bench, 100)
        assert (await new.answer()).status == 401, data
        for client in held + [new]:
            client.close()
        bench.stop()


async def test_who_may_ask_keeps_the_place_until_the_answer():
    bench = await open_bench()
    begun, go = [], asyncio.Event()

    async def slow(_):
        begun.append(1)
        await go.wait()
        return {"done": True}

    bench.words.reads["slow"] = slow
    head = "GET /api/slow HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n"
    clients = []
    for _ in range(4):
        client = await bench.client()
        client.take(await client.request("GET", "/"))
        await client.send((head % (client.host, client.login("GET", "/api/slow"))).encode())
        clients.append(client)
    await until(lambda: len(begun) == 4)
    new = await bench.client()
    await new.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    for _ in range(42):
        await turns()
        move(bench, 100)
    assert (await new.answer()).status == 503
    go.set()
    for client in clients:
        assert (await client.answer()).status == 200
    for client in clients + [new]:
        client.close()
    bench.stop()


async def test_who_waits_for_a_place_waits_four_seconds():
    bench = await open_bench()

    server = bench.site.server
    server._places += [Busy(), Busy(), Busy(), Busy()]
    client = await bench.client()
    await client.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    await until(lambda: server._waiting == 1)
    for _ in range(39):
        move(bench, 100)
        await turns()
    assert server._waiting == 1
    move(bench, 200)
    assert (await client.answer()).status == 503
    assert server._waiting == 0
    again = await bench.client()
    await until(lambda: server._waiting == 1)
    server._places.pop()
    server._free.set()
    await again.send(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert (await again.answer()).status == 401
    server._places.clear()
    client.close()
    again.close()
    bench.stop()


async def test_a_body_that_nobody_wanted_is_passed_over_or_ends_the_connection():
    for length, stays in ((4096, True), (4097, False)):
        bench = await open_bench()
        client = await bench.client()
        got = await client.request("DELETE", "/", b"x" * length)
        assert got.status == 405
        if stays:
            assert (await client.request("GET", "/")).status == 401
        else:
            await turns()
            move(bench, 1100)
            assert await client.end() == b""  # it is closed, without a second answer
        client.close()
        bench.stop()


async def test_a_stream_shows_that_it_lives_and_outlives_the_deadline():
    bench = await open_bench()
    client = await bench.client()
    got = await client.ask("GET", "/api/events?0")
    assert got.status == 200
    move(bench, 31_000)
    looks = []

    async def wait(seen, ms):
        looks.append(ms)
        await sleep_ms(0)

    bench.watch.wait = wait
    bench.watch.add("one")
    data = b""
    while b":\n\n" not in data:
        piece = await client.reader.read(100)
        assert piece
        data += piece
    assert data == b'data: {"log": ["one"]}\n\n:\n\n'
    assert set(looks) == {1000} and len(looks) <= 11
    client.close()
    bench.watch.add("two")
    for number in range(300):
        bench.watch.add(str(number))
        await sleep_ms(20)
        if not bench.site.server.count:
            break
    assert bench.site.server.count == 0
    bench.stop()


async def test_changes_are_asked_for_from_a_line_on():
    bench = await open_bench()
    for text in ("one", "two"):
        bench.watch.add(text)
    for query, found in (("", ["one", "two"]), ("?x", ["one", "two"]), ("?1", ["two"]),
                         ("?999999999", None), ("?9999999999", ["one", "two"])):  # fmt: skip
        got = said(await bench.ask("GET", "/api/changes" + query))
        assert got == ({"log": found} if found else {}), query
    assert (await bench.ask("POST", "/api/changes", b"x", x_offhook="1")).status == 405
    assert (await bench.ask("POST", "/api/events", b"x", x_offhook="1")).status == 405
    bench.stop()


async def test_a_word_that_breaks_is_told_and_the_server_goes_on():
    bench = await open_bench()

    def broken(rest):
        raise OSError(28)

    bench.words.reads["broken"] = broken
    got = await bench.ask("GET", "/api/broken")
    assert got.status == 500 and "28" in said(got)["error"]
    assert any(x.startswith("web: ") and "28" in x for x in bench.lines)
    quiet = []

    async def wait():
        quiet.append(1)

    bench.site._interface._quiet = wait  # a call that is set up goes first
    assert said(await bench.ask("GET", "/api/ask?a")) == {"rest": "a"} and quiet
    bench.stop()


async def test_a_body_is_asked_for_where_the_client_waits_for_that():
    bench = await open_bench()
    client = await bench.client()
    client.take(await client.request("GET", "/"))
    head = "POST /api/do HTTP/1.1\r\nHost: %s\r\nX-Offhook: 1\r\nExpect: 100-Continue\r\n"
    head += "Content-Length: 3\r\nAuthorization: %s\r\n\r\n"
    await client.send((head % (client.host, client.login("POST", "/api/do"))).encode())
    assert (await client.answer()).status == 100 and not bench.words.done
    await client.send(b"abc")
    assert (await client.answer()).status == 200 and bench.words.done == ["abc"]
    client.close()
    bench.stop()


async def test_changed_settings_count_soon_and_their_answer_comes_first():
    bench = await open_bench()
    first = bench.site.server
    bench.settings["webserver_type"] = "off"
    bench.site.renew()
    bench.site.renew()  # two settings of one form
    move(bench, 200)
    assert bench.site.server is first
    move(bench, 200)
    await until(lambda: bench.site.state == "off")
    assert bench.site.server is None
    bench.settings["webserver_type"] = "http_https"
    bench.site.renew()
    move(bench, 400)
    await until(lambda: bench.site.server)
    assert bench.site.state.startswith("http on port ") and "no TLS" in bench.site.state
    assert (await bench.ask("GET", "/api/ask?x")).status == 200
    bench.stop()


async def test_a_port_that_is_taken_is_told():
    bench = await open_bench()
    other = Bench(clock(), http_port=bench.settings["http_port"])

    async def serve(port, handler):
        raise OSError(98)

    other.network.serve = serve
    other.site.renew()  # it has not begun
    move(other, 1000)
    await turns()
    assert other.site.state == "off" and not other.lines
    await other.site.begin()
    assert other.site.state.startswith("off: port %d: " % other.settings["http_port"])
    assert other.site.server is None and len(other.lines) == 1
    bench.stop()


# -- command.htm ----------------------------------------------------------------------------------


class Remote:
    """Notes what it is asked."""

    def __init__(self):
        self.done = []

    def log(self, *_):
        pass

    def press_all(self, presses):
        self.done += presses

    def dial(self, number, uri=None):
        self.done.append((number, uri))

    def change(self, texts):
        self.done.append(texts)

    def dtmf(self, digits):
        self.done.append(digits)

    def release_all(self):
        self.done.append("release")

    def reregister(self, number):
        self.done.append("register " + number)


def test_each_command_does_what_it_says():
    for path, status, done in (
        ("/command.htm?number=+49%20201&outgoing_uri=sip:a%40b", 302, [("+49 201", "sip:a@b")]),
        ("/command.htm?number=%20201%20", 302, [("201", None)]),
        ("/command.htm?key_dtmf=12%23", 200, ["12#"]),
        ("/command.htm?key_dtmf=" + "1" * 70, 200, ["1" * 64]),
        ("/command.htm?RELEASE_ALL_CALLS", 200, ["release"]),
        ("/command.htm?REREGISTER", 200, ["register 1"]),
        ("/command.htm?REREGISTER=2", 200, ["register 2"]),
        ("/command.htm?key=5", 200, [("5", 80, 80)]),
        ("/command.htm?key=5,10;;%23,99999,7", 200, [("5", 10, 80), ("#", 10_000, 7)]),
        ("/command.htm?key=5,,99999", 200, [("5", 80, 10_000)]),
        (
            "/command.htm?key=EK0;EK17;EKx",
            200,
            [("P33", 80, 80), ("P50", 80, 80), ("EKx", 80, 80)],
        ),
        ("/command.htm?key=" + "1;" * 70, 200, [("1", 80, 80)] * 64),
        ("/dummy.htm?settings=save&store_settings=save&a=b+c%2B", 200, [{"a": "b c+"}]),
        ("/settings.htm?settings=save&a=", 200, [{"a": ""}]),
        ("/settings.htm?settings=load&a=b", 404, []),
        ("/settings.htm?number=201", 404, []),
        ("/command.htm", 404, []),
        ("/dummy.htm?x=1&&", 404, []),
    ):
        remote = Remote()
        assert command.local(remote, path) == status, path
        assert remote.done == done, (path, remote.done)


def test_codes_that_are_none_and_bytes_that_are_no_text_stay_as_they_were():
    for text, plain in (
        ("a+b%20c", "a b c"),
        ("%zz%4", "%zz%4"),
        ("%C3%BC", "ü"),
        ("%ff+", "%ff "),
        ("plain", "plain"),
        ("100%", "100%"),
    ):
        assert command.unquote(text) == plain, text


def test_a_refusal_of_the_phone_is_logged_and_answered():
    class Refusing(Remote):
        def __init__(self):
            super().__init__()
            self.lines = []

        def log(self, level, text, *values):
            self.lines.append(text % values)

        def dial(self, number, uri=None):
            raise ValueError("there is no number")

    remote = Refusing()
    assert command.local(remote, "/command.htm?number=") == 400
    assert remote.lines == ["/command.htm: there is no number"]
    with raises(KeyError):  # a fault is no refusal
        remote.dial = {}.__getitem__
        remote.dial = lambda number, uri=None: {}[number]
        command.local(remote, "/command.htm?number=1")


# -- refusals -------------------------------------------------------------------------------------


async def test_who_is_refused_gets_one_answer_and_nothing_else():
    bench = await Bench(http_allow="127.0.0.0/8").start()
    host = "127.0.0.1:%d" % bench.settings["http_port"]
    for name, peer, status in (
        ("evil.example", "127.0.0.1", 421),
        (host, "192.0.2.9", 403),
        (host, "127.0.0.1", 401),
        (host, "127.0.0.66", 429),
    ):
        bench.network.peer = peer
        if status == 429:
            for _ in range(3):
                await bench.ask("GET", "/", password="guess")
        client = await bench.client()
        await client.send(
            ("GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % name).encode()
        )
        all_ = await client.end()
        assert all_.count(b"HTTP/1.1 ") == 1 and all_[9:12] == b"%d" % status, (status, all_)
        client.close()
    bench.stop()


async def test_a_nonce_that_is_too_old_is_said_to_be_and_a_wrong_password_is_not():
    bench = await Bench(clock()).start()
    for password, age, stale in (("geheim", 0, None), ("wrong", 0, False), ("geheim", 1, True)):
        client = await bench.client()
        client.take(await client.request("GET", "/"))
        assert "stale" not in client.challenge
        if age:  # two changes of the key
            client.close()
            for _ in range(2):
                move(bench, 600_000)
                await turns()
            challenge, client = client.challenge, await bench.client()
            client.challenge = challenge
        got = await client.request(
            "GET", "/", authorization=client.login("GET", "/", password=password)
        )
        if stale is None:
            assert got.status == 200
        else:
            assert got.status == 401
            assert ("stale=true" in got.headers["www-authenticate"]) is stale
        client.close()
    bench.stop()


async def test_four_at_once_are_told_that_there_is_no_place_and_no_more():
    bench = await open_bench()

    server = bench.site.server
    server._places += [Busy(), Busy(), Busy(), Busy()]
    server._waiting = 4
    silent = await _clients(bench, 4)
    await until(lambda: server._refused == 4)
    fifth = await bench.client()
    assert await fifth.end() == b""  # at once, without a word
    move(bench, 1100)
    for client in silent:
        assert await client.end() == b""
        client.close()
    await until(lambda: server._refused == 0)
    server._places.clear()
    server._waiting = 0
    fifth.close()
    bench.stop()


async def _clients(bench, count):
    found = []
    for _ in range(count):
        found.append(await bench.client())
    return found


async def test_of_settings_that_change_one_after_the_other_the_last_one_starts_anew_once():
    bench = await open_bench()
    first = bench.site.server
    for _ in range(6):
        bench.site.renew()
        move(bench, 150)  # each puts it off
        await turns()
    assert bench.site.server is first
    move(bench, 2000)
    await until(lambda: bench.site.server not in (None, first))
    second = bench.site.server
    move(bench, 10_000)
    await turns()
    assert bench.site.server is second, "once"
    bench.stop()


async def test_who_sends_on_and_takes_no_answer_gives_way_after_two_seconds():
    kept, server.waits = server.waits, lambda stream: True
    time = clock()
    try:
        place = server._Place(None, None, None, time)
        time.now += 1999
        assert not place.gives_way()
        time.now += 1
        assert place.gives_way()
        place.serves()
        assert not place.gives_way(), "whoever may ask has it until the answer"
        place.free()
        assert not place.gives_way(), "and some time for the next request"
    finally:
        server.waits = kept


class Deaf:
    """A browser that takes nothing any more, from the head of the stream on or from its events."""

    query = ""

    def __init__(self, takes):
        self.takes = takes

    def endless(self):
        pass

    async def stream(self, kind):
        if not self.takes:
            await asyncio.Event().wait()

    async def write(self, text):
        await asyncio.Event().wait()

    def changes(self, seen):
        return {"log": ["news"]}


async def test_who_takes_no_event_for_ten_seconds_is_listened_to_no_more():
    for takes in (False, True):
        time, browser = clock(), Deaf(takes)
        timers = Timers(time)
        api = Interface(None, browser, timers, None, None)
        task = asyncio.create_task(api._events(browser, browser))
        await turns()
        time.move(9999, timers)
        await turns()
        assert not task.done(), takes
        time.move(1, timers)
        with raises(asyncio.TimeoutError):
            await task
        assert api._streams == 0
