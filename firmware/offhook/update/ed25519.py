"""Ed25519 (RFC 8032): verifies a signature, in turns that leave the loop to others.

MicroPython has neither curve nor SHA-512; both are here, in some 8,000 multiplications of long
integers. Nothing is secret in a verification, so nothing has to take the same time always.
"""

from base.compat import const, sleep_ms

_P = (1 << 255) - 19
_ORDER = (1 << 252) + 27742317777372353535851937790883648493
_D = 37095705934669439343138083508754565189542113879843219016388785533085940283555  # of the curve
_ROOT = 19681161376707505956807079304988542015446066515923890162744021073123829784752  # of -1
_MASK = (1 << 64) - 1
_TURN = const(8)  # bits between two turns of the loop
_BLOCK = const(128)  # bytes of SHA-512


async def verify(key, message, signature):
    """Return whether `signature` (64 bytes) of `message` was made with public `key` (32 bytes)."""
    if len(key) != 32 or len(signature) != 64:
        return False
    scalar = _number(signature[32:])
    a = _point(key)
    if a is None or scalar >= _ORDER:
        return False
    hashed = _number(await sha512(signature[:32] + key + message)) % _ORDER
    await sleep_ms(0)
    base = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    await sleep_ms(0)
    x, y, z, t = a
    away = (_P - x, y, z, _P - t)
    return await _sum(scalar, base, hashed, away) == signature[:32]


def _number(raw):
    return int.from_bytes(raw, "little")


def _point(raw):
    """Return the point that 32 bytes stand for (section 5.1.3), None where there is none."""
    y = _number(raw)
    odd, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P) % _P, (_P - 5) // 8, _P) % _P
    square = v * x * x % _P
    if square == _P - u and u:
        x = x * _ROOT % _P
    elif square != u:
        return None
    if not x and odd:
        return None
    if x & 1 != odd:
        x = _P - x
    return x, y, 1, x * y % _P


def _add(one, two):
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = two
    a = (y1 - x1) * (y2 - x2) % _P
    b = (y1 + x1) * (y2 + x2) % _P
    c = 2 * t1 * t2 * _D % _P
    d = 2 * z1 * z2 % _P
    return _from(b - a, d - c, d + c, b + a)


def _double(point):
    x, y, z, _ = point
    a, b = x * x % _P, y * y % _P
    h = a + b
    e = h - (x + y) * (x + y) % _P
    g = a - b
    return _from(e, 2 * z * z % _P + g, g, h)


def _from(e, f, g, h):
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


async def _sum(n, p, m, q):
    """Return the bytes of n·p + m·q."""
    both = _add(p, q)
    found = (0, 1, 1, 0)
    for bit in range(255, -1, -1):
        found = _double(found)
        first, second = n >> bit & 1, m >> bit & 1
        if first and second:
            found = _add(found, both)
        elif first:
            found = _add(found, p)
        elif second:
            found = _add(found, q)
        if not bit % _TURN:
            await sleep_ms(0)
    x, y, z, _ = found
    back = pow(z, _P - 2, _P)
    x, y = x * back % _P, y * back % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


# -- SHA-512 (FIPS 180-4) -----------------------------------------------------------------------


async def sha512(message):
    """Return the SHA-512 of a short message, 64 bytes."""
    primes = _primes(80)
    state = [_root(n << 128, 2) & _MASK for n in primes[:8]]
    rounds = [_root(n << 192, 3) & _MASK for n in primes]
    await sleep_ms(0)
    size = len(message)
    pad = -(size + 17) % _BLOCK
    message += b"\x80" + bytes(pad) + (size * 8).to_bytes(16, "big")
    for start in range(0, len(message), _BLOCK):
        _compress(state, rounds, message[start : start + _BLOCK])
        await sleep_ms(0)
    return b"".join([x.to_bytes(8, "big") for x in state])


def _primes(count):
    found, number = [], 2
    while len(found) < count:
        if all(number % x for x in found):
            found.append(number)
        number += 1
    return found


def _root(number, degree):
    """Return the whole part of a root: by halving from the first power of two above it."""
    low, high = 0, 1
    while high**degree <= number:
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if middle**degree <= number:
            low = middle
        else:
            high = middle
    return low


def _turned(word, by):
    return (word >> by | word << (64 - by)) & _MASK


def _compress(state, rounds, block):
    words = [int.from_bytes(block[i : i + 8], "big") for i in range(0, _BLOCK, 8)]
    for i in range(16, 80):
        x, y = words[i - 15], words[i - 2]
        low = _turned(x, 1) ^ _turned(x, 8) ^ x >> 7
        high = _turned(y, 19) ^ _turned(y, 61) ^ y >> 6
        words.append((words[i - 16] + low + words[i - 7] + high) & _MASK)
    a, b, c, d, e, f, g, h = state
    for i in range(80):
        one = _turned(e, 14) ^ _turned(e, 18) ^ _turned(e, 41)
        one += h + (e & f ^ (e ^ _MASK) & g) + rounds[i] + words[i]
        two = _turned(a, 28) ^ _turned(a, 34) ^ _turned(a, 39)
        two += a & b ^ a & c ^ b & c
        a, b, c, d, e, f, g, h = (one + two) & _MASK, a, b, c, (d + one) & _MASK, e, f, g
    for i, word in enumerate((a, b, c, d, e, f, g, h)):
        state[i] = (state[i] + word) & _MASK
