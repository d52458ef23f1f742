"""The simulated board: which parts there are, as hal.assemble makes them for a real one."""

from hal.audio.sim import Ringer
from hal.audio.sim_sound import NoSound, SimSound
from hal.clock.sim import Clock
from hal.display.sim import Display
from hal.keys.input import Input
from hal.keys.names import numbered
from hal.keys.sim import Keys
from hal.lamps.sim import Lamps
from hal.memory.sim import Memory
from hal.network.sim import Network
from hal.network.sim_wifi import WiFi

_PANEL = (
    "REDIAL DND TRANSFER HOLD MUTE ENTER CANCEL MENU UP DOWN LEFT RIGHT SPEAKER HEADSET "
    "VOLUME_UP VOLUME_DOWN MESSAGE F1 F2 F3 F4"
).split()
KEYS = 32
MODULE = 18


class Parts:
    """The parts of a phone with everything: 32 function keys, and one module with 18 more.

    `first_start` is the port of the page of a phone that has WiFi instead of a cable.
    """

    def __init__(self, get, log, audio=None, first_start=None):
        self.clock = Clock()
        self.sound = SimSound(audio, self.clock) if audio else NoSound()
        if first_start:
            self.network = WiFi(get, log, self.clock, first_start)
        else:
            self.network = Network(get, log)
        self.setup_key = "*"
        self.module = Keys(numbered("P", KEYS + 1, MODULE))
        self.keys = [
            Keys(("HOOK",)),
            Keys("0123456789*#"),
            Keys(_PANEL),
            Keys(numbered("P", 1, KEYS)),
            self.module,
        ]
        self.input = Input(self.keys, self.clock, log)
        self.lamps = Lamps(KEYS + MODULE)
        self.display = Display()
        self.ringer = Ringer()
        self.memory = Memory()
        self.fkeys = {}  # the keys above have names of their own
        self.missing = []
        self.watchdog = None

    @property
    def modules(self):
        """The names of the expansion modules that answer."""
        return [] if self.module.unplugged else ["D7"]
