"""What went wrong with a connection, in words."""

import asyncio
import errno

_WORDS = {
    "ECONNREFUSED": "refused",
    "ETIMEDOUT": "timeout",
    "EHOSTUNREACH": "unreachable",
    "ECONNRESET": "reset",
}


def cause(error):
    """Return what an exception means, for the log."""
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    if not isinstance(error, OSError):
        return repr(error)
    args = error.args
    if args and isinstance(args[0], int):
        name = errno.errorcode.get(args[0])
        if name:
            return _WORDS.get(name, name)
        return str(args[-1])
    return str(error) or "network error"
