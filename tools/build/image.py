"""The flash of one board: the software compiled, and its littlefs image.

build/BOARD/software has the modules as .mpy and the pages' files; app/software is all of them in one
file, as firmware/loader.py mounts it. build/BOARD/root is the flash's root as files: main.py,
loader.py, app. build/BOARD/littlefs.bin is the same as a littlefs image for the board's official firmware.
"""

import hashlib
import json
import pathlib
import re
import shutil

from littlefs import LittleFS

from tools import arrows, check_boards, configure, vm, wiring
from tools.sources import on_chip

MARCH = {"esp32": "xtensawin", "esp32s3": "xtensawin"}
BLOCK = 4096
_HASHES = "files.sha256"
ROOT_FILES = ("boot.py", "loader.py", "main.py")  # sources: they choose the software, start it


def build(name, dest=None, settings=None, march=None):
    """Build board `name` and return the folder build/NAME.

    `settings` is a file, TOML or JSON, that becomes the phone's first settings. The software of a
    board without PSRAM is in its firmware: there the flash has the settings alone. `march` is the
    native code's: the chip's, unless a VM is to run the image (`tools.vm.native`). Raises
    SystemExit with the reason when the board cannot work or a setting does not fit.
    """
    board = wiring.load(name)
    findings = check_boards.check(board)
    if findings:
        raise SystemExit("\n".join(findings))
    dest = pathlib.Path(dest or vm.ROOT / "build" / name)
    root = dest / "root"
    shutil.rmtree(root, ignore_errors=True)
    (root / "state").mkdir(parents=True)
    if settings:
        (root / "state/settings.json").write_text(first_settings(settings), "utf-8")
    if not board.about["frozen"]:
        _software(name, board, dest, march or MARCH[board.about["chip"]])
    (dest / "board.json").write_text(json.dumps(board.about, indent=2) + "\n")
    (dest / "littlefs.bin").write_bytes(image(root, board.about["image_size"]))
    return dest


def version():
    """Return the version of the sources."""
    text = (vm.ROOT / "firmware/base/version.py").read_text("utf-8")
    return re.search(r'^VERSION = "(.+)"$', text, re.M)[1]


def _software(name, board, dest, march):
    software, root = dest / "software", dest / "root"
    shutil.rmtree(software, ignore_errors=True)
    vm.compile_tree(software, march, _in_app)
    vm.compile_file(wiring.ROOT / name / "board.py", software / "board.mpy", "board.py")
    modules = arrows.order("hal.platform", "offhook.start")
    (software / "modules.txt").write_text("\n".join([*modules, ""]))  # loaded in this order
    for file in ROOT_FILES:
        shutil.copyfile(vm.ROOT / "firmware" / file, root / file)
    app = root / "app"
    app.mkdir()
    (app / "software").write_bytes(archive(software))
    (app / "board.txt").write_text(name + "\n")  # an update for another board is refused
    (app / "version.txt").write_text(version() + "\n")  # an older one too
    (app / _HASHES).write_text(hash_list(app))


def archive(folder):
    """Return all files in `folder` as one, in the form of firmware/loader.py's `Archive`."""
    index, contents = "\n", b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            index += f"{path.relative_to(folder).as_posix()} {len(contents)} {len(data)}\n"
            contents += data
    return b"%d\n" % len(index.encode()) + index.encode() + contents


def first_settings(path):
    """Return the text of settings.json for a TOML or JSON file; ValueError where one is wrong."""
    if str(path).endswith(".toml"):
        values = configure.read(path)
        configure.check(values)
        return json.dumps(values)
    text = pathlib.Path(path).read_text("utf-8")
    json.loads(text)  # rather refused here than set aside by the phone
    return text


def _in_app(place):
    return on_chip(place) and place.as_posix() not in ROOT_FILES


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
    flash = LittleFS(block_size=BLOCK, block_count=size // BLOCK)
    for path in sorted(root.rglob("*")):
        place = "/" + path.relative_to(root).as_posix()
        if path.is_dir():
            flash.mkdir(place)
        else:
            with flash.open(place, "wb") as file:
                file.write(path.read_bytes())
    return bytes(flash.context.buffer)
