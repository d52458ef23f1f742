"""Numbers that nobody can guess: of the system's random source, not of the VM's.

The VM's `random` has a seed of 32 bits, which a handful of its numbers give away.
"""

from os import urandom


def drawn(bits):
    """Return a number of so many bits."""
    return int.from_bytes(urandom((bits + 7) // 8), "big") & ((1 << bits) - 1)
