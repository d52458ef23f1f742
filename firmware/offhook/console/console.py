"""The phone's console: one command a line, one JSON object or list a line back.

The serial line of a running phone and the simulated phone's control port are both served from
here. What is refused is answered with ``{"error": "…"}``.
"""

import gc
import json

from base.compat import const, free_heap, let_go, make_room, unload

_ONCE = "offhook.console.service_commands offhook.settings.identities offhook.settings.changes offhook.keys.fkey_types actions.secrets"
_LINE = const(8700)  # bytes of the longest command: a setting's name and eight URLs
_LONG = const(400)  # characters: a heap in pieces has few places for them and their readers
_NO_ROOM = '{"error": "MemoryError: the answer is too long"}'


async def execute(phone, line):
    """Carry out one line for `phone` (offhook.start.Phone); return JSON text. Never raises.

    `line` is text, or the bytes that came.
    """
    try:
        phone.timers.run()  # what is due is done first: no answer tells of half an event
        word, rest = _words(line)
        if len(rest) > _LONG:
            let_go()
        else:
            make_room()
        if word == "ram":  # of the phone, not of the console
            unload("offhook.console.commands")
            gc.collect()
            return json.dumps({"free": free_heap(gc), "used": gc.mem_alloc()})
        from offhook.console import commands

        action = commands.find(word)
        if action is None:
            from offhook.console.service_commands import rare as action

            rest = word, rest
        answer = action(phone, rest)
        if hasattr(answer, "send"):
            answer = await answer
    except ValueError as error:
        answer = {"error": str(error)}
    except Exception as error:  # a console that dies cannot be asked what went wrong
        answer = {"error": "%s: %s" % (type(error).__name__, error)}
    line = rest = action = None
    commands = None
    for name in _ONCE.split():
        unload(name)
    try:
        return json.dumps({"ok": True} if answer is None else answer)
    except MemoryError:
        answer = None
        let_go()
        return _NO_ROOM


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
            answer = await execute(phone, line)
            try:
                answer = answer.encode() + b"\n"
            except MemoryError:
                let_go()
                answer = _NO_ROOM.encode() + b"\n"
            writer.write(answer)  # in one piece: TCP would hold a second one back
            await writer.drain()
    except OSError:
        pass  # the other side went away
    except MemoryError:  # how much of the line was read is not known
        let_go()
        writer.write(b'{"error": "MemoryError: the line is too long"}\n')
        await writer.drain()
    finally:
        writer.close()
        await writer.wait_closed()
