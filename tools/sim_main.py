"""Runs inside the MicroPython VM: one simulated phone. Started by tools/phone.py.

Standard input carries one JSON line with the options, then the serial line's commands; its end
stops the phone, so that it never outlives whoever started it.
"""

import asyncio
import json
import sys


async def _serial(phone):
    """Serve the serial line on standard input; its end stops the phone."""
    reader = asyncio.StreamReader(sys.stdin.buffer)
    while True:
        line = await reader.readline()
        if not line:
            phone.stop()
            return
        print(await phone.console.execute(line.decode()))


async def _control(phone, port):
    server = await asyncio.start_server(phone.console.connection, "127.0.0.1", port)
    asyncio.create_task(_serial(phone))
    print("ready")
    return server


def main():
    """Take the options, make the board, run the phone."""
    options = json.loads(sys.stdin.readline())
    from hal.sim.board import Board

    def ready(phone):
        asyncio.create_task(_control(phone, options["control"]))

    board = Board(options["state"], options["catalogue"], ready)
    if options.get("address"):
        board.network._hint = options["address"]
    if options.get("dns") is not None:
        board.network._dns = options["dns"]
    from offhook.start import run

    run(board, options["set"])


main()
