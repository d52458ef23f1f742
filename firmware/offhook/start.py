"""Runs the phone: all that main.py calls, and what the REPL finds afterwards."""

import gc

from base import tasks
from base.compat import heap_figures
from base.heap import allowance
from offhook.telephone import Phone

last = None  # the phone that has run, for `offhook.repl`


def run(platform, preset=None):
    """Run the phone on `platform` until it is stopped; `last` is then what is left of it."""
    global last
    if hasattr(gc, "threshold"):  # a firmware may be built without it
        gc.threshold(allowance(*heap_figures()))
    last = phone = Phone(platform, preset)
    tasks.run(phone.run(), phone.failed, platform.reset)
    return phone
