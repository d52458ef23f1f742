"""The portable twin of `media.loops_viper`, and what each loop does.

`a` and `to` are where to begin, `n` is a number of samples. In the jitter buffer's ring a sample
of -32768 is none: G.711 has no such value. A place in the ring is counted on and on; `mask` is the
ring's length, a power of 2, less 1.
"""

_NONE = -32768


def ulaw(src, a, dst, to, n):
    """Encode µ-law (ITU-T G.711, table 2): ``array("h")`` to a bytearray."""
    for i in range(n):
        s, sign = src[a + i], 0x80
        if s < 0:
            s, sign = -1 - s, 0
        s = min((s >> 2) + 33, 8191)
        segment, rest = 1, s >> 6
        while rest:
            rest >>= 1
            segment += 1
        dst[to + i] = sign | (8 - segment) << 4 | 15 - (s >> segment & 15)


def alaw(src, a, dst, to, n):
    """Encode A-law (ITU-T G.711, table 1)."""
    for i in range(n):
        s, sign, segment = src[a + i], 0x80, 0
        if s < 0:
            s, sign = -1 - s, 0
        s >>= 4
        if s > 15:
            segment = 1
            while s > 31:
                s >>= 1
                segment += 1
            s -= 16
        dst[to + i] = (sign | segment << 4 | s) ^ 0x55


def expand(src, a, n, table, dst, to, mask):
    """Decode into a ring by a `table` of 256 samples."""
    for i in range(n):
        dst[to + i & mask] = table[src[a + i]]


def run(ring, at, mask, n):
    """Return how many samples from `at` are there (or, negative, are not), `n` at most."""
    missing, i = ring[at & mask] == _NONE, 1
    while i < n and (ring[at + i & mask] == _NONE) == missing:
        i += 1
    return -i if missing else i


def take(ring, at, mask, dst, to, n):
    """Move samples out of the ring."""
    for i in range(n):
        dst[to + i] = ring[at + i & mask]
        ring[at + i & mask] = _NONE


def drop(ring, at, mask, n):
    """Forget samples of the ring."""
    for i in range(n):
        ring[at + i & mask] = _NONE


def peek(ring, at, mask, dst, to, n):
    """Copy samples out of the ring."""
    for i in range(n):
        dst[to + i] = ring[at + i & mask]


def waves(dst, to, n, sine, state, wide):
    """Make one tone or the sum of two; `sine` is a period of 512 samples, `wide` 1 is 16 kHz.

    `state` is phase, step, phase, step (2**24 is a period; a second step of 0: one tone), the gain
    now, the gain that it moves to, and by how much each sample; 32768 is 1.
    """
    one, first, two, second, gain, wanted, move = state
    first, second = first >> wide, second >> wide
    for i in range(n):
        one = one + first & 0xFFFFFF
        two = two + second & 0xFFFFFF
        s = sine[one >> 15]
        if second:
            s += sine[two >> 15]
        dst[to + i] = s * gain >> 15
        if gain < wanted:
            gain = min(gain + move, wanted)
        elif gain > wanted:
            gain = max(gain - move, wanted)
    state[0], state[2], state[4] = one, two, gain


def forget(bins, n, shift):
    """Make each of `n` counts smaller by its 2**`shift`-th part, rounded up."""
    for i in range(n):
        bins[i] -= bins[i] + (1 << shift) - 1 >> shift


def quantile(bins, n, per):
    """Return the first of `n` counts up to which more than `per` / 1024 of all lie."""
    wanted, total = sum(bins[:n]) * per >> 10, 0
    for i in range(n):
        total += bins[i]
        if total > wanted:
            return i
    return n - 1


def noise(dst, to, n, seed, gain):
    """Make white noise, 32768 being full scale; return the seed (16 bits) to go on with."""
    for i in range(n):
        seed = seed * 25173 + 13849 & 0xFFFF
        dst[to + i] = ((seed ^ 0x8000) - 0x8000) * gain >> 15
    return seed


def border(data, size):
    """Return where in ``data[:size]``, which begins with an RTP packet, the next one begins.

    That is one of the same source with a sequence number near the first one's, or a report of it
    (RFC 5761); `size` where there is none.
    """
    sequence = data[2] << 8 | data[3]
    for at in range(12, size - 11):
        if data[at] >> 6 == 2:
            a, ahead = at + 4, 1
            if data[at + 1] not in (200, 201):
                a = at + 8
                ahead = (data[at + 2] << 8 | data[at + 3]) - sequence + 64 & 0xFFFF
            if ahead < 128 and all([data[a + i] == data[8 + i] for i in range(4)]):
                return at
    return size


def forward(data, at, n):
    """Move `n` bytes from `at` to the front."""
    for i in range(n):
        data[i] = data[at + i]
