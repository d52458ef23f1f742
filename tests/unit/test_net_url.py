"""URLs, addresses and causes: where a request leads to, and what went wrong, in words."""

import asyncio
import errno

from support import raises

from net.address import dotted, loopback, network, within
from net.cause import cause
from net.url import decoded, first, parse, printed, resolved


def test_an_address_has_one_spelling():
    for text in ("0.0.0.0", "127.0.0.1", "255.255.255.255", "10.100.9.99"):
        assert dotted(text), text
    for text in (
        "127.1", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.256", "01.2.3.4", "1.2.3.00", "1.2.3.",
        ".1.2.3", "1.2.3.a", "1.2.3.-1", "1.2.3.4 ", "", "0001.2.3.4", "1000.2.3.4",
    ):  # fmt: skip
        assert not dotted(text), text
    assert loopback("127.9.9.9") and loopback("0.0.0.0")
    assert not loopback("12.7.0.1") and not loopback("10.0.0.1")


def test_a_network_is_an_address_or_an_address_with_its_bits():
    assert network("192.0.2.0/24") == ("192.0.2.0", 24)
    assert network("192.0.2.1") == ("192.0.2.1", 32)
    assert network("0.0.0.0/0") == ("0.0.0.0", 0) and network("1.2.3.4/32")[1] == 32
    for text in (
        "192.0.2.0/33",
        "192.0.2.0/",
        "192.0.2.0/x",
        "192.0.2/24",
        "",
        "/8",
        "1.2.3.4/-1",
    ):
        with raises(ValueError):
            network(text)


