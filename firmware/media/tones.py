"""What a telephone says by tones: dial, ringback, busy and others of a country, DTMF, melodies.

`Player` makes them in frames of 8 or 16 kHz, to the sample, without a click and without an object.
The tables are the ITU's (E.180 supplement 2); a country is named by its two letters, "UK" among
them.
"""

import math
from array import array

from base.compat import const
from base.samples import fill
from media.loops import waves

_BELL = const(-6)  # dBm0 of what rings
_RAMP = const(40)  # samples in which a tone swells and dies away: 5 ms
_SINE = array("h", [round(16383 * math.sin(math.pi * i / 256)) for i in range(512)])
FOREVER = const(0)
_NOTES = "c d ef g a b"  # by semitones
_MELODY = const(200)  # notes at most
_WAITING = const(128)  # segments that may wait: 64 digits


def gain(dbm0):
    """Return the gain of a tone at `dbm0` for `media.loops.waves`."""
    return min(32767, int(65536 * 10 ** ((dbm0 - 3.14) / 20)))


def _cadence(hz, *ms, second=0, level=-13):
    """Return segments (Hz, Hz, ms, gain) that sound and pause by turns."""
    return tuple((0 if i & 1 else hz, second, x, gain(level)) for i, x in enumerate(ms))


def _german(*ms):
    return _cadence(425, *ms, level=-10)


def _plain(ring, busy, congestion, waiting, dial=(FOREVER,), hz=425):
    """Return a country's table where all is one tone; it stutters as in the USA."""
    return {
        "dial": _cadence(hz, *dial),
        "stutter+": 6 * _cadence(hz, 100, 100),
        "stutter": _cadence(hz, *dial),
        "ringback": _cadence(hz, *ring, level=-16),
        "busy": _cadence(hz, *busy),
        "congestion": _cadence(hz, *congestion),
        "waiting": _cadence(hz, *waiting),
    }


# name -> segments that are repeated; a tone may have some before them, under its name and "+"
COUNTRIES = {
    "DE": {
        "dial": _german(FOREVER),
        "stutter": _cadence(425, FOREVER, second=400),
        "ringback": _german(1000, 4000),
        "busy": _german(480, 480),
        "congestion": _german(240, 240),
        "waiting": _german(200, 200, 200, 5000),
    },
    "US": {
        "dial": _cadence(350, FOREVER, second=440),
        "stutter+": 6 * _cadence(350, 100, 100, second=440),
        "stutter": _cadence(350, FOREVER, second=440),
        "ringback": _cadence(440, 2000, 4000, second=480, level=-19),
        "busy": _cadence(480, 500, 500, second=620, level=-24),
        "congestion": _cadence(480, 250, 250, second=620, level=-24),
        "waiting": _cadence(440, 300, 10000),
    },
    "UK": {
        "dial": _cadence(350, FOREVER, second=440),
        "stutter": _cadence(350, 750, second=440) + _cadence(440, 750),
        "ringback": _cadence(400, 400, 200, 400, 2000, second=450, level=-19),
        "busy": _cadence(400, 375, 375),
        "congestion": _cadence(400, 400, 350, 225, 525),
        "waiting": _cadence(400, 100, 4000),
    },
    "AT": _plain((1000, 5000), (400, 400), (200, 200), (40, 1960), hz=420),
    "CH": _plain((1000, 4000), (500, 500), (200, 200), (200, 200, 200, 4000)),
    "ES": _plain((1500, 3000), (200, 200), (200, 200, 200, 200, 200, 600), (175, 175, 175, 3500)),
    "FR": _plain((1500, 3500), (500, 500), (250, 250), (300, 10000), hz=440),
    "IT": _plain(
        (1000, 4000),
        (500, 500),
        (200, 200),
        (400, 100, 250, 100, 150, 14000),
        dial=(200, 200, 600, 1000),
    ),
    "NL": _plain((1000, 4000), (500, 500), (250, 250), (500, 9500)),
    "SE": _plain((1000, 5000), (250, 250), (250, 750), (200, 500, 200, 9100)),
}
_ROWS = (697, 770, 852, 941)
_COLUMNS = (1209, 1336, 1477, 1633)
_KEYPAD = "123A456B789C*0#D"


