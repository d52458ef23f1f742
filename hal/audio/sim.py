"""The simulated ringer: it remembers its tone."""


class Ringer:
    """`hz` is the tone that it gives now, 0 when it is quiet."""

    def __init__(self):
        self.hz = 0

    def tone(self, hz):
        """Sound a tone of `hz` hertz."""
        self.hz = hz

    def quiet(self):
        """Be quiet."""
        self.hz = 0
