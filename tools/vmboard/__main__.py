"""Command line of the board without a board."""

import argparse
import sys

from tools.vmboard.bridge import Bridge


def main():
    """Serve until Ctrl-C, and say what the serial line is called."""
    parser = argparse.ArgumentParser(prog="tools.vmboard")
    parser.add_argument("image", help="littlefs image; what the board writes is written into it")
    parser.add_argument("--link", help="name of the serial line, a symbolic link to make")
    parser.add_argument(
        "--heap",
        default="4wm",
        help="the VM's heap (4wm: as a board of 4 MB has it, in words of this machine)",
    )
    words = parser.parse_args()
    bridge = Bridge(words.image, words.link, words.heap)
    print(bridge.port, flush=True)
    try:
        bridge.serve()
    except KeyboardInterrupt:
        pass
    finally:
        bridge.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
