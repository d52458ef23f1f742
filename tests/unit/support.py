"""What unit tests share, in both interpreters: a clock, test data, `raises`, `until`."""

import os

from base.compat import sleep_ms

_WRAP = 0x3FFFFFFF


def only_in_the_vm(test):
    """Mark a test of what CPython does not have."""
    try:
        test.only_in_the_vm = True
    except AttributeError:
        pass  # MicroPython's functions take no marks
    return test


class Skip(Exception):
    """Raised by a test that cannot run here; its text is the reason."""


class raises:
    """``with raises(ValueError) as caught:``; `caught.value` is the exception."""

    def __init__(self, kind):
        self.kind = kind
        self.value = None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            raise AssertionError("%s was not raised" % self.kind.__name__)
        self.value = value
        return issubclass(kind, self.kind)


class Clock:
    """A clock that stands still until it is moved; ticks wrap at 2**30 ms, as on the chip."""

    def __init__(self, start=0):
        self.now = start & _WRAP

    def ms(self):
        return self.now

    def add(self, ticks, delta):
        return (ticks + delta) & _WRAP

    def diff(self, end, start):
        return ((end - start + 0x20000000) & _WRAP) - 0x20000000

    def move(self, ms, timers=None):
        """Let `ms` pass; with `timers`, stop at each one that is due on the way and run it."""
        end = self.add(self.now, ms)
        while timers is not None:
            left = timers.run()
            if left is None or left > self.diff(end, self.now):
                break
            self.now = self.add(self.now, left)
        self.now = end
        if timers is not None:
            timers.run()


def data(name):
    """Return the bytes of a file of the shared test data; `Skip` where it is not there."""
    for root in (os.getenv("OFFHOOK_TESTDATA"), "../shared/testdata"):
        try:
            with open("%s/%s" % (root, name), "rb") as file:
                return file.read()
        except OSError:
            continue
    raise Skip("no test data: set OFFHOOK_TESTDATA to the folder that holds " + name)


def folder(name):
    """Return the path of a folder for `name` that no other run of the tests uses, not made yet.

    `OFFHOOK_TEMPORARY` is where; whoever runs the tests makes it and clears it away.
    """
    return "%s/offhook-%s" % (os.getenv("OFFHOOK_TEMPORARY") or "/tmp", name)


def firmware_file(name):
    """Return an open text file of the firmware's sources."""
    return open("firmware/" + name, encoding="utf-8")


async def until(what):
    """Wait until ``what()`` is true."""
    for _ in range(3000):
        if what():
            return
        await sleep_ms(1)
    raise AssertionError("never")


def loader_source():
    """Return the text of loader.py: what runs it has no file system like a chip's."""
    for place in ("firmware/loader.py", "loader.py"):
        try:
            with open(place) as file:
                return file.read()
        except OSError:
            continue
    raise AssertionError("no loader.py")
