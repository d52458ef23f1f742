"""Requests read and answers written by the web server, in pieces of any size, to their bounds."""

import json

from support import raises

from web.answer import EVENTS, HTML, Answer, head
from web.request import Bad, Reader, Request

_SIZES = (1, 3, 512)
_HOST = b"Host: h\r\n"


class Stream:
    """Gives `data` in pieces of `size` bytes, then its end; takes what is written."""

    def __init__(self, data=b"", size=512):
        self.data, self.size = data, size
        self.pieces = []

    async def read(self, most):
        count = min(most, self.size)
        piece, self.data = self.data[:count], self.data[count:]
        return piece

    def write(self, data):
        self.pieces.append(bytes(data))

    async def drain(self):
        pass

    def written(self):
        return b"".join(self.pieces)


async def read(data, size=512):
    """Return (request, reader) of what comes."""
    reader = Reader(Stream(data, size), "192.0.2.9")
    assert await reader.wait()
    return await reader.head(), reader


async def status(data):
    """Return the status that refuses it."""
    for size in (512, 100):
        with raises(Bad) as caught:
            await read(data, size)
    return caught.value.status


async def test_a_request_is_the_same_in_pieces_of_any_size():
    data = b"\r\n\r\nPOST /a%20b?c=%64 HTTP/1.1\r\nHOST: h:80 \r\nX-One:\tx: y\r\nX-Two:\r\n"
    data += b"Content-Length: 5\r\n\r\nhelloGET / HTTP/1.0\r\n\r\n"
    for size in _SIZES:
        request, reader = await read(data, size)
        assert (request.method, request.target) == ("POST", "/a%20b?c=%64")
        assert (request.path, request.query) == ("/a b", "c=%64")
        assert request.headers == {
            "host": "h:80", "x-one": "x: y", "x-two": "", "content-length": "5",
        }  # fmt: skip
        assert request.peer == "192.0.2.9" and request.stays and request.length == 5
        assert await reader.body(request) == b"hello" and request.left == 0
        assert await reader.wait()
        request = await reader.head()
        assert (request.method, request.path, request.query) == ("GET", "/", "")
        assert not request.stays and request.length == 0
        assert await reader.body(request) == b""
        assert not await reader.wait()


async def test_an_end_in_mid_request_is_an_end():
    for data in (b"GET / HTTP/1.1\r\nHo", b"G", b"GET / HTTP/1.1\r\nHost: h\r\n\r"):
        with raises(EOFError):
            await read(data)
    request, reader = await read(b"POST / HTTP/1.0\r\nContent-Length: 9\r\n\r\nshort")
    with raises(EOFError):
        await reader.body(request)
    assert request.left == 4
    for data in (b"", b"\r\n", b"\n\r"):
        assert not await Reader(Stream(data), "").wait()


async def test_who_stays_is_told_by_version_and_connection():
    for version, connection, stays in (
        ("1.1", "", True),
        ("1.1", "close", False),
        ("1.1", "Keep-Alive, Close", False),
        ("1.0", "", False),
        ("1.0", "Keep-Alive", True),
        ("1.0", "close", False),
    ):
        request = Request("GET", "/", "HTTP/" + version, {"connection": connection}, "")
        assert request.stays is stays, (version, connection)


async def test_a_line_a_header_and_their_number_up_to_their_bounds():
    start, end = b"GET /", b" HTTP/1.1\r\n"
    for size in (4096, 4097):  # without the line's end
        line = start + b"a" * (size - len(start) - len(end) + 2) + end
        for more in (b"", b"A: %s\r\n" % (b"b" * 700)):
            data = line + _HOST + more + b"\r\n"
            if size == 4096:
                assert len((await read(data))[0].target) == size - 13
            else:
                assert await status(data) == 414
    line = start + end + _HOST
    for size, good in ((8192, True), (8193, False)):
        data = line + b"A: " + b"b" * (size - len(line) - 3) + b"\r\n\r\n"
        if good:
            assert len((await read(data))[0].headers["a"]) == size - len(line) - 3
        else:
            assert await status(data) == 431
    for count, good in ((62, True), (63, False)):
        data = line + b"".join(b"a%d: b\r\n" % x for x in range(count)) + b"\r\n"
        if good:
            assert len((await read(data))[0].headers) == 63
        else:
            assert await status(data) == 431


async def test_a_body_up_to_its_limit_in_any_pieces():
    for size in _SIZES:
        for length, limit in ((10, 10), (9, 10), (0, 0)):
            data = b"POST / HTTP/1.1\r\n" + _HOST + b"Content-Length: %d\r\n\r\n" % length
            request, reader = await read(data + b"0123456789"[:length] + b"rest", size)
            got = []
            await reader.pieces(request, got.append, limit)
            assert b"".join(got) == b"0123456789"[:length]
        request, reader = await read(
            b"POST / HTTP/1.1\r\n" + _HOST + b"Content-Length: 11\r\n\r\n" + b"x" * 11, size
        )
        for refused in (reader.pieces(request, got.append, 10), reader.body(request, 10)):
            with raises(Bad) as caught:
                await refused
            assert caught.value.status == 413 and request.left == 11
    for length, good in ((16384, True), (16385, False)):
        data = b"POST / HTTP/1.1\r\n" + _HOST + b"Content-Length: %d\r\n\r\n" % length
        request, reader = await read(data + b"y" * length)
        if good:
            assert len(await reader.body(request)) == length
        else:
            with raises(Bad):
                await reader.body(request)


async def test_what_is_thrown_away_is_bounded():
    stream = Stream(b"x" * 5000)
    await Reader(stream, "").discard(2000)
    assert 2000 <= 5000 - len(stream.data) <= 2511
    await Reader(stream, "").discard(90_000)
    assert stream.data == b""


