"""What runs on the host: the simulated phone, build, flash, configure, drawings, figures.

Needs .venv, and reads the sources and boards as data; what talks to a board does so by
mpremote and esptool. Used by the Makefile, each as ``python -m tools.NAME``, and by the tests.
"""
