"""Starts the phone; loader.py says from which software. Both are small and stay source.

The loader leaves the heap before the phone comes: what runs here stays in it for good.
"""

import sys
from time import sleep_ms

try:
    import loader

    start = loader.start()
    sys.modules.pop("loader")
    del loader
    if start:
        import gc

        gc.collect()
        from hal.platform import run

        run()
except KeyboardInterrupt:
    print("Offhook: stopped. Ctrl-D starts it again.")
except Exception as error:
    sys.print_exception(error)
    print("Offhook: starting again in 10 s; Ctrl-C gives the REPL")
    sleep_ms(10000)
    import machine

    machine.reset()
