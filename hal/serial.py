"""The serial line: its bytes go to the phone's terminal, whose text comes back.

A terminal has ``begin()``, called once, and ``await take(byte)``.
"""

import select
import sys

from hal.poll import readable


def write(text):
    """Show text as it is."""
    print(text, end="")


async def serve(terminal):
    """Hand each byte of standard input to `terminal`, for ever."""
    more = select.poll()
    more.register(sys.stdin, select.POLLIN)
    # Bytes: a read of text would wait for the rest of a character that noise has begun
    take, byte = sys.stdin.buffer.readinto, bytearray(1)
    terminal.begin()
    while True:
        await readable(sys.stdin)
        # A pasted line comes faster than the loop turns, and the chip's driver holds 260
        # bytes: what is there is taken at once
        waiting = True
        while waiting and take(byte):
            await terminal.take(byte[0])
            waiting = False
            for _ in more.ipoll(0):
                waiting = True
