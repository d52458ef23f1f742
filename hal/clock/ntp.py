"""Keeps the phone's clock right; loaded when the time is asked for, and when the zone changes."""

from base.compat import const, unload

_RESYNC = const(6 * 3600)  # s between two questions for the time
_AGAIN = const(30)  # s after one without an answer


def zone(phone):
    """Set the clock's time zone to what the settings say; a wrong one is logged."""
    get = phone.settings.get
    try:
        phone.clock.zone(get("timezone") or get("utc_offset") or 0)
    except ValueError as error:
        phone.log(1, "%s", error)


async def ask(phone):
    """Ask the time server once, waiting without blocking; return the seconds to the next time."""
    from hal.clock.sntp import query

    cookie = phone.platform.random(30).to_bytes(8, "big")
    try:
        ip = await phone.resolver.address(phone.settings.get("ntp_server"))
        phone.clock.set(await query(phone.network, ip, cookie))
        return _RESYNC
    except OSError as error:
        phone.log(4, "time: %s", error)
        return _AGAIN
    finally:
        unload("hal.clock.sntp")
