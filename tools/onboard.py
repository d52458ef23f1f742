"""What is on a board: asked over its serial line by the real mpremote, nothing is changed."""

import json
import subprocess

_SCRIPT = """
import gc, json, sys
found = {"build": getattr(sys.implementation, "_build", ""), "board": "", "frozen": False}
gc.collect()
found["heap"] = gc.mem_free() + gc.mem_alloc()
try:
    import frozen_files
    found["board"], found["frozen"] = frozen_files.BOARD, True
except ImportError:
    for name in ("/app", "/prev"):
        try:
            with open(name + "/board.txt") as file: found["board"] = file.read().strip()
            break
        except OSError: pass
print("ONBOARD" + json.dumps(found))
"""
_PATIENCE = 30  # s
LEAST_HEAP = 1_000_000  # bytes: less is a chip without PSRAM, or a firmware that does not use it


def ask(board):
    """Return {"board", "frozen", "build", "heap"} of a `tools.deploy.Board`; "" is not known.

    Raises DeployError, or subprocess.TimeoutExpired, where no MicroPython answers.
    """
    try:
        said = board.run("exec", _SCRIPT, seconds=_PATIENCE)
    except subprocess.TimeoutExpired:  # a board that was just starting may have lost a byte
        said = board.run("exec", _SCRIPT, seconds=_PATIENCE)
    for line in said.splitlines():
        if line.startswith("ONBOARD"):
            return json.loads(line[7:])
    return {"board": "", "frozen": False, "build": "", "heap": 0}


def chosen(wanted, there, names, port):
    """Return the board whose software is meant: `wanted`, or what is `there`.

    SystemExit where the two differ, or neither is known; `names` are all boards that there are.
    """
    if wanted and wanted not in names:
        raise SystemExit(f"BOARD={wanted}: there is no such board, only {', '.join(names)}")
    if wanted and there and wanted != there:
        raise SystemExit(
            f"the board at {port} has the software of {there}, not of {wanted}: nothing was "
            f"changed; write BOARD={there}, or FORCE=yes where the board was rebuilt"
        )
    if not wanted and not there:
        raise SystemExit(
            f"BOARD is missing, and the board at {port} does not say what it is: "
            f"BOARD is one of {', '.join(names)}"
        )
    return wanted or there
