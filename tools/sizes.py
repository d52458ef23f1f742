"""What each board's software takes of flash and heap: ``python -m tools.sizes`` (`make sizes`).

The built image runs in the 32-bit VM with 110 KB of heap, all chips of the board answering. What
stands in for the chip's own modules takes heap as well; the table says how much.
"""

import codecs
import json
import os
import pathlib
import re
import select
import subprocess
import sys
import tempfile
import time

from tools import build, vm32, vmboard, wiring
from tools.vmboard.bridge import Bridge

HEAP = "110k"
_SETTLED = 5  # s after the start: what is loaded once has gone


class Serial:
    """The serial line of a board, for a person or a program."""

    def __init__(self, image, heap):
        self.bridge = Bridge(image, heap=heap)
        self.seen = ""
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def until(self, pattern, seconds=60):
        """Read until `pattern` has come; return its match."""
        end, line = time.monotonic() + seconds, self.bridge.slave
        while not (match := re.search(pattern, self.seen)):
            if time.monotonic() > end:
                raise SystemExit(f"no {pattern!r} from the board: {self.seen[-500:]}")
            self.bridge.serve(lambda: bool(select.select([line], [], [], 0)[0]))
            self.seen += self.decode(os.read(line, 4096))
        self.seen = self.seen[match.end() :]
        return match

    def ask(self, line):
        """Send a line; return the JSON that comes back."""
        os.write(self.bridge.slave, line.encode() + b"\r")
        return json.loads(self.until(r"(\{.*\})\r?\n")[1])


def free(folder):
    """Return the free heap in bytes of a built board after its start, its network up."""
    image = folder / "measured.bin"
    image.write_bytes((folder / "littlefs.bin").read_bytes())
    serial = Serial(image, HEAP)
    try:
        serial.until(r"network: 127\.0\.0\.1")
        end = time.monotonic() + _SETTLED
        serial.bridge.serve(lambda: time.monotonic() > end)
        missing = serial.ask("status")["missing"]
        if missing:
            raise SystemExit(f"not measured: {missing} do not answer")
        return serial.ask("ram")["free"]
    finally:
        serial.bridge.close()


def stand_ins():
    """Return the bytes of heap that the chip's modules take here, and do not take on the chip."""
    text = (
        f"import gc, sys; sys.path.insert(0, {str(vmboard.stand_ins())!r}); gc.collect()"
        "; a = gc.mem_free(); import fake_machine, fake_network; gc.collect()"
        "; print(a - gc.mem_free())"
    )
    command = [os.environ["MICROPYTHON"], "-X", "heapsize=" + HEAP, "-c", text]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    """Print the table."""
    os.environ["MICROPYTHON"] = str(vm32.launcher())
    os.environ["OFFHOOK_CHIPS"] = "1"
    print("| board | software | blocks on flash | of the file system | heap free of 110 KB |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        settings = pathlib.Path(place) / "settings.json"
        settings.write_text(json.dumps({"wifi_ssid1": "any", "network_id_port": 0}))
        for name in wiring.names():
            folder = build.build(name, pathlib.Path(place) / name, settings)
            _, _, size, flash = build.sizes(folder)[-1]
            whole = json.loads((folder / "board.json").read_text())["image_size"]
            share, left = flash * 100 / whole, free(folder) / 1024
            print(
                f"| {name} | {size / 1024:.0f} KB | {flash / 1024:.0f} KB | {share:.0f}% "
                f"| {left:.1f} KB |",
                flush=True,
            )
    print(f"{stand_ins() / 1024:.1f} KB more are free on the chip, whose modules are ROM")
    return 0


if __name__ == "__main__":
    sys.exit(main())
