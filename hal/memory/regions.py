"""The memory of ESP-IDF's allocator, added up over its regions."""

from base.compat import const
from hal.memory import Figures

_LARGEST = const(600_000)  # bytes: no region inside the chip has so many, PSRAM has more


class Regions:
    """`heap_info` is esp32.idf_heap_info, `kind` its HEAP_DATA."""

    def __init__(self, heap_info, kind):
        self._heap_info = heap_info
        self._kind = kind

    def figures(self):
        """Return the `Figures` of the chip's own memory; `minimum` is since the start.

        PSRAM is left out: it is Python's, and neither WiFi nor the drivers can live there.
        """
        total = free = largest = minimum = outside = 0
        for size, left, block, least in self._heap_info(self._kind):
            if size > _LARGEST:
                outside = max(outside, block)
                continue
            total += size
            free += left
            largest = max(largest, block)
            minimum += least
        return Figures(total, free, largest, minimum, outside or largest)
