"""HTTP answers read from pieces of any size: heads, lengths, chunks, and their bounds."""

from support import raises

from base.compat import Ticks
from base.timers import Timers
from net.http_answer import Answer

_SIZES = (1, 2, 7, 5000)


class Reader:
    """Gives `data` in pieces of `size` bytes; then its end."""

    def __init__(self, data, size):
        self.data, self.size = data, size
        self.given = 0

    async def read(self, most):
        count = min(most, self.size)
        piece, self.data = self.data[:count], self.data[count:]
        self.given += len(piece)
        return piece


async def head(data, size=5000):
    """Return the `Answer` whose head is read, and its reader."""
    reader = Reader(data, size)
    made = Answer(reader, Timers(Ticks()))
    assert made.empty
    await made.head()
    return made


async def whole(data, limit=100, size=5000):
    """Return (answer, body, what `body` returns)."""
    made, got = await head(data, size), []
    ended = await made.body(limit, got.append)
    return made, b"".join(got), ended


def lines(*more):
    return b"HTTP/1.1 200 OK\r\n" + b"".join(x + b"\r\n" for x in more) + b"\r\n"


async def test_a_head_is_the_same_in_pieces_of_any_size():
    for size in _SIZES:
        made = await head(
            b"HTTP/1.1 401 No\r\nContent-Length: 12\r\nLOCATION:  /x \r\n"
            b"www-authenticate: Basic\r\nWWW-Authenticate: Digest\r\n"
            b"Keep-Alive: timeout=7, max=3\r\n\r\nbody",
            size,
        )
        assert (made.status, made.length, made.location) == (401, 12, b"/x")
        assert made.challenges == [b"Basic", b"Digest"]
        assert made.stays and made.keep == 7 and not made.closes and not made.empty
        assert made.bounded() and not made.whole


async def test_a_body_ends_at_its_length_wherever_the_pieces_do_and_more_than_that_is_not_whole():
    for size in (1, 3, 7, 20, 45, 5000):
        made, body, ended = await whole(
            lines(b"Content-Length: 10") + b"0123456789junk" * 4, 99, size
        )
        assert body == b"0123456789" and ended, size
    assert not made.whole
    for size in (1, 3, 7, 20, 5000):
        data = lines(b"Transfer-Encoding: chunked") + b"5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"
        made, body, ended = await whole(data, 99, size)
        assert body == b"0123456789" and ended and made.whole, size


async def test_line_ends_without_a_return_are_line_ends():
    made = await head(b"HTTP/1.1 200 OK\nContent-Length: 3\n\nabc")
    assert made.status == 200 and made.length == 3


