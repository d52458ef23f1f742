"""Small files in one folder of the flash; littlefs renames over an existing file in one step."""

import os

from base.compat import const

_FILE = const(0x8000)  # in the mode of a file, and in no folder's


def content(path):
    """Return a file's bytes, None when there is none."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def delete(path):
    """Delete a file, or a folder with all that is in it; what cannot be deleted stays."""
    try:
        os.remove(path)
        return
    except OSError:
        pass
    try:
        for name in os.listdir(path):
            delete(path + "/" + name)
        os.rmdir(path)
    except OSError:
        pass  # it was not there


class Storage:
    """The folder `root`, made when it is not there, in place of a file if need be."""

    def __init__(self, root):
        self.root = root
        self._name = self._file = None  # what was appended to last
        try:
            if os.stat(root)[0] & _FILE:
                os.remove(root)
        except OSError:
            pass  # it is not there
        try:
            os.mkdir(root)
        except OSError:
            pass  # it is there, or cannot be made

    def read(self, name):
        """Return the file's bytes, None when there is none."""
        if name == self._name:
            self.close()
        return content(self.root + "/" + name)

    def write(self, name, data):
        """Write under a temporary name, then rename: whole, or not at all. Raises OSError."""
        with open(self.root + "/" + name + ".new", "wb") as file:
            file.write(data)
        self.rename(name + ".new", name)

    def append(self, name, data):
        """Add `data` to the end of a file, which is made if need be; on the flash at return.

        A power cut leaves the old file, or on a host a part of `data`. Raises OSError.
        """
        if name != self._name:  # to open a file takes ten times the reads that a write does
            self.close()
            self._file = open(self.root + "/" + name, "ab")
            self._name = name
        try:
            self._file.write(data)
            self._file.flush()
        except OSError:
            self.close()
            raise

    def close(self):
        """Close the file that was appended to last."""
        file, self._name, self._file = self._file, None, None
        if file:
            file.close()

    def create(self, name):
        """Return a new file, open for writing bytes; it counts once it is closed. Raises OSError.

        For what is written in slices: under a temporary name, and then renamed.
        """
        return open(self.root + "/" + name, "wb")

    def rename(self, old, new):
        """Rename a file over another; OSError when `old` is not there."""
        if self._name in (old, new):
            self.close()
        os.rename(self.root + "/" + old, self.root + "/" + new)

    def remove(self, name):
        """Delete a file if it is there; a folder in its place too."""
        if name == self._name:
            self.close()
        delete(self.root + "/" + name)

    def wipe_later(self):
        """Let the next start wipe whatever was here; return the seconds that this takes.

        A host's folder needs none of it.
        """
        return 0

    def names(self):
        """Return the names of all files."""
        try:
            return os.listdir(self.root)
        except OSError:
            return []  # nothing can be kept; to write says so
