"""A DNS question over TCP (RFC 7766), where the answer was too long for UDP and was cut off."""

import asyncio

from base.compat import const, shut, wait_for_ms

_PORT = const(53)
_TRY = const(2000)  # ms
_LONGEST = const(4096)  # bytes of an answer


async def whole(network, server, query, part):
    """Ask `server` again over TCP (RFC 7766), as its answer was cut off; `part` if that fails."""
    try:
        return await wait_for_ms(_over_tcp(network, server, bytes(query)), _TRY)
    except (OSError, EOFError, ValueError, asyncio.TimeoutError):
        return part


async def _over_tcp(network, server, query):
    reader, writer = await network.connect(server, _PORT)
    try:
        writer.write(bytes((len(query) >> 8, len(query) & 255)) + query)
        await writer.drain()
        size = await reader.readexactly(2)
        data = await reader.readexactly(min(size[0] << 8 | size[1], _LONGEST))
        if data[:2] != query[:2] or not data[2] & 0x80 or data[3] & 15 not in (0, 3):
            raise ValueError("no answer")
        return data
    except IndexError:
        raise ValueError("no answer")
    finally:
        shut(writer)
