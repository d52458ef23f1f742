"""The serial line: a line of the console comes in, its answer goes out."""

import select
import sys

from base.compat import const
from hal.poll import readable

_LINE = const(8701)  # bytes of a console line: one more than the console takes


def rubbed(line):
    """Return a line of UTF-8 without its last character."""
    end = len(line) - 1
    while end > 0 and line[end] & 0xC0 == 0x80:
        end -= 1
    return line[: max(end, 0)]


async def answer(execute, line):
    """Print what ``await execute(line)`` returns, whatever happens on the way."""
    try:
        print(await execute(line))
    except Exception as error:  # no memory, say: the next line may fare better
        print('{"error": "%s"}' % type(error).__name__)


async def serve(execute):
    """Serve standard input for ever: each line, without its end, goes to ``execute`` as bytes."""
    more = select.poll()
    more.register(sys.stdin, select.POLLIN)
    # Bytes: a read of text would wait for the rest of a character that noise has begun
    take, byte, line = sys.stdin.buffer.readinto, bytearray(1), bytearray()
    while True:
        await readable(sys.stdin)
        # A pasted line comes faster than the loop turns, and the chip's driver holds 260
        # bytes: what is there is taken at once
        waiting = True
        while waiting and take(byte):
            value = byte[0]
            if value in (10, 13):
                text, line = line, bytearray()
                if text:
                    await answer(execute, text)
            elif value in (8, 127):
                line = rubbed(line)
            elif value >= 32 and len(line) < _LINE:
                try:
                    line.append(value)
                except MemoryError:
                    line = bytearray()
                    print('{"error": "MemoryError: the line is too long"}')
            waiting = False
            for _ in more.ipoll(0):
                waiting = True
