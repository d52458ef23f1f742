"""A name server (RFC 1035) for the phone's own network: every name is the phone.

Whoever joins asks for names to see whether the internet is there; the answer leads to the page.
A query is answered with its own question and one record at most, so that there is nothing to gain
by asking; what is no query gets no answer.
"""

from base.compat import const, sleep_ms
from net.dns_records import A, read_name, short

_HEADER = const(12)  # bytes
_LONGEST = const(512)  # bytes of a message over UDP
_IN = const(1)
_ANY = const(255)
_TTL = b"\0\0\0\5"  # s: nothing of it shall outlive this network
_GOOD, _BROKEN, _UNKNOWN = const(0), const(1), const(4)  # NOERROR, FORMERR, NOTIMP
_AGAIN = const(1000)  # ms until a socket that died is tried again


def answer(query, ip):
    """Return what a query is answered with, every name being `ip`; None for nothing at all."""
    if not _HEADER <= len(query) <= _LONGEST or query[2] & 0x80:
        return None
    if query[2] >> 3 & 15:
        return _message(query, _UNKNOWN)
    if short(query, 4) != 1:
        return _message(query, _BROKEN)
    try:
        end = read_name(query, _HEADER)[1] + 4
        kind, group = short(query, end - 4), short(query, end - 2)
        if query[end - 5]:
            raise ValueError  # a compressed name, in the only question that there is
    except (ValueError, IndexError):
        return _message(query, _BROKEN)
    question = query[_HEADER:end]
    if kind not in (A, _ANY) or group not in (_IN, _ANY):
        return _message(query, _GOOD, question)  # there is none: nobody waits for an IPv6 address
    record = b"\xc0\x0c\0\1\0\1" + _TTL + b"\0\4" + bytes([int(x) for x in ip.split(".")])
    return _message(query, _GOOD, question, record)


def _message(query, code, question=b"", record=b""):
    flags = bytes((0x84 | query[2] & 1 | query[2] & 0x78, 0x80 | code))
    counts = bytes((0, 1 if question else 0, 0, 1 if record else 0, 0, 0, 0, 0))
    return query[:2] + flags + counts + question + record


async def serve(access_point):
    """Answer the queries that come from the own network, as a task; OSError without a socket."""
    sock = access_point.udp(access_point.dns_port)
    try:
        while True:
            try:
                query, address = await sock.recvfrom()
            except OSError:
                await sleep_ms(_AGAIN)
                continue
            if access_point.near(address[0]):
                said = answer(query, access_point.address)
                if said:
                    sock.sendto(said, address)
    finally:
        sock.close()
