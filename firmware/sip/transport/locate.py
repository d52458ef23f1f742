"""Finding a server (RFC 3263): from a URI to the addresses to try, the best first."""

from collections import namedtuple

from base.compat import const
from net.address import dotted, of_many
from net.resolver import ResolveError
from sip.message.fields import param
from sip.message.uri import uri_parts

Target = namedtuple("Target", ("ip", "port", "transport"))
Server = namedtuple("Server", ("priority", "weight", "port", "name"))  # of an SRV record

_TARGETS = const(8)
_KINDS = const(4)  # NAPTR records that are followed
_ASKED = const(12)  # servers whose addresses are asked for: whoever calls waits for them
_SERVICES = {"sip+d2u": "UDP", "sip+d2t": "TCP", "sips+d2t": "TLS"}
_PREFIX = {"UDP": "_sip._udp.", "TCP": "_sip._tcp.", "TLS": "_sips._tcp."}


def at_once(uri, transport):
    """Return the `Target` of a URI whose host is an address, None for a name that must be asked.

    ValueError for a URI that leads nowhere.
    """
    scheme, _, host, port, params = uri_parts(uri)
    host = param(params, "maddr") or host
    if not host:
        raise ValueError("no host")
    if not dotted(host):
        return None
    if of_many(host):
        raise ValueError("no host")
    wanted = param(params, "transport") or transport
    if scheme == "sips" or transport == "tls":  # an identity of TLS never leaves it
        wanted = "tls"
    wanted = "UDP" if wanted == "auto" else wanted.upper()
    return Target(host, port or _port(wanted), wanted)


def _port(transport):
    return 5061 if transport == "TLS" else 5060


async def locate(resolver, uri, transport="auto", random=None):
    """Return the `Target`s of a SIP URI, the best first; ResolveError when there is none.

    What is no address of one host is none, wherever it comes from. See `_located`.
    """
    found = await _located(resolver, uri, transport, random)
    found = [target for target in found if not of_many(target.ip)]
    if not found:
        raise ResolveError("no host")
    return found


async def _located(resolver, uri, transport, random):
    """Return the `Target`s of a SIP URI, the best first; ResolveError when there is none.

    `transport` is what the settings want; "auto" asks the DNS. `random` is ``getrandbits``, for
    the weights of SRV records.
    """
    scheme, _, host, port, params = uri_parts(uri)
    host = param(params, "maddr") or host
    wanted = param(params, "transport") or transport
    wanted = "" if wanted == "auto" else wanted.upper()
    if scheme == "sips" or transport == "tls":  # whatever a Contact or a Route may say
        wanted = "TLS"
    if dotted(host) or port:
        wanted = wanted or "UDP"
        port = port or _port(wanted)
        return [Target(ip, port, wanted) for ip in await resolver.resolve(host)]
    random = random or resolver.random
    return await _services(resolver, host, wanted, random)


async def _services(resolver, host, wanted, random):
    targets, left = [], _ASKED
    for name, protocol in (await _names(resolver, host, wanted))[:_KINDS]:
        try:
            entries = await resolver.resolve(name, "SRV")
        except ResolveError:
            continue
        for _, _, port, server in order(entries, random):
            left -= 1
            if left < 0 or len(targets) >= _TARGETS:
                break
            if not port:
                continue
            try:
                for ip in await resolver.resolve(server):
                    targets.append(Target(ip, port, protocol))
            except ResolveError:
                continue
        if len(targets) >= _TARGETS:
            break
    if targets:
        return targets[:_TARGETS]
    wanted = wanted or "UDP"
    return [Target(ip, _port(wanted), wanted) for ip in await resolver.resolve(host)]


async def _names(resolver, host, wanted):
    """Return [(SRV name, protocol)] in the order in which they are to be asked."""
    if wanted:
        return [(_PREFIX[wanted] + host, wanted)] if wanted in _PREFIX else []
    try:
        found = []
        for _, _, flags, service, name in await resolver.resolve(host, "NAPTR"):
            if flags == "s" and service in _SERVICES:
                found.append((name, _SERVICES[service]))
        if found:
            return found
    except ResolveError:
        pass
    return [(_PREFIX[x] + host, x) for x in ("UDP", "TCP")]


def order(entries, random):
    """Return SRV records by priority; within one, drawn by weight (RFC 2782)."""
    rest, out = [Server(*x) for x in entries], []
    while rest:
        first = min(x.priority for x in rest)
        group = [x for x in rest if x.priority == first]
        # Those of weight 0 first: they have their small chance
        group = [x for x in group if not x.weight] + [x for x in group if x.weight]
        mark = random(16) % (sum(x.weight for x in group) + 1)
        for entry in group:
            mark -= entry.weight
            if mark <= 0:
                break
        out.append(entry)
        rest.remove(entry)
    return out
