"""Which request is tried again, and when (section 4)."""

PAUSES = (1000, 2000, 4000)  # ms before each further try


def pause(request, tries, pauses=PAUSES):
    """Return the ms until the next try of a `request` that failed after `tries`; None for none.

    Only a request of which nothing was sent is tried again: what may have reached its server never
    is, nor what would fail the same way.
    """
    if request.begun or request.final or tries >= len(pauses):
        return None
    return pauses[tries]
