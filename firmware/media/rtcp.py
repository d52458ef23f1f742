"""RTCP (RFC 3550 section 6): reports made and read. They are rare, so they may make objects."""

from base.compat import const

SR, RR, SDES, BYE = const(200), const(201), const(202), const(203)
_CNAME = const(1)
_LONGEST = const(1200)


def is_rtcp(data):
    """Return whether a packet on a port that both share is RTCP (RFC 5761 section 4)."""
    return 192 <= data[1] <= 223


def length(data, size):
    """Return the bytes of the compound packet that ``data[:size]`` begins with."""
    at = 0
    while at + 4 <= size and data[at] >> 6 == 2 and 192 <= data[at + 1] <= 223:
        if at and data[at + 1] in (SR, RR):
            break  # another one
        at += 4 + 4 * (data[at + 2] << 8 | data[at + 3])
    return at or size


def interval(random):
    """Return ms until the next report: 5 s, 0.5 to 1.5 times, corrected (section 6.3.1)."""
    return int(5000 * (0.5 + random(10) / 1024) / 1.21828)


def _word(value):
    return (value & 0xFFFFFFFF).to_bytes(4, "big")


def _packet(kind, count, body):
    return bytes((0x80 | count, kind)) + (len(body) // 4).to_bytes(2, "big") + body


def block(ssrc, fraction, lost, highest, jitter, last_sr, since):
    """Return a report block: `jitter` in samples, `last_sr` the middle of the last SR's NTP time,
    `since` the 65536ths of a second since it came (0 without one). `lost` may be negative."""
    lost = max(-0x800000, min(0x7FFFFF, lost)) & 0xFFFFFF
    return (
        _word(ssrc) + bytes((fraction,)) + lost.to_bytes(3, "big") + _word(highest)
        + _word(jitter) + _word(last_sr) + _word(since)
    )  # fmt: skip


def report(ssrc, cname, blocks, sender=None, bye=False):
    """Return a compound packet: SR where `sender` is (NTP seconds, fraction, timestamp, packets,
    octets), else RR; SDES with the CNAME always; BYE at the end."""
    joined = b"".join(blocks)
    if sender:
        joined = _word(ssrc) + b"".join([_word(x) for x in sender]) + joined
        data = _packet(SR, len(blocks), joined)
    else:
        data = _packet(RR, len(blocks), _word(ssrc) + joined)
    name = cname.encode()[:200]
    item = _word(ssrc) + bytes((_CNAME, len(name))) + name + b"\0"
    data += _packet(SDES, 1, item + bytes(-len(item) & 3))
    if bye:
        data += _packet(BYE, 1, _word(ssrc))
    return data


class Read:
    """What a compound packet says; None where it does not.

    `ssrc` is the sender's, `middle` the middle of its NTP time, `loss` (256ths), `lost`, `jitter`
    (samples), `last_sr` and `since` are what it reports about us, `bye` is True where a source
    leaves.
    """

    ssrc = middle = loss = lost = jitter = last_sr = since = None
    bye = False


def read(data, ours):
    """Return what the compound packet `data` says to `ours` (our SSRC); ValueError for junk."""
    found, at, size = Read(), 0, len(data)
    if size < 8 or size > _LONGEST or data[1] not in (SR, RR):
        raise ValueError("no report")
    found.ssrc = int.from_bytes(data[4:8], "big")
    while at + 4 <= size:
        kind, count = data[at + 1], data[at] & 31
        end = at + 4 + 4 * (data[at + 2] << 8 | data[at + 3])
        if data[at] >> 6 != 2 or end > size:
            raise ValueError("length")
        if kind == BYE:
            found.bye = True
        elif kind in (SR, RR):
            blocks = at + 8
            if kind == SR:
                if end < at + 28:
                    raise ValueError("length")
                found.middle = int.from_bytes(data[at + 10 : at + 14], "big")
                blocks = at + 28
            if blocks + 24 * count > end:
                raise ValueError("length")
            for each in range(blocks, blocks + 24 * count, 24):
                if int.from_bytes(data[each : each + 4], "big") == ours:
                    _about_us(found, data, each)
        at = end
    return found


def _about_us(found, data, at):
    found.loss = data[at + 4]
    lost = int.from_bytes(data[at + 5 : at + 8], "big")
    found.lost = lost - 0x1000000 if lost & 0x800000 else lost
    found.jitter = int.from_bytes(data[at + 12 : at + 16], "big")
    found.last_sr = int.from_bytes(data[at + 16 : at + 20], "big")
    found.since = int.from_bytes(data[at + 20 : at + 24], "big")


def round_trip(now, found):
    """Return the round trip in ms, by `now` (the middle of our NTP time) and their report."""
    if not found.last_sr:
        return None
    ticks = (now - found.last_sr - found.since) & 0xFFFFFFFF
    return ticks * 1000 >> 16 if ticks < 0x80000 else None  # longer than 8 s is none
