"""Simulated storage: a folder of the host, which can lose its power in the middle of a save."""

import os


class PowerCut(Exception):
    """The power went away; nothing after this reaches the disk."""


class Storage:
    """The contract of hal.storage. `cut_after` counts down with each step of a write."""

    def __init__(self, root):
        self.root = root
        self.cut_after = None
        try:
            os.mkdir(root)
        except OSError:
            pass  # it is there

    def _path(self, name):
        return self.root + "/" + name

    def _step(self):
        if self.cut_after is not None:
            if self.cut_after <= 0:
                raise PowerCut()
            self.cut_after -= 1

    def read(self, name):
        """Return the file's bytes, None when there is none."""
        try:
            with open(self._path(name), "rb") as file:
                return file.read()
        except OSError:
            return None

    def write(self, name, data):
        """Write bytes under a temporary name, then rename: whole, or not at all."""
        part = self._path(name) + ".new"
        self._step()
        with open(part, "wb") as file:
            file.write(data[: len(data) // 2])
            self._step()
            file.write(data[len(data) // 2 :])
        self.rename(name + ".new", name)

    def rename(self, old, new):
        """Rename a file over another; OSError when `old` is not there."""
        self._step()
        os.rename(self._path(old), self._path(new))

    def remove(self, name):
        """Delete a file if it is there."""
        try:
            self._step()
            os.remove(self._path(name))
        except OSError:
            pass

    def names(self):
        """Return the names of all files."""
        return os.listdir(self.root)
