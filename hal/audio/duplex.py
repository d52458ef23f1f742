"""Who speaks has the line: half-duplex switching for the loudspeaker, whose sound the microphone
hears (the idea of a speakerphone chip such as the MC34118). An echo canceller does not fit.
"""

from base.compat import const

_FULL = const(65536)
_HALF = const(23200)  # -9 dB: nobody speaks
_OFF = const(650)  # -40 dB
_HOLD = const(10)  # frames of 20 ms that a way stays open after its last word
_LOUDER = const(2)  # times that a word must be above the noise
_LEAST = const(40)  # a level below which nothing is a word
_ECHO = const(1)  # a near word must be this often as loud as the far one


class Switch:
    """`update` takes both levels once a frame and sets `near` and `far`, the gains of the ways
    from the microphone and to the loudspeaker; 65536 is 1."""

    def __init__(self):
        self.reset()

    def reset(self):
        """Begin in the middle."""
        self.near = self.far = _HALF
        self._noise = self._murmur = _LEAST
        self._open = 0  # 1: the near side speaks, -1: the far side, 0: nobody
        self._left = 0

    def update(self, near, far):
        """Take the mean levels of a frame of the microphone and of the loudspeaker."""
        self._noise = _floor(self._noise, near)
        self._murmur = _floor(self._murmur, far)
        speaks = near > _LEAST and near > _LOUDER * self._noise
        sounds = far > _LEAST and far > _LOUDER * self._murmur
        if sounds and not (self._open == 1 and speaks):
            if not speaks or near < _ECHO * far or self._open != -1:
                self._open, self._left = -1, _HOLD
            else:  # somebody speaks louder than the loudspeaker: let him
                self._open, self._left = 1, _HOLD
        elif speaks:
            self._open, self._left = 1, _HOLD
        elif self._left:
            self._left -= 1
        else:
            self._open = 0
        if self._open == 0:
            self.near = self.far = _HALF
        else:
            self.near, self.far = (_FULL, _OFF) if self._open == 1 else (_OFF, _FULL)


def _floor(noise, level):
    """Follow what is always there: down at once, up by a little."""
    if level < noise:
        return max(_LEAST, level)
    return noise + 1 + (noise >> 6)
