"""Files and folders of the flash, as an update handles them."""

import os
from binascii import hexlify
from hashlib import sha256

from base.compat import const, sleep_ms

_PIECE = const(512)  # bytes
_BLOCK = const(4096)  # bytes that the flash gives a file at a time
_FOLDER = const(0x4000)


def exists(path):
    """Return whether there is such a file or folder."""
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def is_folder(path):
    """Return whether a path that is there is a folder."""
    return bool(os.stat(path)[0] & _FOLDER)


async def digest(path):
    """Return the SHA-256 of a file in hex digits, "" where there is none."""
    try:
        found = sha256()
        with open(path, "rb") as file:
            while True:
                data = file.read(_PIECE)
                if not data:
                    return hexlify(found.digest()).decode()
                found.update(data)
                await sleep_ms(0)
    except OSError:
        return ""


async def copy(path, place, pause):
    """Copy a file; ``await pause()`` goes before each piece is written."""
    with open(path, "rb") as old, open(place, "wb") as new:
        while True:
            data = old.read(_PIECE)
            if not data:
                return
            await pause()
            new.write(data)
            await sleep_ms(0)


def walk(folder, below=""):
    """Yield the path of each file below a folder."""
    for name in os.listdir(folder + below):
        path = below + "/" + name
        if is_folder(folder + path):
            yield from walk(folder, path)
        else:
            yield path[1:]


def folders_for(root, name):
    """Make the folders below `root` that the path `name` needs."""
    at = name.find("/")
    while at > 0:
        try:
            os.mkdir(root + "/" + name[:at])
        except OSError:
            pass  # it is there
        at = name.find("/", at + 1)


def delete(path):
    """Delete a file, or a folder with all that is in it, where it is there."""
    if not exists(path):
        return
    if is_folder(path):
        for name in os.listdir(path):
            delete(path + "/" + name)
        os.rmdir(path)
    else:
        os.remove(path)


def prune(folder):
    """Delete the folders below one that hold nothing: a file may be wanted in their place."""
    for name in os.listdir(folder):
        path = folder + "/" + name
        if is_folder(path):
            prune(path)
            if not os.listdir(path):
                os.rmdir(path)


def size(folder):
    """Return the bytes that a folder's files take of the flash."""
    return sum(-(-os.stat(folder + "/" + x)[6] // _BLOCK) * _BLOCK for x in walk(folder))


def free(path):
    """Return the free bytes of a file system."""
    stat = os.statvfs(path)
    return stat[0] * stat[3]
