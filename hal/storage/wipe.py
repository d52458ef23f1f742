"""Wiping what littlefs has freed: it erases a block when it needs it again, and not before.

A file that takes all free blocks has each of them erased; then it is deleted. That takes its time,
so it is done at the next start, before anything else. An empty file beside the folder asks for it,
and is the one that is filled: what is not closed has no size, so that a power cut leaves the mark
as it was, and the start after it begins anew. No other file is touched.
"""

import os

from base.compat import const

_MARK = ".wipe"
_PIECE = const(1024)  # bytes
_BLOCK = const(4096)  # bytes of a sector of the flash
# Data sheets, typical: 45 ms to erase a sector, and 0.7 ms to write each of its 16 pages
_SECTOR = const(60)  # ms
_FULL = const(28)  # ENOSPC, as littlefs says it


def seconds(place):
    """Return how long it takes to wipe what is free of the file system at `place`, about."""
    stat = os.statvfs(place)
    return stat[0] * stat[3] // _BLOCK * _SECTOR // 1000 + 1


def ask(root):
    """Ask the next start to delete the folder `root` and to wipe what is free. Raises OSError."""
    open(root + _MARK, "wb").close()


def asked(root):
    """Return whether that was asked for, and has not come to its end."""
    try:
        os.stat(root + _MARK)
        return True
    except OSError:
        return False


def fill(root, tell):
    """Wipe what is free, and ask for it no more; ``tell(seconds)`` is told before."""
    tell(seconds(root + _MARK))
    piece = b"\xff" * _PIECE
    try:
        with open(root + _MARK, "wb") as file:
            while file.write(piece):
                pass
    except OSError as error:
        if error.args[0] != _FULL:
            print("Offhook: the flash is not wiped: %r" % error)
    os.remove(root + _MARK)
