"""When the server is asked again: ``settings_refresh_timer`` and ``prov_polling_…``."""

_DAY = 86400
_HOUR = 3600


def clock(text):
    """Return the seconds since midnight of "HH:MM", as the settings have it; "" is midnight."""
    hours, _, minutes = text.partition(":")
    return int(hours or 0) * 3600 + int(minutes or 0) * 60


def seconds(get, now, bits):
    """Return the seconds until the next time, None for never.

    `get` gives settings, `now` is the local time in seconds since midnight, None while that is
    not known, ``bits(n)`` a random number of n bits.
    """
    found = []
    if get("settings_refresh_timer"):
        found.append(get("settings_refresh_timer"))
    if get("prov_polling_enabled"):
        if get("prov_polling_mode") == "rel":
            found.append(max(60, get("prov_polling_period")))
        elif now is None:
            found.append(_HOUR)
        else:
            found.append(_at(get, now, bits))
    return min(found) if found else None


def _at(get, now, bits):
    """Return the seconds until the time of day, or one at random up to another time of day."""
    begin = clock(get("prov_polling_time"))
    if get("prov_polling_mode") == "random":
        span = (clock(get("prov_polling_time_rand_end")) - begin) % _DAY
        begin = (begin + bits(24) % (span + 1)) % _DAY
    return (begin - now) % _DAY or _DAY
