"""The phone's HTTP server on a real socket: what it answers, refuses and outlives."""

import asyncio

from webkit import Bench, clock, said

from base.compat import sleep_ms


async def test_nobody_gets_in_without_the_password():
    bench = await Bench().start()
    for path in ("/", "/app.js", "/api/ask?x", "/nothing", "/command.htm?key=1"):
        client = await bench.client()
        got = await client.request("GET", path)
        assert got.status == 401 and "SHA-256" in got.headers["www-authenticate"], path
        client.close()
    assert (await bench.ask("GET", "/api/ask?a%20b")).status == 200
    assert (await bench.ask("GET", "/api/ask?x", password="wrong")).status == 401
    assert not bench.remote.done
    bench.stop()


async def test_without_a_password_nothing_listens():
    bench = Bench(http_pass="")
    await bench.site.begin()
    assert bench.site.state == "off until http_pass is set"
    no_tls = "off: this phone serves no TLS, so webserver_type https has no pages"
    for kind, state in (("off", "off"), ("https", no_tls)):
        bench = Bench(webserver_type=kind)
        await bench.site.begin()
        assert bench.site.state == state


async def test_every_answer_has_its_security_headers():
    bench = await Bench().start()
    client = await bench.client()
    got = [await client.request("GET", "/")]
    client.take(got[0])
    for method, path in (
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/api/ask"),
        ("GET", "/api/no"),
    ):
        got.append(await client.ask(method, path))
    got.append(await client.request("DELETE", "/"))
    got.append(await client.request("GET", "/", host="evil.example"))
    assert [x.status for x in got] == [401, 200, 404, 200, 404, 405, 421]
    for each in got:
        assert "script-src 'self';" in each.headers["content-security-policy"]
        assert "unsafe" not in each.headers["content-security-policy"]
        assert each.headers["x-content-type-options"] == "nosniff"
        assert each.headers["x-frame-options"] == "DENY"
        assert each.headers["referrer-policy"] == "no-referrer"
    for data in (b"junk\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/9.0\r\n\r\n"):
        assert "content-security-policy" in (await bench.raw(data)).headers, data
    client.close()
    bench.stop()


async def test_a_connection_serves_many_requests_and_ends_where_it_is_asked_to():
    bench = await Bench().start()
    client = await bench.client()
    for number in range(20):
        assert said(await client.ask("GET", "/api/ask?%d" % number)) == {"rest": str(number)}
    got = await client.ask("GET", "/api/ask?x", connection="close")
    assert got.headers["connection"] == "close" and await client.end() == b""
    client.close()
    bench.stop()


async def test_words_are_asked_and_done_and_refused_beside_their_field():
    bench = await Bench().start()
    ours = {"x_offhook": "1"}
    assert said(await bench.ask("GET", "/api/ask?a%3Db%26c+d")) == {"rest": "a=b&c d"}
    assert said(await bench.ask("POST", "/api/do", "täglich".encode(), **ours)) == {"ok": True}
    assert said(await bench.ask("POST", "/api/later", b"x", **ours)) == ["x"]
    got = await bench.ask("POST", "/api/do", b"wrong", **ours)
    assert got.status == 400 and said(got)["errors"] == {"field": "'wrong' does not fit"}
    assert bench.words.done == ["täglich"]
    assert (await bench.ask("GET", "/api/do?x")).status == 405
    assert (await bench.ask("POST", "/api/none", b"x", **ours)).status == 404
    assert (await bench.ask("POST", "/", b"x", **ours)).status == 405
    assert (await bench.ask("POST", "/api/do", b"\xff\xfe", **ours)).status == 400
    assert len(bench.words.done) == 1
    bench.stop()


async def test_another_page_in_the_same_browser_can_do_nothing():
    bench = await Bench(remote_control=True, http_allow="127.0.0.1").start()
    own = "http://127.0.0.1:%d" % bench.settings["http_port"]
    for headers in (
        {},
        {"origin": "http://evil.example"},
        {"origin": "null", "x_offhook": "1"},
        {"origin": "http://evil.example", "x_offhook": "1"},
        {"origin": own.replace("http", "https"), "x_offhook": "1"},
        {"origin": own + "1", "x_offhook": "1"},
        {"origin": own, "x_offhook": "1", "sec_fetch_site": "cross-site"},
    ):
        assert (await bench.ask("POST", "/api/do", b"x", **headers)).status == 403, headers
    for path in ("/api/events", "/api/changes", "/api/ask?x"):
        for headers in ({"origin": "http://evil.example"}, {"sec_fetch_site": "cross-site"}):
            assert (await bench.ask("GET", path, **headers)).status == 403, (path, headers)
    # a command needs no page: an image is enough, and browsers then send neither of them
    for headers in ({"accept_language": "de"}, {"origin": "http://evil.example"}):
        got = await bench.ask("GET", "/command.htm?key=1", **headers)
        assert got.status == 403, headers
    assert not bench.words.done and not bench.remote.done
    got = await bench.ask("POST", "/api/do", b"x", origin=own, x_offhook="1", accept_language="de")
    assert got.status == 200 and bench.words.done == ["x"]
    bench.stop()


