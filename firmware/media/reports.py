"""A stream's RTCP: when reports go out, what goes into them, and what came of the other side's."""

from base.compat import const
from media.rtcp import block, interval, read, report, round_trip

_SINCE_1900 = const(2_208_988_800)
_BUFFER = const(600)


class Reports:
    """Reports of `stream` on `port`, or on the stream's own where both sides share it (RFC 5761).

    `round_trip` in ms, `loss` in percent and `jitter` in ms are what the other side has told of
    our packets; None before it has.
    """

    def __init__(self, voice, stream, port):
        self.round_trip = self.loss = self.jitter = None
        self.received = 0
        self._voice = voice
        self._stream = stream
        self._port = port
        self._shared = False
        self._remote = None  # (ip, port)
        self._middle = self._came = 0  # of their last SR, and when it came
        self._due = voice.clock.add(voice.clock.ms(), interval(voice.random) // 2)
        self._sent = 0
        self._buffer = bytearray(_BUFFER)

    def configure(self, said):
        """Follow a description of theirs."""
        self._shared = bool(getattr(said, "mux", False))
        self._remote = (said.ip, getattr(said, "control", None) or said.port + 1)
        if self._port:
            self._port.aim(self._remote)
            self._port.lock(self._remote)

    def receive(self):
        """Read what has come: soon, for how long it took is measured by it."""
        if self._port and self._port.locked:
            size = self._port.receive(self._buffer)
            if size:
                self.take(bytes(self._buffer[:size]))

    def send(self, now):
        """Report when it is time; called about twice a second."""
        if self._remote and self._voice.clock.diff(now, self._due) >= 0:
            self._due = self._voice.clock.add(now, interval(self._voice.random))
            self._send(False)

    def take(self, data):
        """Take a compound packet in; what makes no sense is ignored."""
        clock = self._voice.clock
        try:
            found = read(data, self._stream.sender.ssrc)
        except (ValueError, IndexError):
            return
        self.received += 1
        if found.middle is not None:
            self._middle, self._came = found.middle, clock.ms()
        if found.loss is not None:
            self.loss, self.jitter = found.loss * 100 / 256, found.jitter // 8
            passed = round_trip(self._ntp()[1], found)
            self.round_trip = self.round_trip if passed is None else passed

    def _ntp(self):
        """Return the time as NTP has it (seconds, fraction), and the middle of that.

        It need not be right, only go on evenly; and so it is made of the clock's milliseconds.
        """
        ms = self._voice.clock.ms()
        seconds, rest = ms // 1000 + _SINCE_1900, ms % 1000
        fraction = (rest << 32) // 1000
        return (seconds, fraction), (seconds & 0xFFFF) << 16 | fraction >> 16

    def _send(self, bye):
        stream, clock = self._stream, self._voice.clock
        sender, source = stream.sender, stream.source
        blocks, about = [], None
        if source.received:
            since = 0
            if self._middle:
                since = clock.diff(clock.ms(), self._came) * 65536 // 1000
            highest = source.cycles + source.last
            ssrc = source.high << 16 | source.low
            fraction, lost = source.fraction(), source.lost()
            blocks.append(
                block(ssrc, fraction, lost, highest, source.jitter >> 4, self._middle, since)
            )
        if sender.sent != self._sent:
            self._sent = sender.sent
            (seconds, fraction), _ = self._ntp()
            stamp = sender.high << 16 | sender.low
            about = (seconds, fraction, stamp, sender.sent, sender.octets)
        data = report(sender.ssrc, self._voice.cname, blocks, about, bye)
        if self._shared:
            stream.port.send(data)
        elif self._port:
            self._port.send(data)

    def close(self):
        """Say goodbye, where anything was said at all."""
        if self._remote and self._stream.sender.sent:
            self._send(True)
        if self._port:
            self._port.close()
