"""Chooses the software in the flash; small, and started from source.

/app is the software, /prev the one before, /next one that is being brought. An update that is
whole has the file "complete"; it becomes /app by renames, and must delete its "trial" file once it
has come up. After three starts without that, the one before comes back. Settings are in /state.
"""

import os
import sys
from time import sleep_ms

try:
    # Software is frozen into the firmware, for this board: nothing in /app counts
    from frozen_files import BOARD as FROZEN
    from frozen_files import MODULES
except ImportError:
    FROZEN = MODULES = None


def exists(path):
    """Return whether there is such a file or folder."""
    try:
        os.stat(path)
        return True
    except OSError:
        return False


def delete(path):
    """Delete a file, or a folder with all that is in it."""
    try:
        if os.stat(path)[0] & 0x4000:
            for name in os.listdir(path):
                delete(path + "/" + name)
            os.rmdir(path)
        else:
            os.remove(path)
    except OSError:
        pass  # it was not there


def choose():
    """Finish an update that is whole, go back from one that does not come up; safe to cut off."""
    if exists("/next/complete"):
        if exists("/app"):
            delete("/prev")
            os.rename("/app", "/prev")
        os.rename("/next", "/app")
    if not exists("/app") and exists("/prev"):
        os.rename("/prev", "/app")
    if exists("/app/trial3") and exists("/prev"):
        print("Offhook: the new software does not come up, back to the one before")
        delete("/bad")
        os.rename("/app", "/bad")
        os.rename("/prev", "/app")
    for now, then in (("trial2", "trial3"), ("trial1", "trial2"), ("complete", "trial1")):
        if exists("/app/" + now):
            os.rename("/app/" + now, "/app/" + then)
            break
    delete("/bad")


def load():
    """Import all modules, those below first; "modules.txt" has their order.

    Left to the imports in the files they would nest, twenty deep, and a chip's stack is small.
    """
    names = MODULES.split() if FROZEN else ()
    if not FROZEN and exists("/app/modules.txt"):
        with open("/app/modules.txt") as lines:
            names = lines.read().split()
    for name in names:
        __import__(name)


def button():
    """Return whether the board's button was pressed and let go; a stuck one stops nothing."""
    from board import BUTTON
    from machine import Pin

    if BUTTON is None:
        return False
    try:
        pin = Pin(BUTTON, Pin.IN, Pin.PULL_UP)
    except ValueError:
        pin = Pin(BUTTON, Pin.IN)
    print("Offhook: button?")
    pressed = False
    for count in range(300):
        if not pin.value():
            pressed = True
        elif pressed:
            return True
        elif count > 100:
            break
        sleep_ms(10)
    return False


def start():
    """Put the software into the path; return False when the button says not to start it."""
    if "/app" in sys.path:  # boot.py has put it last
        sys.path.remove("/app")
    if not FROZEN:
        choose()
        sys.path.insert(0, "/app")
    if not button():
        return True
    print("Offhook: not started, as the button wanted. Ctrl-D starts it.")
    return False
