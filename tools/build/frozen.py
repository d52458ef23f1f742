"""What manifest.py freezes into a firmware, for boards without PSRAM.

Frozen code and texts stay in the flash and cost no heap. Data files become the module
`frozen_files`, which also says for which board it was made: by its mark `make flash` knows such a
firmware, by the module the board does.
"""

from tools import arrows
from tools.sources import ROOT, on_chip, packed, sources

MARK = "Offhook frozen for "  # in the firmware's bytes, followed by the board's name


def modules(board, chip=True):
    """Return [(place, folder)] of each module for `board`, with its path below the folder.

    `chip` leaves out what only a simulated phone needs.
    """
    found, files = [], {}
    for source, place in sources():
        if chip and not on_chip(place) or place.name == "compat_host.py":
            continue
        if place.suffix == ".py":
            folder = str(source)[: -len(place.as_posix())]
            found.append((place.as_posix(), folder))
        else:
            name, data = packed(source, place)
            files[name.as_posix()] = data
    made = ROOT / "build/frozen" / board
    made.mkdir(parents=True, exist_ok=True)
    order = arrows.order("hal.platform", "offhook.start")
    (made / "frozen_files.py").write_text(files_module(board, order, files), "utf-8")
    found.append(("frozen_files.py", str(made)))
    found.append(("board.py", str(ROOT / "boards" / board)))
    return found


def files_module(board, order, files):
    """Return the source of the module `frozen_files`; `order` is that of loading."""
    lines = [f"BOARD = {board!r}", f"MARK = {MARK + board!r}"]
    lines += [f"MODULES = {' '.join(order)!r}", "FILES = {"]
    lines += [f"    {name!r}: {data!r}," for name, data in sorted(files.items())]
    return "\n".join([*lines, "}", ""])


def marked_for(firmware):
    """Return the board that a firmware's bytes have the software of, None for none."""
    begin = firmware.find(MARK.encode())
    if begin < 0:
        return None
    name = firmware[begin + len(MARK) : begin + len(MARK) + 40]
    return name.split(b"\0")[0].decode("ascii", "replace")
