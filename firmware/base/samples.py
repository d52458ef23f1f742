"""Arithmetic on sound: loops over arrays of signed 16-bit samples (``array("h")``).

Native code (`base.samples_viper`) where the interpreter loads it, else its portable twin
(`base.samples_plain`); both give the same numbers, and neither allocates anything.
"""

try:
    from base.samples_viper import *
except (ImportError, ValueError, SyntaxError):  # CPython; a chip that the code was not made for
    from base.samples_plain import *
