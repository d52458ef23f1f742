"""What must have its place before the software comes: the words of the code, and WiFi's memory."""

import gc

_WORDS = "/app/words.txt"


def reserve():
    """Intern what the code will, all in one place; see to it that WiFi has its memory."""
    intern()
    import board

    if any(kind == "wifi" for kind, _ in board.PARTS):
        import network

        try:
            network.WLAN(network.WLAN.IF_STA).active(True)
        except (OSError, RuntimeError):
            pass  # the phone names the part that is missing


def intern(path=_WORDS):
    """Intern each line of a file; MicroPython does so with a name that is asked for."""
    try:
        with open(path) as file:
            for line in file:
                hasattr(gc, line[:-1])
    except OSError:
        pass  # frozen software has them in its ROM
