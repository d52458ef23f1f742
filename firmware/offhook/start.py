"""Runs the phone: all that main.py calls, and what the REPL finds afterwards."""

import gc

from base import tasks
from base.compat import const
from base.heap import small
from offhook.telephone import Phone

# Bytes allocated between collections. A small heap would be left in pieces by late ones; where
# there is room, fewer are enough: after so many bytes, or such a part of what is free.
_GARBAGE = const(8192)
_MORE = const(131072)
_PART = const(4)

last = None  # the phone that has run, for `offhook.repl`


def run(platform, preset=None):
    """Run the phone on `platform` until it is stopped; `last` is then what is left of it."""
    global last
    if hasattr(gc, "threshold"):  # a firmware may be built without it
        gc.threshold(_GARBAGE if small() else max(_MORE, gc.mem_free() // _PART))
    last = phone = Phone(platform, preset)
    tasks.run(phone.run(), phone.failed, platform.reset)
    return phone
