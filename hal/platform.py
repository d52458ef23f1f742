"""The ESP32 as the platform that offhook.start puts the phone together on.

It adds what only a board has: serial console, time from the network, watchdog, and the word that
an update has come up.
"""

import random
import sys

from base.compat import const, make_room, sleep_ms, spawn, unload
from hal.storage.storage import Storage

_FEED = const(2000)  # ms between two feeds of the watchdog
_LINE = const(8701)  # bytes of a console line: one more than the console takes


class Platform:
    """What offhook.start wants of a platform, on an ESP32 whose board is the module `board`."""

    flash = ""  # the path of its root

    def __init__(self):
        self.storage = Storage("/state")
        self.random = random.getrandbits
        self.console_line = print
        self.traceback = sys.print_exception
        self.watchdog = self.ringer = None

    def parts(self, get, log):
        """Make the board's parts; the board's data is not needed after that."""
        import board

        from hal.assemble import assemble

        parts = assemble(board, get, log)
        unload("hal.assemble")
        unload("board")
        self.watchdog, self.ringer = parts.watchdog, parts.ringer
        return parts

    def reset(self):
        """Restart the board."""
        import machine

        machine.reset()

    def rest(self):
        """Leave the board to the REPL."""
        if self.watchdog:
            self.watchdog.rest()
        if self.ringer:
            self.ringer.quiet()

    def fault(self, name, on):
        """Refuse: real parts have real faults only."""
        raise ValueError("only simulated parts have faults to switch")

    def ready(self, phone):
        """The phone is up: begin with all that only a board has."""

        def changed(name):
            if name in ("timezone", "utc_offset"):
                from hal.clock.ntp import zone

                zone(phone)
                unload("hal.clock.ntp")

        changed("timezone")
        phone.settings.on_change(changed)
        spawn(self.serial(phone))
        spawn(self.guard(phone))

    async def serial(self, phone):
        """Serve the serial line: a line of the console, a line of JSON back."""
        import select

        from hal.network.datagram import readable

        more = select.poll()
        more.register(sys.stdin, select.POLLIN)
        # Bytes: a read of text would wait for the rest of a character that noise has begun
        take, byte, line = sys.stdin.buffer.readinto, bytearray(1), bytearray()
        while True:
            await readable(sys.stdin)
            # A pasted line comes faster than the loop turns, and the chip's driver holds 260
            # bytes: what is there is taken at once, without a collection in between
            waiting = True
            while waiting and take(byte):
                value = byte[0]
                if value in (10, 13):
                    text, line = line, bytearray()
                    if text:
                        await self._answer(phone, text)
                    text = None
                elif value in (8, 127):
                    line = _rubbed(line)
                elif value >= 32 and len(line) < _LINE:
                    try:
                        line.append(value)
                    except MemoryError:
                        line = bytearray()
                        print('{"error": "MemoryError: the line is too long"}')
                waiting = False
                for _ in more.ipoll(0):
                    waiting = True

    async def _answer(self, phone, line):
        try:
            print(await phone.execute(line))
        except Exception as error:  # not even the console fitted into the heap
            print('{"error": "%s"}' % type(error).__name__)
            make_room()

    async def guard(self, phone):
        """Feed the watchdog, keep the clock right, see whether new software comes up."""
        left = 0  # s until the time is asked for
        trial = 0
        self.watchdog.start()
        while True:
            self.watchdog.feed()
            await sleep_ms(_FEED)
            try:
                if trial is not None:
                    from hal.storage.trial import look

                    trial = look(phone, trial, _FEED)
                    del look  # this frame would keep the module's code for ever
                    unload("hal.storage.trial")
                left -= _FEED // 1000
                if left <= 0 and phone.network.up:
                    from hal.clock.ntp import ask

                    asked = ask(phone)
                    del ask
                    unload("hal.clock.ntp")
                    left = await asked
                    asked = None
            except Exception as error:  # no memory, say: better late than without a watchdog
                phone.log(1, "guard: %r", error)


def _rubbed(line):
    """Return a line of UTF-8 without its last character."""
    end = len(line) - 1
    while end > 0 and line[end] & 0xC0 == 0x80:
        end -= 1
    return line[: max(end, 0)]


def run():
    """Run the phone until it is stopped; the REPL's user is left in peace after that."""
    from offhook import start

    platform = Platform()
    try:
        start.run(platform)
    finally:
        try:
            platform.rest()
        except KeyboardInterrupt:  # a second Ctrl-C
            platform.rest()
