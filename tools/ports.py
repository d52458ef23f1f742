"""The serial lines of this machine: what `make flash`, `deploy`, `configure` and `console` want.

``python -m tools.ports PORT "make console"`` fails with a sentence where PORT names none.
"""

import sys

from serial.tools import list_ports


def found():
    """Return "/dev/ttyUSB0 (CP2102 …)" of each serial line with a device behind it."""
    return [f"{x.device} ({x.description})" for x in list_ports.comports() if x.vid is not None]


def wanted(port, command):
    """Return `port`; SystemExit says what to write, and which lines there are, where it is none.

    `command` is the command line without its port.
    """
    if port:
        return port
    seen = found()
    if seen:
        raise SystemExit(
            f"PORT is missing: write {command} PORT={seen[0].split()[0]}; found: {', '.join(seen)}"
        )
    raise SystemExit(
        f"PORT is missing: plug the board in by USB, then write {command} PORT=/dev/ttyUSB0; "
        "'.venv/bin/mpremote connect list' shows how the line is called, and none is there now"
    )


if __name__ == "__main__":
    wanted(sys.argv[1], sys.argv[2])
