"""WiFi takes its memory from the system before the software's heap can grow over it."""


def reserve():
    """Switch WiFi on where the board has it; what fails here is told when the part is made."""
    import board

    if any(kind == "wifi" for kind, _ in board.PARTS):
        import network

        try:
            network.WLAN(network.WLAN.IF_STA).active(True)
        except (OSError, RuntimeError):
            pass
