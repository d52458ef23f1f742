"""One DNS question (RFC 1035) to the network's name servers, and the answer that fits it.

Each try has an id of its own and leaves by a port of its own, both drawn by the system: who cannot
read along has to guess 30 bits. An answer is taken from the address and port that was asked, with
the id and the question of that try (RFC 5452).
"""

import asyncio
from os import urandom

from base.compat import const, wait_for_ms
from net import dns_tcp
from net.dns_records import TYPES, answer, short

_PORT = const(53)
_IN = const(1)
_TRY = const(1200)  # ms for one server's answer
_TRIES = const(4)
_LOW = const(49152)  # the ports that are nobody's (RFC 6335)
_SPAN = const(16384)
_LONGEST = const(266)  # bytes: the head's 12, and a name of 255 with its end (section 2.3.4)
_GOOD = (0, 3)  # NOERROR and NXDOMAIN; all others say that the server cannot tell


class ResolveError(OSError):
    """A name that has no address, or whose servers do not answer."""


def question(number, name, kind):
    """Return the bytes of a query; ResolveError for a name that cannot be one."""
    out = bytearray(b"\0\0\x01\0\0\x01\0\0\0\0\0\0")
    out[0], out[1] = number >> 8, number & 255
    for label in name.split("."):
        raw = label.encode()
        if not 0 < len(raw) < 64:
            raise ResolveError("'%s' is no name" % name[:40])
        out.append(len(raw))
        out.extend(raw)
    if len(out) > _LONGEST:
        raise ResolveError("name too long")
    out.extend(bytes((0, kind >> 8, kind & 255, 0, _IN)))
    return out


async def ask(network, name, kind):
    """Return (answers, seconds to keep them) for "A", "SRV" or "NAPTR"; ResolveError for none."""
    servers = network.dns()
    question(0, name, TYPES[kind])  # refused before anything else where it is no name
    if not servers or not network.up:
        raise ResolveError("no name server")
    for attempt in range(_TRIES):
        server = servers[attempt % len(servers)]
        query = question(_drawn(), name, TYPES[kind])
        data = await _once(network, server, query)
        if data is not None and data[2] & 2:  # cut off
            data = await dns_tcp.ask(network, server, query)
            if data is not None and not fits(data, query):
                data = None
        if data is not None and data[3] & 15 in _GOOD:
            return answer(data, name, TYPES[kind])
    raise ResolveError("no answer for %s" % name)


def _drawn():
    return short(urandom(2), 0)


async def _once(network, server, query):
    """Return the answer of `server` to `query` over UDP, None without one in time."""
    sock = _socket(network)
    try:
        sock.sendto(query, (server, _PORT))
        return await wait_for_ms(_answer(sock, server, query), _TRY)
    except asyncio.TimeoutError:
        return None
    finally:
        sock.close()


def _socket(network):
    """Return a socket bound to a port that nobody can foresee; lwIP would count upwards."""
    for _ in range(4):
        try:
            return network.udp(_LOW + _drawn() % _SPAN)
        except OSError:  # taken
            continue
    return network.udp(0)


async def _answer(sock, server, query):
    while True:
        data, address = await sock.recvfrom()
        if address == (server, _PORT) and fits(data, query):
            return data


def fits(data, query):
    """Return True when `data` answers `query`: its id and its question, letter for letter."""
    return (
        len(data) >= len(query)
        and data[:2] == query[:2]
        and bool(data[2] & 0x80)
        and short(data, 4) == 1
        and bytes(data[12 : len(query)]).lower() == bytes(query[12:]).lower()
    )
