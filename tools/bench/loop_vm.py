"""Runs inside the MicroPython VM, started by loop.py: one phone, its event loop watched.

The meter's port takes one command a line: ``gap`` answers with the longest gap of the loop since
the last ``gap``, in µs; ``fire N SETTING`` fires an event N times and answers how long that held
the loop; ``get N PORT`` measures event to first byte, beside a bare connection, N times each;
``requests URL`` sends with micropython-lib's `requests`, in the loop.
"""

import asyncio
import gc
import json
import sys
import time

import requests

from hal.sim.platform import Platform
from offhook.start import run


class Meter:
    """Watches the loop: one task that wants to run every millisecond."""

    def __init__(self, platform, port):
        self.platform = platform
        self.port = port
        self.worst = 0

    async def watch(self):
        last = time.ticks_us()
        while True:
            await asyncio.sleep_ms(1)
            now = time.ticks_us()
            self.worst = max(self.worst, time.ticks_diff(now, last) - 1000)
            last = now

    async def serve(self, reader, writer):
        while True:
            words = (await reader.readline()).decode().split()
            if not words:
                break
            answer = getattr(self, "do_" + words[0])(*words[1:])
            if hasattr(answer, "send"):
                answer = await answer
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    def do_gap(self):
        worst, self.worst = self.worst, 0
        return worst

    def do_fire(self, count, setting):
        begin = time.ticks_us()
        for _ in range(int(count)):
            self.platform.phone.desk.fire(setting)
        return time.ticks_diff(time.ticks_us(), begin)

    async def do_requests(self, url):
        """Send as a phone with micropython-lib's `requests` would, with our deadline."""
        said = None
        try:
            requests.get(url.replace("$phone_ip", "127.0.0.1"), timeout=2).close()
        except Exception as error:
            said = repr(error)
        await asyncio.sleep_ms(10)  # the watcher sees how long that was
        return said

    async def do_get(self, count, port):
        came, seen = asyncio.Event(), []

        async def server(reader, writer):
            await reader.read(1)
            seen.append(time.ticks_us())
            while (await reader.readline()).strip():
                pass
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            writer.close()
            await writer.wait_closed()
            came.set()

        def event():
            self.platform.phone.desk.fire("action_setup_url")

        def bare():
            asyncio.create_task(self._bare(int(port)))

        listener = await asyncio.start_server(server, "127.0.0.2", int(port))
        took = {"event": [], "bare": []}
        for _ in range(int(count)):
            for name, start in (("bare", bare), ("event", event)):
                gc.collect()
                came.clear()
                begin = time.ticks_us()
                start()
                await came.wait()
                took[name].append(time.ticks_diff(seen.pop(), begin))
                await asyncio.sleep_ms(20)  # the connection is over and its task gone
        listener.close()
        return took

    async def _bare(self, port):
        reader, writer = await asyncio.open_connection("127.0.0.2", port)
        writer.write(b"GET /x?a=b HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        await writer.drain()
        await reader.read(200)
        writer.close()
        await writer.wait_closed()


class Watched(Platform):
    """The simulated platform, with a meter."""

    def ready(self, phone):
        """The phone is up: open the meter's port, then the control port."""
        meter = Meter(self, self.options["meter"])
        asyncio.create_task(asyncio.start_server(meter.serve, "127.0.0.1", meter.port))
        asyncio.create_task(meter.watch())
        super().ready(phone)


def main():
    """Take the options, run the phone."""
    options = json.loads(sys.stdin.readline())
    run(Watched(options), options["set"])


main()
