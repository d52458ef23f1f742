"""What each module costs: heap of the 32-bit VM before and after its import, loaded from .mpy.

Squeezed as in the phone; what a module imports is imported before it, so that each pays for itself
alone. A bundle of modules counts as its last one.

``python -m tools.ramcost [MODULE …]``; without arguments every module of the firmware's rooms.
"""

import ast
import os
import subprocess
import sys

from tools import vm, vm32
from tools.bundle import bundle_of

_SCRIPT = """
import gc, sys
gc.collect(); a = gc.mem_alloc()
import asyncio, json, binascii, hashlib, errno
gc.collect(); b = gc.mem_alloc(); print('asyncio', b - a)
for shown, name in %r:
    gc.collect(); a = gc.mem_alloc()
    try:
        __import__(name)
    except ImportError as error:
        print('#', shown, error); continue
    gc.collect(); print(shown, gc.mem_alloc() - a)
"""


def costs(names):
    """Return [(module, bytes)] in the order of import."""
    tree = vm.squeezed_tree()
    moved = squeezed_names(tree)
    wanted = [(name, moved.get(name, name)) for name in ordered(names)]
    done = subprocess.run(
        [str(vm32.launcher()), "-X", "heapsize=400k", "-c", _SCRIPT % (wanted,)],
        cwd=tree,
        env={**os.environ, "MICROPYPATH": ".:.frozen"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    lines = [line.rsplit(" ", 1) for line in done.stdout.splitlines() if line[0] != "#"]
    return [(name, int(size)) for name, size in lines]


def squeezed_names(tree):
    """Return {module: its name in the squeezed `tree`} of those that have another one there."""
    lines = (tree / "names.txt").read_text("utf-8").split("\n")
    words = [line.split()[:2] for line in lines if line]
    return {name: short for short, name in words if "." in name}


def ordered(names):
    """Return the modules without those inside a bundle, each behind what it imports."""
    found = []

    def take(name):
        bundle = bundle_of(name)
        name = bundle[-1] if bundle else name
        path = vm.ROOT / vm.source_path(name)
        if name in found or name == "base.compat_host" or not path.exists():
            return
        for each in bundle or (name,):
            tree = ast.parse((vm.ROOT / vm.source_path(each)).read_text("utf-8"))
            for node in tree.body:
                if isinstance(node, ast.ImportFrom) and node.module not in (bundle or ()):
                    take(node.module)
        if name not in found:
            found.append(name)

    for name in names:
        take(name)
    return found


def modules():
    """Return the dotted names of all modules of the rooms, base first."""
    rooms = ("base", "sip", "actions", "offhook", "media", "web")
    found = []
    for room in rooms:
        for path in sorted((vm.ROOT / "firmware" / room).glob("*.py")):
            if path.stem != "__init__":
                found.append(f"{room}.{path.stem}")
    return found


if __name__ == "__main__":
    for name, cost in costs(sys.argv[1:] or modules()):
        print(f"{name:24}{cost:>8}")
