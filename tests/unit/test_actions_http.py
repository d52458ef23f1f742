"""The GET against servers good and bad: sent once, read within bounds, over by its deadline."""

from actions_support import OK, Bench, Web, put

from base.compat import sleep_ms, spawn

_SHORT = 0.2  # s, the deadline where a server never answers


async def bench_and_web(serve=OK, **options):
    web = await Web(serve).start()
    return Bench(**options), web, "http://web.test:%d" % web.port


def body(length, text="200 OK"):
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (text.encode(), length)


async def once(serve, figures, **options):
    """Send one request to a server that does `serve`; return the bench when the figures fit."""
    bench, web, url = await bench_and_web(serve, **options)
    ok = await bench.go(url + "/x?y=1")
    assert bench.counted() == figures, (bench.counted(), bench.lines)
    assert ok == bool(figures[2])
    assert web.paths() == ["/x?y=1"]
    web.close()
    bench.stop()
    return bench


async def test_the_request_is_what_a_snom_sends():
    bench, web, url = await bench_and_web()
    assert await bench.go(url + "/a?b=%41")
    lines = web.heads[0].split("\r\n")
    assert lines[0] == "GET /a?b=%41 HTTP/1.1"
    assert "Host: web.test:%d" % web.port in lines
    assert "User-Agent: Test/1.2" in lines
    assert lines[-2:] == ["", ""]
    assert "Authorization" not in web.heads[0]
    assert bench.counted("P1") == bench.counted() == (1, 1, 1, 0, 0, 0)
    web.close()
    bench.stop()


async def test_a_request_of_1024_characters_arrives_whole():
    bench, web, url = await bench_and_web()
    text = url + "/?a="
    text += "x" * (1024 - len(text))
    assert await bench.go(text)
    assert web.paths() == [text[len(url) :]]
    web.close()
    bench.stop()


async def test_each_status_is_an_answer_but_only_2xx_is_ok():
    for status, figures in (
        ("200", (1, 1, 1, 0, 0, 0)),
        ("204 No Content", (1, 1, 1, 0, 0, 0)),
        ("304 Not Modified", (1, 1, 0, 1, 0, 0)),
        ("404 Not Found", (1, 1, 0, 1, 0, 0)),
        ("500", (1, 1, 0, 1, 0, 0)),
        ("401 Unauthorized", (1, 1, 0, 1, 0, 0)),
    ):
        bench = await once(b"HTTP/1.1 %s\r\n\r\n" % status.encode(), figures)
        assert bench.counters()["total"][status[0] + "xx"] == 1
        word = "Answer %s" if status[0] == "2" else "Refused %s"
        assert bench.logged(word % status[:3]), bench.lines


async def test_the_log_has_the_line_that_users_know():
    bench = await once(OK, (1, 1, 1, 0, 0, 0))
    line = bench.lines[0]
    assert line.startswith("[2] Sending post request host = web.test:"), line
    assert line.endswith(", file = /x?y=1"), line


async def test_interim_answers_are_passed_over():
    await once(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK,
        (1, 1, 1, 0, 0, 0),
    )


async def test_an_answer_in_single_bytes_is_an_answer():
    async def trickle(head, reader, writer):
        for byte in body(3) + b"abc":
            await put(writer, bytes([byte]))
            await sleep_ms(0)

    await once(trickle, (1, 1, 1, 0, 0, 0))