async def test_the_absolute_form_names_its_host():
    request, _ = await read(b"GET HTTP://Other:81/x?y HTTP/1.1\r\n" + _HOST + b"\r\n")
    assert (request.target, request.headers["host"]) == ("/x?y", "Other:81")
    request, _ = await read(b"GET http://other/ HTTP/1.1\r\n\r\n")
    assert request.path == "/" and request.headers == {"host": "other"}
    for target in (b"http://other", b"https://other/", b"x/y", b"*", b"/a#b"):
        assert await status(b"GET %s HTTP/1.1\r\n%s\r\n" % (target, _HOST)) == 400, target


async def test_what_is_wrong_with_a_request_has_its_status():
    line = b"GET / HTTP/1.1\r\n"
    for data, code in (
        (b"GET /\r\n" + _HOST, 400),
        (b"G3T / HTTP/1.1\r\n" + _HOST, 400),
        (b"GET / HTTP/1.2\r\n" + _HOST, 505),
        (b"GET / XTTP/1.1\r\n" + _HOST, 400),
        (line, 400),
        (line + b"Host: \r\n", 400),
        (line + _HOST + b": x\r\n", 400),
        (line + _HOST + b"no colon\r\n", 400),
        (line + _HOST + b"A: \x7f\r\n", 400),
        (line + _HOST + b"Origin: a\r\nOrigin: b\r\n", 400),
        (line + _HOST + b"Authorization: a\r\nAuthorization: a\r\n", 400),
        (line + _HOST + b"Expect: a\r\nexpect: a\r\n", 400),
        (line + _HOST + b"Content-Type: a\r\ncontent-type: a\r\n", 400),
        (line + _HOST + b"Content-Length: 1234567890\r\n", 413),
        (line + _HOST + b"Content-Length: 1 2\r\n", 400),
    ):
        assert await status(data + b"\r\n") == code, data
    request, _ = await read(line + _HOST + b"A: 1\r\nA: 2\r\nContent-Length: 123456789\r\n\r\n")
    assert request.headers["a"] == "2" and request.length == 123456789


# -- answers --------------------------------------------------------------------------------------


def lines(data):
    """Return (status line, {header: value}, what follows) of an answer."""
    text, _, rest = data.partition(b"\r\n\r\n")
    rows = text.decode().split("\r\n")
    return rows[0], dict(x.split(": ", 1) for x in rows[1:]), rest


def asked(method="GET", path="/", **headers):
    return Request(method, path, "HTTP/1.1", headers, "")


def test_a_head_says_what_follows_and_whether_the_connection_stays():
    first, found, rest = lines(head(200, HTML, 7, True, ("X: y",), "max-age=9"))
    assert first == "HTTP/1.1 200 OK" and rest == b""
    assert found["Content-Type"] == HTML and found["Content-Length"] == "7"
    assert found["Connection"] == "keep-alive" and found["X"] == "y"
    assert found["Cache-Control"] == "max-age=9"
    first, found, _ = lines(head(304))
    assert first == "HTTP/1.1 304 Not Modified" and "Content-Type" not in found
    assert "Content-Length" not in found and found["Connection"] == "close"
    assert found["Cache-Control"] == "no-store"
    assert lines(head(299))[0] == "HTTP/1.1 299 Error"
    for bad in ("X: y\r\nZ: 1", "X: y\n", "X: y\r"):
        with raises(ValueError):
            head(200, more=(bad,))


async def test_a_long_body_is_written_in_pieces_and_none_to_a_head():
    body = "ä" * 1500
    for method, size in (("GET", 3000), ("HEAD", 0)):
        stream = Stream()
        answer = Answer(stream, asked(method))
        assert answer.status == 0 and answer.stays
        await answer.send(200, body)
        _, found, rest = lines(stream.written())
        assert found["Content-Length"] == "3000" and len(rest) == size and answer.status == 200
        assert rest == body.encode()[:size]
        assert max(len(x) for x in stream.pieces[1:] or [b""]) <= 1024
        stream = Stream()
        await Answer(stream, asked(method)).file(6, lambda: (b"abc", b"def"), HTML, (), "x")
        assert lines(stream.written())[2] == b"abcdef"[: size and 6]


async def test_a_refusal_is_json_for_the_interface_and_text_for_all_others():
    for path, kind, body in (
        ("/api/do", "application/json", b'{"error": "no"}'),
        ("/apix", "text/plain", b"no\n"),
        (None, "text/plain", b"no\n"),
    ):
        stream = Stream()
        answer = Answer(stream, asked(path=path) if path else None)
        assert answer.stays is (path is not None)
        await answer.refuse(403, "no", ("X: y",))
        first, found, rest = lines(stream.written())
        assert first == "HTTP/1.1 403 Forbidden" and found["X"] == "y" and answer.status == 403
        assert found["Content-Type"].startswith(kind) and rest == body
    stream = Stream()
    await Answer(stream, asked()).json({"a": [1]}, 500)
    first, found, rest = lines(stream.written())
    assert first == "HTTP/1.1 500 Internal Server Error" and json.loads(rest) == {"a": [1]}


async def test_a_stream_has_no_length_and_ends_with_its_connection():
    stream = Stream()
    answer = Answer(stream, asked())
    await answer.go_on()
    await answer.stream(EVENTS)
    await answer.write("ä")
    first, _, rest = stream.written().partition(b"\r\n\r\n")
    assert first == b"HTTP/1.1 100 Continue"
    _, found, rest = lines(rest)
    assert found["Content-Type"] == EVENTS and found["Connection"] == "close"
    assert "Content-Length" not in found and rest == "ä".encode()
    assert not answer.stays and answer.status == 200
