"""One DNS question over UDP (RFC 1035): asked, answered, read; loaded by the first name.

A records here; SRV and NAPTR are read by `net.dns_records`, loaded by the first such question, what
was cut off is fetched by `net.dns_tcp`.
"""

import asyncio

from base.compat import const, wait_for_ms
from net.resolver import ResolveError

_A = const(1)
_CNAME = const(5)
_PORT = const(53)
_TRY = const(1200)  # ms for one server's answer
_TRIES = const(4)
_LONGEST = const(86400)  # s that an answer is kept, at the most
_WRONG = const(10)  # s that an answer without the record is kept
_CHAIN = const(8)  # CNAMEs in a row


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
    if len(out) > 265:
        raise ResolveError("name too long")
    out.extend(b"\0" + bytes((kind >> 8, kind & 255)) + b"\0\x01")
    return out


def read_name(data, index):
    """Return (name, index behind it) with compression followed; ValueError where it is broken."""
    labels, behind, jumps = [], None, 0
    while True:
        size = data[index]
        if size & 0xC0 == 0xC0:
            behind = index + 2 if behind is None else behind
            index = (size & 0x3F) << 8 | data[index + 1]
            jumps += 1
            if jumps > 10:
                raise ValueError("loop")
        elif size == 0:
            name = ".".join(labels)
            if len(name) > 255:
                raise ValueError("long")
            return name.lower(), index + 1 if behind is None else behind
        elif size > 63 or index + 1 + size > len(data):
            raise ValueError("label")
        else:
            labels.append(str(data[index + 1 : index + 1 + size], "utf-8"))
            index += 1 + size


def records(data):
    """Return (rcode, [(name, type, ttl, index, size)]); ValueError for a broken answer."""
    code, index = data[3] & 15, 12
    for _ in range(data[4] << 8 | data[5]):
        index = read_name(data, index)[1] + 4
    found = []
    for _ in range(min(data[6] << 8 | data[7], 40)):
        name, index = read_name(data, index)
        kind, size = data[index] << 8 | data[index + 1], data[index + 8] << 8 | data[index + 9]
        ttl = (data[index + 4] & 0x7F) << 24 | data[index + 5] << 16
        ttl |= data[index + 6] << 8 | data[index + 7]
        index += 10
        if index + size > len(data):
            break  # cut off: what came before counts
        found.append((name, kind, min(ttl, _LONGEST), index, size))
        index += size
    return code, found


async def ask(resolver, name, kind):
    """Return (answers, seconds to keep them); ResolveError when no server answers."""
    servers = resolver.network.dns()
    number = resolver.random(16)
    query = question(number, name, kind)
    if not servers or not resolver.network.up:
        raise ResolveError("no name server")
    sock = resolver.network.udp(0)
    try:
        for attempt in range(_TRIES):
            server = servers[attempt % len(servers)]
            sock.sendto(query, (server, _PORT))
            try:
                answer = await wait_for_ms(_answer(sock, server, query), _TRY)
            except asyncio.TimeoutError:
                continue
            if answer is not None:
                if answer[2] & 2:
                    from net.dns_tcp import whole

                    answer = await whole(resolver.network, server, query, answer)
                return _take(answer, name, kind)
    finally:
        sock.close()
    raise ResolveError("no answer for %s" % name)


async def _answer(sock, server, query):
    """Wait for the answer to `query` from `server`; None for a server that refuses."""
    while True:
        data, address = await sock.recvfrom()
        if address[0] != server or len(data) < 12 or data[:2] != query[:2]:
            continue
        if not data[2] & 0x80 or data[12 : len(query)].lower() != query[12:].lower():
            continue
        return data if data[3] & 15 in (0, 3) else None


def _take(data, name, kind):
    """Return (answers, seconds to keep them), CNAMEs followed."""
    try:
        _, found = records(data)
        ttl = _LONGEST
        for _ in range(_CHAIN):
            alias = [x for x in found if x[0] == name and x[1] == _CNAME]
            if not alias:
                break
            name, ttl = read_name(data, alias[0][3])[0], min(ttl, alias[0][2])
        mine = [x for x in found if x[0] == name and x[1] == kind]
        if not mine:
            return [], _WRONG
        ttl = min([ttl] + [x[2] for x in mine])
        if kind == _A:
            return ["%d.%d.%d.%d" % tuple(data[x[3] : x[3] + 4]) for x in mine], ttl
        from net.dns_records import read

        return read(data, mine, kind), ttl
    except (ValueError, IndexError, TypeError):
        return [], _WRONG
