"""The parser and its small functions: what phones and PBXs really send, and what must not pass."""

from support import raises

from sip.message.fields import param, split, unquote, via
from sip.message.message import encode, parse
from sip.message.uri import address_of, name_addr, untagged, uri_parts

_HEAD = "INVITE sip:**1@fritz.box SIP/2.0\r\n"


def _parse(*lines):
    return parse((_HEAD + "\r\n".join(lines) + "\r\n\r\nbody").encode())


def test_headers_keep_their_order_and_get_their_long_names():
    message = _parse("v: SIP/2.0/UDP h", "FROM : a", "t:b", "X-Thing:  two  words ", "i: c")
    assert message.method == "INVITE" and message.uri == "sip:**1@fritz.box"
    assert [name for name, _ in message.headers] == ["via", "from", "to", "x-thing", "call-id"]
    assert message.header("x-thing") == "two  words" and message.header("none") is None
    assert message.body == b"body"


def test_folded_lines_are_one():
    message = _parse("Subject: one", " two", "\tthree", "To: x")
    assert message.header("subject") == "one two three" and message.header("to") == "x"
    for sign in (" ", "\t"):
        message = _parse("Subject: one", sign + "two", "To: x")
        assert message.header("subject") == "one two" and message.header("to") == "x"


def test_lists_are_split_outside_of_quotes_and_brackets():
    assert split('"a,b" <sip:x@y;z=1,2>;p, <sip:c>', ",") == ['"a,b" <sip:x@y;z=1,2>;p', "<sip:c>"]
    assert split("<sip:a,b>, c,,d", ",") == ["<sip:a,b>", "c", "d"]
    assert split('"a\\",b", c', ",") == ['"a\\",b"', "c"]
    assert split("", ",") == split(" , ,", ",") == []
    with raises(ValueError):
        split('"a, b', ",")
    message = _parse("Contact: <sip:a>, <sip:b>", "m: <sip:c>")
    assert message.values("contact") == ["<sip:a>", "<sip:b>", "<sip:c>"]
    assert message.all("contact") == ["<sip:a>, <sip:b>", "<sip:c>"]


def test_name_addrs_of_all_kinds():
    assert name_addr('"A \\"B\\""<sip:x@h>;tag=1') == ('A "B"', "sip:x@h", ";tag=1")
    assert name_addr("Bob Smith <sip:x@h;a=b>") == ("Bob Smith", "sip:x@h;a=b", "")
    assert name_addr("sip:x@h;tag=2") == ("", "sip:x@h", "tag=2")
    assert name_addr("caller<sip:x>") == ("caller", "sip:x", "")
    assert name_addr('"x y" sip:a@h;tag=3') == ("x y", "sip:a@h", "tag=3")
    for wrong in ('"open <sip:x>', "<sip:x", '"a" b <sip:x>'):
        with raises(ValueError):
            name_addr(wrong)
    assert untagged(name_addr('"A" <sip:x@h>;tag=1')) == '"A" <sip:x@h>'
    assert untagged(name_addr("sip:x@h;tag=1")) == "<sip:x@h>"


def test_parameters():
    assert param(";tag=1;lr;Q=0.5", "tag") == "1"
    assert param(";tag=1;lr", "lr") == "" and param(";tag=1", "lr") is None
    assert param(';a="x;b=2";b=3', "b") == "3" and param("; Branch = z ", "branch") == "z"
    assert param(";ttag=1", "tag") is None
    assert unquote('"a\\\\b\\"c"') == 'a\\b"c' and unquote("plain") == "plain"


def test_uris():
    assert uri_parts("sip:**1@fritz.box") == ("sip", "**1", "fritz.box", 0, "")
    assert uri_parts("SIP:a@H:5070;lr;x=1?y=2") == ("sip", "a", "h", 5070, "lr;x=1")
    assert uri_parts("sip:pbx:65535").port == 65535
    for uri in ("sip:pbx:65536", "sip:a@10.0.0.1:99999;lr", "sips:[::1]:70000"):
        with raises(ValueError):
            uri_parts(uri)
    assert uri_parts("sip:pbx") == ("sip", "", "pbx", 0, "")
    assert uri_parts("sips:a:secret@h") == ("sips", "a", "h", 0, "")
    assert uri_parts("sip:user;par=u%40h@host") == ("sip", "user;par=u%40h", "host", 0, "")
    assert uri_parts("tel:+4930123") == ("tel", "+4930123", "", 0, "")
    assert uri_parts("sip:a@[::1]:5080") == ("sip", "a", "[::1]", 5080, "")
    for wrong in ("sip:a@h:x", "sip:a@h:999999"):
        with raises(ValueError):
            uri_parts(wrong)
    assert address_of("sip:a@h:5070;x=1") == "a@h:5070" and address_of("sip:a@h:5060") == "a@h"
    assert address_of("tel:+49123;phone-context=x.example") == "+49123"
    assert address_of("tel:123") == "123" and address_of("nonsense") == "nonsense"


