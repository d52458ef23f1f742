"""Write the software to a board with esptool: ``python -m tools.flash --port NAME [--dry-run]``.

MicroPython's own firmware first, where a file of it is given, then the littlefs image. Settings on
the board are lost with the image; `tools.deploy` keeps them.
"""

import argparse
import pathlib
import subprocess
import sys

from tools import vm, wiring
from tools.build import image

_BAUD = 460800
_MAGIC = 0xE9  # first byte of an ESP32 image
_CHIP_IDS = {0: "esp32", 9: "esp32s3"}  # bytes 12 and 13, as esptool's image-info shows them


def command(about, port, software, firmware=None, erase=False):
    """Return esptool's command line for a board described by `about` (its board.json)."""
    words = [sys.executable, "-m", "esptool", "--chip", about["chip"], "--port", str(port)]
    words += ["--baud", str(_BAUD), "write-flash"]
    if erase:
        words.append("--erase-all")
    if firmware:
        words += [f"{about['firmware_offset']:#x}", str(firmware)]
    return words + [f"{about['image_offset']:#x}", str(software)]


def check_firmware(path, about):
    """Refuse a file that is no firmware for the board's chip, before anything is erased."""
    path = pathlib.Path(path)
    if not path.exists():
        raise SystemExit(f"firmware: there is no file {path}")
    if path.read_bytes()[:1] != bytes([_MAGIC]):
        raise SystemExit(
            f"firmware: {path} is no ESP32 firmware (.bin); is it the .elf or a page?"
        )
    room = about["image_offset"] - about["firmware_offset"]
    if path.stat().st_size > room:
        raise SystemExit(f"firmware: {path} is larger than the {room} bytes before the image")
    number = int.from_bytes(path.read_bytes()[12:14], "little")
    if _CHIP_IDS.get(number) != about["chip"]:
        raise SystemExit(
            f"firmware: {path} is for {_CHIP_IDS.get(number, 'another chip')}, "
            f"not for the {about['chip']}"
        )


def main(arguments=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--board", default="devkit")
    parser.add_argument("--port", default="")
    parser.add_argument("--firmware", default="", help="MicroPython's .bin for this board")
    parser.add_argument("--settings", help="JSON file with the phone's first settings")
    parser.add_argument("--erase", action="store_true", help="erase the whole flash first")
    parser.add_argument("--dry-run", action="store_true", help="only show the command line")
    words = parser.parse_args(arguments)
    if not words.port and not words.dry_run:
        raise SystemExit("which port? make flash PORT=/dev/ttyUSB0 BOARD=devkit")
    about = wiring.load(words.board).about
    if words.firmware:
        check_firmware(words.firmware, about)
    folder = image.build(words.board, vm.ROOT / "build" / words.board, words.settings)
    line = command(
        about, words.port or "PORT", folder / "littlefs.bin", words.firmware, words.erase
    )
    print(" ".join(line[1:]), flush=True)
    if words.dry_run:
        return 0
    return subprocess.run(line).returncode


if __name__ == "__main__":
    sys.exit(main())
