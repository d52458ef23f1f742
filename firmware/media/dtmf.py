"""DTMF as RTP events (RFC 4733), both ways: a digit that is lost in part is still one."""

from base.compat import const

KEYS = "0123456789*#ABCD"
SIZE = const(4)  # bytes of an event
_LEVEL = const(10)  # -dBm0
_FRAME = const(160)
_LEAST = const(800)  # samples that a digit lasts: 100 ms
_GAP = const(480)  # samples between two digits: 60 ms
_REPEATS = const(3)  # packets that say the end
_MOST = const(32)  # digits that may wait
_IDLE, _TONE, _END, _PAUSE = const(0), const(1), const(2), const(3)


class Events:
    """Digits on their way out: `send` takes them, `frame` is called once a frame of 20 ms."""

    def __init__(self):
        self._waiting = bytearray(_MOST)
        self.reset()

    def reset(self):
        """Forget what was to be sent."""
        self._count = self._first = 0
        self._state = _IDLE
        self._event = self._duration = self._left = self._age = 0

    def send(self, digits):
        """Take digits of "0123456789*#ABCD"; return how many found room, others are ignored."""
        taken = 0
        for digit in digits.upper():
            event = KEYS.find(digit)
            if event >= 0 and self._count < _MOST:
                self._waiting[(self._first + self._count) % _MOST] = event
                self._count += 1
                taken += 1
        return taken

    def busy(self):
        """Return True while digits are being sent or wait."""
        return self._state != _IDLE or self._count > 0

    def frame(self, sender, kind, at):
        """Write this frame's event into `sender`'s packet; return whether there is one to send.

        `kind` is the payload type, `at` where the payload begins: it has 4 bytes. In the gap after
        a digit there is none, and speech goes on.
        """
        if self._state == _PAUSE:
            self._left -= _FRAME
            if self._left <= 0:
                self._state = _IDLE
        if self._state == _IDLE:
            if not self._count:
                return False
            self._event = self._waiting[self._first]
            self._first = (self._first + 1) % _MOST
            self._count -= 1
            self._state, self._duration, self._left = _TONE, 0, _REPEATS
            self._age = 0
        elif self._state == _PAUSE:
            return False
        first = self._duration == 0
        sender.pack(kind, first, self._age)
        self._age += _FRAME
        if self._state == _TONE:
            self._duration += _FRAME
            if self._duration > _LEAST:
                self._duration = _LEAST
                self._state = _END
        packet = sender.packet
        packet[at] = self._event
        packet[at + 1] = (0x80 if self._state == _END else 0) | _LEVEL
        packet[at + 2] = self._duration >> 8
        packet[at + 3] = self._duration & 255
        if self._state == _END:
            self._left -= 1
            if not self._left:
                self._state, self._left = _PAUSE, _GAP + _FRAME
        return True


class Heard:
    """Digits that come in: `take` returns each one once, whatever of its packets arrives."""

    def __init__(self):
        self.reset()

    def reset(self):
        """Forget what came before: another source has timestamps of its own."""
        self._timestamp = self._event = -1
        self._duration = 0

    def take(self, data, at, size, timestamp):
        """Take an event packet's payload; return the digit that begins with it, or ""."""
        if size < 4 or data[at] > 15:
            return ""
        event, duration = data[at], data[at + 2] << 8 | data[at + 3]
        if timestamp == self._timestamp and event == self._event:
            self._duration = max(self._duration, duration)
            return ""
        goes_on = (
            event == self._event
            and self._duration == 0xFFFF
            and timestamp == (self._timestamp + 0xFFFF) & 0xFFFFFF
        )  # a segment of a long one (RFC 4733 2.5.1.3)
        old = self._timestamp >= 0 and (timestamp - self._timestamp) & 0x800000
        if old:  # a late packet of the digit before
            return ""
        self._timestamp, self._event, self._duration = timestamp, event, duration
        return "" if goes_on else KEYS[event]
