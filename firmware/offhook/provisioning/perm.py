"""Snom's permission flags: what a person may do with a setting that a server has given.

Written as ``perm="R"`` in XML, as a sign behind the name in the older form.
"""

from collections import namedtuple

# `locked`: no person may change it, the server may; `once`: it is written only while nobody has
# changed it; `fleeting`: it is forgotten at a restart
Perm = namedtuple("Perm", ("locked", "once", "fleeting"))

_LOCKED = ("R", "&")
_FLAGS = "R&W$!V"


def parse(text):
    """Return the `Perm` of an attribute's text, None where it has none; ValueError for no flag."""
    if text is None:
        return Perm(False, False, False)
    if text == " ":
        return Perm(True, False, False)
    flags = text.replace("RW", "$").replace("rw", "$")
    if any(x not in _FLAGS for x in flags):
        raise ValueError("perm '%s' is no flag of Snom's" % text[:12])
    locked = flags == "V" or any(x in flags for x in _LOCKED)
    return Perm(locked, "!" in flags and not locked, "V" in flags)
