"""The panel: what is shown and heard, derived from the desk's state and never kept apart.

Needs a desk to observe, the function keys, and the board's display, lamps and ringer. Used by
`offhook.telephone`, which puts the phone together, and by the console, which tells what is shown.
"""
