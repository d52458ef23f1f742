"""Whom SIP over TLS trusts: loaded by each connection, not kept."""

from base.compat import sleep_ms, unload


async def context(phone):
    """Return a TLS context once the time is known; OSError where there can be none."""
    from net.tls import context as made

    get = phone.settings.get

    def of(name):
        return name == "ca_certificate" and get("sip_" + name) or get(name)

    while phone.clock.time() is None and get("check_trusted_certificate"):
        await sleep_ms(200)  # who asks has a deadline
    try:
        return made(phone, of, phone.platform.storage.read, phone.clock)
    finally:
        unload("net.tls")
