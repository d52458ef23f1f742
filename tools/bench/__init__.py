"""Measures beside those of others, as ratios of one run: `loop` (Action URLs) and `sip` (calls).

`make bench` and `make bench-sip` print their tables; each says what would be good.
"""
