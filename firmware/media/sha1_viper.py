"""The loops of `media.sha1` in native code; what each does is said in `media.sha1_plain`.

Words have 32 bits: where the machine's are longer, the last of `k` masks what is above.
"""

import micropython


@micropython.viper
def block(state: ptr32, data: ptr8, at: int, w: ptr32, k: ptr32):
    mask = k[4]
    for i in range(16):
        j = at + 4 * i
        w[i] = data[j] << 24 | data[j + 1] << 16 | data[j + 2] << 8 | data[j + 3]
    i = 16
    while i < 80:
        x = w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]
        w[i] = x << 1 | ((x >> 31) & 1)
        i += 1
    a = state[0] & mask
    b = state[1] & mask
    c = state[2] & mask
    d = state[3] & mask
    e = state[4] & mask
    i = 0
    while i < 80:
        if i < 20:
            f = d ^ (b & (c ^ d))
            q = k[0]
        elif i < 40:
            f = b ^ c ^ d
            q = k[1]
        elif i < 60:
            f = (b & c) | (d & (b | c))
            q = k[2]
        else:
            f = b ^ c ^ d
            q = k[3]
        t = ((a << 5 | ((a >> 27) & 31)) + f + e + q + w[i]) & mask
        e = d
        d = c
        c = (b << 30 | ((b >> 2) & 0x3FFFFFFF)) & mask
        b = a
        a = t
        i += 1
    state[0] = state[0] + a
    state[1] = state[1] + b
    state[2] = state[2] + c
    state[3] = state[3] + d
    state[4] = state[4] + e


@micropython.viper
def move(src: ptr32, dst: ptr32):
    for i in range(5):
        dst[i] = src[i]


@micropython.viper
def put(state: ptr32, data: ptr8):
    for i in range(5):
        x = state[i]
        data[4 * i] = x >> 24
        data[4 * i + 1] = x >> 16
        data[4 * i + 2] = x >> 8
        data[4 * i + 3] = x


@micropython.viper
def forward(src: ptr8, a: int, dst: ptr8, b: int, n: int):
    for i in range(n):
        dst[b + i] = src[a + i]


@micropython.viper
def clear(data: ptr8, a: int, b: int):
    for i in range(a, b):
        data[i] = 0


@micropython.viper
def counters(data: ptr8, iv: ptr8, first: int, n: int):
    at = 0
    for i in range(first, first + n):
        for j in range(14):
            data[at + j] = iv[j]
        data[at + 14] = i >> 8
        data[at + 15] = i
        at += 16


@micropython.viper
def xor(src: ptr8, a: int, key: ptr8, dst: ptr8, b: int, n: int):
    for i in range(n):
        dst[b + i] = src[a + i] ^ key[i]


@micropython.viper
def differ(x: ptr8, a: int, y: ptr8, n: int) -> int:
    found = 0
    for i in range(n):
        found |= x[a + i] ^ y[i]
    return found
