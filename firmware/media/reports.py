"""A stream's RTCP: when reports go out, what goes into them, and what came of the other side's."""

from base.compat import const
from media.rtcp import block, interval, read, report, round_trip

_SINCE_1900 = const(2_208_988_800)
_BUFFER = const(600)


class Reports:
    """Reports of `stream` on `port`, or on the stream's own where both sides share it (RFC 5761).

    They go where the other side has said that it wants them or, where a router stands between
    (RFC 4961), where its own come from. Those of somebody else are ignored and counted
    (`strangers`).
    `round_trip` in ms, `loss` in percent and `jitter` in ms are what the other side has told of
    our packets; None before it has.
    """

    def __init__(self, voice, stream, port):
        self.round_trip = self.loss = self.jitter = None
        self.received = self.strangers = 0
        self._voice = voice
        self._stream = stream
        self._port = port
        self._shared = False
        self._remote = None  # (ip, port)
        self._middle = self._came = 0  # of their last SR, and when it came
        self._about = None  # the SSRC that it was about
        self._due = voice.clock.add(voice.clock.ms(), interval(voice.random) // 2)
        # another one in each call (RFC 7022): callers are not to know one phone again by it
        self._name = "%06x%06x" % (voice.random(24), voice.random(24))
        self._sent = 0
        self._told = False  # something was sent
        self._buffer = bytearray(_BUFFER)

    def configure(self, said):
        """Follow a description of theirs."""
        self._shared = said.mux
        self._remote = (said.control_ip or said.ip, said.control or said.port + 1)
        if self._port:
            self._port.aim(self._remote)

    def receive(self):
        """Read what has come: soon, for how long it took is measured by it."""
        port = self._port
        if port:
            size = port.receive(self._buffer)
            if size and self.take(bytes(self._buffer[:size])) and self._stream.port.moved:
                port.remote = port.source

    def send(self, now):
        """Report when it is time; called about twice a second."""
        if self._remote and self._voice.clock.diff(now, self._due) >= 0:
            self._due = self._voice.clock.add(now, interval(self._voice.random))
            self._send(False)

    def take(self, data):
        """Take a compound packet in; return whether it is from the other side.

        That knows our source, or is the one that we hear; what makes no sense is ignored.
        """
        clock, source = self._voice.clock, self._stream.source
        data = self._stream.open(data)
        if data is None:
            return False
        try:
            found = read(data, self._stream.sender.ssrc)
        except (ValueError, IndexError):
            return False
        if found.loss is None and found.ssrc != source.high << 16 | source.low:
            self.strangers += 1
            return False
        self.received += 1
        if found.middle is not None:
            self._middle, self._came, self._about = found.middle, clock.ms(), found.ssrc
        if found.loss is not None:
            self.loss, self.jitter = found.loss * 100 / 256, found.jitter // 8
            passed = round_trip(self._ntp()[1], found)
            self.round_trip = self.round_trip if passed is None else passed
        return True

    def told(self):
        """Return [loss in percent, jitter in ms] as the other side has told of our packets, or
        None before it has."""
        return None if self.loss is None else [self.loss, self.jitter]

    def _ntp(self):
        """Return the time as NTP has it (seconds, fraction), and the middle of that.

        It need not be right, only go on evenly; and so it is made of the clock's milliseconds.
        """
        ms = self._voice.clock.ms()
        seconds, rest = ms // 1000 + _SINCE_1900, ms % 1000
        fraction = (rest << 32) // 1000
        return (seconds, fraction), (seconds & 0xFFFF) << 16 | fraction >> 16

    def _block(self):
        """Return what we say of what we hear."""
        clock, source = self._voice.clock, self._stream.source
        ssrc, last, since = source.high << 16 | source.low, 0, 0
        if self._about == ssrc:
            last = self._middle
            since = clock.diff(clock.ms(), self._came) * 65536 // 1000
        highest = source.cycles + source.last
        fraction, lost = source.fraction(), source.lost()
        return block(ssrc, fraction, lost, highest, source.jitter >> 4, last, since)

    def _send(self, bye):
        stream = self._stream
        sender, about = stream.sender, None
        blocks = [self._block()] if stream.source.received else []
        if sender.sent != self._sent:
            self._sent = sender.sent
            (seconds, fraction), _ = self._ntp()
            stamp = sender.high << 16 | sender.low
            about = (seconds, fraction, stamp, sender.sent, sender.octets)
        data = report(sender.ssrc, self._name, blocks, about, bye)
        self._told = True
        data = self._stream.seal(data)
        if self._shared:
            stream.port.send(data)
        elif self._port:
            self._port.send(data)

    def close(self):
        """Say goodbye, where anything was said at all."""
        if self._remote and (self._told or self._stream.sender.sent):
            self._send(True)
        if self._port:
            self._port.close()
