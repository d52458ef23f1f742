"""The system's memory: what WiFi, sockets and TLS live on, beside Python's heap. Read by `ram`.

A memory has ``figures()``: a `Figures` of now, None where the firmware cannot tell. All in bytes.
"""

from collections import namedtuple

Figures = namedtuple("Figures", ("total", "free", "largest", "minimum"))
