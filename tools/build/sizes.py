"""What each board's software takes of its flash: ``python -m tools.build.sizes``."""

import json
import pathlib
import sys
import tempfile

from tools import wiring
from tools.build.image import BLOCK, build


def sizes(dest):
    """Return [(folder, files, bytes)] for each room of the software."""
    rooms = {}
    software = dest / "software"
    for path in software.rglob("*"):
        if path.is_file():
            parts = path.relative_to(software).parts
            rooms.setdefault(parts[0] if len(parts) > 1 else "(root)", []).append(
                path.stat().st_size
            )
    return [(room, len(all_), sum(all_)) for room, all_ in sorted(rooms.items())]


def on_flash(dest):
    """Return (bytes of files, bytes of their blocks) of the flash's root."""
    files = [x.stat().st_size for x in (dest / "root").rglob("*") if x.is_file()]
    return sum(files), sum(-(-x // BLOCK) * BLOCK for x in files)


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
    print(f"{'room':12}{'files':>6}{'bytes':>9}")
    for room, files, size in sizes(dest):
        print(f"{room:12}{files:>6}{size:>9}")
    share = on_flash(dest)[1] * 100 / whole
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
            size, flash = on_flash(folder)
            whole = json.loads((folder / "board.json").read_text())["image_size"]
            print(f"| {name} | {size // 1024} KB | {flash // 1024} KB | {flash * 100 // whole}% |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
