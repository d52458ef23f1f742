"""The system's memory: what WiFi, sockets and TLS live on, beside Python's heap. Read by `ram`.

A memory has ``figures()``: a `Figures` of now, None where the firmware cannot tell. All in bytes.
"""

from collections import namedtuple

# The memory of ESP-IDF's allocator, added up over its regions. `growth` is the largest block that
# Python's heap can still take from the system, None where that heap cannot grow.
Figures = namedtuple("Figures", ("total", "free", "largest", "minimum", "growth"))
