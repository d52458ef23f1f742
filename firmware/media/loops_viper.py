"""The loops of `media.loops` in native code; what each does is said in `media.loops_plain`."""

import micropython


@micropython.viper
def ulaw(src: ptr16, a: int, dst: ptr8, to: int, n: int):
    for i in range(n):
        s = (src[a + i] ^ 0x8000) - 0x8000
        sign = 0x80
        if s < 0:
            s = -1 - s
            sign = 0
        s = (s >> 2) + 33
        if s > 8191:
            s = 8191
        segment = 1
        rest = s >> 6
        while rest:
            rest >>= 1
            segment += 1
        dst[to + i] = sign | ((8 - segment) << 4) | (15 - ((s >> segment) & 15))


@micropython.viper
def alaw(src: ptr16, a: int, dst: ptr8, to: int, n: int):
    for i in range(n):
        s = (src[a + i] ^ 0x8000) - 0x8000
        sign = 0x80
        if s < 0:
            s = -1 - s
            sign = 0
        s >>= 4
        segment = 0
        if s > 15:
            segment = 1
            while s > 31:
                s >>= 1
                segment += 1
            s -= 16
        dst[to + i] = (sign | (segment << 4) | s) ^ 0x55


@micropython.viper
def expand(src: ptr8, a: int, n: int, table: ptr16, dst: ptr16, to: int, mask: int):
    for i in range(n):
        dst[(to + i) & mask] = table[src[a + i]]


@micropython.viper
def run(ring: ptr16, at: int, mask: int, n: int) -> int:
    missing = int(ring[at & mask] == 0x8000)
    i = 1
    while i < n:
        if int(ring[(at + i) & mask] == 0x8000) != missing:
            break
        i += 1
    if missing:
        return 0 - i
    return i


@micropython.viper
def take(ring: ptr16, at: int, mask: int, dst: ptr16, to: int, n: int):
    for i in range(n):
        dst[to + i] = ring[(at + i) & mask]
        ring[(at + i) & mask] = 0x8000


@micropython.viper
def drop(ring: ptr16, at: int, mask: int, n: int):
    for i in range(n):
        ring[(at + i) & mask] = 0x8000


@micropython.viper
def peek(ring: ptr16, at: int, mask: int, dst: ptr16, to: int, n: int):
    for i in range(n):
        dst[to + i] = ring[(at + i) & mask]


@micropython.viper
def waves(dst: ptr16, to: int, n: int, sine: ptr16, state: ptr32, wide: int):
    one = state[0]
    two = state[2]
    gain = state[4]
    for i in range(n):
        one = (one + (state[1] >> wide)) & 0xFFFFFF
        two = (two + (state[3] >> wide)) & 0xFFFFFF
        s = (sine[one >> 15] ^ 0x8000) - 0x8000
        if state[3] >> wide:
            s += (sine[two >> 15] ^ 0x8000) - 0x8000
        dst[to + i] = s * gain >> 15
        if gain < state[5]:
            gain += state[6]
            if gain > state[5]:
                gain = state[5]
        elif gain > state[5]:
            gain -= state[6]
            if gain < state[5]:
                gain = state[5]
    state[0] = one
    state[2] = two
    state[4] = gain


@micropython.viper
def forget(bins: ptr16, n: int, shift: int):
    for i in range(n):
        bins[i] = bins[i] - ((bins[i] + (1 << shift) - 1) >> shift)


@micropython.viper
def quantile(bins: ptr16, n: int, per: int) -> int:
    total = 0
    for i in range(n):
        total += bins[i]
    wanted = total * per >> 10
    total = 0
    for i in range(n):
        total += bins[i]
        if total > wanted:
            return i
    return n - 1


@micropython.viper
def noise(dst: ptr16, to: int, n: int, seed: int, gain: int) -> int:
    for i in range(n):
        seed = (seed * 25173 + 13849) & 0xFFFF
        dst[to + i] = ((seed ^ 0x8000) - 0x8000) * gain >> 15
    return seed


@micropython.viper
def border(data: ptr8, size: int) -> int:
    last = size - 12
    sequence = (data[2] << 8) | data[3]
    at = 12
    while at <= last:
        if data[at] >> 6 == 2:
            if data[at + 1] == 200 or data[at + 1] == 201:
                a = at + 4
                ahead = 1
            else:
                a = at + 8
                ahead = (((data[at + 2] << 8) | data[at + 3]) - sequence + 64) & 0xFFFF
            if ahead < 128 and data[a] == data[8] and data[a + 1] == data[9]:
                if data[a + 2] == data[10] and data[a + 3] == data[11]:
                    return at
        at += 1
    return size


@micropython.viper
def forward(data: ptr8, at: int, n: int):
    for i in range(n):
        data[i] = data[at + i]
