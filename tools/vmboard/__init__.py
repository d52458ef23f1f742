"""A board without a board: the MicroPython VM with a flash image, behind a serial line (a PTY).

Needs the VM and an image of tools/build. Used by the tests of deploy and configure, and to try
mpremote: ``python -m tools.vmboard build/devkit/littlefs.bin --link /tmp/board``.
"""
