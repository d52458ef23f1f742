"""The codecs of voice by their names in a description: PCMU, PCMA, and G722 for wideband."""

from array import array

from media import g711, g722

# tables for `media.loops.expand`; codes of G.722 are decoded when they are played
DECODERS = {"G722": array("h", range(256))}
DECODERS.update(g711.DECODERS)


def packet_time(wish, most=0):
    """Return the ms of speech in our packets where the other side wishes for `wish`, 0 for none,
    and takes `most`: 10 to 60, in tens."""
    ms = wish or 20
    if most and most < ms:
        ms = most
    return min(60, max(10, ms // 10 * 10))


class Encoders:
    """The encoders of one stream: ``(samples, at, coded, to, n)``, `n` being bytes of the code.

    G.722's takes two samples a byte, and goes on from frame to frame.
    """

    def __init__(self):
        self._wide = None

    def get(self, codec):
        """Return the encoder for `codec`."""
        if codec != "G722":
            return g711.ENCODERS[codec]
        if self._wide is None:
            self._wide = g722.Encoder()
        self._wide.reset()
        return self._wide.encode
