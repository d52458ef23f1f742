"""The jitter buffer over an hour on a virtual clock, which takes MicroPython's native loops."""

from array import array

from mediakit import SYLLABLE

from media.g711 import ENCODERS, ULAW
from media.jitter import Jitter
from media.rtp import MASK

ONLY = "micropython"
_CODED = bytearray(2560)
ENCODERS["PCMU"](SYLLABLE, 0, _CODED, 0, 2560)


def test_an_hour_of_drift_of_200_ppm_neither_empties_nor_fills_it():
    for ppm in (200, -200):
        jitter, out = Jitter(), array("h", bytes(320))
        n, most, least, concealed = 0, 0, 99999, 0
        for frame in range(180000):
            now = 160 * frame & MASK
            # after `frame` frames the other side has sent this many of its own
            while n <= frame + frame * ppm // 1000000:
                stamp = 160 * n
                jitter.put(_CODED, stamp % 2560, 160, stamp & MASK, now, ULAW)
                n += 1
            jitter.take(out, now)
            if frame == 1000:
                concealed, most, least = jitter.concealed, 0, 99999
            delay = jitter.delay(now)
            most, least = max(most, delay), min(least, delay)
        assert most <= 8 * 90 and least >= 0, (most, least)
        moved = jitter.shrunk if ppm > 0 else jitter.grown
        # 0.72 s are to be made up for
        assert 0.8 * 5760 < moved - (jitter.grown if ppm > 0 else jitter.shrunk) < 1.4 * 5760
        assert jitter.concealed - concealed <= 8 * 720, "no more than a fifth of a thousandth"
        assert jitter.late <= 40, jitter.late
