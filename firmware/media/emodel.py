"""How good a call was, from its loss and delay: the E-model (ITU-T G.107) for G.711."""

_CONCEALED = 25.1  # Bpl of G.711 with concealment (G.113)


def rating(loss, delay, burst=1.0):
    """Return R of `loss` percent (late packets are lost) and `delay` ms from mouth to ear.

    `burst` is 1 for loss at random, more where it comes in bursts.
    """
    impairment = 0.024 * delay
    if delay > 177.3:
        impairment += 0.11 * (delay - 177.3)
    return 93.2 - impairment - 95.0 * loss / (loss / burst + _CONCEALED)


def mos(loss, delay, burst=1.0):
    """Return the mean opinion score, 1.0 (bad) to 4.5; see `rating`."""
    r = max(0.0, min(100.0, rating(loss, delay, burst)))
    return max(1.0, min(4.5, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r)))
