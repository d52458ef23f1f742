"""Boards as data, one folder a board: pins and parts (board.py), what to flash (board.json).

Needs nothing: no board has code. Used by `hal.assemble` on the chip, and by the tools that check,
draw, build and flash it; its README.md and drawings are made by `make diagrams`.
"""
