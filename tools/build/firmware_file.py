"""What a firmware's image says of itself: chip, build, version, and whose software is frozen in.

Read from the bytes of the file alone: the image header has the chip's number (esptool's
image-info shows the same), MicroPython keeps ``sys.implementation._build`` and its version as
texts.
"""

import re

from tools.build import frozen

_MAGIC = 0xE9  # first byte of an ESP32 image
_CHIPS = {0: "esp32", 9: "esp32s3"}  # bytes 12 and 13 of the header
_BUILD = re.compile(rb"[\0\n](ESP32_[A-Z0-9_]+(?:-[A-Z0-9_]+)?)\0")
_VERSION = re.compile(rb"MicroPython v(\d+\.\d+(?:\.\d+)?)")


class Firmware:
    """`chip` and `build` as esp32 and ESP32_GENERIC-SPIRAM; `version` as 1.27.0; None: not told.

    `board` is whose software is frozen in, None for no software. ValueError: not an image.
    """

    def __init__(self, data):
        if data[:1] != bytes([_MAGIC]):
            raise ValueError("no ESP32 firmware (.bin); is it the .elf or a page?")
        self.chip = _CHIPS.get(int.from_bytes(data[12:14], "little"))
        self.size = len(data)
        self.build = _text(_BUILD.search(data))
        self.version = _text(_VERSION.search(data))
        self.board = frozen.marked_for(data)


def _text(match):
    return match[1].decode() if match else None


def numbers(version):
    """Return a version as numbers to compare: (1, 27, 0)."""
    found = [int(x) for x in re.findall(r"\d+", version)[:3]]
    return tuple(found + [0] * (3 - len(found)))


def objection(firmware, name, about):
    """Return why `firmware` is none for the board `name` (its board.json), None where it is."""
    if firmware.chip != about["chip"]:
        return f"it is for {firmware.chip or 'another chip'}, not for the {about['chip']}"
    room = about["image_offset"] - about["firmware_offset"]
    if firmware.size > room:
        return f"it is larger than the {room} bytes before the file system"
    builds = [x["name"] for x in about["firmwares"]]
    if firmware.build not in builds:
        return f"it is {firmware.build or 'no build of MicroPython'}, not {' or '.join(builds)}"
    least = about["firmware_least"]
    if not firmware.version or numbers(firmware.version) < numbers(least):
        return f"it is MicroPython {firmware.version}, too old: {least} or later"
    if firmware.board not in (None, name):
        return f"the software of {firmware.board} is frozen into it, not that of {name}"
    if about["frozen"] and firmware.board is None:
        return (
            f"{name} has no PSRAM and needs a firmware with the software frozen in: "
            f"make firmware BOARD={name} MICROPYTHON=folder, or one of the project's releases"
        )
    return None
