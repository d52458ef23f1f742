"""For those who freeze the software into a MicroPython build of their own.

``make -C micropython/ports/esp32 BOARD=ESP32_GENERIC FROZEN_MANIFEST=/path/to/manifest.py`` with
``OFFHOOK_BOARD`` in the environment (devkit by default). Frozen code costs no heap.
"""

import os

include("$(PORT_DIR)/boards/manifest.py")  # noqa: F821  what the firmware has frozen anyway
for room in ("base", "sip", "actions", "offhook", "media", "web"):
    if os.path.exists(f"firmware/{room}/__init__.py"):
        package(room, base_path="firmware", opt=3)  # noqa: F821
package(  # noqa: F821
    "hal",
    files=[x for x in os.listdir("hal") if x.endswith(".py")],
    opt=3,
)
for name in ("main.py", "loader.py"):
    module(name, base_path="firmware", opt=3)  # noqa: F821
module(  # noqa: F821
    "board.py", base_path="boards/" + os.environ.get("OFFHOOK_BOARD", "devkit"), opt=3
)
