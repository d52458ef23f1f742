"""How many transactions there may be at once, whose they are, and which one gives way."""


def make_room(transactions, most, stranger=None):
    """Return whether one more fits into the table `transactions` of at most `most`.

    `stranger` is the address of whoever wants it, None for ourselves and the registrar. Strangers
    together have half of the table, each of them a quarter; the other half is never theirs.

    Where a share is full, that gives way which only waits for repetitions and has the least of its
    time left: a stranger's first. Then a stranger's refusal that he does not acknowledge. At last,
    for ourselves, whatever a stranger has begun.
    """
    theirs = [x for x in transactions.values() if x.stranger]
    if stranger is not None:
        his = [x for x in theirs if x.address[0] == stranger]
        return _shrink(his, max(most // 4, 1)) and _shrink(theirs, max(most // 2, 1))
    ours = [x for x in transactions.values() if not x.stranger]
    while len(theirs) + len(ours) >= most:
        gone = _oldest(theirs) or _oldest(ours) or _first(theirs)
        if gone is None:
            return False
        gone.end()
        (theirs if gone.stranger else ours).remove(gone)
    return True


def _shrink(share, most):
    """Return whether one more fits into a stranger's share, where need be by ending one of it."""
    while len(share) >= most:
        gone = _oldest(share) or _first([x for x in share if x.final])
        if gone is None:
            return False
        share.remove(gone)
        gone.end()
    return True


def _oldest(share):
    """Return what only waits for repetitions, with the least of its time left; None for none."""
    oldest, soonest = None, None
    for transaction in share:
        left = transaction.left()
        if left is not None and (soonest is None or left < soonest):
            oldest, soonest = transaction, left
    return oldest


def _first(share):
    return share[0] if share else None
