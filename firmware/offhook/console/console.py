"""The phone's console: one command a line, one JSON object or list a line back.

The serial line of a running phone and the simulated phone's control port are both served from
here. What is refused is answered with ``{"error": "…"}``.
"""

import json

from base.compat import const, shut
from base.printable import escaped
from offhook.console.words import find

_LINE = const(8700)  # bytes of the longest command: a setting's name and eight URLs


async def answer(phone, line):
    """Carry out one line, text or the bytes that came; return the answer. Never raises."""
    try:
        phone.timers.run()  # what is due is done first: no answer tells of half an event
        word, rest = _words(line)
        got = find(word).function(phone, rest)
        if hasattr(got, "send"):
            got = await got
        return {"ok": True} if got is None else got
    except ValueError as error:
        return {"error": str(error)}
    except Exception as error:  # a console that dies cannot be asked what went wrong
        return {"error": "%s: %s" % (type(error).__name__, error)}


async def execute(phone, line):
    """Carry out one line for `phone` (offhook.telephone.Phone); return JSON text. Never raises."""
    got = await answer(phone, line)
    try:
        return escaped(json.dumps(got))
    except MemoryError:
        return '{"error": "MemoryError: the answer is too long"}'


def _words(line):
    """Return (word, rest) of a line; ValueError for one that cannot be read."""
    if len(line) > _LINE:
        raise ValueError("line too long")
    try:
        text = line if isinstance(line, str) else line.decode()
    except UnicodeError:
        raise ValueError("no UTF-8")
    word, _, rest = text.strip().partition(" ")
    return word, rest.lstrip()


async def connection(phone, reader, writer):
    """Serve one TCP connection until its end; whatever ends it, it is closed."""
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            if not line.strip():
                continue
            text = await execute(phone, line)
            writer.write(text.encode() + b"\n")  # in one piece: TCP would hold a second one back
            await writer.drain()
    except (OSError, MemoryError):
        pass  # the other side went away, or how much of a line was read is not known
    finally:
        shut(writer)
