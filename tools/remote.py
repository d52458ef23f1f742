"""A board at its serial line, through the real mpremote; used by deploy, configure and flash."""

import subprocess
import sys

# Before each script that runs on the board: `walk` yields the files below a folder
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


class DeployError(Exception):
    """mpremote failed; the text is what it said."""


class Board:
    """The board at `port`, reached through the real mpremote."""

    def __init__(self, port, say=print):
        self.port = port
        self.say = say
        self.reached = False

    def run(self, *words, show=False, seconds=600):
        """Run mpremote commands, joined by "+"; return what they printed.

        mpremote itself waits without end: subprocess.TimeoutExpired after `seconds`.
        """
        command = [sys.executable, "-m", "mpremote", "connect", self.port]
        if self.reached:
            command.append("resume")  # without another reset of the board
        done = subprocess.run(
            command + list(words),
            stdin=subprocess.DEVNULL,
            capture_output=not show,
            text=True,
            errors="replace",
            timeout=seconds,
        )
        if done.returncode:
            text = (done.stdout or "") + (done.stderr or "")
            raise DeployError(text.strip().splitlines()[-1] if text.strip() else "mpremote failed")
        self.reached = True
        return done.stdout or ""

    def execute(self, script, **values):
        """Run a script on the board; return what it printed."""
        return self.run("exec", _COMMON + (script.format(**values) if values else script))
