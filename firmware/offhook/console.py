"""The phone's console: one command a line, one JSON object or list a line back.

The serial line of a running phone and the simulated phone's control port are both served from
here. What is refused is answered with ``{"error": "…"}``.
"""

import gc
import json

from base.compat import const, unload

_ONCE = "offhook.morecommands offhook.identities offhook.changes offhook.fkeyparse actions.veil"
_LINE = const(8700)  # bytes of the longest command: a setting's name and eight URLs


async def execute(phone, line):
    """Carry out one line for `phone` (offhook.start.Phone); return JSON text. Never raises.

    `line` is text, or the bytes that came.
    """
    try:
        phone.timers.run()  # what is due is done first: no answer tells of half an event
        word, rest = _words(line)
        if word == "ram":  # of the phone, not of the console
            unload("offhook.commands")
            gc.collect()
            return json.dumps({"free": gc.mem_free(), "used": gc.mem_alloc()})
        from offhook import commands

        action = getattr(commands, "do_" + word, None)
        if action is None:
            from offhook.morecommands import rare as action

            rest = word, rest
        answer = action(phone, rest)
        if hasattr(answer, "send"):
            answer = await answer
    except ValueError as error:
        answer = {"error": str(error)}
    except Exception as error:  # a console that dies cannot be asked what went wrong
        answer = {"error": "%s: %s" % (type(error).__name__, error)}
    phone.settings.rest()
    commands = None
    for name in _ONCE.split():
        unload(name)
    try:
        return json.dumps({"ok": True} if answer is None else answer)
    except MemoryError:
        return '{"error": "no memory for the answer"}'


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
            writer.write((await execute(phone, line)).encode() + b"\n")
            await writer.drain()
    except OSError:
        pass  # the other side went away
    finally:
        writer.close()
        await writer.wait_closed()