async def test_a_body_without_length_a_long_one_and_a_chunked_one_are_fine():
    await once(b"HTTP/1.0 200 OK\r\n\r\nhello", (1, 1, 1, 0, 0, 0))
    await once(body(5000) + b"x" * 5000, (1, 1, 1, 0, 0, 0))

    async def chunked(head, reader, writer):  # and keeps the connection
        await put(writer, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")
        await put(writer, b"0\r\n")
        await sleep_ms(5)
        await put(writer, b"\r\n")
        await reader.read(1)

    await once(chunked, (1, 1, 1, 0, 0, 0), action_url_timeout=30)


async def test_a_body_that_never_ends_nor_comes_does_not_cost_the_deadline():
    async def silent(head, reader, writer):
        await put(writer, b"HTTP/1.1 200 OK\r\n\r\nhello")
        await reader.read(1)

    await once(silent, (1, 1, 1, 0, 0, 0), action_url_timeout=1000)


async def test_a_server_that_keeps_the_connection_is_left():
    async def keep(head, reader, writer):
        await put(writer, body(2) + b"ok")
        assert await reader.read(1) == b""  # our side has closed

    await once(keep, (1, 1, 1, 0, 0, 0))


async def test_a_server_that_never_answers_is_left_at_the_deadline():
    async def hang(head, reader, writer):
        await reader.read(1)

    bench = await once(hang, (1, 1, 0, 1, 0, 0), action_url_timeout=_SHORT)
    assert bench.logged("Failed no answer in time: web.test:"), bench.lines


async def test_a_server_that_trickles_is_cut_off_at_the_deadline():
    async def trickle(head, reader, writer):
        await put(writer, b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            await put(writer, b"y")
            await sleep_ms(20)

    await once(trickle, (1, 1, 0, 1, 0, 0), action_url_timeout=_SHORT)


async def test_a_body_that_trickles_costs_the_deadline_but_the_answer_counts():
    async def trickle(head, reader, writer):
        await put(writer, body(5000))
        while True:
            await put(writer, b"y")
            await sleep_ms(20)

    await once(trickle, (1, 1, 1, 0, 0, 0), action_url_timeout=_SHORT)


async def endless(writer, start, piece, taken):
    await put(writer, start)
    try:
        while len(taken) < 2000:  # 2 MB, far beyond what sockets hold
            await put(writer, piece * 10)
            taken.append(1)
    except OSError:
        pass


async def test_an_endless_header_is_not_read_beyond_its_bound():
    for start, piece in (
        (b"HTTP/1.1 200 OK\r\n", b"X-Header: " + b"y" * 88 + b"\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 100),
        (b"HTTP/1.1 200 ", b"y" * 100),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 4),
    ):
        taken = []

        async def serve(head, reader, writer, start=start, piece=piece, taken=taken):
            await endless(writer, start, piece, taken)

        bench = await once(serve, (1, 1, 0, 1, 0, 0), action_url_timeout=10)
        assert bench.logged("endless header"), bench.lines


async def test_an_endless_body_is_not_read_beyond_its_bound():
    for start in (b"HTTP/1.1 200 OK\r\n\r\n", body(2_000_000_000)):
        taken = []

        async def serve(head, reader, writer, start=start, taken=taken):
            await endless(writer, start, b"z" * 100, taken)

        await once(serve, (1, 1, 1, 0, 0, 0), action_url_timeout=10)


async def test_what_is_no_http_is_no_answer():
    for junk in (
        b"hello\r\n\r\n",
        b"<html>HTTP/0.9</html>\n",
        b"\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"\xff\xfe\x00\n",
        b"HTTP/1.1 20\r\n\r\n",
    ):
        bench = await once(junk, (1, 1, 0, 1, 0, 0))
        assert bench.logged("no HTTP answer"), (junk, bench.lines)


async def test_strange_headers_do_no_harm():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: -7\r\nContent-Length: 99999999999999999999\r\n"
    head += b"Location: \xff\xfe\r\n: x\r\nno colon\r\n\xc3(\xa0\r\nWWW-Authenticate: \xff\r\n"
    await once(head + b"\r\nx", (1, 1, 1, 0, 0, 0))


async def test_a_server_that_vanishes_in_mid_answer_is_not_asked_again():
    for part in (b"", b"HTT", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-"):
        bench = await once(part, (1, 1, 0, 1, 0, 0))
        assert bench.logged("Failed "), bench.lines


async def test_a_name_without_an_address_is_tried_again_three_times():
    bench = Bench()
    assert not await bench.go("http://nowhere.invalid/x")
    assert bench.resolver.asked == ["nowhere.invalid"] * 4
    assert bench.network.count == 0
    assert bench.counted() == (1, 0, 0, 1, 3, 0)
    assert len(bench.logged("Sending post request")) == 1
    assert len(bench.logged("Retry ")) == 3
    assert bench.logged("Failed no address for nowhere.invalid: nowhere.invalid:80 (P1)")
    bench.stop()


async def test_the_next_try_takes_the_names_next_address():
    web = await Web().start()
    bench = Bench()
    bench.resolver.addresses = ["127.0.0.8", "127.0.0.9", "127.0.0.1"]
    assert await bench.go("http://web.test:%d/x" % web.port), bench.lines
    assert web.paths() == ["/x"] and bench.counted() == (1, 1, 1, 0, 2, 0)
    assert await bench.go("http://web.test:%d/y" % web.port)  # the one that answers stays first
    assert web.paths() == ["/x", "/y"] and bench.counted() == (2, 2, 2, 0, 2, 0)
    web.close()
    bench.stop()


async def test_a_name_that_takes_too_long_is_within_the_deadline():
    bench = Bench(action_url_timeout=0.05)
    assert not await bench.go("http://slow.test/x")
    assert bench.counted() == (1, 0, 0, 1, 3, 0)
    assert bench.logged("no answer in time")
    bench.stop()


async def test_a_refused_connection_is_tried_again_and_then_works():
    bench, web, url = await bench_and_web()
    web.close()
    targets = bench.parse(url + "/x")
    bench.sender.pauses = (1, 300, 300)
    bench.send(targets, "P1")
    while not bench.logged("Retry 2 of 3"):
        await sleep_ms(5)
    again = Web()
    await again.listen(web.port)
    await bench.over()
    assert again.paths() == ["/x"]
    assert bench.counted() == (1, 1, 1, 0, 2, 0), bench.lines
    again.close()
    bench.stop()


async def test_a_refused_connection_fails_after_three_retries():
    bench, web, url = await bench_and_web()
    web.close()
    assert not await bench.go(url + "/x")
    assert bench.counted() == (1, 0, 0, 1, 3, 0), bench.lines
    assert bench.network.count == 4
    bench.stop()


async def test_the_loop_runs_on_while_a_server_hangs():
    count = [0]

    async def others():
        while True:
            count[0] += 1
            await sleep_ms(1)

    async def hang(head, reader, writer):
        await reader.read(1)

    task = spawn(others())
    bench, web, url = await bench_and_web(hang, action_url_timeout=_SHORT)
    bench.send(bench.parse(url + "/x"), "P1")
    await web.wait(1)
    before = count[0]
    await bench.over()
    assert count[0] - before > 5, (before, count)
    task.cancel()
    web.close()
    bench.stop()


async def test_localhost_is_the_phone_itself():
    bench = Bench()
    assert await bench.go("http://localhost/command.htm?key=P5")
    assert await bench.go("127.0.0.1/dummy.htm?x=%23 1#y")
    assert await bench.go("https://LOCALHOST/z")
    assert not await bench.go("http://localhost/404")
    assert await bench.go("http://localhost/302")  # a number was dialled
    paths = ["/command.htm?key=P5", "/dummy.htm?x=%23%201", "/z", "/404", "/302"]
    assert bench.local_paths == paths
    assert bench.network.count == 0 and bench.resolver.asked == []
    assert bench.counted() == (5, 5, 4, 1, 0, 0)
    text = "Refused 404: localhost:80 is the phone itself, which does not know /404 (P1)"
    assert bench.logged(text), bench.lines
    assert bench.logged("Answer 302: localhost:80 (P1)")
    bench.stop()


async def test_a_port_that_is_not_the_phones_web_server_is_refused_in_words():
    bench = Bench()
    for text in ("127.0.0.1:8080/dummy.htm", "https://localhost:8443/x"):
        assert not await bench.go("http://" + text if "//" not in text else text)
    assert bench.local_paths == [] and bench.network.count == 0
    assert len(bench.logged("this address is the phone itself")) == 2, bench.lines
    bench.options.update(http_port=8080, https_port=8443)
    assert await bench.go("http://127.0.0.1:8080/dummy.htm")
    assert await bench.go("https://localhost:8443/x")
    assert not await bench.go("http://localhost:8081/x")
    assert bench.local_paths == ["/dummy.htm", "/x"]
    bench.stop()


async def test_a_fault_in_the_phone_itself_is_a_failure_and_no_more():
    bench = Bench()

    def broken(path):
        raise KeyError(path)

    bench.sender.local = broken
    assert not await bench.go("http://localhost/x")
    assert bench.counted() == (1, 1, 0, 1, 0, 0)
    bench.stop()


async def test_want_of_memory_costs_the_event_and_not_the_call():
    bench = Bench()

    class Full:
        def __str__(self):
            raise MemoryError

    bench.values.lookup = lambda *_: Full()
    bench.set("a", "http://localhost/?n=$remote")
    bench.fire("a")
    assert bench.counted() == (1, 0, 0, 0, 0, 1)
    bench.stop()


async def test_no_socket_stays_open():
    left = []

    async def hang(head, reader, writer):
        left.append(await reader.read(1))

    async def junk(head, reader, writer):
        await put(writer, b"no HTTP\r\n\r\n")
        left.append(await reader.read(1))

    async def full(head, reader, writer):
        await put(writer, OK)
        left.append(await reader.read(1))

    for serve in (hang, junk, full):
        bench, web, url = await bench_and_web(serve, action_url_timeout=0.1)
        for count in range(1, 4):
            left.clear()
            await bench.go(url + "/x")
            for _ in range(1000):
                if left:
                    break
                await sleep_ms(2)
            assert left == [b""], (serve, count)  # our side has closed, before the next request
        web.close()
        bench.stop()
