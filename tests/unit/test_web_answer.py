"""Answers as they leave: what a head says, and how much is written before others have a turn."""

from support import raises

from web.answer import EVENTS, HTML, JSON, TEXT, Answer, head


class _Writer:
    """Notes what was written between two turns of the loop."""

    def __init__(self):
        self.pieces = [b""]

    def write(self, data):
        self.pieces[-1] += bytes(data)

    async def drain(self):
        self.pieces.append(b"")

    def all(self):
        return b"".join(self.pieces)


class _Request:
    """What an answer wants of a request."""

    def __init__(self, method="GET", path="/", stays=True):
        self.method, self.path, self.stays = method, path, stays


def _answer(*args):
    writer = _Writer()
    return Answer(writer, _Request(*args)), writer


def _parts(raw):
    """Return (status line, {header: value}, body)."""
    begin, _, body = raw.partition(b"\r\n\r\n")
    lines = begin.decode().split("\r\n")
    return lines[0], dict([x.split(": ", 1) for x in lines[1:]]), body


async def test_a_long_body_leaves_in_pieces_of_a_kilobyte_with_a_turn_after_each():
    for size in (0, 1, 1023, 1024, 1025, 5000):
        answer, writer = _answer()
        body = bytes([x & 0xFF for x in range(size)])
        await answer.send(200, body, HTML)
        line, headers, found = _parts(writer.all())
        assert line == "HTTP/1.1 200 OK" and found == body and answer.status == 200
        assert headers["Content-Length"] == str(size) and headers["Content-Type"] == HTML
        assert max([len(x) for x in writer.pieces[1:]]) <= 1024 and writer.pieces[-1] == b""
        assert len(writer.pieces) == 2 + -(-size // 1024), size


async def test_a_file_and_a_stream_have_a_turn_after_each_piece():
    answer, writer = _answer()
    await answer.file(5, lambda: (b"ab", b"cde"), TEXT, ("X: y",), "max-age=1")
    line, headers, found = _parts(writer.all())
    assert found == b"abcde" and writer.pieces[1:] == [b"ab", b"cde", b""]
    assert headers["X"] == "y" and headers["Cache-Control"] == "max-age=1"
    answer, writer = _answer()
    await answer.stream(EVENTS)
    await answer.write("data: \u00fc\n\n")
    line, headers, found = _parts(writer.all())
    assert found == "data: \u00fc\n\n".encode() and "Content-Length" not in headers
    assert headers["Connection"] == "close" and not answer.stays and len(writer.pieces) == 3
    answer, writer = _answer()
    await answer.go_on()
    assert writer.pieces == [b"HTTP/1.1 100 Continue\r\n\r\n", b""] and answer.status == 0


async def test_who_asks_for_the_head_gets_the_head():
    for way in range(2):
        answer, writer = _answer("HEAD")
        if way:
            await answer.file(3, lambda: (b"abc",), TEXT, (), "no-store")
        else:
            await answer.send(200, "abc")
        _, headers, body = _parts(writer.all())
        assert body == b"" and headers["Content-Length"] == "3"


async def test_a_refusal_is_json_for_programs_and_a_text_for_others():
    answer, writer = _answer("GET", "/api/x")
    await answer.refuse(404, 'no "x"', ("A: b",))
    line, headers, body = _parts(writer.all())
    assert line == "HTTP/1.1 404 Not Found" and headers["Content-Type"] == JSON
    assert body == b'{"error": "no \\"x\\""}' and headers["A"] == "b"
    bad = _Writer()  # what was no request has none
    for answer, writer in (_answer("GET", "/api"), (Answer(bad), bad)):
        await answer.refuse(404, "no", ("A: b",))
        line, headers, body = _parts(writer.all())
        assert body == b"no\n" and headers["Content-Type"] == TEXT and headers["A"] == "b"
    assert headers["Connection"] == "close", "what was no request ends its connection"


def test_a_head_has_what_keeps_a_page_to_itself_and_one_line_each():
    for status, reason in (
        (200, "OK"),
        (304, "Not Modified"),
        (401, "Unauthorized"),
        (599, "Error"),
    ):
        line, headers, body = _parts(head(status, length=0, stays=True))
        assert line == "HTTP/1.1 %d %s" % (status, reason) and body == b""
        assert headers["Connection"] == "keep-alive" and headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert ("Content-Type" in headers) is (status != 304) and headers["Content-Length"] == "0"
    for more in ("A: b\r\nC: d", "A: b\n", "A: \r"):
        with raises(ValueError):
            head(200, more=(more,))
