"""Lamps: LEDs beside keys. Need the chip that has them, a key chip too; used by the panel.

A part has ``count``, ``set(index, on)`` for lamps 0 to ``count - 1``, and ``flush()``, which shows
what was set since and raises OSError while a chip is away; they show again when it is back.
A ``flush`` takes 3 ms of the bus at most. `Banks` puts several chips together.
"""
