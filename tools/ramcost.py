"""What each module costs: heap of the 32-bit VM before and after its import, loaded from .mpy.

Names are not squeezed here, so the figures are above those of the phone.

``python -m tools.ramcost [MODULE …]``; without arguments every module of the firmware's rooms.
"""

import os
import subprocess
import sys

from tools import vm, vm32

_SCRIPT = """
import gc, sys
gc.collect(); a = gc.mem_alloc()
import asyncio, json, binascii, hashlib, errno
gc.collect(); b = gc.mem_alloc(); print('asyncio', b - a)
for name in %r:
    gc.collect(); a = gc.mem_alloc()
    try:
        __import__(name)
    except ImportError as error:
        print('#', name, error); continue
    gc.collect(); print(name, gc.mem_alloc() - a)
print('free', gc.mem_free())
"""


def costs(names):
    """Return [(module, bytes)] in the order of import; a module pays for what it imports."""
    done = subprocess.run(
        [str(vm32.launcher()), "-X", "heapsize=400k", "-c", _SCRIPT % (list(names),)],
        cwd=vm.compile_tree(),
        env={**os.environ, "MICROPYPATH": ".:.frozen"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    return [line.rsplit(" ", 1) for line in done.stdout.splitlines() if line[0] != "#"]


def modules():
    """Return the dotted names of all modules of the rooms, base first."""
    rooms = ("base", "sip", "actions", "offhook", "media", "web")
    found = []
    for room in rooms:
        for path in sorted((vm.ROOT / "firmware" / room).glob("*.py")):
            found.append(room if path.stem == "__init__" else f"{room}.{path.stem}")
    return found


if __name__ == "__main__":
    for name, cost in costs(sys.argv[1:] or modules()):
        print(f"{name:24}{cost:>8}")
