"""Set a board's settings from a file: ``python -m tools.configure --port NAME FILE``.

A TOML file is read and each value is checked here first; then the board takes all of them, or
none. A file as Snom's phones read them (.xml, .htm, .json) is given to the board's own
provisioning, which takes what fits and lists the rest. Passwords are sent, never printed. The
phone, running or not, is started anew with them.
"""

import argparse
import base64
import pathlib
import subprocess
import sys
import tomllib

from tools import ports, vm
from tools.remote import Board, DeployError

_SCRIPT = """
from offhook import phone
if phone.take({values!r}): print("CONFIGURED")
"""

_PROVISION = """
import sys
if "/app" not in sys.path: sys.path.append("/app")
from offhook import phone
if phone.provision({what!r}): print("CONFIGURED")
"""
_FORMS = (".xml", ".htm", ".html", ".json", ".txt")
_PIECE = 6000  # bytes of a file that go to the board at once


def read(path):
    """Return {setting: text} of a TOML file; a table's name goes before those in it.

    ``[user]`` with ``name1 = "100"`` is ``user_name1``. Raises ValueError for what cannot be a
    setting's value.
    """
    with open(path, "rb") as file:
        try:
            tree = tomllib.load(file)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ValueError(f"{path} is no TOML: {error}") from None
    return dict(_flat(tree, ""))


def _flat(tree, before):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}_")
        elif isinstance(value, bool):
            yield before + name, "on" if value else "off"
        elif isinstance(value, str | int):
            yield before + name, str(value)
        else:
            raise ValueError(
                f"{before}{name}: {value!r} is neither text nor number nor true/false"
            )


def check(values):
    """Raise ValueError with a line for each value that its setting does not take."""
    sys.path.insert(0, str(vm.ROOT / "firmware"))
    try:
        from offhook.changes import PLAIN
        from offhook.settings import catalogue
    finally:
        sys.path.pop(0)
    wrong = []
    for name, text in values.items():
        try:
            catalogue.parse(name, text, PLAIN)
        except ValueError as error:
            wrong.append(str(error))
    if wrong:
        raise ValueError("\n".join(wrong))


def configure(values, board):
    """Give `values` to the board and start it; ValueError when it refuses, DeployError else."""
    said = board.run("exec", _SCRIPT.format(values=values))
    if "CONFIGURED" not in said:
        refused = [x for x in said.splitlines() if x.startswith("refused: ")]
        raise ValueError(refused[-1][9:] if refused else said.strip() or "the board said nothing")
    board.run("reset")


def provision(path, board):
    """Give a file of settings to the board and start it; return the lines that it says.

    ValueError when it is refused whole, DeployError else.
    """
    data = pathlib.Path(path).read_bytes()
    pieces = [data[x : x + _PIECE] for x in range(0, len(data), _PIECE)]
    steps = ["begin"] + ["data " + base64.b64encode(x).decode() for x in pieces] + ["end"]
    for step in steps:
        said = board.run("exec", _PROVISION.format(what=step)).strip().splitlines()
        refused = [x for x in said if x.startswith("refused: ")]
        if refused:
            raise ValueError(refused[-1][9:])
    if not said or said.pop() != "CONFIGURED":
        raise ValueError("\n".join(said) or "the board said nothing")
    board.run("reset")
    return said


def main(words=None):
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0])
    parser.add_argument("--port", default="", help="serial line, such as /dev/ttyUSB0")
    parser.add_argument(
        "file", nargs="?", default="", help="settings: TOML, or Snom's XML or text, or JSON"
    )
    words = parser.parse_args(words)
    if not words.file:
        raise SystemExit(
            "FILE is missing: write make configure FILE=my-phone.toml PORT=/dev/ttyUSB0; "
            "README.md shows such a file"
        )
    if not pathlib.Path(words.file).is_file():
        raise SystemExit(f"FILE={words.file}: there is no such file; nothing was changed")
    ports.wanted(words.port, f"make configure FILE={words.file}")
    try:
        if pathlib.Path(words.file).suffix.lower() in _FORMS:
            print("\n".join(provision(words.file, Board(words.port))))
            print("the board starts with them")
            return 0
        values = read(words.file)
        check(values)
        configure(values, Board(words.port))
    except ValueError as error:
        raise SystemExit(f"configure: nothing was changed\n{error}")
    except (OSError, DeployError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"configure: {error}")
    print(f"{len(values)} settings saved; the board starts with them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
