"""Chooses the software in the flash and starts it. Small, and never part of an update.

/app is the software, /prev the one before, /next one that is being brought. An update that is
whole has the file "complete"; it becomes /app by renames, and must delete its "trial" file once it
has come up. After three starts without that, the one before comes back. Settings are in /state.
"""

import os
import sys
from time import sleep_ms


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
    for now, then in (("trial2", "trial3"), ("trial1", "trial2"), ("complete", "trial1")):
        if exists("/app/trial3") and exists("/prev"):
            print("Offhook: the new software does not come up, back to the one before")
            delete("/bad")
            os.rename("/app", "/bad")
            os.rename("/prev", "/app")
            break
        if exists("/app/" + now):
            os.rename("/app/" + now, "/app/" + then)
            break
    delete("/bad")


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


def main():
    """Start the phone, unless the button says otherwise; a fault starts the board anew."""
    try:
        choose()
        sys.path.insert(0, "/app")
        if button():
            print("Offhook: not started, as the button wanted. Start it with Ctrl-D.")
            return
        from hal.platform import run

        run()
    except Exception as error:
        sys.print_exception(error)
        print("Offhook: starting again in 10 s; Ctrl-C gives the REPL")
        sleep_ms(10000)
        import machine

        machine.reset()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("Offhook: stopped. Ctrl-D starts it again.")
