"""Builds the phone on its platform and runs it; loader.py says from which software.

Both are small and stay source.
"""

import sys
from time import sleep_ms

import loader
import machine


def run():
    """Run the phone until it is stopped; the REPL's user is left in peace after that."""
    from hal.platform import Platform

    platform = Platform()
    if platform.refused():
        return
    loader.load()
    from offhook import start

    try:
        start.run(platform)
    finally:
        try:
            platform.release()
        except KeyboardInterrupt:  # a second Ctrl-C
            platform.release()


try:
    if loader.start():
        run()
except KeyboardInterrupt:
    print("Offhook: stopped. Ctrl-D starts it again.")
except Exception as error:
    sys.print_exception(error)
    print("Offhook: starting again in 10 s; Ctrl-C gives the REPL")
    sleep_ms(10000)
    machine.reset()
