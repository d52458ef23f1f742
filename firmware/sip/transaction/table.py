"""How many transactions there may be at once, and which one gives way."""


def make_room(transactions, most):
    """Return whether one more fits into the table `transactions` of at most `most`.

    Where it is full, that gives way which only waits for repetitions and has the least of its time
    left; as long as all others are at work, nothing more fits.
    """
    while len(transactions) >= most:
        oldest, soonest = None, None
        for transaction in transactions.values():
            left = transaction.left()
            if left is not None and (soonest is None or left < soonest):
                oldest, soonest = transaction, left
        if oldest is None:
            return False
        oldest.end()
    return True
