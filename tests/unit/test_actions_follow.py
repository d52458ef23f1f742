"""What a 401 or a redirect leads to: one further request, and credentials that stay at home."""

import hashlib
from binascii import a2b_base64, hexlify

from actions_support import OK, Bench, Web, put

from base.digest import parse_challenge


async def bench_and_web(serve=OK, **options):
    web = await Web(serve).start()
    return Bench(**options), web


def wanting(*challenges):
    """Return a `serve` that wants credentials, any will do."""
    answer = "HTTP/1.1 401 Unauthorized\r\n"
    for challenge in challenges:
        answer += "WWW-Authenticate: %s\r\n" % challenge
    answer += "Content-Length: 0\r\n\r\n"

    async def serve(head, reader, writer):
        await put(writer, OK if "Authorization:" in head else answer.encode())

    return serve


def to(location, status="302 Found"):
    return ("HTTP/1.1 %s\r\nLocation: %s\r\n\r\n" % (status, location)).encode()


def credentials(head):
    """Return the value of Authorization in a request."""
    for line in head.split("\r\n"):
        if line.startswith("Authorization: "):
            return line[15:]
    return None


async def test_basic_with_the_password_of_the_url():
    bench, web = await bench_and_web(wanting('Basic realm="x"'))
    assert await bench.go("http://bob:g%%65h%%3aim@web.test:%d/x" % web.port)
    assert web.paths() == ["/x", "/x"]
    assert credentials(web.heads[0]) is None
    assert a2b_base64(credentials(web.heads[1])[6:]) == b"bob:geh:im"
    assert bench.counted() == (1, 1, 1, 0, 0, 0), bench.lines
    assert not bench.logged("geh")
    web.close()
    bench.stop()


