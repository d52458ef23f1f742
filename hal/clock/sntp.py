"""The time from the network: SNTP (RFC 4330) over the phone's own sockets; nothing blocks."""

import asyncio

from base.compat import const, wait_for_ms

_PORT = const(123)
_SINCE_1900 = const(2_208_988_800)
_ANSWER = const(2000)  # ms


async def query(network, ip, cookie):
    """Ask the server at `ip` once; return Unix seconds. Raises OSError when no good answer comes.

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
        if data[0] & 7 != 4 or data[0] >> 6 == 3 or not 1 <= data[1] <= 15:
            raise OSError("server has no time")  # not a server, unsynchronised, kiss of death
        seconds = int.from_bytes(data[40:44], "big")
        if seconds < 0x80000000:
            seconds += 1 << 32  # the era that begins in 2036
        return seconds - _SINCE_1900
