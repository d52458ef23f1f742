"""Runs the phone: all that main.py calls, and what the REPL finds afterwards."""

from base import tasks
from base.heap import limit_garbage
from offhook.telephone import Phone

last = None  # the phone that has run, for `offhook.repl`


def run(platform, preset=None):
    """Run the phone on `platform` until it is stopped; `last` is then what is left of it."""
    global last
    limit_garbage()
    last = phone = Phone(platform, preset)
    tasks.run(phone.run(), phone.failed, platform.reset)
    return phone