async def test_a_cti_tool_in_a_browser_commands_where_it_cannot_be_any_page():
    bench = await Bench(remote_control=True, http_allow="127.0.0.1").start()
    own = "http://127.0.0.1:%d" % bench.settings["http_port"]
    german = {"accept_language": "de-DE,de;q=0.9"}

    async def status(**headers):
        headers.update(german)
        return (await bench.ask("GET", "/command.htm?key=1", **headers)).status

    for headers in (
        {"origin": "chrome-extension://abcdefghijklmnop"},
        {"origin": "moz-extension://0b9c1a2e-0000"},
        {"origin": "safari-web-extension://X"},
        {"sec_fetch_site": "none"},
        {"x_offhook": "1"},
        {"origin": own, "x_offhook": "1"},
    ):
        assert await status(**headers) == 200, headers
    worse = (
        {"origin": "https://crm.example"},
        {"origin": "http://chrome-extension.example"},
        {"origin": "null"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    )
    for headers in worse + ({}, {"accept": "*/*"}, {"sec_fetch_mode": "no-cors"}):
        assert await status(**headers) == 403, headers
    bench.settings["use_hidden_tags"] = False  # as on a Snom: its owner wants them all
    assert await status() == 200 and await status(accept="*/*") == 200
    for headers in worse:
        assert await status(**headers) == 403, headers
    bench.stop()


async def test_a_foreign_name_for_the_phone_is_refused():
    bench = await Bench(phone_name="Lobby").start()
    for host, status in (
        ("127.0.0.1", 401),
        ("192.0.2.7:8080", 401),
        ("localhost:80", 401),
        ("lobby", 401),
        ("LOBBY.local:80", 401),
        ("evil.example", 421),
        ("lobby.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("2130706433", 421),
        ("127.1", 421),
        ("127.0.0.1:evil", 421),
        ("127.0.0.1:", 421),
        ("127.0.0.1:80:80", 421),
        ("evil@127.0.0.1", 421),
        ("[::1]", 421),
        ("", 400),
    ):
        client = await bench.client()
        assert (await client.request("GET", "/", host=host)).status == status, host
        client.close()
    client = await bench.client()
    got = await client.request("GET", "http://evil.example/", host="127.0.0.1")
    assert got.status == 421
    client.close()
    bench.stop()


async def test_an_address_that_guesses_is_blocked_and_no_other_one():
    bench = await Bench().start()
    bench.network.peer = "192.0.2.66"
    for _ in range(3):
        assert (await bench.ask("GET", "/", password="guess")).status == 401
    got = await bench.ask("GET", "/")
    assert got.status == 429 and 0 < int(got.headers["retry-after"]) <= 60
    bench.network.peer = "192.0.2.7"
    assert (await bench.ask("GET", "/")).status == 200
    assert any("192.0.2.66 is blocked for 60 s" in x for x in bench.lines)
    assert not any("guess" in x and "guesses" not in x for x in bench.lines)
    bench.stop()


async def test_who_has_the_password_begins_anew_with_mistaken_ones():
    bench = await Bench().start()
    bench.network.peer = "192.0.2.7"
    for _ in range(3):
        for _ in range(2):
            assert (await bench.ask("GET", "/", password="mistaken")).status == 401
        assert (await bench.ask("GET", "/")).status == 200
    bench.stop()


async def test_only_addresses_of_the_allow_list_get_anything():
    bench = await Bench(http_allow="192.0.2.0/28 198.51.100.7").start()
    for ip, status in (
        ("192.0.2.15", 200),
        ("192.0.2.16", 403),
        ("198.51.100.7", 200),
        ("198.51.100.8", 403),
    ):
        bench.network.peer = ip
        assert (await bench.ask("GET", "/api/ask")).status == status, ip
    bench.stop()


async def test_remote_control_is_off_by_default_and_wants_an_allow_list():
    bench = await Bench().start()
    assert (await bench.ask("GET", "/command.htm?key=1")).status == 403
    bench.settings["remote_control"] = True
    assert (await bench.ask("GET", "/command.htm?key=1")).status == 403
    bench.settings["http_allow"] = "10.0.0.1"
    assert (await bench.ask("GET", "/command.htm?key=1")).status == 403
    bench.settings["http_allow"] = "127.0.0.0/8"
    assert (await bench.ask("GET", "/command.htm?key=1", password="x")).status == 401
    assert not bench.remote.done
    got = await bench.ask("GET", "/command.htm?number=201")
    assert got.status == 302 and got.headers["location"] == "/"
    got = await bench.ask("GET", "/settings.htm?settings=save&dnd_mode=on")
    assert got.status == 200 and bench.remote.done == ["dial 201", {"dnd_mode": "on"}]
    bench.stop()


async def test_what_is_no_request_gets_its_status():
    bench = await Bench().start()
    host = b"Host: 127.0.0.1\r\n"
    for data, status in (
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\n" + host, 400),
        (b"GET http:/x HTTP/1.1\r\n" + host, 400),
        (b"GET / HTTP/1.1\nHost: 127.0.0.1\n", 400),
        (b"GET /#a HTTP/1.1\r\n" + host, 400),
        (b"GET / HTTP/1.1\r\n" + host + host, 400),
        (b"GET / HTTP/1.1\r\n" + host + b" folded: 1\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + host + b"Na me: 1\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + host + b"A: \x00\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + host + b"A: \xff\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + host + b"A: b\rc: d\r\n", 400),
        (b"GET / HTTP/2.0\r\n" + host, 505),
        (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: +1\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 0x1\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: \r\n", 400),
        (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 1\r\nContent-Length: 2\r\n", 400),
        (b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 99999999999999999999\r\n", 413),
        (b"POST / HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\n", 501),
        (
            b"POST / HTTP/1.1\r\n" + host + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
            400,
        ),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\n" + host, 414),
        (b"GET / HTTP/1.1\r\n" + host + b"A: " + b"b" * 9000 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + host + b"a: b\r\n" * 70, 431),
    ):
        got = await bench.raw(data + b"\r\n")
        assert got.status == status, (data[:60], got.status)
    bench.stop()


async def test_an_endless_line_or_header_is_cut_off_at_its_bound():
    bench = await Bench().start()
    for start, piece, status in (
        (b"GET /", b"a" * 400, 414),
        (b"GET / HTTP/1.1\r\n", b"A: " + b"b" * 395 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nA: ", b"b" * 400, 431),
    ):
        client = await bench.client()
        sent = 0
        await client.send(start)
        while sent < 400_000:
            try:
                await client.send(piece)
            except OSError:
                break
            sent += len(piece)
            await sleep_ms(0)
        assert sent < 200_000, "it went on reading"
        client.close()
        got = await bench.raw(start + piece * 30)
        assert got.status == status
    bench.stop()


async def test_a_body_that_is_too_long_is_refused_before_it_is_read():
    bench = await Bench().start()
    client = await bench.client()
    client.take(await client.request("GET", "/"))
    head = "POST /api/do HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Offhook: 1\r\nContent-Length: 100000\r\n"
    head += "Authorization: %s\r\n\r\n" % client.login("POST", "/api/do")
    await client.send(head.encode())
    assert (await client.answer()).status == 413
    assert not bench.words.done
    client.close()
    bench.stop()


async def test_a_slow_request_is_given_up_and_leaves_nothing():
    now = clock()
    bench = await Bench(now).start()
    slow = await clients(bench, 3)
    for client in slow:
        await client.send(b"GET / HT")
    await bench_until(lambda: bench.site.server.count == 3)
    await sleep_ms(20)
    now.move(5000, bench.timers)
    for client in slow:
        got = await client.answer()
        assert got.status == 408
        client.close()
    await bench_until(lambda: bench.site.server.count == 0)
    bench.stop()


async def test_connections_that_do_nothing_give_their_place_to_others():
    bench = await Bench().start()
    idle = await clients(bench, 7)
    for _ in range(5):
        assert (await bench.ask("GET", "/api/ask")).status == 200
    assert bench.site.server.count <= 4
    for client in idle:
        client.close()
    bench.stop()


async def test_who_finds_no_place_is_told_to_come_back_and_hears_it():
    bench = await Bench().start()
    gate = asyncio.Event()

    async def hang(_):
        await gate.wait()

    bench.words.reads["hang"] = hang
    first = await bench.client()
    first.take(await first.request("GET", "/"))
    head = "GET /api/hang HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n"
    clients = [first]
    for number in range(8):  # four are served, four wait
        client = clients[number]
        clients.append(await bench.client())
        login = first.login("GET", "/api/hang")
        await client.send((head % (client.host, login)).encode())
        for _ in range(20):
            await sleep_ms(0)
    for _ in range(3):
        client = clients[-1]
        clients.append(await bench.client())
        got = await client.request("GET", "/")
        assert got.status == 503 and got.headers["retry-after"] == "1", got
        assert got.body == b"all connections are in use\n"
    gate.set()
    for client in clients[:8]:
        assert (await client.answer()).status == 200
    for client in clients:
        client.close()
    bench.stop()


async def test_strangers_hold_no_socket_where_one_is_needed_and_who_may_ask_keeps_theirs():
    bench = await Bench().start()
    gate = asyncio.Event()

    async def hang(_):
        await gate.wait()

    bench.words.reads["hang"] = hang
    owner = await bench.client()
    owner.take(await owner.request("GET", "/"))
    head = "GET /api/hang HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n"
    await owner.send((head % (owner.host, owner.login("GET", "/api/hang"))).encode())
    server, strangers = bench.site.server, []
    await bench_until(lambda: any(x.busy for x in server._places))
    for _ in range(12):
        strangers.append(await bench.client())
        await strangers[-1].send(b"GET / HT")
    await bench_until(lambda: len(server._open) >= 8)
    assert bench.site.shed()
    for client in strangers:
        assert (await client.end())[:13] in (b"", b"HTTP/1.1 503 ")
    await bench_until(lambda: len(server._open) == 1)
    assert not bench.site.shed() and server._waiting == 0
    gate.set()
    assert (await owner.answer()).status == 200
    for client in strangers + [owner]:
        client.close()
    bench.stop()
    assert not bench.site.shed(), "nothing listens"


async def test_who_is_refused_a_place_and_says_nothing_holds_nothing():
    time = clock()
    bench = await Bench(time).start()
    server = bench.site.server
    for _ in range(4):
        server._places.append(_Busy())
    server._waiting = 4
    silent = []
    for _ in range(10):
        silent.append(await bench.client())
    for _ in range(20):
        await sleep_ms(0)
    time.now += 2000
    bench.timers.run()
    for client in silent:
        assert await client.end() == b""
        client.close()
    server._places.clear()
    server._waiting = 0
    bench.stop()


class _Busy:
    def gives_way(self):
        return False


async def test_a_client_that_went_leaves_no_state():
    bench = await Bench().start()
    for _ in range(12):
        client = await bench.client()
        got = await client.request("GET", "/")
        client.take(got)
        await client.send(b"GET /api/ask HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        client.close()
    await bench_until(lambda: bench.site.server.count == 0)
    bench.stop()


async def test_paths_lead_to_the_pages_own_files_only():
    bench = await Bench().start()
    for path in (
        "/../login.py",
        "/..%2flogin.py",
        "/%2e%2e/login.py",
        "/pages/index.html",
        "//index.html",
        "/index.html.gz",
        "/index.html%00.txt",
        "/./index.html",
        "/files.py",
        "/state/settings.txt",
    ):
        assert (await bench.ask("GET", path)).status == 404, path
    for path in ("/", "/index.htm", "/index.html"):
        got = await bench.ask("GET", path)
        assert got.status == 200 and got.headers["content-type"].startswith("text/html")
    again = await bench.ask("GET", "/", if_none_match=got.headers["etag"])
    assert again.status == 304 and not again.body
    bench.stop()


async def test_a_head_has_no_body():
    bench = await Bench().start()
    client = await bench.client()
    client.take(await client.request("GET", "/"))
    got = await client.ask("HEAD", "/")
    assert got.status == 200 and int(got.headers["content-length"]) > 0
    assert (await client.ask("GET", "/api/ask?1")).status == 200
    client.close()
    bench.stop()


async def test_two_browsers_listen_and_a_third_one_is_told_to_ask():
    bench = await Bench().start()
    listening = []
    for _ in range(2):
        client = await bench.client()
        got = await client.ask("GET", "/api/events")
        assert got.status == 200 and got.headers["content-type"].startswith("text/event-stream")
        listening.append(client)
    assert (await bench.ask("GET", "/api/events")).status == 503
    assert (await bench.ask("GET", "/api/ask?x")).status == 200
    bench.watch.add("<b>news</b>")
    for client in listening:
        data = b""
        while b"\n\n" not in data:
            data += await client.reader.read(100)
        assert data == b'data: {"log": ["<b>news</b>"]}\n\n'
    assert said(await bench.ask("GET", "/api/changes?0")) == {"log": ["<b>news</b>"]}
    assert said(await bench.ask("GET", "/api/changes?1")) == {}
    for client in listening:
        client.close()
    for number in range(50):  # they are gone when the next news cannot be told them
        bench.watch.add(str(number))
        await sleep_ms(30)
        if not bench.site.server.count:
            break
    assert bench.site.server.count == 0
    bench.stop()


async def clients(bench, count):
    """Return `count` connected clients."""
    found = []
    for _ in range(count):
        found.append(await bench.client())
    return found


async def bench_until(what):
    """Wait until ``what()`` is true."""
    for _ in range(1500):
        if what():
            return
        await sleep_ms(5)
    raise AssertionError("it did not come to that")
