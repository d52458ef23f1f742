"""The MicroPython VM and the compiled firmware: where they are, and how to make the latter.

`compile_tree` turns firmware/ and hal/ into .mpy below build/, one file at a time and only where
the source is newer; what has no source any more is deleted, so that a stale module cannot shadow.
"""

import functools
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

from tools import arrows
from tools.sources import ROOT, packed, sources

ORDER = "modules.txt"  # in a phone's tree: its modules, those below first
TOPS = ("hal.sim.platform", "offhook.start")
_KEEP = 12  # compiled trees, so that a running phone does not lose its own
OPTIMISE = "-O2"  # no asserts; line numbers stay: what the chip runs


# What the low bits of sys.implementation._mpy >> 10 say of the native code that a VM loads
_ARCHITECTURES = (None, "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp")
_ARCHITECTURES += ("armv7emdp", "xtensa", "xtensawin", "rv32imc", "rv64imc")


def vm_path():
    """Return the VM to use: $MICROPYTHON, else the one in the running .venv."""
    given = os.environ.get("MICROPYTHON")
    if given:
        return given
    for folder in (pathlib.Path(sys.executable).parent, ROOT / ".venv/bin"):
        if (folder / "micropython").exists():
            return str(folder / "micropython")
    raise SystemExit("no MicroPython VM: run 'make venv', or set MICROPYTHON=path")


@functools.cache
def native(vm):
    """Return the architecture of the native code that `vm` loads, for mpy-cross's -march."""
    ask = "import sys; print(sys.implementation._mpy >> 10 & 15)"
    done = subprocess.run([vm, "-c", ask], capture_output=True, text=True, check=True)
    return _ARCHITECTURES[int(done.stdout)]


def mpy_cross():
    """Return the path of mpy-cross."""
    for folder in (pathlib.Path(sys.executable).parent, ROOT / ".venv/bin"):
        if (folder / "mpy-cross").exists():
            return str(folder / "mpy-cross")
    found = shutil.which("mpy-cross")
    if found:
        return found
    raise SystemExit("no mpy-cross: run 'make venv'")


def compile_file(source, target, name, march=None):
    """Compile one module with mpy-cross; a traceback shows `name`, as sip/call/call.py."""
    command = [mpy_cross(), OPTIMISE, "-s", str(name), "-o", str(target)]
    if march:
        command.append("-march=" + march)
    done = subprocess.run(command + [str(source)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"mpy-cross: {name}: {done.stderr.strip()}")


def compile_tree(dest=None, march=None, wanted=lambda place: True):
    """Bring the compiled firmware in `dest` up to date and return its path.

    `march` is for native code (x64, x86, xtensawin); ``wanted(place)`` says what belongs in it.
    """
    dest = pathlib.Path(dest or ROOT / "build" / ("mpy-" + (march or "any")))
    there = set()
    for source, place in sources():
        if not wanted(place):
            continue
        compiled = place.suffix == ".py" and place.name != "main.py"
        name, data = (place.with_suffix(".mpy"), b"") if compiled else packed(source, place)
        target = dest / name
        there.add(target)
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}")
        if compiled:
            compile_file(source, part, place, march)
        else:
            part.write_bytes(data)
        part.replace(target)
    for path in dest.rglob("*"):
        if path.is_file() and path not in there and path.suffix in (".py", ".mpy"):
            path.unlink()
    return dest


def phone_tree(march=None):
    """Return the firmware compiled for a phone, in a folder named after its sources.

    A running phone keeps its folder: nothing in it changes.
    """
    digest = hashlib.sha256((OPTIMISE + (march or "")).encode())
    for source, place in sources():
        digest.update(place.as_posix().encode() + b"\0" + source.read_bytes())
    dest = ROOT / "build" / "phone" / digest.hexdigest()[:16]
    if dest.exists():
        dest.touch()
        return dest
    part = dest.with_name(f"{dest.name}.{os.getpid()}")
    compile_tree(part, march)
    (part / ORDER).write_text("\n".join(arrows.order(*TOPS)))
    try:
        part.rename(dest)
    except OSError:  # somebody else was faster
        shutil.rmtree(part)
    old = sorted(dest.parent.iterdir(), key=lambda x: x.stat().st_mtime)
    for path in old[:-_KEEP]:
        shutil.rmtree(path, ignore_errors=True)
    return dest


def search_path(source=False, vm=None):
    """Return the folders for the MICROPYPATH of `vm`: compiled, or the sources for debugging."""
    if source:
        return [str(ROOT / "firmware"), str(ROOT)]
    return [str(phone_tree(native(vm or vm_path())))]


def environment(source=False, vm=None, extra=()):
    """Return os.environ with the MICROPYPATH that finds the firmware."""
    path = list(extra) + search_path(source, vm) + [".frozen"]
    return {**os.environ, "MICROPYPATH": ":".join(path)}
