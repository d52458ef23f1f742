"""The simulated system's memory: as on an idle chip, until a fault takes it away."""

from hal.memory import Figures

_IDLE = Figures(300_000, 120_000, 64_000, 90_000, None)
_GONE = Figures(300_000, 2_400, 640, 24, None)


class Memory:
    """The contract of `hal.memory`; `gone` is the fault."""

    def __init__(self):
        self.gone = False
        self._lowest = _IDLE.minimum

    def figures(self):
        """Return the `Figures` of now."""
        now = _GONE if self.gone else _IDLE
        self._lowest = min(self._lowest, now.minimum)
        return Figures(now.total, now.free, now.largest, self._lowest, None)
