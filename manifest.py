"""What is frozen into MicroPython: the whole software of one board, its data files included.

``make firmware`` (ESP32) and ``make vm-frozen`` (the unix port) build with it. They say which
board it is for in ``OFFHOOK_BOARD``, and in ``OFFHOOK_PORT`` that it is not for a chip.
"""

import os
import sys

sys.path.insert(0, os.getcwd())  # MicroPython's makemanifest.py runs this in this folder
from tools.build import frozen

chip = os.environ.get("OFFHOOK_PORT", "esp32") == "esp32"
if chip:
    include("$(PORT_DIR)/boards/manifest.py")  # noqa: F821  what the firmware has anyway
else:
    include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821
for name, folder in frozen.modules(os.environ.get("OFFHOOK_BOARD", "wroom"), chip):
    module(name, base_path=folder, opt=2)  # noqa: F821
