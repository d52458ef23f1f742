"""RTP (RFC 3550): packets written and read in place, and what is known of their source.

Nothing here makes an object for a packet. Numbers that do not fit a small integer of the chip are
kept in two halves; of a timestamp its lower 24 bits (35 minutes at 8 kHz) count.
"""

from array import array

from base.compat import const

HEADER = const(12)
MASK = const(0xFFFFFF)
_HALF = const(0x800000)
_PROBATION = const(2)  # packets in sequence until a source is believed (RFC 3550 A.1)
_DROPOUT = const(3000)
_MISORDER = const(100)
_RECENT = const(128)  # sequence numbers by which duplicates are known
_NONE = const(-1)


def wrap(difference):
    """Return the signed difference of two timestamps, each of 24 bits."""
    return ((difference + _HALF) & MASK) - _HALF


def header(data, size):
    """Return the bytes before the payload of ``data[:size]``, -1 where that is no RTP."""
    if size < HEADER or data[0] >> 6 != 2:
        return _NONE
    at = HEADER + 4 * (data[0] & 15)
    if data[0] & 0x10:  # an extension
        if at + 4 > size:
            return _NONE
        at += 4 + 4 * (data[at + 2] << 8 | data[at + 3])
    return at if at <= size else _NONE


class Sender:
    """Our packets: `packet` holds one, header and payload; `view` is what is sent of it.

    `random` gives bits for SSRC, sequence and timestamp. `samples` in a packet is what `resize`
    has set; `sent` counts packets, `octets` their payload.
    """

    def __init__(self, random, largest):
        self.packet = bytearray(HEADER + largest)
        self.ssrc = random(32)
        self.packet[0] = 0x80
        self.packet[8:12] = self.ssrc.to_bytes(4, "big")
        self.sequence = random(15)  # the first wrap is far away (RFC 3550 5.1, and SRTP)
        self.high, self.low = random(16), random(16)  # of the timestamp
        self.sent = self.octets = 0
        self.view = memoryview(self.packet)

    def resize(self, payload):
        """Let packets carry `payload` bytes from now on."""
        self.view = memoryview(self.packet)[: HEADER + payload]

    def pack(self, kind, marker, back=0):
        """Write the header of payload type `kind`; `back` is how old it is, in samples."""
        packet, low, high = self.packet, self.low - back, self.high
        if low < 0:
            low += 0x10000
            high = (high - 1) & 0xFFFF
        packet[1] = kind | 0x80 if marker else kind
        packet[2] = self.sequence >> 8
        packet[3] = self.sequence & 255
        packet[4] = high >> 8
        packet[5] = high & 255
        packet[6] = low >> 8
        packet[7] = low & 255

    def count(self, octets):
        """Go on to the next sequence number: what was packed is sent."""
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.sent += 1
        self.octets = (self.octets + octets) & 0x3FFFFFFF

    def advance(self, samples):
        """Let `samples` (below 65536) pass: the timestamp runs on, sent or not."""
        self.low += samples
        if self.low > 0xFFFF:
            self.low &= 0xFFFF
            self.high = (self.high + 1) & 0xFFFF


