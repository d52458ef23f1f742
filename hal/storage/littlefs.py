"""Small files on littlefs, the chip's file system: one is as it was until it is closed."""

from hal.storage import wipe
from hal.storage.folder import Storage as FolderStorage
from hal.storage.folder import delete


def _nobody(seconds):
    """Stand for whoever is told that the flash is wiped."""


class Storage(FolderStorage):
    """A folder of the flash. An existing file is written without a temporary name.

    Where a start before has asked for it, it is wiped first, of which ``tell(seconds)`` hears.

    littlefs puts a new content into place with the one small write that closes the file. A rename
    would read its folder's log several times more: 280 ms of the emulated chip instead of 30.
    """

    def __init__(self, root, tell=_nobody):
        if wipe.asked(root):
            delete(root)  # the folder's own blocks hold small files: they are freed too
            wipe.fill(root, tell)
        super().__init__(root)

    def wipe_later(self):
        """Let the next start wipe all that is free; return the seconds. Raises OSError."""
        wipe.ask(self.root)
        return wipe.seconds(self.root)

    def write(self, name, data):
        """Write a file: whole, or not at all. Raises OSError."""
        if name not in self.names():  # it would be there, and empty, before it is closed
            return super().write(name, data)
        if name == self._name:
            self.close()
        with open(self.root + "/" + name, "wb") as file:
            file.write(data)
