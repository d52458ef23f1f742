"""Keys for voice in session descriptions (RFC 4568): only over TLS, offered, answered, refused."""

from binascii import b2a_base64

from sipkit import Wire
from support import raises

from sip.call import sdes, sdp
from sip.call.negotiation import Negotiation

_KEY = bytes(range(30))
_INLINE = "inline:" + b2a_base64(_KEY).decode().strip()
_LONG, _SHORT = sdes.SUITES


def _sdp(profile="RTP/SAVP", *lines):
    return "\r\n".join(
        ("v=0", "o=- 1 1 IN IP4 10.0.0.2", "s=-", "c=IN IP4 10.0.0.2", "t=0 0",
         "m=audio 5000 %s 0 8" % profile) + lines + ("",)
    ).encode()  # fmt: skip


def _crypto(tag=1, suite=_LONG, key=_INLINE, more=""):
    return "a=crypto:%s %s %s%s" % (tag, suite, key, more)


def _negotiation(secure):
    return Negotiation(7, lambda: 4000, secure=secure)


def test_lines_that_can_be_used_are_read():
    for text, suite in (
        ("1 %s %s" % (_LONG, _INLINE), _LONG),
        ("12 %s %s" % (_SHORT.lower(), _INLINE), _SHORT),
        ("1 %s %s|2^20" % (_LONG, _INLINE), _LONG),
        ("1 %s %s|1048576 WSH=128" % (_LONG, _INLINE), _LONG),
    ):
        found = sdes.read(text)
        assert found.suite == suite and found.key == _KEY, text
        assert sdes.read(found.line()[9:]).key == _KEY


def test_lines_that_cannot_be_used_are_as_if_they_were_not_there():
    for text in (
        "",
        "1",
        "1 " + _LONG,
        "x %s %s" % (_LONG, _INLINE),
        "1 AES_256_CM_HMAC_SHA1_80 " + _INLINE,
        "1 F8_128_HMAC_SHA1_80 " + _INLINE,
        "1 %s inline:AAAA" % _LONG,
        "1 %s inline:!" % _LONG,
        "1 %s inline:" % _LONG,
        "1 %s %s" % (_LONG, _INLINE[7:]),
        "1 %s %s|2^20|1:4" % (_LONG, _INLINE),
        "1 %s %s|1:4" % (_LONG, _INLINE),
        "1 %s %s;%s" % (_LONG, _INLINE, _INLINE),
        "1 %s %s UNENCRYPTED_SRTP" % (_LONG, _INLINE),
        "1 %s %s KDR=1" % (_LONG, _INLINE),
        "1" * 30 + " %s %s" % (_LONG, _INLINE),
        "1 %s inline:\u00e4\u00f6" % _LONG,
    ):
        assert sdes.read(text) is None, text


def test_what_is_encrypted_is_refused_where_no_keys_may_be_exchanged():
    for secure, profile, lines, right in (
        ("", "RTP/AVP", (), True),
        ("", "RTP/AVP", (_crypto(),), True),
        ("", "RTP/SAVP", (_crypto(),), False),
        ("wanted", "RTP/AVP", (), True),
        ("wanted", "RTP/SAVP", (_crypto(),), True),
        ("wanted", "RTP/SAVPF", (_crypto(),), True),
        ("wanted", "RTP/SAVP", (), False),
        ("wanted", "RTP/SAVP", (_crypto(suite="F8_128_HMAC_SHA1_80"),), False),
        ("wanted", "UDP/TLS/RTP/SAVP", ("a=fingerprint:sha-1 AA",), False),
        ("required", "RTP/AVP", (), False),
        ("required", "RTP/AVP", (_crypto(),), True),
        ("required", "RTP/SAVP", (_crypto(),), True),
    ):
        try:
            sdp.parse(_sdp(profile, *lines), secure)
            assert right, (secure, profile, lines)
        except ValueError:
            assert not right, (secure, profile, lines)


