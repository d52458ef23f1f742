"""What a registrar may ask for by check-sync: a restart when nobody calls, or a fetch."""

from base.compat import const

_AGAIN = const(2000)  # ms between two looks whether nobody calls
_FETCHES = const(30_000)  # ms between two fetches: each costs a handshake, which holds the loop


def restart(desk):
    """Restart the phone as soon as there is no call."""
    if not desk.agent.calls:
        desk.reset()
    elif desk.restarting is None:
        desk.restarting = desk.timers.after(_AGAIN, _look, desk)


def _look(desk):
    desk.restarting = None
    restart(desk)


def fetch(desk):
    """Have the settings fetched: at once, or once more where that was asked for just before."""
    if desk.fetching is None:
        desk.resync()
        desk.fetching = desk.timers.after(_FETCHES, _fetched, desk)
    else:
        desk.fetch_again = True


def _fetched(desk):
    desk.fetching, again = None, desk.fetch_again
    desk.fetch_again = False
    if again:
        fetch(desk)
