"""What is wrong with the flash, in a person's words."""

# littlefs and every system that it runs on have the same numbers for these
_WORDS = {
    28: "the flash is full",
    30: "the flash takes no changes",
    84: "the flash is damaged",
}


def words(error):
    """Return what an OSError means that only a file can have, "" for any other."""
    return _WORDS.get(error.args[0], "") if error.args else ""


def cause(error):
    """Return what an OSError of a file means."""
    return words(error) or "the flash says %r" % error
