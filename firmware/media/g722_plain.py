"""The portable twin of `media.g722_viper`, and what each loop does.

`a` and `to` are where to begin, `n` is a number of codes: one each 125 µs, of two samples.
"""

_COEFFICIENTS = (3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11)


def _limited(s):
    return 32767 if s > 32767 else -32768 if s < -32768 else s


def mirror(x, y, to, z, n, join):
    """Run the filter of 24 taps over ``22 + 2 * n`` samples.

    `join` 0: `y` gets the lower band, `z` the upper one. 1: `y` gets both phases by turns, which
    are the samples.
    """
    for i in range(n):
        odd = even = 0
        for k in range(12):
            odd += x[2 * i + 2 * k] * _COEFFICIENTS[k]
            even += x[2 * i + 2 * k + 1] * _COEFFICIENTS[11 - k]
        if join:
            y[to + 2 * i] = _limited(even >> 11)
            y[to + 2 * i + 1] = _limited(odd >> 11)
        else:
            y[to + i] = even + odd >> 14
            z[to + i] = even - odd >> 14


def weave(low, high, x, n):
    """Put sum and difference of both bands behind the 22 samples that the filter remembers."""
    for i in range(n):
        x[22 + 2 * i] = low[i] + high[i]
        x[23 + 2 * i] = low[i] - high[i]


def pack(low, high, dst, to, n):
    """Put the codes of both bands into bytes."""
    for i in range(n):
        dst[to + i] = high[i] << 6 | low[i]


def _lower(x, way, state, t):
    """Quantise or read a sample of the lower band; return (what is written, code of 4 bits)."""
    s, det = state[0], state[9]
    if way == 2:
        x &= 63
        found = s + (det * t[176 + x] >> 15)
        return max(-16384, min(16383, found)), x >> 2
    e = _limited(x - s)
    size, k = (e if e >= 0 else -1 - e), 0
    for step in (16, 8, 4, 2, 1):
        if k + step < 30 and size >= t[k + step] * det >> 12:
            k += step
    code = t[32 + k] if e < 0 else t[62 + k]
    return code, code >> 2


def _upper(x, way, state, t):
    """Quantise or read a sample of the upper band; return (what is written, its code)."""
    s, det = state[0], state[9]
    if way == 3:
        code = x >> 6
        found = s + (det * t[124 + code] >> 15)
        return max(-16384, min(16383, found)), code
    e = _limited(x - s)
    size = e if e >= 0 else -1 - e
    code = 2 if size >= 564 * det >> 12 else 3
    if e < 0:
        code -= 2
    return code, code


def _scaled(state, w, most, base, t):
    """Adapt the quantiser (LOGSCL and SCALEL, LOGSCH and SCALEH)."""
    nb = max(0, min(most, (state[8] * 127 >> 7) + w))
    k, size = base - (nb >> 11), t[144 + (nb >> 6 & 31)]
    state[8], state[9] = nb, (size >> k if k >= 0 else size << -k) << 2


def _poles(state, d):
    """Adapt the second-order predictor (RECONS to UPPOL1, FILTEP); return its part of s."""
    p = _limited(state[1] + d)
    a1, a2, same = state[2], state[3], (p ^ state[4]) >= 0
    w = _limited(4 * a1)
    w = min(32767, -w) if same else w
    a2 = (w >> 7) + (128 if (p ^ state[5]) >= 0 else -128) + (a2 * 32512 >> 15)
    a2 = max(-12288, min(12288, a2))
    a1 = (a1 * 32640 >> 15) + (192 if same else -192)
    a1 = max(a2 - 15360, min(15360 - a2, a1))
    r = _limited(2 * _limited(state[0] + d))
    state[2], state[3], state[4], state[5] = a1, a2, p, state[4]
    state[6], state[7] = r, state[6]
    return _limited((a1 * state[6] >> 15) + (a2 * state[7] >> 15))


def _zeros(state, d):
    """Adapt the sixth-order predictor (UPZERO, FILTEZ); return its part of s."""
    up = 128 if d else 0
    for k in range(6):
        b, same = state[10 + k], (state[16 + k] ^ d) >= 0
        state[10 + k] = (b * 32640 >> 15) + (up if same else -up)
    for k in range(5, 0, -1):
        state[16 + k] = state[15 + k]
    state[16] = _limited(2 * d)
    return _limited(sum([state[10 + k] * state[16 + k] >> 15 for k in range(6)]))


def band(x, a, y, n, state, way, t):
    """Encode (`way` 0 and 1: lower and upper band) or decode (2 and 3) `n` samples of one band.

    `state` is s, sz, a1, a2, the last two p, twice the last two r, nb, det, b1 to b6, twice the
    last six d, in the Recommendation's names. `t` are the tables of `media.g722`.
    """
    for i in range(n):
        if way & 1:
            y[i], code = _upper(x[a + i], way, state, t)
            d = state[9] * t[124 + code] >> 15
            _scaled(state, t[140 + code], 22528, 10, t)
        else:
            y[i], code = _lower(x[a + i], way, state, t)
            d = state[9] * t[92 + code] >> 15
            _scaled(state, t[108 + code], 18432, 8, t)
        poles = _poles(state, d)
        state[1] = _zeros(state, d)
        state[0] = _limited(poles + state[1])
