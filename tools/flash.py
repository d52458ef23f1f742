"""Write the software to a board with esptool: ``python -m tools.flash --port NAME [--dry-run]``.

MicroPython's own firmware first, where a file of it is given, then the image of the file system.
Settings on the board are lost with that image: `tools.deploy` keeps them, ``--settings`` gives new
ones. A board without PSRAM has the software in its firmware; there the file system, and with it
the settings, is written only where ``--settings`` is given.
"""

import argparse
import pathlib
import subprocess
import sys

from tools import onboard, ports, vm, wiring
from tools.build import image
from tools.build.firmware_file import Firmware, objection
from tools.remote import Board, DeployError

_BAUD = 460800


def command(about, port, parts, erase=False):
    """Return esptool's command line that writes `parts`, [(offset, file)], to a board.

    `about` is its board.json.
    """
    words = [sys.executable, "-m", "esptool", "--chip", about["chip"], "--port", str(port)]
    words += ["--baud", str(_BAUD), "write-flash"]
    if erase:
        words.append("--erase-all")
    for offset, file in parts:
        words += [f"{offset:#x}", str(file)]
    return words


def check_firmware(path, name, about):
    """Refuse a file that is no firmware for the board, before anything is erased."""
    path = pathlib.Path(path)
    if not path.exists():
        raise SystemExit(f"firmware: there is no file {path}; see boards/{name}/README.md")
    try:
        why = objection(Firmware(path.read_bytes()), name, about)
    except ValueError as error:
        raise SystemExit(f"firmware: {path} is {error}")
    if why:
        raise SystemExit(f"firmware: {path}: {why}; nothing was changed")


def there(port):
    """Return what is on the board at `port`, as `onboard.ask`; {} where no MicroPython answers."""
    try:
        return onboard.ask(Board(port))
    except (DeployError, subprocess.TimeoutExpired):
        return {}


def parts(name, about, firmware, settings):
    """Return [(offset, file)] of what is to be written; SystemExit where that is nothing."""
    found = [(about["firmware_offset"], firmware)] if firmware else []
    if settings or not about["frozen"]:
        folder = image.build(name, vm.ROOT / "build" / name, settings)
        found.append((about["image_offset"], folder / "littlefs.bin"))
    if not found:
        raise SystemExit(
            f"FIRMWARE is missing: {name} has no PSRAM, so its software is in its firmware; "
            f"make firmware BOARD={name} MICROPYTHON=folder makes it"
        )
    return found


def main(arguments=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--board", default="", help="one of " + ", ".join(wiring.names()))
    parser.add_argument("--port", default="")
    parser.add_argument("--firmware", default="", help="MicroPython's .bin for this board")
    parser.add_argument("--settings", default="", help="the phone's first settings, TOML or JSON")
    parser.add_argument("--erase", action="store_true", help="erase the whole flash first")
    parser.add_argument("--force", action="store_true", help="whatever software is on the board")
    parser.add_argument("--dry-run", action="store_true", help="only show the command line")
    words = parser.parse_args(arguments)
    if not words.dry_run:
        ports.wanted(words.port, f"make flash BOARD={words.board or 'devkit'}")
    seen = {} if words.dry_run else there(words.port)
    known = "" if words.force else seen.get("board", "")
    name = onboard.chosen(words.board, known, wiring.names(), words.port or "PORT")
    about = wiring.load(name).about
    if words.firmware:
        check_firmware(words.firmware, name, about)
    try:
        wanted = parts(name, about, words.firmware, words.settings)
    except (ValueError, OSError) as error:
        raise SystemExit(f"settings: {error}; nothing was changed")
    if wanted[-1][0] == about["image_offset"]:
        new = "SETTINGS=my-phone.toml gives new ones, and make deploy keeps them"
        if words.settings:
            new = f"its new ones are those of {words.settings}"
        print(f"{name}: the settings on the board are erased; {new}")
    line = command(about, words.port or "PORT", wanted, words.erase)
    print(" ".join(line[2:]), flush=True)
    if words.dry_run:
        return 0
    return subprocess.run(line).returncode


if __name__ == "__main__":
    sys.exit(main())