async def test_a_challenge_is_answered_though_its_body_never_ends():
    async def serve(head, reader, writer):
        if "Authorization:" in head:
            await put(writer, OK)
        else:
            await put(writer, b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\n\r\nbody')
            await reader.read(1)  # until the phone leaves

    bench, web = await bench_and_web(serve)
    assert await bench.go("http://bob:pw@web.test:%d/x" % web.port), bench.lines
    assert len(web.heads) == 2 and bench.counted() == (1, 1, 1, 0, 0, 0)
    web.close()
    bench.stop()


async def test_a_realm_in_latin_1_is_a_realm():
    async def serve(head, reader, writer):
        challenge = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="Gesch\xfctzt"\r\n\r\n'
        await put(writer, OK if "Authorization:" in head else challenge)

    bench, web = await bench_and_web(serve)
    assert await bench.go("http://bob:pw@web.test:%d/x" % web.port), bench.lines
    web.close()
    bench.stop()


async def test_a_redirect_that_repeats_a_password_does_not_bring_it_into_the_log():
    async def serve(head, reader, writer):
        await put(writer, OK if "/new" in head else to("/new?a=1&l=ann:geheim@cam"))

    bench, web = await bench_and_web(serve)
    assert await bench.go("http://web.test:%d/old?l=ann:geheim@cam" % web.port)
    assert web.paths()[1] == "/new?a=1&l=ann:geheim@cam"
    assert bench.logged("file = /new?a=1&l=***") and not bench.logged("geheim")
    web.close()
    bench.stop()


async def test_basic_with_the_password_of_the_settings():
    bench, web = await bench_and_web(
        wanting('Basic realm="x"'), http_client_user="u", http_client_pass="p"
    )
    assert await bench.go("http://web.test:%d/x" % web.port)
    assert a2b_base64(credentials(web.heads[1])[6:]) == b"u:p"
    web.close()
    bench.stop()


async def test_without_credentials_a_401_is_final():
    bench, web = await bench_and_web(wanting('Basic realm="x"'))
    assert not await bench.go("http://web.test:%d/x" % web.port)
    assert len(web.heads) == 1 and bench.counted() == (1, 1, 0, 1, 0, 0)
    web.close()
    bench.stop()


async def test_wrong_credentials_are_sent_once():
    for challenge in ('Basic realm="x"', 'Digest realm="x", nonce="n", qop="auth", stale=true'):
        answer = "HTTP/1.1 401 No\r\nWWW-Authenticate: %s\r\nContent-Length: 0\r\n\r\n" % challenge
        bench, web = await bench_and_web(answer.encode())
        assert not await bench.go("http://u:wrong@web.test:%d/x" % web.port)
        assert len(web.heads) == 2, web.heads
        assert bench.counted() == (1, 1, 0, 1, 0, 0)
        assert bench.logged("Refused 401")
        assert not bench.logged("wrong")
        web.close()
        bench.stop()


async def test_digest_in_its_forms():
    for algorithm, qop in (
        ("MD5", "auth"),
        ("MD5", ""),
        ("", "auth"),
        ("SHA-256", "auth"),
        ("SHA-256", "auth,auth-int"),
    ):
        challenge = 'Digest realm="a b", nonce="n0nce==", opaque="o"'
        if algorithm:
            challenge += ", algorithm=" + algorithm
        if qop:
            challenge += ', qop="%s"' % qop
        bench, web = await bench_and_web(wanting('Basic realm="z"', challenge))
        assert await bench.go("http://bob:secret@web.test:%d/x?y=a@b" % web.port)
        value = credentials(web.heads[1])
        got = parse_challenge(value)[0]
        make = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

        def hashed(text, make=make):
            return hexlify(make(text.encode()).digest()).decode()

        first, second = hashed("bob:a b:secret"), hashed("GET:/x?y=a@b")
        between = "n0nce=="
        if qop:
            assert got["nc"] == "00000001" and len(got["cnonce"]) >= 16
            between += ":00000001:%s:auth" % got["cnonce"]
        assert got["response"] == hashed("%s:%s:%s" % (first, between, second)), value
        assert got["uri"] == "/x?y=a@b" and got["opaque"] == "o" and got["username"] == "bob"
        assert len(web.heads) == 2 and bench.counted() == (1, 1, 1, 0, 0, 0)
        web.close()
        bench.stop()


async def test_challenges_that_nobody_can_answer():
    for challenge in (
        "Negotiate",
        "",
        'Digest realm="x',
        "Digest nonce=x, algorithm=NEW",
        "\xff",
        'Digest realm="x\rX: y", nonce="n"',  # would come back as a line of ours
        'Digest realm="x", nonce="n\x00"',
    ):
        bench, web = await bench_and_web(wanting(challenge))
        assert not await bench.go("http://u:p@web.test:%d/x" % web.port)
        assert len(web.heads) == 1 and bench.counted() == (1, 1, 0, 1, 0, 0), bench.lines
        web.close()
        bench.stop()


async def test_a_redirect_is_followed_once():
    for status in ("301 Moved", "302 Found", "303 Other", "307 Temporary", "308 Permanent"):
        last = await Web().start()
        bench, web = await bench_and_web(to("http://b.test:%d/new?a=1#top" % last.port, status))
        assert await bench.go("http://web.test:%d/old" % web.port)
        assert web.paths() == ["/old"] and last.paths() == ["/new?a=1"]
        assert "Host: b.test:%d" % last.port in last.heads[0]
        assert bench.counted() == (1, 1, 1, 0, 0, 0)
        for each in (web, last):
            each.close()
        bench.stop()


async def test_relative_redirects():
    for location, path in (
        ("/new", "/new"),
        ("sub?x=$mac&y=$sip_header(X)", "/a/sub?x=$mac&y=$sip_header(X)"),
        ("?z=2", "/a/b?z=2"),
        ("a b\u00fc", "/a/a%20b%C3%BC"),
        ("../new?x=../y", "/new?x=../y"),
        ("../../../new", "/new"),
        ("./new/./x/../", "/a/new/"),
        ("./b:c", "/a/b:c"),
        ("?u=sip:1@h", "/a/b?u=sip:1@h"),
        ("..", "/"),
    ):

        async def serve(head, reader, writer, location=location):
            await put(writer, to(location) if " /a/b?c=d " in head else OK)

        bench, web = await bench_and_web(serve)
        assert await bench.go("http://web.test:%d/a/b?c=d" % web.port), bench.lines
        assert web.paths() == ["/a/b?c=d", path]
        web.close()
        bench.stop()


async def test_a_loop_of_redirects_ends():
    bench, web = await bench_and_web(to("/x"))
    assert not await bench.go("http://web.test:%d/x" % web.port)
    assert web.paths() == ["/x"]
    assert bench.logged("a loop") and bench.logged("Refused 302")
    assert bench.counted() == (1, 1, 0, 1, 0, 0)
    web.close()
    bench.stop()


async def test_redirects_are_bounded():
    count = [0]

    async def serve(head, reader, writer):
        count[0] += 1
        await put(writer, to("/%d" % count[0]))

    bench, web = await bench_and_web(serve)
    assert not await bench.go("http://web.test:%d/x" % web.port)
    assert len(web.heads) == 6 and len(set(web.paths())) == 6
    web.close()
    bench.stop()


async def test_redirects_to_the_phone_itself_or_to_nowhere_are_not_followed():
    for location in (
        "http://localhost/command.htm?key=P1",
        "http://127.0.0.1/x",
        "//127.0.0.1:81/x",
        "http://0/x",
        "ftp://h/x",
        "javascript:alert(1)",
        "sip:999@h",
        "tel:999",
        "phone:80",
        "http://",
        "http://h:99999/",
        "http://[::1]/",
        "http://" + "x" * 3000,
    ):
        bench, web = await bench_and_web(to(location))
        bench.set("a", "http://web.test:%d/x" % web.port)
        bench.fire("a")
        await bench.over()
        assert bench.logged("not followed"), (location, bench.lines)
        assert len(web.heads) == 1 and bench.counted() == (1, 1, 0, 1, 0, 0)
        assert bench.local_paths == []
        web.close()
        bench.stop()


async def test_credentials_never_go_along_to_another_server():
    last = await Web(wanting('Basic realm="evil"')).start()
    bench, web = await bench_and_web(
        to("http://b.test:%d/new" % last.port), http_client_user="u", http_client_pass="p"
    )
    for text in ("http://bob:geheim@web.test:%d/x", "http://web.test:%d/x"):
        assert not await bench.go(text % web.port)
    assert len(last.heads) == 2
    assert credentials(last.heads[0]) is None and credentials(last.heads[1]) is None
    for each in (web, last):
        each.close()
    bench.stop()


async def test_credentials_in_a_location_are_not_used():
    async def serve(head, reader, writer):
        if " /x " in head:
            await put(writer, to("http://eve:x@web.test:%d/y" % web.port))
        else:
            await wanting('Basic realm="x"')(head, reader, writer)

    bench, web = await bench_and_web(serve)
    assert not await bench.go("http://web.test:%d/x" % web.port)
    assert web.paths() == ["/x", "/y"]
    web.close()
    bench.stop()


async def test_a_redirect_after_a_401_at_the_same_server_keeps_the_credentials():
    async def serve(head, reader, writer):
        if "Authorization" not in head:
            await wanting('Basic realm="x"')(head, reader, writer)
        else:
            await put(writer, to("/y") if " /x " in head else OK)

    bench, web = await bench_and_web(serve)
    assert await bench.go("http://u:p@web.test:%d/x" % web.port)
    assert web.paths() == ["/x", "/x", "/y"]  # the challenge is known by then
    web.close()
    bench.stop()


async def test_a_redirect_to_a_dead_server_is_a_failure_without_a_retry():
    gone = await Web().start()
    gone.close()
    bench, web = await bench_and_web(to("http://b.test:%d/" % gone.port))
    assert not await bench.go("http://web.test:%d/x" % web.port)
    assert len(web.heads) == 1 and bench.counted() == (1, 1, 0, 1, 0, 0), bench.lines
    web.close()
    bench.stop()


async def test_a_server_that_answers_403_instead_of_a_challenge_gets_basic_at_once():
    async def serve(head, reader, writer):
        known = "Authorization: Basic Ym9iOmdlaGVpbQ==\r\n" in head
        await put(writer, OK if known else b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")

    for text, options in (
        ("http://bob:geheim@web.test:%d/x", {}),
        ("http://web.test:%d/x", {"http_client_user": "bob", "http_client_pass": "geheim"}),
    ):
        bench, web = await bench_and_web(serve, **options)
        assert not await bench.go(text % web.port)
        bench.options["http_client_auth"] = "basic"
        assert await bench.go(text % web.port)
        assert len(web.heads) == 2 and not bench.logged("geheim")
        web.close()
        bench.stop()
