"""Fetch Debian's 32-bit MicroPython into a cache folder and print the path of its launcher.

Pointers and small ints are as wide there as on an ESP32, so the heap figures carry over. Nothing
is installed: apt reads an index of its own, ``dpkg -x`` unpacks, and a launcher script starts the
VM with the loader and the libraries of its own architecture. Needs apt-get and dpkg (Debian,
Ubuntu).
"""

import argparse
import contextlib
import fcntl
import glob
import os
import pathlib
import subprocess
import sys

from tools.debian import Apt, mirror

# The first suite that has it for i386 wins; sid's release is the nearest to the chip's.
SUITES = ("sid", "trixie")


def cache_dir():
    """Return the cache folder: $OFFHOOK_CACHE, else ~/.cache/offhook."""
    home = os.environ.get("OFFHOOK_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "offhook"
    )
    return pathlib.Path(home)


@contextlib.contextmanager
def alone():
    """Have the cache folder for oneself: of two that fetch at once, one waits for the other."""
    cache_dir().mkdir(parents=True, exist_ok=True)
    with open(cache_dir() / "lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def launcher():
    """Return the path of the 32-bit VM's launcher, whether it is there or not."""
    return cache_dir() / "vm32" / "micropython"


def fetch():
    """Download, unpack and check the VM; return its launcher, or exit with the reason."""
    with alone():
        return _fetch(launcher())


def _fetch(target):
    if target.exists():
        return target
    uri, errors = mirror(), []
    for suite in SUITES:
        root = cache_dir() / "vm32" / suite
        try:
            apt = Apt(root, uri, suite)
            apt.unpack(root / "tree", *apt.closure("micropython"))
            write_launcher(target, root / "tree", root / "tree/usr/bin/micropython")
            return target
        except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
            errors.append(f"{suite}: {error}")
            target.unlink(missing_ok=True)
    raise SystemExit("vm32: no 32-bit VM to be had\n" + "\n".join(errors))


def write_launcher(target, tree, program):
    """Write the script that starts `program` with the libraries of `tree`; prove that it runs."""
    loader = (glob.glob(f"{tree}/**/ld-linux.so.2", recursive=True) or ["?"])[0]
    libraries = {os.path.dirname(p) for p in glob.glob(f"{tree}/**/*.so*", recursive=True)}
    target.write_text(
        "#!/bin/sh\n"
        f'exec "{loader}" --library-path "{":".join(sorted(libraries))}" '
        f'"{program}" "$@"\n'
    )
    target.chmod(0o755)
    subprocess.run([str(target), "-c", "import sys; assert sys.maxsize == 2**31 - 1"], check=True)


def main():
    """Command line: fetch the VM (or only say where it would be) and print its path."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--where", action="store_true", help="print the path, fetch nothing")
    print(launcher() if parser.parse_args().where else fetch())
    return 0


if __name__ == "__main__":
    sys.exit(main())
