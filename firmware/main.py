"""Builds the phone on its platform and runs it; loader.py says from which software.

Both are small and stay source.
"""

import sys
from time import sleep_ms

try:
    import loader

    if loader.start():
        from hal.platform import Platform

        platform = Platform()
        if not platform.refused():
            from offhook import start

            try:
                start.run(platform)
            finally:
                try:
                    platform.release()
                except KeyboardInterrupt:  # a second Ctrl-C
                    platform.release()
except KeyboardInterrupt:
    print("Offhook: stopped. Ctrl-D starts it again.")
except Exception as error:
    sys.print_exception(error)
    print("Offhook: starting again in 10 s; Ctrl-C gives the REPL")
    sleep_ms(10000)
    import machine

    machine.reset()