def digit(key, ms=100):
    """Return the segments of a DTMF digit (Q.23) and the pause after it; () for no digit."""
    at = _KEYPAD.find(key)
    if at < 0:
        return ()
    return _cadence(_ROWS[at // 4], ms, 60, second=_COLUMNS[at % 4], level=-10)


def bell(hz, *ms):
    """Return segments that ring and pause by turns: `hz` and a major third above it."""
    return _cadence(hz, *ms, second=hz * 5 // 4, level=_BELL - 3)


def melody(text):
    """Return the segments of an RTTTL melody; ValueError names what cannot be read.

    ``name:d=4,o=6,b=63:notes``; a note is [duration]note[#][octave][.], the dot may stand before
    the octave; P rests, H is B. A of octave 4 is 440 Hz.
    """
    parts = text.replace(" ", "").lower().split(":")
    if len(parts) != 3:
        raise ValueError("a melody is name:defaults:notes")
    defaults = {"d": 4, "o": 6, "b": 63}
    for pair in parts[1].split(","):
        name, _, value = pair.partition("=")
        if name in defaults and value.isdigit():
            defaults[name] = int(value)
    if not 5 <= defaults["b"] <= 900:
        raise ValueError("b=%d: 5 to 900 beats a minute" % defaults["b"])
    notes = [x for x in parts[2].split(",") if x]
    if not 0 < len(notes) <= _MELODY:
        raise ValueError("a melody has 1 to %d notes" % _MELODY)
    found = []
    for note in notes:
        found += _note(note, defaults)
    return tuple(found)


def _note(note, defaults):
    at = 0
    while note[at : at + 1].isdigit():
        at += 1
    length = int(note[:at] or defaults["d"])
    letter, rest = note[at : at + 1].replace("h", "b"), note[at + 1 :]
    semitone = _NOTES.find(letter) if letter.strip() else -1
    if (semitone < 0 and letter != "p") or not 1 <= length <= 64:
        raise ValueError("melody: '%s' is no note" % note[:12])
    if rest[:1] == "#":
        semitone, rest = semitone + 1, rest[1:]
    ms = 240000 // (defaults["b"] * length)
    if "." in rest:
        ms, rest = ms * 3 // 2, rest.replace(".", "")
    if rest and (not rest.isdigit() or len(rest) > 1):
        raise ValueError("melody: '%s' is no note" % note[:12])
    if letter == "p":
        return [(0, 0, ms, 0)]
    octave = int(rest or defaults["o"])
    hz = int(440 * 2 ** (octave - 4 + (semitone - 9) / 12) + 0.5)
    if not 30 < hz < 3800:
        raise ValueError("melody: '%s' is out of reach" % note[:12])
    pause = min(20, ms // 4)  # so that two equal notes are two
    return [(hz, 0, ms - pause, gain(_BELL)), (0, 0, pause, 0)]


class Player:
    """Plays segments (Hz, second Hz or 0, ms or FOREVER, gain); `playing` until their end."""

    def __init__(self):
        self._state = array("i", [0] * 7)
        self.playing = False
        self._segments = self._following = ()
        self._index = self._left = 0

    def play(self, segments, before=(), repeat=True):
        """Play `before` once and then `segments`, again and again where `repeat` is set."""
        self._segments, self._following = (before, segments) if before else (segments, ())
        self._repeat = repeat
        self._index = -1
        self._state[4] = 0
        self.playing = bool(segments)
        if segments:
            self._next()

    def add(self, segments):
        """Play `segments` once, after those that play; return False where too many wait."""
        if not self.playing:
            self.play(segments, (), False)
            return True
        if len(self._segments) + len(segments) > _WAITING:
            return False
        self._segments += segments
        return True

    def stop(self):
        """Be quiet."""
        self.playing = False

    def _next(self):
        self._index += 1
        if self._index >= len(self._segments):
            self._index = 0
            if self._following:
                self._segments, self._following = self._following, ()
            elif not self._repeat:
                self.playing = False
                return
        hz, second, ms, loud = self._segments[self._index]
        self._left = 8 * ms if ms else -1
        state = self._state
        state[5] = loud if hz else 0
        state[6] = max(1, loud // _RAMP)
        if hz:
            state[1], state[3] = (hz << 18) // 125, (second << 18) // 125

    def frame(self, out, n, wide=0):
        """Fill `out` for `n` samples of 8 kHz; they are twice as many where `wide` is 1."""
        at = 0
        state = self._state
        while at < n and self.playing:
            size = n - at
            if self._left > 0:
                if self._left > _RAMP:  # the last 5 ms die away
                    size = min(size, self._left - _RAMP)
                else:
                    state[5] = 0
                    size = min(size, self._left)
            if state[4] or state[5]:
                waves(out, at << wide, size << wide, _SINE, state, wide)
            else:
                fill(out, at << wide, size << wide, 0)
            at += size
            if self._left > 0:
                self._left -= size
                if not self._left:
                    self._next()
        if at < n:
            fill(out, at << wide, n - at << wide, 0)
