"""Names of keys."""


def numbered(prefix, first, count):
    """Return the names of `count` keys: ("P1", "P2", …) for "P" and 1."""
    return tuple("%s%d" % (prefix, first + i) for i in range(count))
