"""New software on trial: it stays when it registers in time, else the board starts anew.

The loader (main.py) goes back to the software before after three starts without that word.
"""

import os

from base.compat import const

_ROOT = "/app"
_TRIAL = const(180_000)  # ms to come up and register


def look(phone, passed, more):
    """Return the time on trial so far, in ms, None when there is no trial or it has ended."""
    try:
        marks = [x for x in os.listdir(_ROOT) if x.startswith("trial")]
    except OSError:
        marks = ()  # the software is frozen into the firmware
    if not marks:
        return None
    accounts = [x for x in phone.agent.accounts if x.register]
    if not accounts or any(x.registered for x in accounts):
        for name in marks:
            os.remove(_ROOT + "/" + name)
        phone.log(3, "the new software has come up")
        return None
    if passed + more > _TRIAL:
        phone.log(0, "the new software does not register: starting again")
        import machine

        machine.reset()
    return passed + more
