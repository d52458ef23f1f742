"""All tests: unit (both interpreters), phone (simulated ones), peers (others' software), house.

device is run by hand on a board. Needs .venv; a test that needs more says what, and is skipped
without it. `plugin` runs each unit test a second time, in the MicroPython VM, by `vm_runner`.
"""
