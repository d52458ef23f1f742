"""Compile the software for a board and make its flash image: ``python -m tools.build``.

build/BOARD/root is the flash's root as files: main.py, loader.py, and the software as .mpy below
app.
build/BOARD/littlefs.bin is the same as a littlefs image for the board's official firmware.
"""

import argparse
import hashlib
import json
import pathlib
import shutil
import sys

from littlefs import LittleFS

from tools import check_boards, vm, wiring

MARCH = {"esp32": "xtensawin", "esp32s3": "xtensawin"}
_BLOCK = 4096
_HASHES = "files.sha256"
ROOT_FILES = (
    "boot.py",
    "loader.py",
    "main.py",
)  # source, beside the software: they choose and start it
# What stays off the chip: simulated parts, CPython's half, the loader (it goes to the root)
_SKIP = ("hal/sim", "base/compat_host.py", *ROOT_FILES)


def build(name, dest=None, settings=None, firmware=None):
    """Build board `name` and return the folder build/NAME.

    `settings` is a JSON file that becomes the phone's first settings. Raises SystemExit with the
    reason when the board cannot work or does not fit.
    """
    board = wiring.load(name)
    findings = check_boards.check(board)
    if findings:
        raise SystemExit("\n".join(findings))
    dest = pathlib.Path(dest or vm.ROOT / "build" / name)
    root = dest / "root"
    shutil.rmtree(root, ignore_errors=True)
    app = vm.compile_tree(root / "app", MARCH[board.about["chip"]], _SKIP)
    vm.compile_file(wiring.ROOT / name / "board.py", app / "board.mpy", "board.py")
    for file in ROOT_FILES:
        shutil.copyfile(vm.ROOT / "firmware" / file, root / file)
    (root / "state").mkdir()
    if settings:
        text = pathlib.Path(settings).read_text("utf-8")
        json.loads(text)  # rather refused here than set aside by the phone
        (root / "state/settings.json").write_text(text, "utf-8")
    (app / "board.txt").write_text(name + "\n")  # an update for another board is refused
    (app / _HASHES).write_text(hash_list(app))
    (dest / "board.json").write_text(json.dumps(board.about, indent=2) + "\n")
    (dest / "littlefs.bin").write_bytes(image(root, board.about["image_size"]))
    return dest


def hash_list(app):
    """Return the text of files.sha256: a line "HASH  PATH" for each file of the software."""
    lines = []
    for path in sorted(app.rglob("*")):
        if path.is_file() and path.name != _HASHES:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            lines.append(f"{digest}  {path.relative_to(app).as_posix()}\n")
    return "".join(lines)


def image(root, size):
    """Return a littlefs image of `size` bytes with all that is in `root`."""
    flash = LittleFS(block_size=_BLOCK, block_count=size // _BLOCK)
    for path in sorted(root.rglob("*")):
        place = "/" + path.relative_to(root).as_posix()
        if path.is_dir():
            flash.mkdir(place)
        else:
            with flash.open(place, "wb") as file:
                file.write(path.read_bytes())
    return bytes(flash.context.buffer)


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
        (room, len(all_), sum(all_), sum(-(-x // _BLOCK) * _BLOCK for x in all_ if x > 1024))
        for room, all_ in sorted(rooms.items())
    ]
    return rows + [("together", *(sum(row[i] for row in rows) for i in (1, 2, 3)))]


def report(dest):
    """Print the sizes against the flash."""
    about = json.loads((dest / "board.json").read_text())
    print(f"{about['title']}: {dest}")
    print(f"{'room':12}{'files':>6}{'bytes':>9}{'on flash':>10}")
    rows = sizes(dest)
    for room, files, size, flash in rows:
        print(f"{room:12}{files:>6}{size:>9}{flash:>10}")
    size, place = about["image_size"], about["image_offset"]
    share = rows[-1][3] * 100 / size
    print(
        f"littlefs.bin: {size // 1024} KiB for {about['firmware']} at {place:#x}, "
        f"{share:.0f}% used; an update needs the same again, twice"
    )


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--board", default="devkit", help="one of " + ", ".join(wiring.names()))
    parser.add_argument("--settings", help="JSON file with the phone's first settings")
    parser.add_argument("--dest", help="folder to build in, build/BOARD by default")
    words = parser.parse_args()
    report(build(words.board, words.dest, words.settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
