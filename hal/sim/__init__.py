"""The simulated board: its platform, its parts, and faults to switch on while the phone runs.

Each part's twin stands beside its driver, as ``sim.py``. Needs the MicroPython VM on the host.
Used by tools/phone and by the tests of whole phones.
"""
