"""Digest: published vectors, several challenges, quoting."""

import json

from support import data, raises

from base.digest import authorize, choose, parse_challenge, response


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
