"""Chooses the software in the flash, and mounts it; small, and started from source.

/app is the software, /prev the one before, /next one that is being brought. An update that is
whole has the file "complete"; it becomes /app by renames, and must delete its "trial" file once it
has come up. After three starts without that, the one before comes back. Settings are in /state.

The software's modules are one file, /app/software: some 260 of their own would take 1.2 MB of a
flash of 2 MB, whose blocks are 4 KB, and an update needs room for a second set.
"""

import io
import os
import sys
from errno import ENOENT
from time import sleep_ms

import vfs

try:
    # Software is frozen into the firmware, for this board: nothing in /app counts
    from frozen_files import BOARD as FROZEN
    from frozen_files import MODULES
except ImportError:
    FROZEN = MODULES = None

try:
    from flashbdev import bdev
except ImportError:
    bdev = None  # no chip's flash

MOUNTED = "/software"
_DIGITS = 8  # of the size of an archive's index, with the line's end
_APP = "/app"
_SOFTWARE = "/app/software"


def exists(path):
    """Return whether there is such a file or folder."""
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def delete(path):
    """Delete a file, or a folder with all that is in it."""
    try:
        if os.stat(path)[0] & 0x4000:
            for name in os.listdir(path):
                delete(path + "/" + name)
            os.rmdir(path)
        else:
            os.remove(path)
    except OSError:
        pass  # it was not there


def mount_flash():
    """Mount the flash anew, with whole blocks read at a time where memory is no matter.

    MicroPython mounts it with reads of 128 bytes, and littlefs reads a folder's log from end to
    end, again and again: to write and rename a small file took 280 ms in the median on the
    emulated chip and 1,500 at times, to read the software 865; so it is 57, 210 and 209. Each
    open file takes 4 KB.
    """
    if FROZEN or not bdev:
        return
    vfs.umount("/")
    try:
        system = vfs.VfsLfs2(bdev, readsize=1024, progsize=32, lookahead=64)  # type: ignore
        vfs.mount(system, "/")
    except OSError as error:
        print("Offhook: the flash is read slowly:", error)
        vfs.mount(bdev, "/")
    os.chdir("/")


def choose():
    """Finish an update that is whole, go back from one that does not come up; safe to cut off.

    A flash that takes no changes starts what it has.
    """
    for step in (_finish, _go_back, _count):
        try:
            step()
        except OSError as error:
            print("Offhook: the flash takes no changes:", error)
    if exists("/app"):
        delete("/bad")


def _finish():
    """Let an update that is whole become the software; the way back leads to what has come up."""
    if exists("/next/complete"):
        if exists("/prev") and _on_trial():
            delete("/bad")
            os.rename("/app", "/bad")
        elif exists("/app"):
            delete("/prev")
            os.rename("/app", "/prev")
        os.rename("/next", "/app")


def _on_trial():
    return any(exists("/app/trial%d" % count) for count in (1, 2, 3))


def _go_back():
    """Bring the software before back, where there is no other, or the new one has failed."""
    if exists("/app/trial3") and exists("/prev"):
        print("Offhook: the new software does not come up, back to the one before")
        delete("/bad")
        os.rename("/app", "/bad")
    if not exists("/app") and exists("/prev"):
        os.rename("/prev", "/app")


def _count():
    """Count a start of software that is on trial."""
    for now, then in (("trial2", "trial3"), ("trial1", "trial2"), ("complete", "trial1")):
        if exists("/app/" + now):
            os.rename("/app/" + now, "/app/" + then)
            break


class Archive:
    """The files of /app/software, to be read only: what ``vfs.mount`` wants of a file system.

    Its first line is the size of the index in bytes. The index is a line "NAME PLACE SIZE" for
    each file, PLACE in bytes from the end of the index; a line end goes before the first one.
    """

    def __init__(self, path):
        self._file = open(path, "rb")
        size = self._file.readline(_DIGITS)
        if size[-1:] != b"\n" or not size[:-1].isdigit():
            raise ValueError("no index")
        self._index = self._file.read(int(size))
        self._start = self._file.tell()
        if self._start != len(size) + int(size):
            raise ValueError("it ends early")

    def _find(self, path):
        """Return (place, size) of a file, None where there is none of that name."""
        start = self._index.find(b"\n%s " % path.strip("/").encode())
        if start < 0:
            return None
        row = self._index[start + 1 : self._index.find(b"\n", start + 1)]
        _, place, size = row.split(b" ")
        return int(place), int(size)

    def mount(self, readonly, mkfs):
        """Nothing has to be done."""

    def umount(self):
        """Close the file."""
        self._file.close()

    def chdir(self, path):
        """Nothing has to be done: paths are whole."""

    def stat(self, path):
        """Return what os.stat does; OSError where there is no such file or folder."""
        found = self._find(path)
        name = path.strip("/").encode()
        if not found and name and self._index.find(b"\n%s/" % name) < 0:
            raise OSError(ENOENT)
        return (0x8000 if found else 0x4000, 0, 0, 0, 0, 0, found[1] if found else 0, 0, 0, 0)

    def open(self, path, mode):
        """Return a file with the content of `path`, in memory."""
        found = self._find(path)
        if not found or "w" in mode or "a" in mode or "+" in mode:
            raise OSError(ENOENT)
        self._file.seek(self._start + found[0])
        data = self._file.read(found[1])
        return io.BytesIO(data) if "b" in mode else io.StringIO(data.decode())


def mount():
    """Let the software's modules be found; also before a REPL, by boot.py.

    Where there is no such file they may lie in /app itself, as those of somebody who tries things.
    One that cannot be read is told and left alone: raised here, it would end boot.py, and a chip
    runs no main.py then, which is what goes back to the software before.
    """
    if MOUNTED in sys.path:
        vfs.umount(MOUNTED)
    for place in (MOUNTED, _APP):
        if place in sys.path:
            sys.path.remove(place)
    place = _APP
    if exists(_SOFTWARE):
        try:
            vfs.mount(Archive(_SOFTWARE), MOUNTED)
            place = MOUNTED
        except Exception as error:
            print("Offhook: the software cannot be read: %r" % error)
    sys.path.insert(0, place)


def load():
    """Import all modules, those below first; "modules.txt" has their order.

    Left to the imports in the files they would nest, twenty deep, and a chip's stack is small.
    """
    names = MODULES or ""
    if not FROZEN and exists(sys.path[0] + "/modules.txt"):
        with open(sys.path[0] + "/modules.txt") as lines:
            names = lines.read()
    for name in names.split():
        __import__(name)


def button():
    """Return whether the board's button was pressed and let go; a stuck one stops nothing."""
    from board import BUTTON
    from machine import Pin

    if BUTTON is None:
        return False
    try:
        pin = Pin(BUTTON, Pin.IN, Pin.PULL_UP)
    except ValueError:
        pin = Pin(BUTTON, Pin.IN)
    print("Offhook: button?")
    pressed = False
    for count in range(300):
        if not pin.value():
            pressed = True
        elif pressed:
            return True
        elif count > 100:
            break
        sleep_ms(10)
    return False


def start():
    """Choose and mount the software; return False when the button says not to start it."""
    if not FROZEN:
        choose()
        mount()
    if not button():
        return True
    print("Offhook: not started, as the button wanted. Ctrl-D starts it.")
    return False
