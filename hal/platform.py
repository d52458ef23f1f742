"""The ESP32 as the platform that main builds the phone on.

A platform has ``storage``, ``flash`` (path of its root), ``random(bits)``, ``console(text)``
(shows text as it is), ``traceback(error)``, ``bundle()`` (the CAs that came with the firmware, PEM
as bytes, None where none did), ``parts(get, log)`` (the `Parts` of hal.assemble), ``memory()``
(`hal.memory.Figures`, None where unknown), ``refused()`` (asked before the software is loaded),
``reset()``, ``fault(name, on)`` (ValueError on a real board), ``ready(phone)``, called when the
phone is up, and ``release()``: leave the board to the REPL.

Of the phone it knows ``terminal`` (as `hal.serial` wants one), ``came_up()``, ``settings``
(``get``, ``on_change``), ``network``, ``clock``, ``resolver.address`` and ``log``.
"""

import random
import sys

import board
import esp32
import machine

from base.compat import const, sleep_ms
from base.tasks import keep
from hal import fit, serial
from hal.assemble import DISPLAYS, Only, assemble
from hal.clock.ntp import Keeper
from hal.memory.regions import Regions
from hal.storage.folder import content
from hal.storage.littlefs import Storage
from hal.storage.trial import Trial

_BUNDLE = "/ca-bundle.pem"
_FEED = const(2000)  # ms between two feeds of the watchdog
_ZONE = ("timezone", "utc_offset")


def _nothing(*_):
    """Stand for settings and log while there are none."""


def _frozen():
    """Return whether the software is part of the firmware."""
    return __file__[:1] != "/"


def _show(head, text):
    """Show a text on the board's display, before there is a phone."""
    try:
        display = assemble(Only(board, DISPLAYS), _nothing, _nothing).display
        if display:
            display.show([head] + fit.fold(text, display.columns))
            display.finish()
    except Exception as error:  # no memory, or a part: the console has said it
        print("Offhook: the display shows nothing: %r" % error)


class Platform:
    """The platform on an ESP32 whose board is the module `board`."""

    def __init__(self):
        self.console = serial.write
        self.storage = Storage("/state", self._wiping)
        self.flash = None if _frozen() else ""  # the root of what has the software
        self.random = random.getrandbits
        self.traceback = sys.print_exception
        self.watchdog = self.ringer = None
        self._memory = Regions(esp32.idf_heap_info, esp32.HEAP_DATA)

    def parts(self, get, log):
        """Make the board's parts."""
        parts = assemble(board, get, log)
        self.watchdog, self.ringer = parts.watchdog, parts.ringer
        return parts

    def refused(self):
        """Return whether this chip cannot hold the software; console and display say why."""
        text = fit.refusal(board, _frozen(), esp32.idf_heap_info(esp32.HEAP_DATA))
        if text is None:
            return False
        self.console("Offhook: not started. %s\n" % text)
        _show("Offhook: not started", text)
        return True

    def _wiping(self, seconds):
        text = "all is forgotten, and the flash is wiped: about %d s" % seconds
        self.console("Offhook: %s\n" % text)
        _show("Offhook", text)

    def memory(self):
        """Return the system's memory as `hal.memory.Figures`."""
        return self._memory.figures()

    def bundle(self):
        """Return the CAs that came with the firmware."""
        return content(self.flash + _BUNDLE)

    def reset(self):
        """Restart the board."""
        machine.reset()

    def release(self):
        """Leave the board to the REPL: quiet, and without a watchdog."""
        if self.watchdog:
            self.watchdog.release()
        if self.ringer:
            self.ringer.quiet()

    def fault(self, name, on):
        """Refuse: real parts have real faults only."""
        raise ValueError("only simulated parts have faults to switch")

    def ready(self, phone):
        """The phone is up: begin with all that only a board has."""
        keeper = Keeper(
            phone.clock,
            phone.network,
            phone.resolver.address,
            phone.settings.get,
            phone.log,
            phone.time_known,
        )

        def changed(name):
            if name in _ZONE:
                keeper.zone()
            elif name == "ntp_server":
                keeper.soon()

        keeper.zone()
        phone.settings.on_change(changed)
        keep("serial line", serial.serve, phone.terminal)
        keep("guard", self.guard, phone, Trial())
        keep("time", self.punctual, phone, keeper)

    def _look(self, phone, trial):
        if not trial.look(phone.came_up(), _FEED):
            phone.log(0, "the new software does not register: starting again")
            self.reset()
        elif trial.over:
            phone.log(3, "the new software has come up")

    async def punctual(self, phone, keeper):
        """Keep the clock right; beside the watchdog, for servers may keep us waiting for long."""
        while True:
            await sleep_ms(_FEED)
            try:
                if phone.network.up:
                    await keeper.passed(_FEED // 1000)
            except Exception as error:  # no memory, say: the phone lives without the time, too
                phone.log(1, "time: %r", error)

    async def guard(self, phone, trial):
        """Feed the watchdog and see whether new software comes up, waiting for nobody."""
        self.watchdog.start()
        while True:
            self.watchdog.feed()
            await sleep_ms(_FEED)
            try:
                if not trial.over:
                    self._look(phone, trial)
            except Exception as error:  # no memory, say: better late than without a watchdog
                phone.log(1, "guard: %r", error)
