"""Digest: published vectors, several challenges, quoting."""

import hashlib
import json
from binascii import hexlify

from support import data, raises

from base.digest import authorize, choose, parse_challenge, response, strength


def test_every_published_vector_gives_its_response():
    count = 0
    for vector in json.loads(data("digest-vectors.json")):
        if vector["algorithm"] not in ("MD5", "MD5-sess", "SHA-256", "SHA-256-sess"):
            continue
        got = response(
            vector,
            vector["username"],
            vector["password"],
            vector["method"],
            vector["uri"],
            vector["body"].encode(),
            vector["qop"] or "",
            vector["nc"] or "",
            vector["cnonce"] or "",
        )
        assert got == vector["expected"], vector["source"]
        count += 1
    assert count >= 9


def test_several_challenges_in_one_header_are_told_apart():
    found = parse_challenge(
        'Digest realm="a, b", nonce="n1", qop="auth,auth-int", algorithm=MD5, '
        'Digest realm="c", nonce="n\\"2", algorithm=SHA-256, Basic realm="d"'
    )
    assert [x["scheme"] for x in found] == ["digest", "digest", "basic"]
    assert found[0]["realm"] == "a, b" and found[0]["qop"] == "auth,auth-int"
    assert found[1]["nonce"] == 'n"2'


def test_the_strongest_known_challenge_is_chosen():
    found = parse_challenge(
        'Digest realm="r", nonce="1", Digest realm="r", nonce="2", algorithm=SHA-512-256, '
        'Digest realm="r", nonce="3", algorithm=SHA-256, qop="auth", '
        'Digest realm="r", nonce="4", algorithm=SHA-256, qop="token"'
    )
    assert choose(found)["nonce"] == "3"
    assert choose(parse_challenge('Basic realm="r"')) is None
    assert choose(parse_challenge('Digest realm="r", algorithm=AKAv1-MD5, nonce="1"')) is None


def test_an_answer_names_what_it_was_made_of():
    challenge = choose(parse_challenge('Digest realm="r", nonce="n", opaque="o", qop="auth"'))
    value = authorize(challenge, 'u"1', "p", "REGISTER", "sip:r", nc=2, cnonce="c")
    assert value.startswith('Digest username="u\\"1", realm="r", nonce="n", uri="sip:r", ')
    for part in ('opaque="o"', "qop=auth", "nc=00000002", 'cnonce="c"'):
        assert part in value
    old = authorize({"scheme": "digest", "realm": "r", "nonce": "n"}, "u", "p", "GET", "/")
    assert "qop" not in old and "cnonce" not in old and "algorithm" not in old


def test_junk_is_no_challenge():
    for junk in ("", ",,,", "=", 'realm="r", nonce="n"', 'x"y"z'):
        assert choose(parse_challenge(junk)) is None, junk
    good = 'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"'
    assert choose(parse_challenge(good))["nonce"] == "n"
    for old, new in (  # each of them is all that is wrong
        ("Digest ", "Basic "),
        ("Digest ", ""),
        ('nonce="n"', 'nonce=""'),
        ('nonce="n", ', ""),
        ("MD5", "NEW"),
        ("MD5", "SHA-512-256"),
        ('"auth"', '"auth-conf"'),
    ):
        assert choose(parse_challenge(good.replace(old, new))) is None, new
    for junk in (good[:-1], good + ', opaque="x\\', 'Digest realm="r', 'Digest nonce="n\\"'):
        with raises(ValueError):
            parse_challenge(junk)


_RFC7616 = {
    "scheme": "digest",
    "realm": "http-auth@example.org",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "qop": "auth, auth-int",
    "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
}
_CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def test_the_answers_of_rfc_7616_are_given():
    for algorithm, wanted in (  # section 3.9.1
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ):
        challenge = dict(_RFC7616, algorithm=algorithm)
        value = authorize(
            challenge, "Mufasa", "Circle of Life", "GET", "/dir/index.html", cnonce=_CNONCE
        )
        assert 'response="%s"' % wanted in value
        assert "algorithm=" + algorithm in value and "nc=00000001" in value and "qop=auth" in value


