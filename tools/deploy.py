"""Bring the software to a board over its serial line: ``python -m tools.deploy --port NAME``.

The new software is put together in /next out of what changed and copies of what did not, its
hashes are checked there, and only then the loader is told to switch. Broken off at any point, the
phone starts with the old software; a further deploy goes on where this one ended. Settings stay.
"""

import argparse
import hashlib
import subprocess
import sys

from tools import onboard, ports, vm, wiring
from tools.build import image
from tools.remote import Board, DeployError

_HASHES = "files.sha256"

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


def look(board):
    """Return ({root: {name: hash}}, free bytes) of what is on the board."""
    found = {"/app": {}, "/next": {}, "/": {}}
    free = 0
    for line in board.execute(_LOOK, files=image.ROOT_FILES).splitlines():
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
    app = root / "app"
    wanted = hashes(app)
    found, free = look(board)
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


def check(there, wanted, force, port):
    """Return the board whose software is meant; SystemExit where that is not what is `there`."""
    name = onboard.chosen(wanted, "" if force else there["board"], wiring.names(), port)
    about = wiring.load(name).about
    needed = " or ".join(x["name"] for x in about["firmwares"])
    if about["frozen"] or there["frozen"]:
        raise SystemExit(
            f"{name} has its software in its firmware, not in files: "
            f"make firmware BOARD={name} MICROPYTHON=folder, then make flash"
        )
    if there["heap"] < onboard.LEAST_HEAP:
        raise SystemExit(
            f"the firmware at {port} ({there['build'] or 'unknown'}) gives Python "
            f"{there['heap'] // 1000} KB only, the software needs PSRAM: {name} wants {needed}"
        )
    return name


def main(arguments=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--board", default="", help="which it is; else the board is asked")
    parser.add_argument("--port", default="", help="serial line, such as /dev/ttyUSB0")
    parser.add_argument("--force", action="store_true", help="whatever software is on the board")
    words = parser.parse_args(arguments)
    ports.wanted(words.port, "make deploy")
    board = Board(words.port)
    try:
        name = check(onboard.ask(board), words.board, words.force, words.port)
        folder = image.build(name, vm.ROOT / "build" / name)
        deploy(folder / "root", board)
    except (DeployError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"deploy: {error}; the board keeps its old software")
    return 0


if __name__ == "__main__":
    sys.exit(main())
