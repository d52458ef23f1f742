"""How many transactions there may be at once, whose they are, and which one gives way."""

from sip.transaction.transaction import oldest


def make_room(transactions, most, stranger=None):
    """Return whether one more fits into the table `transactions` of at most `most`.

    `stranger` is the address of whoever wants it, None for ourselves and the registrar. Strangers
    together have half of the table, each of them a quarter; the other half is never theirs.

    Where a share is full, that gives way which only waits for repetitions and has the least of its
    time left: a stranger's first. Then a stranger's refusal that he does not acknowledge. At last,
    for ourselves, whatever a stranger has begun.
    """
    if stranger is not None:
        his = [x for x in transactions.values() if x.stranger and x.address[0] == stranger]
        if not _shrink(his, max(most // 4, 1)):
            return False
        return _shrink([x for x in transactions.values() if x.stranger], max(most // 2, 1))
    while len(transactions) >= most:
        gone = _next(transactions.values())
        if gone is None:
            return False
        gone.end()
    return True


def _next(share):
    """Return what gives way for ourselves, None for nothing."""
    theirs = [x for x in share if x.stranger]
    return oldest(theirs) or oldest(share) or (theirs[0] if theirs else None)


def _shrink(share, most):
    """Return whether one more fits into a stranger's share, where need be by ending one of it."""
    while len(share) >= most:
        gone = oldest(share)
        if gone is None:
            final = [x for x in share if x.final]
            if not final:
                return False
            gone = final[0]
        share.remove(gone)
        gone.end()
    return True