def test_an_address_is_within_a_network_by_its_first_bits():
    for ip, text, inside in (
        ("192.0.2.77", "192.0.2.0/24", True),
        ("192.0.3.77", "192.0.2.0/24", False),
        ("192.0.2.127", "192.0.2.0/25", True),
        ("192.0.2.128", "192.0.2.0/25", False),
        ("10.255.0.1", "10.0.0.0/8", True),
        ("11.0.0.1", "10.0.0.0/8", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.2", "192.0.2.1", False),
        ("9.9.9.9", "0.0.0.0/0", True),
        ("name", "0.0.0.0/0", False),
    ):
        assert within(ip, text) is inside, (ip, text)


def test_ports_and_hosts_up_to_their_bounds():
    for text, port in (
        ("http://h", 80), ("https://h", 443), ("http://h:1", 1), ("http://h:65535/", 65535),
        ("http://h:0080/", 80), ("http://h:", 80),
    ):  # fmt: skip
        assert parse(text).port == port, text
    for text in (
        "http://h:0",
        "http://h:65536",
        "http://h:99999999",
        "http://h:8a",
        "http://h:-1",
    ):
        with raises(ValueError) as caught:
            parse(text)
        assert "from 1 to 65535" in str(caught.value), text
    longest = ".".join(["a" * 63] * 3 + ["b" * 61])
    assert parse("http://%s/" % longest).host == longest and len(longest) == 253
    for host in (longest + "b", "a" * 64 + ".x", "a..b", ".a"):
        with raises(ValueError):
            parse("http://%s/" % host)
    assert parse("http://Host.Example./").host == "host.example"


def test_a_host_that_some_read_as_an_address_is_refused():
    for host in ("127.1", "2130706433", "0x7f000001", "0x7f.0.0.0x1", "1.2.3.04", "a.0x", "a.12"):
        with raises(ValueError) as caught:
            parse("http://%s/" % host)
        assert "no address" in str(caught.value), host
    for host in ("12a", "0x7g", "1.2.3.4", "12.a", "x0"):
        assert parse("http://%s/" % host).host == host


def test_what_is_no_url_is_refused_in_words():
    for text, why in (
        ("ftp://h/", "'ftp' does not fit"),
        ("sip:201@h", "'sip' begins no URL"),
        ("http:", "'http' begins no URL"),
        ("https:h", "'https' begins no URL"),
        ("word", "'word' is no URL"),
        ("$scheme://h/", "a variable cannot be the scheme"),
        ("http:///x", "there is no host"),
        ("http://[::1]/", "IPv6"),
        ("http://::1/", "IPv6"),
        ("http://h\xf6st/", "not ASCII"),
        ("http://a b/", "' ' cannot be in a host"),
        ("a:b@c://h", "scheme does not fit"),
        ("http://a%0d%0aX:b@h/", "control characters"),
        ("http://a:b%0Ac@h/", "control characters"),
        ("http://a:%00@h/", "control characters"),
        ("http://a%7f@h/", "control characters"),
    ):
        with raises(ValueError) as caught:
            parse(text)
        assert why in str(caught.value), (text, str(caught.value))
    for text, host in (("h.x/p", "h.x"), ("localhost", "localhost"), ("//h/p", "h"), ("h/p", "h")):
        made = parse(text)
        assert made.host == host and not made.secure, text
    assert parse("HTTPS://h").secure and not parse("HTTP://h").secure


def test_user_and_password_and_the_rest_are_cut_where_they_end():
    made = parse("http://u%40x:p%3Aw%2F@h:81/a?b=c?d#e?f")
    assert made.login == ("u@x", "p:w/") and (made.host, made.port) == ("h", 81)
    assert (made.path, made.query) == ("/a", "?b=c?d")
    assert parse("http://a:b@c@h/").login == ("a:b@c".split(":")[0], "b@c")
    assert parse("http://u@h").login == ("u", "") and parse("http://h/@x").login is None
    assert parse("http://h?x=1").path == "/" and parse("http://h?x=1").query == "?x=1"
    assert parse("http://h#x/y").path == "/"


def test_percent_codes_are_decoded_where_they_are_some():
    for text, plain in (
        ("a%41b", "aAb"), ("%C3%BC", "\xfc"), ("100%", "100%"), ("%4", "%4"), ("%zz", "%zz"),
        ("%ff", "%ff"), ("", ""), ("%25%32", "%2"), ("%+4%-1% 4", "%+4%-1% 4"),
    ):  # fmt: skip
        assert decoded(text) == plain, text
    assert printed("a\xfc b~\x7f!") == "a%C3%BC%20b~%7F!" and printed("!~") == "!~"
    assert first("abc", "c") == 2 and first("abc", "x") == 3 and first("", "x") == 0


def test_a_location_is_seen_from_where_it_was_said():
    url = parse("https://h:8443/a/b/c?q")
    here = "https://h:8443"
    for text, wanted in (
        ("http://x/y", "http://x/y"),
        ("//x/y", "https://x/y"),
        ("/y", here + "/y"),
        ("y", here + "/a/b/y"),
        ("?z", here + "/a/b/c?z"),
        ("./y", here + "/a/b/y"),
        ("../y", here + "/a/y"),
        ("../../y", here + "/y"),
        ("../../../../y", here + "/y"),
        ("..", here + "/a/"),
        (".", here + "/a/b/"),
        ("y/..", here + "/a/b/"),
        ("y/.", here + "/a/b/y/"),
        ("y?u=http://z/..", here + "/a/b/y?u=http://z/.."),
        ("y/./z/../w", here + "/a/b/y/w"),
    ):
        assert resolved(url, "/a/b/c?q", text) == wanted, text


def test_what_went_wrong_is_said_in_words():
    for error, text in (
        (OSError(errno.ECONNREFUSED), "refused"),
        (OSError(errno.EHOSTUNREACH), "unreachable"),
        (OSError(errno.ECONNRESET), "reset"),
        (OSError(errno.EIO), "EIO"),
        (OSError(-9984, "BADCERT_NOT_TRUSTED"), "BADCERT_NOT_TRUSTED"),
        (OSError("in words"), "in words"),
        (OSError(), "network error"),
        (asyncio.TimeoutError(), "no answer in time"),
    ):
        assert cause(error) == text, text
    assert cause(KeyError("x")).startswith("KeyError(")
