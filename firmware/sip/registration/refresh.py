"""What a registrar grants: for how long, by which route, and what address it has seen.

Functions on a `sip.registration.register.Registration`.
"""

from base.compat import const
from net.address import dotted, of_many
from sip.message.fields import param, seconds
from sip.message.uri import name_addr, uri_parts
from sip.transport.locate import at_once

_PORTS = const(65536)
_SOON = const(5)  # s before the end of a short registration that it is refreshed
_LEAST = const(3)  # s: who grants less has refused
_OTHERS = const(30)  # s after which it is refreshed at the earliest because of others' contacts
_MOVES = const(3)  # changes of the address that are registered at once, one after the other


def learn(registration, request, response):
    """Note who answered, and the address that it saw (RFC 3581)."""
    registration.server, registration.protocol = response.source, response.protocol
    try:
        params = response.via.params
        ip, port = param(params, "received"), param(params, "rport")
    except ValueError:
        return
    before = registration.seen_at(response.protocol)
    seen = _seen(ip or request.local[0], port)
    if seen:
        if response.protocol == "UDP":
            registration.public = seen
        else:
            registration.flow = seen
    now = registration.seen_at(response.protocol)
    if response.status >= 300:
        return
    if now in (before, before or request.local):
        registration.moves = 0
    elif registration.moves < _MOVES:  # else it is another one each time: no refresh is too late
        registration.moves += 1
        # once more, with the address that counts
        registration.agent.timers.after(0, registration.start)


def _seen(ip, port):
    """Return the (ip, port) that a registrar sees, None for what nobody's address can be."""
    number = seconds(port, 0, _PORTS)
    if not 0 < number < _PORTS or not dotted(ip) or of_many(ip) or ip.startswith("0."):
        return None
    return ip, number


def due(granted, random):
    """Return the ms after which a registration of `granted` seconds is refreshed."""
    if granted <= 2 * _SOON:
        return max(granted * 500, 1000)
    wait = max(granted * 1000 - 60000, granted * 800)  # with time for more than one try
    return max(wait - random(16) % (wait // 20 + 1), 1000)


def granted(registration, response):
    """Return the seconds that the registrar grants: of our own Contact, else Expires.

    Ours is the only one, too, and that with the address that the registrar sees: some write it so.
    Where several are listed and none is ours, the briefest of them may be it. 0 where it grants
    too little to live on.
    """
    given, wanted = response.header("expires"), registration.expires
    contacts, brief = _values(response, "contact"), wanted
    ours = _ours(registration)
    for value in contacts:
        try:
            left = param(name_addr(value).params, "expires")
            if len(contacts) == 1 or _address(value) in ours:
                return _enough(seconds(left, seconds(given, wanted)), wanted)
        except ValueError:
            continue
        brief = min(brief, seconds(left, wanted))
    if given is None and contacts:
        return min(max(brief, _OTHERS), wanted)
    return _enough(seconds(given, wanted), wanted)


def _ours(registration):
    """Return the (user, host, port) by which a registrar may list our Contact."""
    try:
        user, host, port = _address(registration.bound)
    except ValueError:  # of a user whose name can stand in no URI
        return ()
    seen = [x for x in (registration.public, registration.flow) if x]
    return [(user, host, port)] + [(user, ip, number) for ip, number in seen]


def _enough(given, wanted):
    """Return the seconds that count; 0 for what would be over before it is refreshed."""
    given = min(given, wanted)
    return given if given >= _LEAST else 0


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
        return found if found and _leads(registration, found[0]) else ()
    except ValueError:
        return ()


def _leads(registration, route):
    """Return whether a route leads anywhere; ValueError where it does not."""
    uri = name_addr(route).uri
    scheme, _, host, _, _ = uri_parts(uri)
    if scheme not in ("sip", "sips") or host[:1] == "[":
        return False
    at_once(uri, registration.account.transport)
    return bool(host)


def _address(contact):
    """Return (user, host, port) of a Contact or Route."""
    uri = uri_parts(name_addr(contact).uri)
    return uri.user, uri.host, uri.port or 5060
