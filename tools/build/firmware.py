"""MicroPython for an ESP32 with the software frozen in: ``python -m tools.build.firmware``.

Calls MicroPython's own build of its ESP32 port with the project's manifest.py; it needs ESP-IDF,
which no test of the project has: that this one command is right is shown by whoever runs it. The
image becomes build/BOARD/firmware.bin.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys

from tools import vm, wiring

RELEASE = "v1.27.0"  # of MicroPython; its ESP32 port says which ESP-IDF it takes: v5.5.1


def commands(board, about, sources):
    """Return the command lines that build MicroPython for `board` in the folder `sources`."""
    name, _, variant = about["firmware"].partition("-")
    words = ["make", "-C", str(sources / "ports/esp32"), f"BOARD={name}"]
    if variant:
        words.append(f"BOARD_VARIANT={variant}")
    words.append(f"BUILD={folder(board)}")
    freeze = f"FROZEN_MANIFEST={vm.ROOT / 'manifest.py'}"
    return [
        ["make", "-C", str(sources / "mpy-cross")],
        [*words, "submodules"],
        [*words, freeze],
    ]


def folder(board):
    """Return the folder that MicroPython builds in."""
    return vm.ROOT / "build" / board / "micropython"


def check(text):
    """Return the folder of MicroPython's sources; SystemExit says what is missing."""
    sources = pathlib.Path(text or "none")
    if not (sources / "ports/esp32/Makefile").exists():
        raise SystemExit(
            f"MICROPYTHON={text}: no sources of MicroPython there; get them with "
            f"git clone --branch {RELEASE} https://github.com/micropython/micropython"
        )
    if not shutil.which("idf.py"):
        raise SystemExit("no ESP-IDF: install it, and say '. esp-idf/export.sh' in this shell")
    return sources.resolve()


def main(arguments=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--board", default="", help="one of " + ", ".join(wiring.names()))
    parser.add_argument("--micropython", default="", help="folder of MicroPython's sources")
    parser.add_argument("--dry-run", action="store_true", help="only show the command lines")
    words = parser.parse_args(arguments)
    if words.board not in wiring.names():
        raise SystemExit("which board? BOARD is one of " + ", ".join(wiring.names()))
    about = json.loads((wiring.ROOT / words.board / "board.json").read_text("utf-8"))
    sources = pathlib.Path("MICROPYTHON") if words.dry_run else check(words.micropython)
    environment = {**os.environ, "OFFHOOK_BOARD": words.board, "OFFHOOK_PORT": "esp32"}
    for line in commands(words.board, about, sources):
        print(" ".join(line), flush=True)
        if not words.dry_run and subprocess.run(line, env=environment).returncode:
            return 1
    if words.dry_run:
        return 0
    image = folder(words.board).parent / "firmware.bin"
    shutil.copyfile(folder(words.board) / "firmware.bin", image)
    print(f"{image}: make flash BOARD={words.board} FIRMWARE={image} PORT=...")
    return 0


if __name__ == "__main__":
    sys.exit(main())
