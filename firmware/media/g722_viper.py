"""The loops of `media.g722` in native code; what each does is said in `media.g722_plain`.

What is limited to 16 bits in the Recommendation is so here where it can be larger.
"""

import micropython


@micropython.viper
def mirror(x: ptr16, y: ptr16, to: int, z: ptr16, n: int, join: int):
    c = 0
    for i in range(n):
        # x ^ 0x8000 is 32768 more than the sample, 2**27 the sum of all that
        odd = 3 * (x[c] ^ 0x8000) - 11 * (x[c + 2] ^ 0x8000) + 12 * (x[c + 4] ^ 0x8000)
        odd += 32 * (x[c + 6] ^ 0x8000) - 210 * (x[c + 8] ^ 0x8000) + 951 * (x[c + 10] ^ 0x8000)
        odd += 3876 * (x[c + 12] ^ 0x8000) - 805 * (x[c + 14] ^ 0x8000)
        odd += 362 * (x[c + 16] ^ 0x8000) - 156 * (x[c + 18] ^ 0x8000)
        odd += 53 * (x[c + 20] ^ 0x8000) - 11 * (x[c + 22] ^ 0x8000) - 134217728
        even = 3 * (x[c + 23] ^ 0x8000) - 11 * (x[c + 21] ^ 0x8000) + 12 * (x[c + 19] ^ 0x8000)
        even += 32 * (x[c + 17] ^ 0x8000) - 210 * (x[c + 15] ^ 0x8000)
        even += 951 * (x[c + 13] ^ 0x8000) + 3876 * (x[c + 11] ^ 0x8000)
        even += 362 * (x[c + 7] ^ 0x8000) - 805 * (x[c + 9] ^ 0x8000) - 156 * (x[c + 5] ^ 0x8000)
        even += 53 * (x[c + 3] ^ 0x8000) - 11 * (x[c + 1] ^ 0x8000) - 134217728
        if join:
            even >>= 11
            if even > 32767:
                even = 32767
            elif even < -32768:
                even = -32768
            odd >>= 11
            if odd > 32767:
                odd = 32767
            elif odd < -32768:
                odd = -32768
            y[to + c] = even
            y[to + c + 1] = odd
        else:
            y[to + i] = (even + odd) >> 14
            z[to + i] = (even - odd) >> 14
        c += 2


@micropython.viper
def weave(low: ptr16, high: ptr16, x: ptr16, n: int):
    c = 22
    for i in range(n):
        x[c] = low[i] + high[i]
        x[c + 1] = low[i] - high[i]
        c += 2


@micropython.viper
def pack(low: ptr16, high: ptr16, dst: ptr8, to: int, n: int):
    for i in range(n):
        dst[to + i] = (high[i] << 6) | low[i]


