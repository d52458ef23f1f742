"""Headers that a call can do without: one that is broken is ignored (RFC 3261 section 8.2)."""


def reading(log, name, read, default=None):
    """Return what ``read()`` does; `default`, and a line in the log, where `name` is broken.

    A header that the dialog needs is never read by this: it owes a 400.
    """
    try:
        return read()
    except (ValueError, IndexError):
        log(5, "SIP: %s cannot be read and is ignored", name)
        return default


def has(message, name, token):
    """Return whether the list header `name` has `token`; one that cannot be read has nothing."""
    try:
        return message.has(name, token)
    except ValueError:
        return False
