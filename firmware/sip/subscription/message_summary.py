"""Message-summary bodies (RFC 3842): how many voice messages wait."""

from collections import namedtuple

KIND = "application/simple-message-summary"

Messages = namedtuple("Messages", ("new", "old"))


def summary(body):
    """Return the `Messages` of a body; "yes" alone is one new message."""
    waiting, counts = False, None
    try:
        lines = body.decode().split("\n")
    except ValueError:
        return Messages(0, 0)
    for line in lines:
        name, _, value = line.partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "messages-waiting":
            waiting = value.lower() == "yes"
        elif name == "voice-message":
            counts = _counts(value) or counts
    if counts is None:
        return Messages(1 if waiting else 0, 0)
    return Messages(max(counts.new, 1) if waiting else 0, counts.old)


def _counts(value):
    """Return what "2/8 (0/2)" says, None where it says nothing; spaces may stand anywhere."""
    new, _, old = value.partition("(")[0].partition("/")
    new, old = new.strip(), old.strip()
    if new.isdigit() and old.isdigit():
        return Messages(int(new[:6]), int(old[:6]))
    return None
