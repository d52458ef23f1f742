"""A flash in memory with littlefs on it, whose changes are remembered one by one."""

import os

try:
    import vfs
except ImportError:  # CPython only collects the tests that use this
    vfs = None

_BLOCK = 4096
_COUNT = 48


class Flash:
    """A block device in memory that remembers each change, and counts what it is asked."""

    def __init__(self, data=None):
        self.data = data or bytearray(b"\xff" * (_BLOCK * _COUNT))
        self.changes = None  # [(place, bytes)]
        self.reads = self.writes = self.erases = 0

    def readblocks(self, block, into, offset=0):
        self.reads += 1
        place = block * _BLOCK + offset
        into[:] = self.data[place : place + len(into)]

    def writeblocks(self, block, data, offset=0):
        self.writes += 1
        self._change(block * _BLOCK + offset, bytes(data))

    def ioctl(self, operation, block):
        if operation == 6:
            self.erases += 1
            self._change(block * _BLOCK, b"\xff" * _BLOCK)
        return {4: _COUNT, 5: _BLOCK}.get(operation, 0)

    def _change(self, place, data):
        if self.changes is not None:
            self.changes.append((place, data))
        self.data[place : place + len(data)] = data

    def mount(self):
        try:
            vfs.umount("/flash")
        except OSError:
            pass
        vfs.mount(vfs.VfsLfs2(self, readsize=32, progsize=32, lookahead=32), "/flash")
        return self


def fresh():
    """Return a flash with some software and a folder for settings, as a board has."""
    flash = Flash()
    vfs.VfsLfs2.mkfs(flash)
    flash.mount()
    os.mkdir("/flash/app")
    for number in range(12):
        with open("/flash/app/m%d.mpy" % number, "wb") as file:
            file.write(b"x" * 2000)
    return flash
