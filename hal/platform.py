"""The ESP32 as the platform that offhook.start puts the phone together on.

It adds what only a board has: serial console, time from the network, watchdog, and the word that
an update has come up.
"""

import asyncio
import os
import random
import sys

from base.compat import const, sleep_ms, spawn, unload
from hal.storage import Storage

_ROOT = "/app"
_FEED = const(2000)  # ms between two feeds of the watchdog
_RESYNC = const(6 * 3600)  # s between two questions for the time
_TRIAL = const(180)  # s that new software has to come up and register
_LINE = const(600)  # characters of a console line


class Platform:
    """What offhook.start wants of a platform, on an ESP32 whose board is the module `board`."""

    def __init__(self, board):
        self.board = board
        self.storage = Storage("/state")
        self.random = random.getrandbits
        self.console_line = print
        self.traceback = sys.print_exception
        self.watchdog = None

    def catalogue(self):
        """Open the catalogue of settings."""
        return open(_ROOT + "/offhook/settings.txt")

    def parts(self, get, log):
        """Make the board's parts; the board's data is not needed after that."""
        from hal.assemble import assemble

        parts = assemble(self.board, get, log)
        unload("hal.assemble")
        sys.modules.pop("board", None)
        self.board = None
        self.watchdog = parts.watchdog
        return parts

    def fault(self, name, on):
        """Refuse: real parts have real faults only."""
        raise ValueError("only simulated parts have faults to switch")

    def ready(self, phone):
        """The phone is up: begin with all that only a board has."""
        get, clock = phone.settings.get, phone.clock

        def zone(name):
            if name in ("timezone", "utc_offset"):
                try:
                    clock.zone(get("timezone") or get("utc_offset") or 0)
                except ValueError as error:
                    phone.log(1, "timezone: %s", error)

        zone("timezone")
        phone.settings.on_change(zone)
        spawn(self.serial(phone))
        spawn(self.ntp(phone))
        spawn(self.guard(phone))

    async def guard(self, phone):
        """Feed the watchdog; while the software is on trial, wait for it to register."""
        try:
            trial = [x for x in os.listdir(_ROOT) if x.startswith("trial")]
        except OSError:
            trial = None  # the software is frozen into the firmware
        left = _TRIAL * 1000
        self.watchdog.start()
        while True:
            self.watchdog.feed()
            await sleep_ms(_FEED)
            if not trial:
                continue
            left -= _FEED
            accounts = [x for x in phone.agent.accounts if x.register]
            if not accounts or any(x.registered for x in accounts):
                for name in trial:
                    os.remove(_ROOT + "/" + name)
                trial = None
                phone.log(3, "the new software has come up")
            elif left <= 0:
                phone.log(0, "the new software does not register: starting again")
                import machine

                machine.reset()

    async def serial(self, phone):
        """Serve the serial line: a line of the console, a line of JSON back."""
        reader = asyncio.StreamReader(sys.stdin)
        line = ""
        while True:
            character = await reader.read(1)
            if character in ("\r", "\n"):
                if line.strip():
                    print(await phone.execute(line))
                line = ""
            elif len(line) < _LINE:
                line += character

    async def ntp(self, phone):
        """Keep the clock right, with growing pauses while no server answers."""
        pause = 5
        while True:
            if phone.network.up and await self.ask_time(phone):
                pause = _RESYNC
            elif pause < 600 or pause == _RESYNC:
                pause = 5 if pause == _RESYNC else pause * 2
            await asyncio.sleep(pause if phone.network.up else 5)

    async def ask_time(self, phone):
        """Ask the time server once; return whether the clock is right now."""
        from hal.sntp import query

        cookie = bytes(random.getrandbits(8) for _ in range(8))
        try:
            ip = await phone.resolver.address(phone.settings.get("ntp_server"))
            phone.clock.set(await query(phone.network, ip, cookie))
            return True
        except OSError as error:
            phone.log(4, "time: %s", error)
            return False
        finally:
            unload("hal.sntp")


def run():
    """Run the phone until it is stopped; the REPL's user is left in peace after that."""
    import board

    from offhook import start

    platform = Platform(board)
    del board
    try:
        start.run(platform)
    finally:
        if platform.watchdog:
            platform.watchdog.rest()
