"""The portable twin of `base.samples_viper`, and what each loop does.

`x`, `y`, `src`, `dst`, `out` are ``array("h")``; `at`, `a`, `b`, `to` are where to begin in them,
`n` is a number of samples. What does not fit 16 bits is limited.
"""


def _limited(s):
    return 32767 if s > 32767 else -32768 if s < -32768 else s


def copy(src, a, dst, b, n):
    """Copy `n` samples, the first one first: towards the front within one array, too."""
    for i in range(n):
        dst[b + i] = src[a + i]


def fill(x, at, n, value):
    """Set `n` samples to `value`."""
    for i in range(at, at + n):
        x[i] = value


def level(x, at, n):
    """Return the mean of the samples' absolute values."""
    total = 0
    for i in range(at, at + n):
        total += abs(x[i])
    return total // n


def scale(x, at, n, gain, step):
    """Multiply by `gain` (65536 is 1, 32 times at most), which grows by `step` each sample."""
    for i in range(at, at + n):
        x[i] = _limited(x[i] * (gain >> 6) >> 10)
        gain += step


def mix(x, at, y, b, n):
    """Add `y` to `x`."""
    for i in range(n):
        x[at + i] = _limited(x[at + i] + y[b + i])


def fade(x, a, y, b, out, at, n):
    """Cross-fade from `x` to `y` into `out`, which may be either of them."""
    step = 32768 // n
    w = step >> 1
    for i in range(n):
        s = x[a + i]
        out[at + i] = s + ((y[b + i] - s >> 1) * w >> 14)
        w += step


def slide(x, at, n, by):
    """Add `by` to the first sample, less and less to those that follow: a step becomes a slope."""
    for i in range(n):
        x[at + i] = _limited(x[at + i] + by * (n - i) // n)


def differ(x, a, b, n):
    """Return the mean absolute difference between `n` samples at `a` and at `b`."""
    total = 0
    for i in range(n):
        total += abs(x[a + i] - x[b + i])
    return total // n


def lag(x, at, n, low, high, way, step):
    """Return the distance from `low` to `high` at which `x` is most like itself at `at`.

    `way` is 1 to look ahead, -1 to look back. Every `step`-th distance and sample first, then the
    neighbours of the best one with all samples.
    """
    best, least = low, 0x3FFFFFFF
    for t in range(low, high + 1, step):
        total = 0
        for i in range(0, n, step):
            total += abs(x[at + i] - x[at + t * way + i])
        if total < least:
            best, least = t, total
    near, least = best, 0x3FFFFFFF
    for t in range(near - step + 1, near + step):
        if low <= t <= high:
            total = 0
            for i in range(n):
                total += abs(x[at + i] - x[at + t * way + i])
            if total < least:
                best, least = t, total
    return best


def exchange(x, at, n):
    """Exchange neighbours, of `n` pairs."""
    for i in range(at, at + 2 * n, 2):
        x[i], x[i + 1] = x[i + 1], x[i]


def halve(src, at, dst, n, taps, pairs):
    """Make `n` samples of ``2 * n`` by a half-band filter of ``4 * pairs - 1`` taps.

    `taps` are those beside the middle one (which is 1/2), 16384 being 1. The first output stands
    in the middle of the filter, so ``4 * pairs - 2`` samples of before precede the new ones.
    """
    c = at + 2 * pairs - 1
    for i in range(n):
        s = src[c] << 13
        for k in range(pairs):
            s += taps[k] * (src[c - 1 - 2 * k] + src[c + 1 + 2 * k])
        dst[i] = _limited((s + 8192) >> 14)
        c += 2


def double(src, at, dst, to, n, taps, pairs, swap):
    """Make ``2 * n`` samples of `n` by the same filter; `swap` 1 exchanges neighbours."""
    c = at + pairs - 1
    for i in range(n):
        s = 0
        for k in range(pairs):
            s += taps[k] * (src[c - k] + src[c + 1 + k])
        dst[to + 2 * i + swap] = src[c]
        dst[to + 2 * i + 1 - swap] = _limited((s + 4096) >> 13)
        c += 1


def highpass(x, at, n, state, pole):
    """Take what is slower than speech out; `state` keeps two samples, `pole` is below 32768."""
    last, out = state
    for i in range(at, at + n):
        s = x[i]
        out = _limited(s - last + ((out * pole + 16384) >> 15))
        last = s
        x[i] = out
    state[0], state[1] = last, out
