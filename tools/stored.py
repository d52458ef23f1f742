"""What a phone has stored of its settings, read on the host from the files of its flash."""

import sys

from tools import vm


class _Files:
    """The files {name: bytes} as a storage that nothing is written to."""

    def __init__(self, files):
        self._files = files

    def read(self, name):
        return self._files.get(name)

    def names(self):
        return list(self._files)

    def remove(self, name):
        pass

    def append(self, name, data):
        pass


def read(files):
    """Return {setting: text} of the files {name: bytes} of a phone's folder /state."""
    sys.path.insert(0, str(vm.ROOT / "firmware"))
    try:
        from offhook.settings.store import Store
    finally:
        sys.path.pop(0)
    texts = Store(_Files(files), lambda text: None).load()
    return {name: text for name, text in texts.items() if text is not None}


def folder(path):
    """Return {setting: text} of a folder, such as a simulated phone's."""
    files = {}
    for each in path.iterdir():
        try:
            files[each.name] = each.read_bytes()
        except OSError:  # just being replaced
            continue
    return read(files)


def flash(files):
    """Return {setting: text} of {path: bytes}, the files of a whole flash."""
    return read({name[7:]: data for name, data in files.items() if name.startswith("/state/")})
