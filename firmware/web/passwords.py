"""What is stored of a password: hashes that HTTP Digest can be checked against, never itself.

The text is ``$SALT$MD5$SHA256``: the salt is part of the realm, so that one password gives another
hash on each phone; the others are Digest's H(user:realm:password) in hex digits (RFC 7616). A
hash belongs to its user: with another name the password has to be set again.
"""

import hashlib
from binascii import hexlify
from collections import namedtuple
from os import urandom

_SIZES = (8, 32, 64)
_HEX = "0123456789abcdef"

# `hashes` is {algorithm of Digest: hex digits}
Stored = namedtuple("Stored", ("salt", "realm", "hashes"))

ALGORITHMS = {"SHA-256": hashlib.sha256, "MD5": hashlib.md5}


def hashed(user, password, salt=None):
    """Return the text that is stored for a password; one that is such a text stays as it is."""
    if stored(password):
        return password
    salt = salt or hexlify(urandom(_SIZES[0] // 2)).decode()
    first = "%s:%s:%s" % (user, _realm(salt), password)
    return "$%s$%s$%s" % (salt, digest("MD5", first), digest("SHA-256", first))


def stored(text):
    """Return the `Stored` of such a text, None for another."""
    parts = text.split("$")
    if len(parts) != len(_SIZES) + 1 or parts[0]:
        return None
    for index, size in enumerate(_SIZES):
        part = parts[index + 1]
        if len(part) != size or part.strip(_HEX):
            return None
    return Stored(parts[1], _realm(parts[1]), {"MD5": parts[2], "SHA-256": parts[3]})


def digest(algorithm, text):
    """Return the hash of a text in hex digits; KeyError for an algorithm that is none."""
    return hexlify(ALGORITHMS[algorithm](text.encode()).digest()).decode()


def same(one, other):
    """Compare two texts in a time that does not tell where they differ."""
    one, other = one.encode(), other.encode()
    found = len(one) ^ len(other)
    for index in range(min(len(one), len(other))):
        found |= one[index] ^ other[index]
    return found == 0


def _realm(salt):
    return "Offhook " + salt
