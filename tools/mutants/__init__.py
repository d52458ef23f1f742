"""`make mutants`: small faults are put into the firmware one by one; do the unit tests see them?

`points` finds where a fault can be put, `reach` which tests come by there, `trial` tries one.
"""
