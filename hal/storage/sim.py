"""Simulated storage: a folder of the host, which can lose its power in the middle of a save."""

from errno import EIO

from hal.storage.folder import Storage as FolderStorage


class PowerCut(OSError):
    """The power went away; nothing after this reaches the disk."""


class Storage(FolderStorage):
    """The chip's storage in a folder. `cut_after` counts down with each step of a write."""

    cut_after = None

    def _step(self):
        if self.cut_after is not None:
            if self.cut_after <= 0:
                raise PowerCut(EIO, "power cut")
            self.cut_after -= 1

    def write(self, name, data):
        """Write in steps that can be cut off: the first half, the rest, the rename."""
        self._step()
        if self.cut_after == 0:
            with open(self.root + "/" + name + ".new", "wb") as file:
                file.write(data[: len(data) // 2])
        self._step()
        super().write(name, data)

    def append(self, name, data):
        """Append in steps that can be cut off: the first half, the rest."""
        self._step()
        super().append(name, data[: len(data) // 2])
        self._step()
        super().append(name, data[len(data) // 2 :])

    def rename(self, old, new):
        """Rename a file over another; OSError when `old` is not there."""
        self._step()
        super().rename(old, new)

    def remove(self, name):
        """Delete a file if it is there."""
        self._step()
        super().remove(name)
