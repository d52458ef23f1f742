"""Runs the phone: all that main.py calls, and what the REPL finds afterwards."""

import gc

from base import tasks
from base.compat import const
from offhook.telephone import Phone

_SMALL = const(500_000)  # bytes of a heap without PSRAM, at most
_GARBAGE = const(8192)  # bytes allocated between collections: late ones leave a heap in pieces
_MORE = const(131072)  # where there is room, fewer collections do

last = None  # the phone that has run, for `offhook.repl`


def run(platform, preset=None):
    """Run the phone on `platform` until it is stopped; `last` is then what is left of it."""
    global last
    if hasattr(gc, "threshold"):  # a firmware may be built without it
        gc.threshold(_GARBAGE if gc.mem_free() < _SMALL else _MORE)
    last = phone = Phone(platform, preset)
    tasks.run(phone.run(), phone.failed, platform.reset)
    return phone
