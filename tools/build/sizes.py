"""What each board's software takes of its flash: ``python -m tools.build.sizes``."""

import json
import pathlib
import sys
import tempfile

from tools import wiring
from tools.build.image import BLOCK, build


def sizes(dest):
    """Return [(folder, files, bytes, flash bytes)] for each room of the software, the sum last."""
    rooms = {}
    for path in (dest / "root").rglob("*"):
        if path.is_file():
            parts = path.relative_to(dest / "root").parts
            room = parts[1] if parts[0] == "app" and len(parts) > 2 else "(root)"
            rooms.setdefault(room, []).append(path.stat().st_size)
    rows = [
        # A littlefs file takes whole blocks; the smallest ones lie inside their folder's block
        (room, len(all_), sum(all_), sum(-(-x // BLOCK) * BLOCK for x in all_ if x > 1024))
        for room, all_ in sorted(rooms.items())
    ]
    return rows + [("together", *(sum(row[i] for row in rows) for i in (1, 2, 3)))]


def report(dest):
    """Print the sizes against the flash."""
    about = json.loads((dest / "board.json").read_text())
    print(f"{about['title']}: {dest}")
    whole, place = about["image_size"], about["image_offset"]
    if about["frozen"]:
        print(
            f"littlefs.bin: {whole // 1024} KiB for {place:#x}, for settings only; the software "
            "goes into the firmware of a board without PSRAM: make firmware"
        )
        return
    print(f"{'room':12}{'files':>6}{'bytes':>9}{'on flash':>10}")
    rows = sizes(dest)
    for room, files, size, flash in rows:
        print(f"{room:12}{files:>6}{size:>9}{flash:>10}")
    share = rows[-1][3] * 100 / whole
    print(
        f"littlefs.bin: {whole // 1024} KiB for {about['firmware']} at {place:#x}, "
        f"{share:.0f}% used; an update needs the same again, twice"
    )


def main():
    """Print the table of all boards."""
    print("| board | software | blocks on flash | of the file system |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        for name in wiring.names():
            folder = build(name, pathlib.Path(place) / name)
            _, _, size, flash = sizes(folder)[-1]
            whole = json.loads((folder / "board.json").read_text())["image_size"]
            print(f"| {name} | {size // 1024} KB | {flash // 1024} KB | {flash * 100 // whole}% |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