def test_vias():
    assert via("SIP/2.0/UDP h:5070;branch=b") == ("UDP", "h", 5070, "branch=b")
    assert via("SIP / 2.0 / tcp  h ; rport") == ("TCP", "h", 0, " rport")
    for wrong in ("", "UDP h", "SIP/2.0/UDP", "SIP/2.0/UDP h:x"):
        with raises(ValueError):
            via(wrong)


def test_start_lines():
    assert parse(b"SIP/2.0 200 OK fine\r\n\r\n").reason == "OK fine"
    assert parse(b"SIP/2.0 180\r\n\r\n").status == 180
    for wrong in (b"", b"\r\n\r\n", b"hello", b"SIP/2.0 99 x\r\n", b"SIP/2.0 1000 x", b"A b\r\n"):
        with raises(ValueError):
            parse(wrong)
    assert parse(b"A b SIP/3.0\r\n\r\n").fault == 505
    assert parse(b"A  b SIP/2.0\r\n\r\n").fault == 400


def test_bytes_that_are_no_utf_8_are_kept():
    message = parse(b"A b SIP/2.0\r\nXx: \xfc\xe4\r\n\r\n\xff\x00")
    assert message.header("xx") == "\xfc\xe4" and message.body == b"\xff\x00"
    message = parse("A b SIP/2.0\r\nXx: grün\r\n\r\n".encode())
    assert message.header("xx") == "grün"


def test_cseq():
    assert _parse("CSeq: 0009  INVITE").cseq() == (9, "INVITE")
    for wrong in ("INVITE", "-1 INVITE", "x y", "99999999999999 A", ""):
        with raises(ValueError):
            _parse("CSeq: " + wrong).cseq()


def test_what_is_encoded_is_parsed_back():
    data = encode("A b SIP/2.0", [("Via", "x"), ("To", "ü")], b"body")
    message = parse(data)
    assert message.headers == [("via", "x"), ("to", "ü"), ("content-length", "4")]
    assert message.body == b"body"


def test_a_header_of_thousands_of_parts_is_refused_and_not_taken_apart():
    for text in (";<" * 1900, "<;" * 1900, '";' * 1900, ";" * 3700, '"<;' * 1200, ";<" * 64):
        for separator in (";", ","):
            try:
                assert len(split(text, separator)) <= 129
            except ValueError:
                pass
    with raises(ValueError):
        via("SIP/2.0/UDP h" + ";<" * 1900)
    with raises(ValueError):
        split("a," * 200, ",")
    assert len(split("a," * 100, ",")) == 100


def test_control_characters_are_noticed_and_never_sent():
    for bad in ("\n", "\r", "\0", "\x0b", "\x1b", "\x7f"):
        assert _parse("To: <sip:x@h>", "X-Y: a%sb" % bad).controls, bad
    assert not _parse("To: <sip:x@h>", "X-Y: a\tb", " folded", "\ttwice").controls
    for bad in ("\n", "\r", "\r\nX: y", "\0"):
        for first, headers in (("A b" + bad, []), ("A b", [("X", "y" + bad)])):
            with raises(ValueError):
                encode(first, headers)


def test_headers_are_read_the_same_however_their_lines_are_spaced():
    for line in ("Call-ID: x", "Call-ID:x", "call-id :  x ", "CALL-ID:\tx", "i: x", "I:x"):
        assert _parse("To: y", line).header("call-id") == "x", line
    assert _parse("X-Odd:v: w").header("x-odd") == "v: w"
    assert _parse("Contact: ").header("contact") == "" == _parse("Contact:").header("contact")


def test_ipv6_vias_are_read():
    assert via("SIP/2.0/UDP [2001:db8::9]:5070;branch=b")[:3] == ("UDP", "[2001:db8::9]", 5070)
    assert via("SIP/2.0/UDP [2001:db8::9];branch=b").port == 0
    assert via("SIP/2.0/UDP h : 5070 ;branch=b")[:3] == ("UDP", "h", 5070)
    for wrong in ("SIP/2.0/UDP [::1", "SIP/2.0/UDP [::1]x", "SIP/2.0/UDP h:", "SIP/2.0/UDP a b"):
        with raises(ValueError):
            via(wrong)


def test_status_lines_are_read_in_any_case():
    assert parse(b"sip/2.0 200 OK\r\n\r\n").status == 200