async def test_whether_a_connection_stays_is_the_last_word_of_its_head():
    for text, closes, stays, keep in (
        (b"HTTP/1.1 200 OK\r\n\r\n", False, False, None),
        (b"HTTP/1.0 200 OK\r\n\r\n", True, False, None),
        (b"HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n\r\n", False, True, None),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", True, False, None),
        (b"HTTP/1.1 200 OK\r\nConnection: Upgrade, Close\r\n\r\n", True, False, None),
        (b"HTTP/1.0 200 OK\r\nConnection: x\r\n\r\n", True, False, None),
        (b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=60\r\n\r\n", False, True, 60),
        (b"HTTP/1.1 200 OK\r\nKeep-Alive: max=9\r\n\r\n", False, True, None),
        (b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=99999999999\r\n\r\n", False, True, 999999),
        (
            b"HTTP/1.1 100 Go\r\nConnection: keep-alive\r\nContent-Length: 4\r\n\r\n"
            b"HTTP/1.1 200 OK\r\n\r\n",
            False,
            False,
            None,
        ),
    ):
        made = await head(text)
        assert (made.closes, made.stays, made.keep) == (closes, stays, keep), text
        assert made.length is None and not made.bounded()


async def test_statuses_without_a_body_have_none():
    for status, length in ((200, None), (204, 0), (304, 0), (205, None)):
        made = await head(b"HTTP/1.1 %d X\r\n\r\n" % status)
        assert made.status == status and made.length == length
        assert await made.body(10) and made.whole is (length == 0)


async def test_what_is_no_head_is_refused():
    for text in (
        b"HTTP/1.1 099 X\r\n\r\n",
        b"HTTP",
        b"http/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1  200 OK\r\n\r\n",
        b"",
    ):
        with raises(OSError):
            await head(text)
    interim = b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 199 X\r\n\r\n"
    assert (await head(interim + b"HTTP/1.1 200 \r\n\r\n")).status == 200


async def test_four_challenges_are_enough():
    made = await head(lines(*[b"WWW-Authenticate: %d" % x for x in range(9)]))
    assert made.challenges == [b"0", b"1", b"2", b"3"]


async def test_a_long_line_is_cut_and_a_head_of_16_kb_is_read_but_no_longer_one():
    long = b"Location: /" + b"x" * 3000
    for size in _SIZES:
        made = await head(lines(long, b"Content-Length: 2"), size)
        assert made.length == 2 and made.location == b"/" + b"x" * (1024 - 11)
    filler = [b"X: " + b"y" * 95] * 160
    for more, good in ((345, True), (700, False)):
        data = lines(*filler) + b""
        data = lines(*(filler + [b"Z" * (16384 - len(data) - 2 + more - 345)]))
        if good:
            assert len(data) == 16384 and (await head(data)).status == 200
        else:
            with raises(OSError) as caught:
                await head(data)
            assert str(caught.value) == "endless header"


async def test_lengths_that_are_none_let_the_end_of_the_connection_tell():
    for value, length in ((b"5", 5), (b"0", 0), (b"-5", None), (b"5x", None), (b"", None)):
        made = await head(lines(b"Content-Length: " + value))
        assert made.length == length, value
    assert (await head(lines(b"Content-Length: 12345678901"))).length == 123456789


async def test_a_body_up_to_its_limit_is_whole():
    for size in _SIZES:
        body = b"hello"
        for limit, ended in ((5, True), (6, True), (4, False)):
            made, got, good = await whole(lines(b"Content-Length: 5") + body, limit, size)
            assert good is ended and made.whole is ended and got == body[: min(5, limit)]
            made, got, good = await whole(lines() + body, limit, size)
            assert good is ended and not made.whole, (limit, size)
            assert got == body[: limit + 1]
    made, got, good = await whole(lines(b"Content-Length: 6") + b"hello")
    assert not good and not made.whole and got == b"hello"
    made, got, good = await whole(lines(b"Content-Length: 4") + b"hello")
    assert good and not made.whole and got == b"hell"  # there is more than it has said


async def test_chunks_are_joined_in_pieces_of_any_size_and_bounded_together():
    coded = lines(b"Transfer-Encoding: gzip, Chunked")
    chunks = b"3;name=x\r\nabc\r\n 0A \r\n0123456789\r\n00\r\nX: y\r\nZ: z\r\n\r\n"
    for size in _SIZES:
        made, got, good = await whole(coded + chunks, 13, size)
        assert good and made.whole and got == b"abc0123456789"
        made, got, good = await whole(coded + chunks, 12, size)
        assert not good and not made.whole
        made, got, good = await whole(coded + chunks + b"H", 13, size)
        assert good and made.whole is (size < 7) or size >= 7 and not made.whole
    signed = (b"-1\r\n\r\n", b"+3\r\nabc\r\n", b"0x3\r\nabc\r\n", b"1_0\r\n", b"\xff\r\n")
    for junk in (b"\r\n", b"x\r\n", b"3\r\nabc\r\n\r\n") + signed:
        with raises(OSError) as caught:
            await whole(coded + junk)
        assert str(caught.value) == "no chunk", junk
    made, got, good = await whole(coded + b"9\r\nabc")
    assert not good and not made.whole and got == b"abc"


async def test_what_nobody_wants_is_read_no_further_than_its_limit():
    reader = Reader(lines(b"Content-Length: 100000") + b"x" * 100_000, 512)
    made = Answer(reader, Timers(Ticks()))
    await made.head()
    assert not await made.body(2000)
    assert reader.given < 2000 + 2 * 512


async def test_before_a_head_has_come_nothing_is_known_to_stay():
    made = Answer(Reader(b"HTTP", 5000), Timers(Ticks()))
    for _ in range(2):
        assert made.closes and not made.stays and made.keep is None and made.status == 0
        with raises(OSError):
            await made.head()
