"""The board's parts, simulated: each has the contract of its driver, and faults to switch on.

Needs the unix VM's sockets and files. Used by tools/phone and by tests.
"""
