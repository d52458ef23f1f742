"""Restarting the phone, when nobody calls."""

from base.compat import const

_AGAIN = const(2000)  # ms between two looks whether nobody calls


def restart(desk):
    """Restart the phone as soon as there is no call."""
    if desk.agent.calls:
        desk.timers.after(_AGAIN, restart, desk)
    else:
        desk.reset()