@micropython.viper
def band(x: ptr16, a: int, y: ptr16, n: int, state: ptr16, way: int, t: ptr16):
    s = (state[0] ^ 0x8000) - 0x8000
    sz = (state[1] ^ 0x8000) - 0x8000
    a1 = (state[2] ^ 0x8000) - 0x8000
    a2 = (state[3] ^ 0x8000) - 0x8000
    p1 = (state[4] ^ 0x8000) - 0x8000
    p2 = (state[5] ^ 0x8000) - 0x8000
    r1 = (state[6] ^ 0x8000) - 0x8000
    r2 = (state[7] ^ 0x8000) - 0x8000
    nb = state[8]
    det = state[9]
    b1 = (state[10] ^ 0x8000) - 0x8000
    b2 = (state[11] ^ 0x8000) - 0x8000
    b3 = (state[12] ^ 0x8000) - 0x8000
    b4 = (state[13] ^ 0x8000) - 0x8000
    b5 = (state[14] ^ 0x8000) - 0x8000
    b6 = (state[15] ^ 0x8000) - 0x8000
    d1 = (state[16] ^ 0x8000) - 0x8000
    d2 = (state[17] ^ 0x8000) - 0x8000
    d3 = (state[18] ^ 0x8000) - 0x8000
    d4 = (state[19] ^ 0x8000) - 0x8000
    d5 = (state[20] ^ 0x8000) - 0x8000
    d6 = (state[21] ^ 0x8000) - 0x8000
    inverse = 92
    steps = 108
    most = 18432
    base = 8
    if way & 1:
        inverse = 124
        steps = 140
        most = 22528
        base = 10
    for i in range(n):
        code = x[a + i]
        # what is written, and the code that both sides go on with
        if way < 2:
            e = (code ^ 0x8000) - 0x8000 - s
            if e > 32767:
                e = 32767
            elif e < -32768:
                e = -32768
            size = e
            if e < 0:
                size = -1 - e
            if way:
                code = 3
                if size >= 564 * det >> 12:
                    code = 2
                if e < 0:
                    code -= 2
                y[i] = code
            else:
                code = 0
                k = 16
                while k:
                    if code + k < 30:
                        if size >= t[code + k] * det >> 12:
                            code += k
                    k >>= 1
                code += 62
                if e < 0:
                    code -= 30
                code = t[code]
                y[i] = code
                code >>= 2
            d = det * ((t[inverse + code] ^ 0x8000) - 0x8000) >> 15
        else:
            if way == 2:
                code &= 63
                e = s + (det * ((t[176 + code] ^ 0x8000) - 0x8000) >> 15)
                code >>= 2
                d = det * ((t[inverse + code] ^ 0x8000) - 0x8000) >> 15
            else:
                code >>= 6
                d = det * ((t[inverse + code] ^ 0x8000) - 0x8000) >> 15
                e = s + d
            if e > 16383:
                e = 16383
            elif e < -16384:
                e = -16384
            y[i] = e
        # the quantiser
        nb = (nb * 127 >> 7) + ((t[steps + code] ^ 0x8000) - 0x8000)
        if nb < 0:
            nb = 0
        elif nb > most:
            nb = most
        k = base - (nb >> 11)
        det = t[144 + ((nb >> 6) & 31)]
        if k < 0:
            det = det << 3
        else:
            det = (det >> k) << 2
        # two poles
        p = sz + d
        if p > 32767:
            p = 32767
        elif p < -32768:
            p = -32768
        w = a1 << 2
        if w > 32767:
            w = 32767
        elif w < -32768:
            w = -32768
        a1 = a1 * 32640 >> 15
        if (p ^ p1) >= 0:
            w = 0 - w
            if w > 32767:
                w = 32767
            a1 += 192
        else:
            a1 -= 192
        a2 = (w >> 7) + (a2 * 32512 >> 15)
        if (p ^ p2) >= 0:
            a2 += 128
        else:
            a2 -= 128
        if a2 > 12288:
            a2 = 12288
        elif a2 < -12288:
            a2 = -12288
        w = 15360 - a2
        if a1 > w:
            a1 = w
        elif a1 < 0 - w:
            a1 = 0 - w
        p2 = p1
        p1 = p
        r2 = r1
        r1 = s + d
        if r1 > 16383:  # its double, limited
            r1 = 32767
        elif r1 < -16384:
            r1 = -32768
        else:
            r1 <<= 1
        s = (a1 * r1 >> 15) + (a2 * r2 >> 15)
        if s > 32767:
            s = 32767
        elif s < -32768:
            s = -32768
        # six zeros: m is -1 where the signs differ
        w = 0
        if d:
            w = 128
        m = (d1 ^ d) >> 31
        b1 = (b1 * 32640 >> 15) + (w ^ m) - m
        m = (d2 ^ d) >> 31
        b2 = (b2 * 32640 >> 15) + (w ^ m) - m
        m = (d3 ^ d) >> 31
        b3 = (b3 * 32640 >> 15) + (w ^ m) - m
        m = (d4 ^ d) >> 31
        b4 = (b4 * 32640 >> 15) + (w ^ m) - m
        m = (d5 ^ d) >> 31
        b5 = (b5 * 32640 >> 15) + (w ^ m) - m
        m = (d6 ^ d) >> 31
        b6 = (b6 * 32640 >> 15) + (w ^ m) - m
        d6 = d5
        d5 = d4
        d4 = d3
        d3 = d2
        d2 = d1
        d1 = d << 1
        if d1 > 32767:
            d1 = 32767
        elif d1 < -32768:
            d1 = -32768
        sz = (b1 * d1 >> 15) + (b2 * d2 >> 15) + (b3 * d3 >> 15)
        sz += (b4 * d4 >> 15) + (b5 * d5 >> 15) + (b6 * d6 >> 15)
        if sz > 32767:
            sz = 32767
        elif sz < -32768:
            sz = -32768
        s += sz
        if s > 32767:
            s = 32767
        elif s < -32768:
            s = -32768
    state[0] = s
    state[1] = sz
    state[2] = a1
    state[3] = a2
    state[4] = p1
    state[5] = p2
    state[6] = r1
    state[7] = r2
    state[8] = nb
    state[9] = det
    state[10] = b1
    state[11] = b2
    state[12] = b3
    state[13] = b4
    state[14] = b5
    state[15] = b6
    state[16] = d1
    state[17] = d2
    state[18] = d3
    state[19] = d4
    state[20] = d5
    state[21] = d6
