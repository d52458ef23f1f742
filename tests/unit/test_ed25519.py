"""Ed25519 against the vectors of RFC 8032, section 7.1, and against changed ones."""

from binascii import hexlify, unhexlify

from offhook.update import ed25519
from offhook.update.ed25519 import sha512, verify

VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
        "f9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
        "f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
        "4dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)
_ORDER = (1 << 252) + 27742317777372353535851937790883648493


async def test_the_vectors_of_the_rfc_hold_and_nothing_near_them():
    for vector in VECTORS:
        key, message, signature = [unhexlify(x) for x in vector]
        assert await verify(key, message, signature)
        assert not await verify(key, message + b"x", signature)
        for place in (0, 31, 32, 63):
            changed = bytearray(signature)
            changed[place] ^= 1
            assert not await verify(key, message, bytes(changed)), place
        changed = bytearray(key)
        changed[3] ^= 4
        assert not await verify(bytes(changed), message, signature)


async def test_what_is_no_signature_or_key_is_refused():
    key, _, signature = VECTORS[0]
    key, signature = unhexlify(key), unhexlify(signature)
    for wrong in (b"", signature[:63], signature + b"x", bytes(64)):
        assert not await verify(key, b"", wrong)
    assert not await verify(key[:31], b"", signature)
    assert not await verify(b"\xff" * 32, b"", signature)
    more = int.from_bytes(signature[32:], "little") + _ORDER  # the same, beyond the order
    assert not await verify(key, b"", signature[:32] + more.to_bytes(32, "little"))


async def test_sha512_of_messages_around_a_block():
    for size, start in (
        (0, "cf83e1357eefb8bd"),
        (3, "ddaf35a193617aba"),
        (111, None),
        (112, None),
        (200, None),
    ):
        message = b"abc" if size == 3 else b"a" * size
        found = await sha512(message)
        assert len(found) == 64
        assert start is None or hexlify(found[:8]).decode() == start
        try:
            from hashlib import sha512 as known
        except ImportError:
            continue
        assert found == known(message).digest()


_P = (1 << 255) - 19


def _raw(number):
    return number.to_bytes(32, "little")


def test_points_are_those_of_the_curve_in_their_one_spelling():
    assert ed25519._point(_raw(1)) == (0, 1, 1, 0)
    assert ed25519._point(_raw(_P - 1)) == (0, _P - 1, 1, 0)
    for number in (
        1 | 1 << 255,  # x is 0, and has no sign
        _P,  # 0 and 1, written otherwise
        _P + 1,
        2,  # no x of the curve has that y
        7,
    ):
        assert ed25519._point(_raw(number)) is None, number
    for number in (0, 3, 4):
        for odd in (0, 1):
            x, y, z, t = ed25519._point(_raw(number | odd << 255))
            assert y == number and z == 1 and x & 1 == odd and t == x * y % _P
            d = -121665 * pow(121666, _P - 2, _P)
            assert (y * y - x * x - 1 - d * x * x * y * y) % _P == 0


def test_sums_of_points_are_the_same_whichever_way_they_are_made():
    point, other = ed25519._point(_raw(3)), ed25519._point(_raw(4))

    def plain(made):
        x, y, z, t = made
        back = pow(z, _P - 2, _P)
        assert x * y * back % _P == t  # of extended coordinates
        return x * back % _P, y * back % _P

    add, double = ed25519._add, ed25519._double
    assert plain(add(point, (0, 1, 1, 0))) == plain(point)
    assert plain(double(point)) == plain(add(point, point))
    assert plain(add(point, other)) == plain(add(other, point))
    assert plain(add(double(point), other)) == plain(add(point, add(point, other)))


def test_roots_are_whole_parts():
    for number, degree, root in (
        (0, 2, 0),
        (1, 2, 1),
        (3, 2, 1),
        (4, 2, 2),
        (26, 3, 2),
        (27, 3, 3),
    ):
        assert ed25519._root(number, degree) == root, (number, degree)
    for root in (2**20 - 1, 2**20, 3**13):
        assert (
            ed25519._root(root * root, 2) == root and ed25519._root(root * root - 1, 2) == root - 1
        )
    assert ed25519._primes(6) == [2, 3, 5, 7, 11, 13]
