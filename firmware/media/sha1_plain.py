"""The portable twin of `media.sha1_viper`, and what each loop does.

A `state` is an ``array("I")`` of five words, `w` one of 80, `k` is `media.sha1.WORDS`; all else
are buffers of bytes, with where to begin in them.
"""

_WORD = 0xFFFFFFFF


def block(state, data, at, w, k):
    """Take the 64 bytes at `at` into `state` (FIPS 180-4, 6.1.2)."""
    for i in range(16):
        w[i] = int.from_bytes(data[at + 4 * i : at + 4 * i + 4], "big")
    for i in range(16, 80):
        x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]
        w[i] = (x << 1 | x >> 31) & _WORD
    a, b, c, d, e = state
    for i in range(80):
        if i < 20:
            f = d ^ (b & (c ^ d))
        elif 40 <= i < 60:
            f = (b & c) | (d & (b | c))
        else:
            f = b ^ c ^ d
        t = ((a << 5 | a >> 27) + f + e + k[i // 20] + w[i]) & _WORD
        a, b, c, d, e = t, a, (b << 30 | b >> 2) & _WORD, c, d
    new = a, b, c, d, e
    for i in range(5):
        state[i] = (state[i] + new[i]) & _WORD


def move(src, dst):
    """Copy a state."""
    for i in range(5):
        dst[i] = src[i]


def put(state, data):
    """Write a state as the 20 bytes that a digest is."""
    for i in range(5):
        data[4 * i : 4 * i + 4] = state[i].to_bytes(4, "big")


def forward(src, a, dst, b, n):
    """Copy `n` bytes."""
    for i in range(n):
        dst[b + i] = src[a + i]


def clear(data, a, b):
    """Set the bytes from `a` to `b` to 0."""
    for i in range(a, b):
        data[i] = 0


def counters(data, iv, first, n):
    """Write `n` blocks of counter mode: 14 bytes of `iv`, and the number of the block."""
    for i in range(n):
        for j in range(14):
            data[16 * i + j] = iv[j]
        data[16 * i + 14] = (first + i) >> 8 & 255
        data[16 * i + 15] = (first + i) & 255


def xor(src, a, key, dst, b, n):
    """Write `src` with `key` upon it."""
    for i in range(n):
        dst[b + i] = src[a + i] ^ key[i]


def differ(x, a, y, n):
    """Return 0 where `n` bytes are the same; it takes the same time where they are not."""
    found = 0
    for i in range(n):
        found |= x[a + i] ^ y[i]
    return found
