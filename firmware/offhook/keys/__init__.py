"""The keys: what each means in which state, and what a function key is for.

Needs a desk, handed in. Used by the board's inputs, the console and the web commands. Names, forms
and labels of all keys stand in one place, `offhook.keys.names`.
"""
