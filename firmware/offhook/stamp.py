"""The time of a line of the log."""


def stamp(clock, start, us_format):
    """Return "2026-11-25 23:24:01", "11/25/2026 23:24:01", or how long the phone runs.

    The latter, "+00:00:12", while nobody has set the `clock`, or there is none yet; `start` are
    the clock's ticks when the phone began.
    """
    if clock is None:
        return "+00:00:00"
    if clock.time() is None:
        seconds = max(0, clock.diff(clock.ms(), start)) // 1000
        return "+%02d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
    year, month, day, hour, minute, second = clock.localtime()
    if us_format:
        return "%d/%d/%d %02d:%02d:%02d" % (month, day, year, hour, minute, second)
    return "%d-%02d-%02d %02d:%02d:%02d" % (year, month, day, hour, minute, second)
