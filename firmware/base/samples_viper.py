"""The loops of `base.samples` in native code; what each does is said in `base.samples_plain`.

``ptr16`` loads unsigned: ``(x ^ 0x8000) - 0x8000`` gives the sign back. Sums stay within 31 bits.
"""

import micropython


@micropython.viper
def copy(src: ptr16, a: int, dst: ptr16, b: int, n: int):
    for i in range(n):
        dst[b + i] = src[a + i]


@micropython.viper
def fill(x: ptr16, at: int, n: int, value: int):
    for i in range(at, at + n):
        x[i] = value


@micropython.viper
def level(x: ptr16, at: int, n: int) -> int:
    total = 0
    for i in range(at, at + n):
        s = (x[i] ^ 0x8000) - 0x8000
        if s < 0:
            s = 0 - s
        total += s
    return total // n


@micropython.viper
def scale(x: ptr16, at: int, n: int, gain: int, step: int):
    for i in range(at, at + n):
        s = ((x[i] ^ 0x8000) - 0x8000) * (gain >> 6) >> 10
        if s > 32767:
            s = 32767
        elif s < -32768:
            s = -32768
        x[i] = s
        gain += step


@micropython.viper
def mix(x: ptr16, at: int, y: ptr16, b: int, n: int):
    for i in range(n):
        s = ((x[at + i] ^ 0x8000) - 0x8000) + ((y[b + i] ^ 0x8000) - 0x8000)
        if s > 32767:
            s = 32767
        elif s < -32768:
            s = -32768
        x[at + i] = s


@micropython.viper
def fade(x: ptr16, a: int, y: ptr16, b: int, out: ptr16, at: int, n: int):
    step = 32768 // n
    w = step >> 1
    for i in range(n):
        s = (x[a + i] ^ 0x8000) - 0x8000
        d = ((y[b + i] ^ 0x8000) - 0x8000) - s
        out[at + i] = s + ((d >> 1) * w >> 14)
        w += step


@micropython.viper
def slide(x: ptr16, at: int, n: int, by: int):
    for i in range(n):
        s = ((x[at + i] ^ 0x8000) - 0x8000) + by * (n - i) // n
        if s > 32767:
            s = 32767
        elif s < -32768:
            s = -32768
        x[at + i] = s


@micropython.viper
def differ(x: ptr16, a: int, b: int, n: int) -> int:
    total = 0
    for i in range(n):
        d = ((x[a + i] ^ 0x8000) - 0x8000) - ((x[b + i] ^ 0x8000) - 0x8000)
        if d < 0:
            d = 0 - d
        total += d
    return total // n


@micropython.viper
def lag(x: ptr16, at: int, n: int, low: int, high: int, way: int, step: int) -> int:
    best = low
    least = 0x3FFFFFFF
    t = low
    while t <= high:
        b = at + t * way
        total = 0
        i = 0
        while i < n:
            d = ((x[at + i] ^ 0x8000) - 0x8000) - ((x[b + i] ^ 0x8000) - 0x8000)
            if d < 0:
                d = 0 - d
            total += d
            i += step
        if total < least:
            least = total
            best = t
        t += step
    near = best
    least = 0x3FFFFFFF
    for t in range(near - step + 1, near + step):
        if t >= low and t <= high:
            b = at + t * way
            total = 0
            for i in range(n):
                d = ((x[at + i] ^ 0x8000) - 0x8000) - ((x[b + i] ^ 0x8000) - 0x8000)
                if d < 0:
                    d = 0 - d
                total += d
            if total < least:
                least = total
                best = t
    return best


@micropython.viper
def exchange(x: ptr16, at: int, n: int):
    for _ in range(n):
        s = x[at]
        x[at] = x[at + 1]
        x[at + 1] = s
        at += 2


@micropython.viper
def halve(src: ptr16, at: int, dst: ptr16, n: int, taps: ptr16, pairs: int):
    c = at + 2 * pairs - 1
    for i in range(n):
        s = ((src[c] ^ 0x8000) - 0x8000) << 13
        for k in range(pairs):
            t = (taps[k] ^ 0x8000) - 0x8000
            a = (src[c - 1 - 2 * k] ^ 0x8000) - 0x8000
            b = (src[c + 1 + 2 * k] ^ 0x8000) - 0x8000
            s += t * (a + b)
        s = (s + 8192) >> 14
        if s > 32767:
            s = 32767
        elif s < -32768:
            s = -32768
        dst[i] = s
        c += 2


@micropython.viper
def double(src: ptr16, at: int, dst: ptr16, to: int, n: int, taps: ptr16, pairs: int, swap: int):
    c = at + pairs - 1
    for i in range(n):
        s = 0
        for k in range(pairs):
            t = (taps[k] ^ 0x8000) - 0x8000
            a = (src[c - k] ^ 0x8000) - 0x8000
            b = (src[c + 1 + k] ^ 0x8000) - 0x8000
            s += t * (a + b)
        s = (s + 4096) >> 13
        if s > 32767:
            s = 32767
        elif s < -32768:
            s = -32768
        dst[to + 2 * i + swap] = src[c]
        dst[to + 2 * i + 1 - swap] = s
        c += 1


@micropython.viper
def highpass(x: ptr16, at: int, n: int, state: ptr16, pole: int):
    last = (state[0] ^ 0x8000) - 0x8000
    out = (state[1] ^ 0x8000) - 0x8000
    for i in range(at, at + n):
        s = (x[i] ^ 0x8000) - 0x8000
        out = s - last + ((out * pole + 16384) >> 15)
        last = s
        if out > 32767:
            out = 32767
        elif out < -32768:
            out = -32768
        x[i] = out
    state[0] = last
    state[1] = out
