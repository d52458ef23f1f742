"""Frames of 20 ms of either rate, and calls of 8 kHz in a frame of 16.

A frame has 16 kHz as soon as a call that is heard in it has. Nothing allocates but `Rates.widen`.
"""

from array import array

from base.compat import const
from base.halfband import Doubler, Halver
from base.samples import copy

NARROW = const(160)  # samples of a frame
WIDE = const(320)


class Frames:
    """The buffers of a frame of `n` samples."""

    def __init__(self, n):
        self.n = n
        self.said = array("h", bytes(2 * n))  # by ourselves
        self.heard = array("h", bytes(2 * n))
        self.other = array("h", bytes(2 * n))  # what the second of a conference says
        self.both = array("h", bytes(2 * n))  # and what one of them is to hear
        self.beep = array("h", bytes(2 * n))


class _Between:
    """The way of one stream from 8 kHz to 16 and back."""

    def __init__(self):
        self.halver, self.doubler = Halver(), Doubler()
        self.frame = array("h", bytes(2 * NARROW))


class Rates:
    """Buffers for both rates; those of 16 kHz are made when a call first wants them, and stay.

    `wide` is 1 for frames of 16 kHz, 0 for 8; `which` is the place, 0 or 1, that a stream has in
    a conference.
    """

    def __init__(self):
        self._narrow = Frames(NARROW)
        self._wide = None
        self._between = ()
        self._sized(NARROW)

    def _sized(self, n):
        self.zeros = array("h", bytes(2 * n))  # silence of either rate
        self.digit = array("h", bytes(2 * n))  # a tone in place of speech

    def widen(self):
        """Have what frames of 16 kHz need; MemoryError where that is not to be had."""
        if not self._between:
            self._wide = Frames(WIDE)
            self._sized(WIDE)
            self._between = (_Between(), _Between())

    def frames(self, wide):
        """Return the `Frames`."""
        return self._wide if wide else self._narrow

    def hear(self, stream, out, now, wide, which):
        """Fill `out` with what a stream lets be heard; return False for silence."""
        if stream.jitter.wide == wide:
            return stream.play(out, now)
        between = self._between[which]
        found = stream.play(between.frame, now)
        between.doubler.double(between.frame)
        copy(between.doubler.wide, 0, out, 0, WIDE)
        return found

    def suited(self, stream, speech, wide, which):
        """Return `speech` at the rate that a stream sends."""
        if stream.wide == wide:
            return speech
        between = self._between[which]
        halver = between.halver
        copy(speech, 0, halver.space, halver.at, WIDE)
        halver.halve(between.frame)
        return between.frame


def wants(stream):
    """Return whether a stream, or None, has 16 kHz on one of its ways."""
    return stream and (stream.wide or stream.jitter.wide)
