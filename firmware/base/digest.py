"""HTTP Digest (RFC 7616, RFC 8760 for SIP): challenges read, the strongest chosen, answers made.

Pure functions, for SIP and HTTP alike: MD5 and SHA-256 with their -sess forms, qop auth, auth-int
or none.
"""

import hashlib
from binascii import hexlify

_STRENGTH = ("MD5", "MD5-SESS", "SHA-256", "SHA-256-SESS")  # the weakest first


def parse_challenge(value):
    """Return the Digest and Basic challenges in a header value, a list of dicts.

    Keys are ``scheme`` (lower case) and the parameters in lower case, ``realm`` always among them.
    ValueError for a quote that is never closed.
    """
    raw = value.encode()  # a place in a text would cost the way to it
    found, index, size = [], 0, len(raw)
    while index < size:
        while index < size and raw[index] in b" \t,":
            index += 1
        start = index
        while index < size and raw[index] not in b' \t,="':
            index += 1
        name = raw[start:index].decode().lower()
        while index < size and raw[index] in b" \t":
            index += 1
        if raw[index : index + 1] == b"=":
            text, index = _value(raw, index + 1)
            if found and name:
                found[-1].setdefault(name, text)
        elif name:
            found.append({"scheme": name})
        elif index < size:
            index += 1
    for challenge in found:
        challenge.setdefault("realm", "")
    return found


def _value(raw, index):
    """Return (the value that begins at `index`, the place behind it)."""
    size = len(raw)
    while index < size and raw[index] in b" \t":
        index += 1
    start = index
    if raw[index : index + 1] != b'"':
        while index < size and raw[index] not in b" \t,":
            index += 1
        return raw[start:index].decode(), index
    out, index = bytearray(), index + 1
    while index < size and raw[index] != 0x22:
        if raw[index] == 0x5C:
            index += 1
        out.extend(raw[index : index + 1])
        index += 1
    if index >= size:
        raise ValueError("quote")
    return bytes(out).decode(), index + 1


def strength(challenge):
    """Return how strong a challenge's algorithm is, a number to compare; -1 for an unknown one."""
    name = challenge.get("algorithm", "MD5").upper()
    return _STRENGTH.index(name) if name in _STRENGTH else -1


def choose(challenges):
    """Return the strongest Digest challenge that can be answered, None where there is none."""
    best = None
    for challenge in challenges:
        rank = strength(challenge)
        if challenge["scheme"] != "digest" or not challenge.get("nonce") or rank < 0:
            continue
        if (best is None or rank > strength(best)) and _qop(challenge) is not None:
            best = challenge
    return best


def _qop(challenge):
    """Return "auth", "auth-int" or "" for RFC 2069; None where nothing known is offered."""
    offered = [x.strip().lower() for x in challenge.get("qop", "").split(",")]
    if "auth" in offered:
        return "auth"
    if "auth-int" in offered:
        return "auth-int"
    return "" if offered == [""] else None


def response(challenge, user, password, method, uri, body=b"", qop="", nc="", cnonce=""):
    """Return the response, in lower-case hex digits (RFC 7616 section 3.4.1)."""
    algorithm = challenge.get("algorithm", "MD5").upper()
    digest = hashlib.sha256 if algorithm.startswith("SHA-256") else hashlib.md5

    def hashed(*parts):
        text = ":".join(parts)
        return hexlify(digest(text.encode()).digest()).decode()

    nonce = challenge["nonce"]
    first = hashed(user, challenge["realm"], password)
    if algorithm.endswith("-SESS"):
        first = hashed(first, nonce, cnonce)
    if qop == "auth-int":
        second = hashed(method, uri, hexlify(digest(body).digest()).decode())
    else:
        second = hashed(method, uri)
    if qop:
        return hashed(first, nonce, nc, cnonce, qop, second)
    return hashed(first, nonce, second)


def authorize(challenge, user, password, method, uri, body=b"", nc=1, cnonce=""):
    """Return the value of Authorization or Proxy-Authorization that answers `challenge`."""
    qop, count = _qop(challenge) or "", "%08x" % nc
    answer = response(challenge, user, password, method, uri, body, qop, count, cnonce)
    parts = [
        'username="%s"' % _quoted(user),
        'realm="%s"' % _quoted(challenge["realm"]),
        'nonce="%s"' % _quoted(challenge["nonce"]),
        'uri="%s"' % _quoted(uri),
        'response="%s"' % answer,
    ]
    if "algorithm" in challenge:
        parts.append("algorithm=" + challenge["algorithm"])
    if "opaque" in challenge:
        parts.append('opaque="%s"' % _quoted(challenge["opaque"]))
    if qop:
        parts.append("qop=%s" % qop)
        parts.append("nc=" + count)
    if qop or challenge.get("algorithm", "").upper().endswith("-SESS"):
        parts.append('cnonce="%s"' % cnonce)
    return "Digest " + ", ".join(parts)


def _quoted(text):
    return text.replace("\\", "\\\\").replace('"', '\\"')
