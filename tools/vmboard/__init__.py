"""A board without a board: the MicroPython VM with a flash image, behind a serial line (a PTY).

Needs the VM and an image of tools/build. Used by the tests of deploy and configure, and to try
mpremote: ``python -m tools.vmboard build/devkit/littlefs.bin --link /tmp/board``.
"""

import os
import pathlib

from tools import vm

HERE = pathlib.Path(__file__).resolve().parent


def stand_ins():
    """Return the folder with the stand-ins for the chip's modules, compiled.

    From source they would leave their names and texts on the heap, which the chip has in ROM.
    """
    folder = vm.ROOT / "build" / "vmboard"
    folder.mkdir(parents=True, exist_ok=True)
    for source in HERE.glob("fake_*.py"):
        target = folder / (source.stem + ".mpy")
        if not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns:
            part = folder / f"{source.stem}.{os.getpid()}"
            vm.compile_file(source, part, source.name)
            part.replace(target)
    return folder
