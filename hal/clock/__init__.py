"""The clock: ticks, time of day, watchdog, time from the network. Made with a machine.RTC.

A clock has ``ms()``, ``add(ticks, ms)`` and ``diff(end, start)`` (ms that wrap at 2**30),
``time()`` (Unix seconds, None while nobody has set it), ``set(seconds)``, ``zone(rule)`` (raises
ValueError) and ``localtime()`` (year, month, day, hour, minute, second). Used by every room.
"""
