"""What went wrong, in words, and another try; loaded by the first request that fails."""

import asyncio
import errno

from actions.queue import count, drop
from actions.sender import pump

_WORDS = "ECONNREFUSED=refused ETIMEDOUT=timeout EHOSTUNREACH=unreachable ECONNRESET=reset "


def cause(error):
    """Return what went wrong with a request, in words."""
    if isinstance(error, asyncio.TimeoutError):
        return "no answer in time"
    if not isinstance(error, OSError):
        return repr(error)
    args = error.args
    if args and isinstance(args[0], int):
        name = errno.errorcode.get(args[0])
        if name:
            return _WORDS.partition(name + "=")[2].partition(" ")[0] or name
        return str(args[-1])
    return str(error) or "network error"


def retry(actions, key, entry, why):
    """Put an entry back, ahead of all that came after it, and wait before its next try."""
    name, target, path, done, tries = entry
    if len(actions.queue) >= (actions.options.get("action_url_queue") or 32):
        drop(actions, entry)
        return
    pause = actions.pauses[tries]
    actions.queue.insert(0, (name, target, path, done, tries + 1))
    actions.pausing.add(key)
    count(actions, name, 4)
    actions.log(2, "Retry %d of 3 in %d ms: %s: %s (%s)", tries + 1, pause, key, why, name)
    actions.timers.after(pause, pump, actions, key)
