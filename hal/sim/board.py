"""The simulated board: which parts there are, as hal.assemble makes them for a real one."""

from hal.names import Names, Words
from hal.sim.clock import Clock
from hal.sim.keys import Keys
from hal.sim.network import Network
from hal.sim.panel import Display, Lamps, Ringer

_PANEL = (
    "REDIAL DND TRANSFER HOLD MUTE ENTER CANCEL MENU UP DOWN LEFT RIGHT SPEAKER HEADSET "
    "VOLUME_UP VOLUME_DOWN MESSAGE F1 F2 F3 F4"
)
KEYS = 32
MODULE = 18


class Parts:
    """The parts of a phone with everything: 32 function keys, and one module with 18 more."""

    def __init__(self, get, log):
        self.clock = Clock()
        self.network = Network(get, log)
        self.module = Keys(Names("P", KEYS + 1, MODULE))
        self.keys = [
            Keys(("HOOK",)),
            Keys("0123456789*#"),
            Keys(Words(_PANEL)),
            Keys(Names("P", 1, KEYS)),
            self.module,
        ]
        self.lamps = Lamps(KEYS + MODULE)
        self.display = Display()
        self.ringer = Ringer()
        self.missing = []
        self.voice = {}
        self.watchdog = None

    @property
    def modules(self):
        """The names of the expansion modules that answer."""
        return [] if self.module.unplugged else ["D7"]


def fault(parts, storage, name, on):
    """Switch a fault; ValueError names those that there are."""
    from hal.sim.network import FAULTS

    if name in FAULTS:
        parts.network.fault(name, on)
    elif name == "module":
        parts.module.unplugged = parts.lamps.unplugged = on
    elif name == "power_cut":
        storage.cut_after = 1 if on else None
    else:
        names = ", ".join(FAULTS + ("module", "power_cut"))
        raise ValueError("there is no fault '%s'; it takes one of %s" % (name, names))
