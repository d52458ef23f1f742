"""Measures beside those of others, as ratios of one run: `loop` (Action URLs) and `sip` (calls).

Needs the VM and a quiet machine; the peers are installed by `make peers`. Used by `make bench` and
`make bench-sip`, which print their tables; each says what would be good.
"""
