"""Boards as data, one folder a board: pins and parts (board.py), what to flash (board.json)."""
