"""The sources of the phone's software, and where each lies on the flash."""

import gzip
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
TREES = ("firmware", "hal")


def sources():
    """Yield (source, place) of each file for the flash; `place` is relative to its root."""
    for tree in TREES:
        base = ROOT / tree
        for path in sorted(base.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                inside = path.relative_to(base)
                yield path, (inside if tree == "firmware" else pathlib.Path(tree) / inside)


def packed(source, place):
    """Return (place, bytes) of a file that is not compiled, as it lies on the flash.

    What a browser reads is gzipped, always to the same bytes.
    """
    data = source.read_bytes()
    if place.parts[:2] == ("web", "pages"):
        return place.with_name(place.name + ".gz"), gzip.compress(data, 9, mtime=0)
    return place, data


def on_chip(place):
    """Return whether a file belongs on the chip: no simulated part, nothing of CPython's."""
    return place.name != "compat_host.py" and not any(
        part == "sim" or part.startswith(("sim_", "sim.")) for part in place.parts
    )


def source_path(dotted):
    """Return the path of a module's source below the project."""
    place = dotted.replace(".", "/") + ".py"
    return place if dotted.split(".")[0] in TREES else "firmware/" + place
