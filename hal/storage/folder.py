"""Small files in one folder of the flash; littlefs renames over an existing file in one step."""

import os


class Storage:
    """The folder `root`, made when it is not there."""

    def __init__(self, root):
        self.root = root
        try:
            os.mkdir(root)
        except OSError:
            pass  # it is there

    def read(self, name):
        """Return the file's bytes, None when there is none."""
        try:
            with open(self.root + "/" + name, "rb") as file:
                return file.read()
        except OSError:
            return None

    def write(self, name, data):
        """Write under a temporary name, then rename: whole, or not at all. Raises OSError."""
        with open(self.root + "/" + name + ".new", "wb") as file:
            file.write(data)
        self.rename(name + ".new", name)

    def append(self, name, data):
        """Add `data` to the end of a file, which is made if need be; on the flash at return.

        A power cut leaves the old file, or on a host a part of `data`. Raises OSError.
        """
        with open(self.root + "/" + name, "ab") as file:
            file.write(data)

    def create(self, name):
        """Return a new file, open for writing bytes; it counts once it is closed. Raises OSError.

        For what is written in slices: under a temporary name, and then renamed.
        """
        return open(self.root + "/" + name, "wb")

    def rename(self, old, new):
        """Rename a file over another; OSError when `old` is not there."""
        os.rename(self.root + "/" + old, self.root + "/" + new)

    def remove(self, name):
        """Delete a file if it is there."""
        try:
            os.remove(self.root + "/" + name)
        except OSError:
            pass

    def names(self):
        """Return the names of all files."""
        return os.listdir(self.root)
