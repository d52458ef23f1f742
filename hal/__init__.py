"""The board's parts, one file a part; a driver is handed its bus and pins and knows nobody else.

Only here are `machine`, `network` and `esp32` imported, and only in the drivers. `hal.sim` holds
each part's simulated twin. Used by board.py and main.py.
"""
