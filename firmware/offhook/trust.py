"""Whom SIP over TLS trusts; web servers have a setting of their own."""

from base.compat import sleep_ms
from net.tls import Trust


def trust(phone):
    """Return the `Trust` for SIP, of the phone's settings."""
    return Trust(
        phone.settings.get,
        phone.platform.storage.read,
        phone.clock,
        "sip_check_certificate",
        "sip_ca_certificate",
        "ca_certificate",
        getattr(phone.platform, "bundle", None),
    )


async def context(phone):
    """Return a TLS context once the time is known; OSError where there can be none."""
    while phone.clock.time() is None and phone.settings.get("sip_check_certificate"):
        await sleep_ms(200)  # who asks has a deadline
    return phone.sip_trust.context()
