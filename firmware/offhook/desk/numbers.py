"""Numbers as people write them, and the targets of keys: from a text to what is dialled."""

from collections import namedtuple

_KEYPAD = "0123456789*#"

Number = namedtuple("Number", ("target", "code"))  # a number or URI, and a pick-up code or ""


def split(argument):
    """Return the `Number` of ``201``, ``201|*8`` or ``<sip:201@host>|*8``."""
    target, _, code = argument.partition("|")
    return Number(target.strip().strip("<>").partition(";")[0], code.strip())


def digits_only(number):
    """Return True for a number that a keypad can dial, with a leading plus or without."""
    return not number.strip(_KEYPAD + "+")
