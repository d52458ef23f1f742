"""A DNS question over TCP (RFC 7766), where the answer was too long for UDP and was cut off."""

import asyncio

from base.compat import const, shut, wait_for_ms

_PORT = const(53)
_TRY = const(2000)  # ms
_LONGEST = const(4096)  # bytes of an answer


async def ask(network, server, query):
    """Return what `server` answers to the bytes of `query` over TCP; None when it does not.

    What came over UDP is of no use then: it is incomplete, and nobody knows what is missing.
    """
    try:
        return await wait_for_ms(_ask(network, server, bytes(query)), _TRY)
    except (OSError, EOFError, asyncio.TimeoutError):
        return None


async def _ask(network, server, query):
    reader, writer = await network.connect(server, _PORT)
    try:
        writer.write(bytes((len(query) >> 8, len(query) & 255)) + query)
        await writer.drain()
        size = await reader.readexactly(2)
        return await reader.readexactly(min(size[0] << 8 | size[1], _LONGEST))
    finally:
        shut(writer)
