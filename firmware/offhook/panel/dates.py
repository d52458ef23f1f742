"""Dates and times as texts: day/month or month/day, 24 or 12 hours."""


def short(now, settings):
    """Return "23/11 18:05" or "11/23 6:05 pm" for (year, month, day, hour, minute, second)."""
    _, month, day, hour, minute = now[:5]
    date = "%d/%d" % ((month, day) if settings.get("date_us_format") else (day, month))
    if settings.get("time_24_format"):
        return "%s %d:%02d" % (date, hour, minute)
    return "%s %d:%02d %s" % (date, (hour + 11) % 12 + 1, minute, "am" if hour < 12 else "pm")
