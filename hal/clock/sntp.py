"""The time from the network: SNTP (RFC 4330) over the phone's own sockets; nothing blocks."""

import asyncio

from base.compat import const, wait_for_ms
from base.version import RELEASED

_PORT = const(123)
_SINCE_1900 = const(2_208_988_800)
_ANSWER = const(2000)  # ms


class Refused(OSError):
    """The server wants to be asked no more, or less often (RFC 4330 section 8)."""


async def query(network, ip, cookie):
    """Ask the server at `ip` once; return Unix seconds. Raises OSError when no good answer comes,
    `Refused` for a "kiss of death".

    `cookie` (8 bytes, random) is our transmit time, which the server must give back.
    """
    sock = network.udp()
    try:
        if not sock.sendto(b"\x23" + bytes(39) + cookie, (ip, _PORT)):
            raise OSError("not sent")
        return await wait_for_ms(_answer(sock, ip, cookie), _ANSWER)
    except asyncio.TimeoutError:
        raise OSError("no answer")
    finally:
        sock.close()


async def _answer(sock, ip, cookie):
    while True:
        data, address = await sock.recvfrom()
        if len(data) < 48 or address != (ip, _PORT) or data[24:32] != cookie:
            continue
        return _time(data)


def _time(data):
    """Return the Unix seconds of an answer; the checks are those of RFC 4330 section 5."""
    mode, version, stratum = data[0] & 7, data[0] >> 3 & 7, data[1]
    if mode == 4 and stratum == 0:
        code = "".join([chr(x) for x in data[12:16] if 0x41 <= x <= 0x5A])  # RATE, DENY, RSTR
        raise Refused("server refuses (%s)" % code)
    if mode != 4 or not 1 <= version <= 4 or data[0] >> 6 == 3 or stratum > 15:
        raise OSError("server has no time")  # not a server, or unsynchronised
    seconds = int.from_bytes(data[40:44], "big")
    if seconds == 0:
        raise OSError("server has no time")
    if seconds < 0x80000000:
        seconds += 1 << 32  # the era that begins in 2036
    if seconds - _SINCE_1900 < RELEASED:
        raise OSError("server is in the past")
    return seconds - _SINCE_1900
