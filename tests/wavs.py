"""Speech for tests: WAV files made, and what was recorded compared with what was spoken."""

import array
import cmath
import math
import wave

from tools import pesq

RATE = 8000


def speech(seconds=4, pitch=125, seed=1, loud=3500):
    """Return samples of something like speech: harmonics of a gliding pitch, in syllables.

    A handset's microphone gets less `loud` ones: it amplifies by 10 dB.
    """
    out, phase, state = [], 0.0, seed
    for i in range(int(seconds * RATE)):
        syllable, at = divmod(i, 1600)
        state = (syllable * 7919 + seed * 104729) % 997
        hz = pitch * (0.85 + 0.3 * state / 997)
        phase += 2 * math.pi * hz / RATE
        swell = math.sin(math.pi * at / 1600) ** 2 * (0.4 + 0.6 * ((state * 31) % 7) / 7)
        bright = 1 + state % 5
        wave_ = sum(math.sin(k * phase + k) / (1 + abs(k - bright)) for k in range(1, 9))
        out.append(int(loud * swell * wave_ / 2))
    return array.array("h", out)


def write(path, samples, rate=RATE):
    """Write a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


def read(path, wanted=RATE):
    """Return the samples of a WAV file at 8 kHz, or at the `wanted` rate."""
    with wave.open(str(path), "rb") as file:
        rate, channels = file.getframerate(), file.getnchannels()
        samples = array.array("h", file.readframes(file.getnframes()))
    return samples[:: channels * rate // wanted]


def microphone(samples, pole=29800 / 32768):
    """Return samples as the phone's high-pass lets them through: what it sends of them."""
    out, before, last = [], 0, 0.0
    for x in samples:
        last = x - before + pole * last
        before = x
        out.append(max(-32768, min(32767, int(last))))
    return array.array("h", out)


def quality(recorded, spoken, at, seconds=3, rate=RATE):
    """Return PESQ's score (1.0 to 4.5) of `seconds` of a recording from `at` on beside the place
    in `spoken` where they fit best; None where PESQ is not there (see `tools.pesq`)."""
    if pesq.python() is None:
        return None
    piece = recorded[max(0, at) :][: seconds * rate]
    again = list(spoken) * 2
    start = 4 * _offset(_quarter(piece), _quarter(again), len(spoken) // 4)
    again = array.array("h", (again * 2)[start : start + len(piece)])
    return pesq.score(again, piece, rate)


def likeness(recorded, spoken, at, pieces=5, size=2000, loud=False):
    """Return (correlation, level) of a recording from `at` on with where `spoken` fits best.

    It is that of the middle one of several pieces, by correlation: where a buffer has just moved,
    or this machine was busy, a piece may be two. The level is how much louder the recording is, in
    dB; `spoken` is repeated. With `loud`, pieces that are quieter than the mean do not count: real
    speech has pauses, which are like any other.
    """
    at = max(0, at)
    pieces = min(pieces, (len(recorded) - at) // size)
    assert pieces, f"{len(recorded)} samples were recorded"
    starts = [at + i * size for i in range(pieces)]
    if loud:
        power = [sum(x * x for x in recorded[i : i + size]) for i in starts]
        mean = sum(power) / pieces
        starts = [start for start, own in zip(starts, power, strict=True) if own >= mean]
    found = [_likeness(recorded, spoken, start, size) for start in starts]
    pieces = len(found)
    return sorted(found)[pieces // 2]


def _likeness(recorded, spoken, at, size):
    piece = recorded[at : at + size]
    again = list(spoken) * 2
    offset = 4 * _offset(_quarter(piece), _quarter(again), len(spoken) // 4)
    best = (0.0, 0.0)
    for shift in range(max(0, offset - 40), offset + 41):
        other = again[shift : shift + size]
        power = sum(x * x for x in other) or 1
        own = sum(x * x for x in piece) or 1
        both = sum(x * y for x, y in zip(piece, other, strict=True))
        best = max(best, (both / math.sqrt(power * own), 10 * math.log10(own / power)))
    return best


def _quarter(samples):
    return [sum(samples[i : i + 4]) for i in range(0, len(samples) - 3, 4)]


def _offset(piece, spoken, most):
    """Return where in `spoken` the `piece` fits best, by the product of their spectra."""
    size = 1
    while size < len(spoken) + len(piece):
        size *= 2
    one = _fft([complex(x) for x in spoken] + [0j] * (size - len(spoken)))
    two = _fft([complex(x) for x in piece] + [0j] * (size - len(piece)))
    product = _fft([(x * y.conjugate()).conjugate() for x, y in zip(one, two, strict=True)])
    return max(range(most), key=lambda i: product[i].real)


def _fft(x):
    if len(x) == 1:
        return x
    even, odd = _fft(x[::2]), _fft(x[1::2])
    half = len(x) // 2
    turned = [cmath.exp(-2j * math.pi * k / len(x)) * odd[k] for k in range(half)]
    return [even[k] + turned[k] for k in range(half)] + [even[k] - turned[k] for k in range(half)]
