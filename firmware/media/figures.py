"""How a call's voice was: counts, times, and the E-model's rating (ITU-T G.107) for G.711."""

from base.printable import printable

FIGURES = "sent received lost late concealed loss discarded jitter delay mos strangers".split()
_CONCEALED = 25.1  # Bpl of G.711 with concealment (G.113)


class Figures:
    """How a stream has been: counts of packets, `loss` and `discarded` in percent, `jitter` and
    `delay` in ms (half the round trip, the buffer, `audio` ms of the parts), `mos`."""

    def __init__(self, stream, now, audio=0):
        source, jitter = stream.source, stream.jitter
        expected = max(1, source.total_expected())
        self.sent = stream.sender.sent
        self.received = expected - source.total_lost() if source.received else 0
        self.lost, self.late = source.total_lost(), jitter.late
        self.loss = 100 * self.lost / expected
        self.discarded = 100 * self.late / expected
        self.jitter = source.jitter // 128
        self.delay = (stream.reports.round_trip or 0) // 2 + jitter.target // 8 + 20 + audio
        self.mos = mos(min(100, self.loss + self.discarded), self.delay)
        self.strangers = stream.strangers
        self.concealed = jitter.concealed // 8  # ms

    def __str__(self):
        packets = (self.sent, self.received, self.lost, self.loss, self.late)
        times = (self.jitter, self.delay, self.mos)
        return "sent %d, received %d, lost %d (%.1f%%), late %d" % packets + (
            ", jitter %d ms, delay %d ms, MOS %.1f" % times
        )


def row(stream, figures):
    """Return a dict of a stream and its `Figures`, for people and tests."""
    found = {name: getattr(figures, name) for name in FIGURES}
    found["call_id"] = printable(getattr(stream.call, "call_id", ""))
    found["port"] = stream.port.number
    found["codec"] = stream.said.codec if stream.said else ""
    found["srtp"] = stream.suite
    found["forged"] = stream.forged
    found["digits"] = stream.events.busy()
    found["round_trip"] = stream.reports.round_trip
    found["told"] = stream.reports.told()
    found["target"] = stream.jitter.target // 8
    found["depth"] = stream.jitter.depth() // 8
    return found


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
