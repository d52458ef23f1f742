"""Bring the software to a board over its serial line: ``python -m tools.deploy --port NAME``.

The new software is put together in /next out of what changed and copies of what did not, its
hashes are checked there, and only then the loader is told to switch. Broken off at any point, the
phone starts with the old software; a further deploy goes on where this one ended. Settings stay.
"""

import argparse
import subprocess
import sys

from tools import vm
from tools.build import image

_HASHES = "files.sha256"

# These run on the board. `walk` yields each file below a folder, `digest` its hash.
_COMMON = """
import os, hashlib, binascii
def walk(folder, below=""):
    try: names = os.listdir(folder + below)
    except OSError: return
    for name in names:
        path = below + "/" + name
        if os.stat(folder + path)[0] & 0x4000:
            for x in walk(folder, path): yield x
        else: yield path[1:]
def digest(path):
    h = hashlib.sha256()
    with open(path, "rb") as f:
        while True:
            data = f.read(512)
            if not data: return binascii.hexlify(h.digest()).decode()
            h.update(data)
def remove(path):
    try: os.remove(path)
    except OSError: pass
def folder(path):
    try: os.mkdir(path)
    except OSError: pass
"""
_LOOK = """
for root in ("/app", "/next"):
    for name in walk(root): print(root, digest(root + "/" + name), name)
for name in {files!r}:
    try: print("/", digest("/" + name), name)
    except OSError: pass
stat = os.statvfs("/")
print("/free", stat[0] * stat[3], "-")
"""
_PREPARE = """
remove("/next/complete")
for name in {stale!r}: remove("/next/" + name)
folder("/next")
for name in {folders!r}: folder("/next/" + name)
for name in {same!r}:
    with open("/app/" + name, "rb") as old:
        with open("/next/" + name, "wb") as new:
            while True:
                data = old.read(512)
                if not data: break
                new.write(data)
"""
_FINISH = """
count = 0
with open("/next/files.sha256") as lines:
    for line in lines:
        hash, name = line.strip().split("  ")
        if digest("/next/" + name) != hash: raise ValueError(name)
        count += 1
if count != {count}: raise ValueError("files.sha256")
for name in {loader!r}: os.rename("/" + name + ".new", "/" + name)
open("/next/complete", "w").close()
print("checked", count)
"""


class DeployError(Exception):
    """mpremote failed; the text is what it said."""


class Board:
    """The board at `port`, reached through the real mpremote."""

    def __init__(self, port, say=print):
        self.port = port
        self.say = say
        self.reached = False

    def run(self, *words, show=False):
        """Run mpremote commands, joined by "+"; return what they printed."""
        command = [sys.executable, "-m", "mpremote", "connect", self.port]
        if self.reached:
            command.append("resume")  # without another reset of the board
        done = subprocess.run(
            command + list(words),
            stdin=subprocess.DEVNULL,
            capture_output=not show,
            text=True,
            errors="replace",
            timeout=600,
        )
        if done.returncode:
            text = (done.stdout or "") + (done.stderr or "")
            raise DeployError(text.strip().splitlines()[-1] if text.strip() else "mpremote failed")
        self.reached = True
        return done.stdout or ""

    def execute(self, script, **values):
        """Run a script on the board; return what it printed."""
        return self.run("exec", _COMMON + (script.format(**values) if values else script))

    def look(self):
        """Return ({root: {name: hash}}, free bytes) of what is on the board."""
        found = {"/app": {}, "/next": {}, "/": {}}
        free = 0
        for line in self.execute(_LOOK, files=image.ROOT_FILES).splitlines():
            root, digest, name = line.split(" ", 2)
            if root == "/free":
                free = int(digest)
            else:
                found[root][name] = digest
        return found, free


def plan(wanted, found):
    """Return (to send, to copy from /app, stale in /next) for `wanted` {name: hash}."""
    ready = {name for name, digest in found["/next"].items() if wanted.get(name) == digest}
    same = {name for name in wanted if found["/app"].get(name) == wanted[name]} - ready
    send = set(wanted) - ready - same
    stale = set(found["/next"]) - ready
    return sorted(send), sorted(same), sorted(stale)


def hashes(app):
    """Return {name: hash} of a built software, its list of hashes included."""
    import hashlib

    wanted = {}
    for line in (app / _HASHES).read_text().splitlines():
        digest, name = line.split("  ")
        wanted[name] = digest
    wanted[_HASHES] = hashlib.sha256((app / _HASHES).read_bytes()).hexdigest()
    return wanted


def deploy(root, board):
    """Bring the flash content `root` (of tools/build) to `board`; return the names sent.

    Raises DeployError; the board then starts with the old software.
    """
    import hashlib

    app = root / "app"
    wanted = hashes(app)
    found, free = board.look()
    digests = {x: hashlib.sha256((root / x).read_bytes()).hexdigest() for x in image.ROOT_FILES}
    loader = [x for x in image.ROOT_FILES if found["/"].get(x) != digests[x]]
    on_board = {k: v for k, v in found["/app"].items() if not k.startswith("trial")}
    if on_board == wanted and not loader:
        board.say("the board has this software already")
        return []
    send, same, stale = plan(wanted, found)
    missing = sum((app / name).stat().st_size + 512 for name in send + same)
    if missing > free:
        raise DeployError(f"the flash has {free} bytes free, {missing} are needed")
    board.say(f"{len(send)} files to send, {len(same)} unchanged, {len(stale)} stale")
    folders = sorted(
        {"/".join(x.split("/")[:i]) for x in wanted for i in range(1, x.count("/") + 1)}
    )
    board.execute(_PREPARE, stale=stale, folders=folders, same=same)
    for folder in sorted({x.rpartition("/")[0] for x in send}):
        files = [str(app / x) for x in send if x.rpartition("/")[0] == folder]
        board.run("fs", "cp", *files, f":/next/{folder}/".replace("//", "/"))
        for name in files:
            board.say("  " + name[len(str(app)) + 1 :])
    for name in loader:
        board.run("fs", "cp", str(root / name), f":/{name}.new")
    board.execute(_FINISH, count=len(wanted) - 1, loader=loader)
    board.run("reset")
    board.say("sent and checked; the board starts with it")
    return send


def main():
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--board", default="devkit")
    parser.add_argument("--port", required=True, help="serial line, such as /dev/ttyUSB0")
    words = parser.parse_args()
    if not words.port:
        raise SystemExit("which port? make deploy PORT=/dev/ttyUSB0")
    folder = image.build(words.board, vm.ROOT / "build" / words.board)
    try:
        deploy(folder / "root", Board(words.port))
    except (DeployError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"deploy: {error}; the board keeps its old software")
    return 0


if __name__ == "__main__":
    sys.exit(main())
