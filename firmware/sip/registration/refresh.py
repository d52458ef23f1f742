"""What a registrar grants: for how long, by which route, and what address it has seen.

Functions on a `sip.registration.register.Registration`.
"""

from base.compat import const
from sip.message.fields import param
from sip.message.uri import name_addr, uri_parts

_SOON = const(5)  # s before the end of a short registration that it is refreshed


def learn(registration, request, response):
    """Note who answered, and the address that it saw (RFC 3581)."""
    registration.server, registration.protocol = response.source, response.protocol
    try:
        params = response.via.params
        ip, port = param(params, "received"), param(params, "rport")
    except ValueError:
        return
    before = registration.seen_at(response.protocol)
    if port and port.isdigit():
        seen = (ip or request.local[0], int(port[:6]))
        if response.protocol == "UDP":
            registration.public = seen
        else:
            registration.flow = seen
    now = registration.seen_at(response.protocol)
    if now not in (before, before or request.local) and response.status < 300:
        # once more, with the address that counts
        registration.agent.timers.after(0, registration.start)


def due(granted, random):
    """Return the ms after which a registration of `granted` seconds is refreshed."""
    if granted <= 2 * _SOON:
        return max(granted * 500, 1000)
    wait = max(granted * 1000 - 60000, granted * 800)  # with time for more than one try
    return max(wait - random(16) % (wait // 20 + 1), 1000)


def granted(registration, response):
    """Return the seconds that the registrar grants: of our own Contact, else Expires.

    Ours is the only one, too: some write the address in it that they see.
    """
    given = response.header("expires")
    contacts = _values(response, "contact")
    for value in contacts:
        try:
            if len(contacts) == 1 or _address(value) == _address(registration.bound):
                given = param(name_addr(value).params, "expires") or given
        except ValueError:
            continue
    if given is None or not given.isdigit():
        return registration.expires
    return max(1, min(int(given[:7]), registration.expires or 1))


def _values(response, name):
    """Return the values of a header; none where one of them cannot be read."""
    try:
        return response.values(name)
    except ValueError:
        return []


def routes(registration, response):
    """Return the routes that requests shall take (RFC 3608): by the outbound proxy first."""
    found = tuple(_values(response, "service-route"))
    first = registration.dialog.routes
    try:
        if found and first and _address(found[0])[1] != _address(first[0])[1]:
            found = first + found
        return found if found and _address(found[0])[1] else ()
    except ValueError:
        return ()


def _address(contact):
    """Return (user, host, port) of a Contact or Route."""
    uri = uri_parts(name_addr(contact).uri)
    return uri.user, uri.host, uri.port or 5060
