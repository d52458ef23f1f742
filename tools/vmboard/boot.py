"""Runs first in the VM: mounts the image, puts the chip's modules in place, starts main.py.

What _boot.py does on the chip; `machine`, `network` and `esp32` are those of a bare board.
"""

import os
import sys

import fake_esp32
import fake_machine
import fake_network
import vfs


class _Flash:
    """The image as a block device, 4096 bytes a block."""

    def __init__(self, path):
        self.file = open(path, "r+b")
        self.blocks = self.file.seek(0, 2) // 4096

    def readblocks(self, block, into, offset=0):
        """Read into a buffer."""
        self.file.seek(block * 4096 + offset)
        self.file.readinto(into)

    def writeblocks(self, block, data, offset=0):
        """Write a buffer."""
        self.file.seek(block * 4096 + offset)
        self.file.write(data)

    def ioctl(self, operation, block):
        """Answer littlefs: number of blocks, their size; erase a block; all else is done."""
        if operation == 6:
            self.writeblocks(block, b"\xff" * 4096)
        return {4: self.blocks, 5: 4096}.get(operation, 0)


def _boot(image, mode):
    flash = _Flash(image)
    sys.modules["machine"], sys.modules["network"] = fake_machine, fake_network
    sys.modules["esp32"] = fake_esp32
    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(flash, readsize=32, progsize=32, lookahead=32), "/")
    sys.path[:] = ["", ".frozen", "/lib"]
    for name in ("/boot.py",):
        try:
            with open(name) as file:
                exec(file.read(), {})
        except OSError:
            pass  # an empty flash
    if mode == "main":
        try:
            import frozen_files
        except ImportError:
            frozen_files = None  # the software is in the flash
        if frozen_files:
            fake_network.prepare()
            import main

            return main
        try:
            with open("/main.py") as file:
                source = file.read()
        except OSError:
            return
        fake_network.prepare()
        space = {"__name__": "__main__", "__file__": "main.py"}
        exec(compile(source, "main.py", "exec"), space)


_boot(sys.argv[1], sys.argv[2])
del os