def _hash(name, text):
    return hexlify(getattr(hashlib, name)(text.encode()).digest()).decode()


def test_an_answer_is_made_as_rfc_7616_says_for_each_algorithm_and_protection():
    for algorithm in ("", "MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "sha-256-SESS"):
        name = "sha256" if algorithm.upper()[:3] == "SHA" else "md5"
        first = _hash(name, "u:r:p")
        if algorithm[-5:].lower() == "-sess":
            first = _hash(name, "%s:n:c" % first)  # section 3.4.2
        for offered, qop in (("", ""), ("auth", "auth"), ("auth-int", "auth-int"),
                             ("auth-int,auth", "auth"), (" x , AUTH ", "auth")):  # fmt: skip
            challenge = {"scheme": "digest", "realm": "r", "nonce": "n"}
            if algorithm:
                challenge["algorithm"] = algorithm
            if offered:
                challenge["qop"] = offered
            second = "INVITE:sip:h"
            if qop == "auth-int":
                second += ":" + _hash(name, "body")  # section 3.4.3
            second = _hash(name, second)
            text = ":".join((first, "n", second))
            if qop:
                text = ":".join((first, "n", "0000000a", "c", qop, second))
            value = authorize(challenge, "u", "p", "INVITE", "sip:h", b"body", 10, "c")
            assert 'response="%s"' % _hash(name, text) in value, (algorithm, offered)
            assert ("qop=%s" % qop in value and "nc=0000000a" in value) is bool(qop)
            with_cnonce = bool(qop) or algorithm[-5:].lower() == "-sess"
            assert ('cnonce="c"' in value) is with_cnonce, (algorithm, offered)
            assert ("algorithm=" in value) is bool(algorithm) and "opaque" not in value


def test_a_challenge_is_read_however_it_is_written():
    for text, found in (
        ("Digest", [{"scheme": "digest", "realm": ""}]),
        ("DIGEST Realm=r", [{"scheme": "digest", "realm": "r"}]),
        ('Digest realm = "r" ,nonce=\tn', [{"scheme": "digest", "realm": "r", "nonce": "n"}]),
        ('Digest realm="a"nonce="b"', [{"scheme": "digest", "realm": "a", "nonce": "b"}]),
        ('Digest realm="a",realm="b"', [{"scheme": "digest", "realm": "a"}]),
        (',, Digest realm="r",, ,', [{"scheme": "digest", "realm": "r"}]),
        ('Digest realm="",nonce=', [{"scheme": "digest", "realm": "", "nonce": ""}]),
        ('Digest realm="\\\\\\""', [{"scheme": "digest", "realm": '\\"'}]),
        ("Digest nonce=a,Basic", [{"scheme": "digest", "realm": "", "nonce": "a"},
                                  {"scheme": "basic", "realm": ""}]),
        ('Digest realm="M\xfcnchen"', [{"scheme": "digest", "realm": "M\xfcnchen"}]),
        ('=x Digest realm="r"', [{"scheme": "digest", "realm": "r"}]),
        ('"Digest realm=r', [{"scheme": "digest", "realm": "r"}]),
    ):  # fmt: skip
        assert parse_challenge(text) == found, text


def test_of_equally_strong_challenges_the_first_is_answered():
    order = ("MD5", "MD5-sess", "SHA-256", "SHA-256-sess")
    for index, name in enumerate(order):
        assert strength({"algorithm": name}) == index == strength({"algorithm": name.lower()})
    assert strength({}) == 0 and strength({"algorithm": "SHA-512-256"}) == -1
    for one, other, best in (("MD5", "MD5", 0), ("MD5", "SHA-256", 1), ("SHA-256", "MD5", 0)):
        found = parse_challenge(
            "Digest nonce=a, algorithm=%s, Digest nonce=b, algorithm=%s" % (one, other)
        )
        assert choose(found)["nonce"] == "ab"[best]
