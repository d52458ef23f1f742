"""The simulated board: which parts there are, as boards/NAME/board.py says it for a real one."""

import random
import sys

from hal.sim.clock import Clock
from hal.sim.keys import Keys
from hal.sim.network import FAULTS, Network
from hal.sim.panel import Display, Lamps, Ringer
from hal.sim.storage import Storage

_PANEL = (
    "REDIAL DND TRANSFER HOLD MUTE ENTER CANCEL MENU UP DOWN LEFT RIGHT SPEAKER HEADSET "
    "VOLUME_UP VOLUME_DOWN MESSAGE F1 F2 F3 F4"
).split()
_KEYS = 32
_MODULE = 18


class Board:
    """A phone with everything: 32 function keys and one module with 18 more."""

    def __init__(self, root, catalogue, on_ready):
        self.clock = Clock()
        self.network = Network()
        self.storage = Storage(root)
        self.random = random.getrandbits
        self.hook = Keys(("HOOK",))
        self.module = Keys("P%d" % (_KEYS + 1 + i) for i in range(_MODULE))
        self.keys = [
            self.hook,
            Keys("0123456789*#"),
            Keys(_PANEL),
            Keys("P%d" % (i + 1) for i in range(_KEYS)),
            self.module,
        ]
        self.lamps = Lamps(_KEYS + _MODULE)
        self.display = Display()
        self.ringer = Ringer()
        self.missing = []
        self._catalogue = catalogue
        self.ready = on_ready

    def modules(self):
        """Return the name of the expansion module, "" while it is unplugged."""
        return "" if self.module.unplugged else "D7"

    def catalogue(self):
        """Open the catalogue of settings."""
        return open(self._catalogue)

    def console_line(self, line):
        """Print a line of the log on the console."""
        print(line)

    def traceback(self, error):
        """Print where an error came from."""
        sys.print_exception(error)

    def fault(self, name, on):
        """Switch a fault; ValueError names those that there are."""
        if name in FAULTS:
            self.network.fault(name, on)
        elif name == "module":
            self.module.unplugged = on
        elif name == "power_cut":
            self.storage.cut_after = 1 if on else None
        else:
            raise ValueError(
                "there is no fault '%s'; it takes one of %s"
                % (name, ", ".join(FAULTS + ("module", "power_cut")))
            )
