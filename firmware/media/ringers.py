"""The ringing sounds that the phone has: what a bell may be told to play.

1 to 5 are tones in the cadences of distinctive ringing, 6 to 10 tunes that nobody owns any more.
"""

from media.tones import FOREVER, bell, melody

SILENT = 0
CUSTOM = 11  # the owner's own melody
HIGHEST = CUSTOM
_CADENCES = (  # Hz, then ms that it sounds and pauses by turns
    (440, 1000, 4000),
    (520, 400, 200, 400, 2000),
    (660, 250, 250, 250, 250, 1000, 4000),
    (880, 200, 100, 200, 100, 200, 3000),
    (350, 2000, 4000),
)
_TUNES = (
    "Westminster:d=4,o=5,b=110:e,d,c,2g4,p,c,d,e,2c,1p,2p",
    "Elise:d=8,o=5,b=125:e6,d#6,e6,d#6,e6,b,d6,c6,4a,p,c,e,a,4b,p,e,g#,b,4c6,1p",
    "Joy:d=4,o=5,b=160:e,e,f,g,g,f,e,d,c,c,d,e,e.,8d,2d,1p",
    "Turca:d=16,o=6,b=120:b5,a5,g#5,a5,4c,8p,d,c,b5,c,4e,8p,f,e,d#,e,b,a,g#,a,b,a,g#,a,2c7,1p,2p",
    "Trill:d=32,o=6,b=125:c,e,c,e,c,e,c,e,c,e,c,e,c,e,c,e,4p,c,e,c,e,c,e,c,e,c,e,c,e,c,e,c,e,1p,1p",
)


def ringer(number, own=""):
    """Return the segments of ringer `number`, () for silence; `own` is the owner's melody (RTTTL).

    One that is not there, or cannot be read, is the first.
    """
    if number == SILENT:
        return ()
    if number == CUSTOM:
        try:
            return melody(own) + ((0, 0, 1000, 0),)
        except ValueError:
            number = 1
    if number > len(_CADENCES):
        return melody(_TUNES[number - 1 - len(_CADENCES)])
    return bell(*_CADENCES[number - 1])


def steady(hz):
    """Return the segments of one tone that lasts."""
    return bell(hz, FOREVER)
