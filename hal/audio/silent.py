"""The sound part of a board that has none: it hears nothing, and nobody hears it."""

from base.samples import fill


class Silent:
    """The contract of a sound part (see the package), without any sound."""

    delay = 0
    muted = False
    fault = ""

    def start(self):
        """Nothing begins."""

    stop = start

    async def test(self):
        """There is nothing to test."""

    def read(self, frame):
        """Fill `frame` with silence."""
        fill(frame, 0, len(frame), 0)
        return False

    def write(self, frame):
        """Take a frame, which nobody hears."""

    route = volume = write
