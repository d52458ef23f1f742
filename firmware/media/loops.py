"""Loops over coded samples, the ring of the jitter buffer and tones; see `media.loops_plain`.

Native code (`media.loops_viper`) where the interpreter loads it, else its portable twin.
"""

try:
    from media.loops_viper import *
except (ImportError, ValueError, SyntaxError):  # CPython; a chip that the code was not made for
    from media.loops_plain import *