def test_an_offer_has_a_key_for_each_suite_and_the_same_ones_again():
    for secure, profile in (("wanted", b"RTP/AVP"), ("required", b"RTP/SAVP")):
        ours = _negotiation(secure)
        first = ours.describe("10.0.0.1", "sendrecv")
        lines = [x for x in first.split(b"\r\n") if x.startswith(b"a=crypto:")]
        assert b"m=audio 4000 %s 8" % profile in first and len(lines) == 2
        keys = [sdes.read(x[9:].decode()).key for x in lines]
        assert keys[0] != keys[1] and len(set(keys[0])) > 5
        ours.settle()
        again = ours.describe("10.0.0.1", "sendonly")
        assert [x for x in again.split(b"\r\n") if x.startswith(b"a=crypto:")] == lines
    assert b"crypto" not in _negotiation("").describe("10.0.0.1", "sendrecv")


def test_both_sides_come_to_the_same_keys():
    for secure in ("wanted", "required"):
        one, two = _negotiation(secure), _negotiation("wanted")
        two.take(one.describe("10.0.0.1", "sendrecv"), True)
        one.take(two.describe("10.0.0.2", "sendrecv"))
        suite, ours, theirs = one.theirs.secret
        assert two.theirs.secret == (suite, theirs, ours) and suite == _LONG and ours != theirs
        assert sdp.resolved(one.theirs, "10.0.0.9").secret == one.theirs.secret
        secret = one.theirs.secret
        one.take(two.describe("10.0.0.2", "sendonly"), True)  # hold: the keys stay
        two.take(one.describe("10.0.0.1", "sendrecv"))
        assert one.theirs.secret == secret


def test_of_several_keys_the_first_that_we_know_is_taken_and_its_tag_answered():
    ours = _negotiation("wanted")
    lines = (_crypto(3, "AES_256_CM_HMAC_SHA1_80"), _crypto(4, _SHORT), _crypto(5, _LONG))
    ours.take(_sdp("RTP/SAVP", *lines), True)
    answer = ours.describe("10.0.0.1", "sendrecv")
    assert answer.count(b"a=crypto:") == 1 and b"a=crypto:4 " + _SHORT.encode() in answer
    assert b"m=audio 4000 RTP/SAVP 0" in answer
    assert ours.theirs.secret[0] == _SHORT and ours.theirs.secret[2] == _KEY


def test_who_does_not_encrypt_speaks_in_the_clear_unless_it_is_required():
    ours = _negotiation("wanted")
    ours.describe("10.0.0.1", "sendrecv")
    ours.take(_sdp("RTP/AVP"))
    assert ours.theirs.secret is None
    ours.take(_sdp("RTP/AVP"), True)
    assert b"crypto" not in ours.describe("10.0.0.1", "sendrecv")
    ours = _negotiation("required")
    ours.describe("10.0.0.1", "sendrecv")
    with raises(ValueError):
        ours.take(_sdp("RTP/AVP"))


def test_an_answer_with_a_tag_that_was_not_offered_is_none():
    ours = _negotiation("wanted")
    ours.describe("10.0.0.1", "sendrecv")
    for line in (_crypto(2, _LONG), _crypto(9, _SHORT)):
        with raises(ValueError):
            ours.take(_sdp("RTP/AVP", line))
    ours.take(_sdp("RTP/AVP", _crypto(2, _SHORT)))
    assert ours.theirs.secret[0] == _SHORT


def test_a_stream_that_is_refused_has_no_key():
    ours = _negotiation("wanted")
    ours.take(_sdp("RTP/SAVP", _crypto()).replace(b"audio 5000", b"audio 0"), True)
    assert b"crypto" not in ours.describe("10.0.0.1", "sendrecv")


def test_keys_are_exchanged_over_tls_only():
    for transport, on, savp, secure in (
        ("tls", True, "optional", "wanted"),
        ("tls", True, "off", "wanted"),
        ("tls", True, "mandatory", "required"),
        ("tls", False, "mandatory", ""),
        ("tcp", True, "mandatory", ""),
        ("udp", True, "optional", ""),
        ("auto", True, "optional", ""),
    ):
        agent = Wire().agent("10.0.0.1", "100", user_srtp1=on, user_savp1=savp)
        agent.accounts[0].transport = transport
        assert agent.secure(agent.accounts[0]) == secure, (transport, on, savp)
