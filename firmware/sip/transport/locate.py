"""Finding a server (RFC 3263): from a URI to the addresses to try, the best first."""

from net.resolver import ResolveError, dotted

from base.compat import const
from sip.message.message import param, uri_parts

_TARGETS = const(8)
_SERVICES = {"sip+d2u": "UDP", "sip+d2t": "TCP", "sips+d2t": "TLS"}
_PREFIX = {"UDP": "_sip._udp.", "TCP": "_sip._tcp.", "TLS": "_sips._tcp."}


async def locate(resolver, uri, transport="auto", random=None):
    """Return [(ip, port, "UDP"|"TCP"|"TLS")] for a SIP URI; ResolveError when there is none.

    `transport` is what the settings want; "auto" asks the DNS. `random` is ``getrandbits``, for
    the weights of SRV records.
    """
    scheme, _, host, port, params = uri_parts(uri)
    host = param(params, "maddr") or host
    wanted = param(params, "transport") or transport
    wanted = "" if wanted == "auto" else wanted.upper()
    if scheme == "sips":
        wanted = "TLS"
    if dotted(host) or port:
        wanted = wanted or "UDP"
        port = port or (5061 if wanted == "TLS" else 5060)
        return [(ip, port, wanted) for ip in await resolver.resolve(host)]
    random = random or resolver.random
    return await _services(resolver, host, wanted, random)


async def _services(resolver, host, wanted, random):
    targets = []
    for name, protocol in await _names(resolver, host, wanted):
        try:
            entries = await resolver.resolve(name, "SRV")
        except ResolveError:
            continue
        for entry in order(entries, random):
            try:
                for ip in await resolver.resolve(entry[3]):
                    targets.append((ip, entry[2], protocol))
            except ResolveError:
                continue
        if len(targets) >= _TARGETS:
            break
    if targets:
        return targets[:_TARGETS]
    wanted = wanted or "UDP"
    port = 5061 if wanted == "TLS" else 5060
    return [(ip, port, wanted) for ip in await resolver.resolve(host)]


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
    rest, out = list(entries), []
    while rest:
        first = min(x[0] for x in rest)
        group = [x for x in rest if x[0] == first]
        # Those of weight 0 first: they have their small chance
        group = [x for x in group if not x[1]] + [x for x in group if x[1]]
        total = sum(x[1] for x in group)
        mark = random(16) % (total + 1)
        for entry in group:
            mark -= entry[1]
            if mark <= 0:
                break
        out.append(entry)
        rest.remove(entry)
    return out
