"""Emergency numbers: dialled always, whatever else goes on."""


def is_emergency(desk, number):
    """Return True for one of the setting ``emergency_numbers``."""
    return number in (desk.settings.get("emergency_numbers") or "").replace(",", " ").split()


def account_for(desk, account):
    """Return `account` where it works, else the first one that does."""
    for each in [account] + desk.agent.accounts:
        if each and (each.registered or not each.register):
            return each
    return account


def make_way(desk):
    """End the call that is missed least; return False when there is none left to end."""
    if not desk.agent.calls:
        return False
    call = min(desk.agent.calls, key=_worth)
    desk.log(2, "the call with %s gives way to an emergency", call.remote)
    call.hangup()
    return True


def _worth(call):
    """Return a number that is the higher, the later this call gives way."""
    if not call.answered:
        return 1 if call.trusted else 0
    return 2 if call.state == "held" else 3
