"""The list of a software's files, files.sha256: a line "HASH  PATH" each, signed as a whole."""

from base.compat import const

LIST = "files.sha256"
SIGNATURE = "files.sig"
BOARD = "board.txt"  # names the board that the software is for
VERSION = "version.txt"
# Without them no software starts, or none could ever be brought again
REQUIRED = (BOARD, VERSION, "software")
_SIGNED = b"Offhook software "  # and the list's SHA-256: what is signed
_FILES = const(500)
_NAME = const(60)  # characters of a file's name
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/"


def signed(digest):
    """Return the bytes that the signature is of, for the list's SHA-256 in hex digits."""
    return _SIGNED + digest.encode()


def read(path):
    """Return {name: hash} of a list; ValueError where it could harm, or is of no phone."""
    found = {}
    with open(path) as file:
        for line in file:
            digest, _, name = line.strip().partition("  ")
            if len(digest) != 64 or not _harmless(name) or len(found) >= _FILES:
                raise ValueError("'%s' does not belong on the list" % line.strip()[:90])
            found[name] = digest
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise ValueError("that is no software of a phone: %s is missing" % ", ".join(missing))
    return found


def _harmless(name):
    """Return whether a file may have that name: below /app, and no sign for the loader."""
    parts = name.split("/")
    return (
        0 < len(name) <= _NAME
        and not any(x not in _LETTERS for x in name)
        and not any(x in ("", ".", "..") for x in parts)
        and parts[0][:5] != "trial"
        and parts[0] not in ("complete", LIST, SIGNATURE)
    )


def older(version, than):
    """Return whether a version such as "0.2.0" goes before another; ValueError for no version."""
    return _numbers(version) < _numbers(than)


def _numbers(version):
    parts = version.strip().split(".")
    if not 1 <= len(parts) <= 4 or not all(x.isdigit() and len(x) < 6 for x in parts):
        raise ValueError("'%s' is no version" % version[:20])
    return [int(x) for x in parts]
