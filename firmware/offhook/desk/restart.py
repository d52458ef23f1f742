"""What a registrar may ask for by check-sync: a restart when nobody calls, or a fetch."""

from base.compat import const

_AGAIN = const(2000)  # ms between two looks whether nobody calls
_FETCHES = const(4)  # in two minutes: each costs a handshake, which holds the loop
_WHILE = const(120_000)  # ms


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
    """Have the settings fetched: at once, or later where that was asked for often just before."""
    if desk.fetching:
        return
    clock = desk.clock
    now = clock.ms()
    desk.fetched = [ms for ms in desk.fetched if 0 <= clock.diff(now, ms) < _WHILE]
    if len(desk.fetched) < _FETCHES:
        desk.fetched.append(now)
        desk.resync()
    else:
        wait = _WHILE - clock.diff(now, desk.fetched[0])
        desk.fetching = desk.timers.after(wait, _late, desk)


def _late(desk):
    desk.fetching = None
    fetch(desk)