class Source:
    """The one who sends to us, and the packet read last: `kind`, `marker`, `sequence`, `timestamp`
    (24 bits), `at` (where its payload begins) and `size`.

    A new SSRC is followed once two of its packets came in sequence; `changes` counts sources.
    """

    def __init__(self):
        self.kind = self.sequence = self.timestamp = self.at = self.size = 0
        self.marker = False
        self.high = self.low = _NONE  # of its SSRC
        self.changes = 0
        self.received = self.before = 0  # of this source; expected of those before it
        self.gone = 0  # packets lost of those before it
        self.first = self.last = self.cycles = 0
        self.jitter = 0  # sixteenths of a sample (RFC 3550 A.8)
        self.invalid = 0  # what was no RTP, or of a source that is not believed
        self.expected_prior = self.received_prior = 0
        self._bad = _NONE
        self._transit = _NONE
        self._away = False
        self._next_high = self._next_low = self._next = _NONE
        self._in_sequence = 0
        self.duplicates = 0
        self._seen = array("H", bytes(2 * _RECENT))

    def read(self, data, size):
        """Read the packet in ``data[:size]``; return whether it is RTP."""
        at, end = header(data, size), size
        if at < 0:
            self.invalid += 1
            return False
        if data[0] & 0x20:  # padding; its last byte counts itself
            padding = data[size - 1]
            end -= padding if padding else size
        if at > end:
            self.invalid += 1
            return False
        self.at, self.size = at, end - at
        self.kind = data[1] & 0x7F
        self.marker = data[1] > 127
        self.sequence = data[2] << 8 | data[3]
        self.timestamp = data[5] << 16 | data[6] << 8 | data[7]
        return True

    def accept(self, data):
        """Return whether the packet just read is new and of a source that is believed (A.1)."""
        high, low = data[8] << 8 | data[9], data[10] << 8 | data[11]
        sequence = self.sequence
        if high != self.high or low != self.low:
            if high != self._next_high or low != self._next_low or sequence != self._next:
                self._next_high, self._next_low, self._in_sequence = high, low, 0
            self._in_sequence += 1
            self._next = (sequence + 1) & 0xFFFF
            if self._in_sequence < _PROBATION:
                self.invalid += 1
                return False
            self._begin(high, low, sequence)
        else:
            ahead = (sequence - self.last) & 0xFFFF
            if ahead < _DROPOUT:
                if self._away and ahead:
                    self.first += ahead - 1
                    self._away = False
                if sequence < self.last:
                    self.cycles += 0x10000
                self.last = sequence
            elif ahead <= 0x10000 - _MISORDER:
                if sequence != self._bad:  # a jump: the next one in sequence proves a restart
                    self._bad = (sequence + 1) & 0xFFFF
                    self.invalid += 1
                    return False
                self._begin(high, low, sequence)
        self.received += 1
        if self._seen[sequence & (_RECENT - 1)] == sequence:
            self.duplicates += 1
            return False
        self._seen[sequence & (_RECENT - 1)] = sequence
        return True

    def _begin(self, high, low, sequence):
        self.gone += max(0, self.lost())
        self.before += self.expected() if self.received else 0
        self.high, self.low = high, low
        self.first = self.last = sequence
        self.cycles = self.received = 0
        self.expected_prior = self.received_prior = 0
        self._bad = self._transit = self._next_high = _NONE
        self._away = False
        self.changes += 1
        for i in range(_RECENT):
            self._seen[i] = i ^ 0xFFFF  # a number that never stands there

    def away(self):
        """The voice went elsewhere for a while: what is missing when it is back was not lost."""
        self._away = True
        self._transit = _NONE

    def measure(self, now):
        """Take a packet of speech that came at `now` (samples, 24 bits) into the jitter (A.8)."""
        transit = (now - self.timestamp) & MASK
        if self._transit != _NONE:
            distance = wrap(transit - self._transit)
            distance = min(abs(distance), 0xFFFF)
            self.jitter += distance - ((self.jitter + 8) >> 4)
        self._transit = transit

    def expected(self):
        """Return how many packets this source has sent, as far as we know (A.3)."""
        return self.cycles + self.last - self.first + 1

    def lost(self):
        """Return how many of them are missing; duplicates can make it negative (A.3)."""
        return self.expected() - self.received if self.received else 0

    def total_lost(self):
        """Return how many packets of all sources are missing."""
        return self.gone + max(0, self.lost())

    def total_expected(self):
        """Return how many packets of all sources there were."""
        return self.before + (self.expected() if self.received else 0)

    def fraction(self):
        """Return the loss since the last report in 256ths, and begin the next one (A.3)."""
        expected, received = self.expected(), self.received
        lost = expected - self.expected_prior - received + self.received_prior
        interval = expected - self.expected_prior
        self.expected_prior, self.received_prior = expected, received
        return (lost << 8) // interval if interval > 0 and lost > 0 else 0
