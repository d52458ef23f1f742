"""`esp32` of a board with PSRAM, without it where OFFHOOK_PSRAM says "no"."""

import os

HEAP_DATA = 4


def idf_heap_info(_):
    """Return (size, free, largest block, minimum ever) of each region, in bytes."""
    regions = [(7288, 0, 0, 0), (180_000, 90_000, 60_000, 70_000)]
    regions.append((110_000, 30_000, 29_000, 20_000))
    if os.getenv("OFFHOOK_PSRAM") != "no":
        regions.append((4_194_264, 4_000_000, 3_900_000, 3_800_000))
    return regions
