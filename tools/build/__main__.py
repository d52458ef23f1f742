"""Build the software of a board, and say what it takes: ``python -m tools.build``."""

import argparse
import sys

from tools import wiring
from tools.build import image, sizes


def main():
    """Command line."""
    parser = argparse.ArgumentParser(prog="tools.build", description=__doc__.split(":")[0])
    parser.add_argument("--board", default="devkit", help="one of " + ", ".join(wiring.names()))
    parser.add_argument("--settings", help="TOML or JSON file with the phone's first settings")
    parser.add_argument("--dest", help="folder to build in, build/BOARD by default")
    words = parser.parse_args()
    try:
        folder = image.build(words.board, words.dest, words.settings)
    except (ValueError, OSError) as error:
        raise SystemExit(f"settings: {error}")
    sizes.report(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
