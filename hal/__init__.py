"""The parts of a board, a folder a port: contract in its __init__, drivers, the twin sim.py.

Needs base only; `machine`, `network` and `esp32` are imported here and nowhere else. A driver is
handed its bus and pins. `hal.platform` and `hal.sim.platform` are what main builds the phone on.
"""
