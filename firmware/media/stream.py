"""One call's voice: packets out and in, its codec, DTMF, statistics and reports.

`send` and `play` are called once a frame of 20 ms, `tick` and `receive` twice; they make no
object.
"""

from base.compat import const
from media.codecs import DECODERS, Encoders, packet_time
from media.dtmf import SIZE, Events, Heard
from media.loops import border, forward
from media.reports import Reports
from media.rtcp import is_rtcp, length
from media.rtp import HEADER, Sender, Source, header
from media.srtp import Secured

_FRAME = const(160)
_LARGEST = const(640)  # bytes of payload in our packets, and a frame to come
_AT_ONCE = const(30)  # packets taken in one go, before the port is locked
_COMFORT = const(13)
_CANDIDATE = const(8)  # packets in sequence from elsewhere until that is where voice comes from
_ALIVE = const(50)  # frames between two packets while we only listen
_TICK = const(80)  # samples between two calls of `tick`
_OURS = {0: "PCMU", 8: "PCMA", 9: "G722"}  # payload types as we offer them (RFC 3264 5.1)
_OUR_EVENTS = const(101)
_EARLY = ("calling", "ringing")
_SILENT = ("sendonly", "inactive")  # they do not want to hear us
_DEAF = ("recvonly", "inactive")  # they do not want to be heard
_NOWHERE = "0.0.0.0"  # how RFC 2543 put on hold


class Stream:
    """The voice of `call` on `port`, its reports on `control` (a `Port` too, or None).

    `voice` has what all streams share: ``random``, ``clock``, ``buffer``,
    ``rates``, ``digit(call, key)``. `talking` and `hearing` say which ways are open; while it has
    not `begun` nothing at all leaves: so it is with a call that came in and only rings.
    """

    def __init__(self, voice, call, port, control, jitter):
        self.call = call
        self.port = port
        self.jitter = jitter
        self.sender = Sender(voice.random, _LARGEST)
        self.source = Source()
        self.reports = Reports(voice, self, control)
        self.events = Events()
        self.said = None  # what the other side has said, as it is in use
        self.talking = self.hearing = self.begun = False
        self.unknown = 0  # packets of a payload type that nobody spoke of
        self.heard_at = voice.clock.ms()  # when a packet came last
        self._voice = voice
        self._heard = Heard()
        self._event_view = memoryview(self.sender.packet)[: HEADER + SIZE]
        self._secured = Secured(HEADER + _LARGEST)
        self._speech = memoryview(self.sender.packet)[HEADER:]
        self._encoders = Encoders()
        self._encode = self._codec = None
        self._payload = self._fill = 0
        self._pause = 0  # ticks until the next packet may leave
        self._spurt = True  # nothing was sent just before: the next packet has the marker
        self._event_kind = self._kind = self._comfort = -1
        self._unproved = 0  # packets from elsewhere before the port was locked
        self._candidate = None
        self._usual = 0  # bytes of a datagram, as they come one by one
        self._in_sequence = self._next = self._quiet = 0

    def configure(self, said):
        """Follow a description of theirs (`sip.call.sdp.Media` or alike)."""
        before, self.said = self.said, said
        if not self.wanted():
            return
        if before and (said.ip, said.port) != (before.ip, before.port):
            self.source.away()
        if said.codec != self._codec:
            self._flush()
            if said.codec == "G722":
                self._widen(1)
            self._encode = self._encoders.get(said.codec)
            self._codec = said.codec
        self._kind = said.payload
        self._event_kind = -1 if said.events is None else said.events
        self._comfort = _COMFORT if said.comfort is None else said.comfort
        payload = 8 * packet_time(said.ptime, said.maxptime)
        if payload != self._payload:
            self._flush()
            self._payload = payload
            self.sender.resize(payload)
        self._secured.use(said.secret, HEADER + payload, HEADER + SIZE)
        self.port.aim((said.ip, said.port))
        self.reports.configure(said)
        self.heard_at = self._voice.clock.ms()

    @property
    def wide(self):
        """1 where we send speech of 16 kHz, else 0."""
        return 1 if self._codec == "G722" else 0

    @property
    def suite(self):
        """By what voice is encrypted, "" where it is not."""
        return self._secured.suite

    @property
    def forged(self):
        """Packets that were refused: they were not encrypted by the agreed key, or came twice."""
        return self._secured.refused()

    def seal(self, data):
        """Return a report as it may leave."""
        out = self._secured.out
        return out.protect_report(data) if out else data

    def open(self, data):
        """Return a report that has come, None where it is not the other side's."""
        way = self._secured.way
        return way.open_report(data) if way else data

    def wanted(self):
        """Return whether the other side has a place for our packets."""
        said = self.said
        return bool(said and said.port and said.ip and said.ip != _NOWHERE)

    def expects(self):
        """Return whether silence of theirs is a fault: who holds us need not send anything."""
        return self.hearing and self.wanted() and self.said.direction == "sendrecv"

    @property
    def strangers(self):
        """The packets of others that came to our ports."""
        return self._unproved + self.port.strangers + self.reports.strangers

    def follow(self):
        """Open and close the ways as the call is; return whether it is the one heard."""
        call, said = self.call, self.said
        theirs, state = said.direction if said else "inactive", call.state
        connected = state == "connected"
        early = call.direction == "out" and state in _EARLY
        self.begun = connected or early or state == "held"
        if said is None or not said.port:
            self.talking = False
            self.listen(False)
            return False
        self.talking = self.begun and theirs not in _SILENT and self.wanted()
        self.listen((connected or early) and theirs not in _DEAF)
        return connected or early

    def listen(self, on):
        """Open or close our ear; what came before is not heard later."""
        if on and not self.hearing:
            self.jitter.reset()
            self.source.away()
            self.heard_at = self._voice.clock.ms()
        self.hearing = on

    # -- in -------------------------------------------------------------------------------------

    def receive(self, now, learn):
        """Take in what has come at `now` (samples, 24 bits); `learn` False after our own stall."""
        buffer, port = self._voice.buffer, self.port
        if port.locked:  # one look takes all that waits, in one piece
            left = port.receive(buffer)
            while left:
                size = self._first(buffer, left)
                self._datagram(buffer, size, now, learn)
                left -= size
                if left:
                    forward(buffer, size, left)
            return
        for _ in range(_AT_ONCE):
            size = port.receive(buffer)
            if not size:
                return
            self._datagram(buffer, size, now, learn)

    def _first(self, buffer, size):
        """Return the size of the first datagram in ``buffer[:size]``."""
        if size == self._usual or size < HEADER:
            return size
        if is_rtcp(buffer):
            return size if self._secured.way else min(size, length(buffer, size))
        first = border(buffer, size)
        if first == size:
            self._usual = size
        return first

    def _datagram(self, buffer, size, now, learn):
        if size > 1 and is_rtcp(buffer):
            self.reports.take(bytes(buffer[:size]))
            return
        way = self._secured.way
        if way:
            at = header(buffer, size)
            size = way.open(buffer, size, at) if at >= 0 else 0
            if not size:
                return
        if self.source.read(buffer, size) and (self.port.locked or self._known(buffer)):
            self._packet(buffer, now, learn)

    def _packet(self, buffer, now, learn):
        source = self.source
        changes = source.changes
        if not self.hearing:
            source.away()
        if not source.accept(buffer):
            return
        if source.changes != changes:
            self.jitter.reset()
            self._heard.reset()
        if not self.port.locked:
            self.port.lock(self.port.source)
        self.heard_at = self._voice.clock.ms()
        kind = source.kind
        if kind == self._kind:
            codec = self._codec
        elif kind == self._event_kind or (kind == _OUR_EVENTS and kind != self._comfort):
            key = self._heard.take(buffer, source.at, source.size, source.timestamp)
            if key:
                self._voice.digit(self.call, key)
            return
        elif kind in _OURS:
            codec = _OURS[kind]
        else:
            if kind == self._comfort and source.size:
                self.jitter.comfort(buffer[source.at] & 127)
            else:
                self.unknown += 1
            return
        source.measure(now)
        if self.hearing:
            jitter, table = self.jitter, DECODERS[codec]
            wide = 1 if codec == "G722" else 0
            if wide != jitter.wide and not self._follows(wide):
                return
            jitter.put(buffer, source.at, source.size, source.timestamp, now, table, learn)

    def _widen(self, wide):
        if wide:
            self._voice.rates.widen()
        self.jitter.widen(wide)

    def _follows(self, wide):
        """Be for speech of another rate from now on, as it comes; False where memory is short."""
        try:
            self._widen(wide)
        except MemoryError:
            self.unknown += 1
            return False
        return True

    def _known(self, buffer):
        """Return whether the packet's address is that of the description, or has proved itself.

        Behind a router a phone's packets come from elsewhere (RFC 4961): that is believed after
        eight in sequence, unless one comes from where it was said.
        """
        address, sequence = self.port.source, self.source.sequence
        if address == self.port.remote:
            self._candidate = None
            return True
        self._unproved += 1
        if self.port.remote is None:
            return False
        if address != self._candidate or sequence != self._next:
            self._candidate, self._in_sequence = address, 0
        self._in_sequence += 1
        self._next = (sequence + 1) & 0xFFFF
        return self._in_sequence >= _CANDIDATE

    def play(self, out, now):
        """Fill the frame `out` with what is to be heard now; return False for silence."""
        return self.jitter.take(out, now)

    # -- out ------------------------------------------------------------------------------------

    def send(self, samples):
        """Send a frame, 320 samples where we are `wide`, else 160; only now and then one where we
        only listen."""
        sender = self.sender
        if self._encode is None:
            return
        if not self.begun:
            self.skip(1)
            return
        if self._event_kind >= 0 and self.events.busy() and self.wanted():
            self._flush()
            if self.events.frame(sender, self._event_kind, HEADER):
                self._leave(HEADER + SIZE, self._event_view)
                sender.count(SIZE)
                sender.advance(_FRAME)
                return
        if not self.talking:
            self._quiet += 1
            if self._quiet < _ALIVE or not self.wanted():
                self.skip(1)
                return
            self._flush()
            self._quiet = 0  # a sign of life, for routers and for servers that wait for one
        if self._fill + _FRAME > _LARGEST:  # never, unless nobody calls `tick`
            self._flush()
        self._encode(samples, 0, sender.packet, HEADER + self._fill, _FRAME)
        self._fill += _FRAME
        self.tick()

    def tick(self):
        """Send a packet that is full, the next one no sooner than its own length after it.

        So packets of 10 and 30 ms leave evenly, though speech comes in frames of 20.
        """
        if self._pause:
            self._pause -= 1
        size, sender = self._payload, self.sender
        if self._fill < size or self._pause or not size:
            return
        self._pause = size // _TICK
        sender.pack(self._kind, self._spurt)
        self._spurt = False
        self._leave(HEADER + size, sender.view)
        sender.count(size)
        sender.advance(size)
        self._fill -= size
        if self._fill:
            forward(self._speech, size, self._fill)

    def _leave(self, size, packet):
        """Send the packet that was made, as it is or encrypted."""
        if self._secured.out:
            packet = self._secured.seal(self.sender.packet, size)
        self.port.send(packet)

    def _flush(self):
        if self._fill:
            self.sender.advance(self._fill)
            self._fill = 0
        self._pause = 0

    def skip(self, frames):
        """Nothing is sent for `frames` frames: the timestamp runs on, the next packet is the first
        of a talk spurt (RFC 3551 4.1)."""
        self._flush()
        self._spurt = True
        for _ in range(frames):
            self.sender.advance(_FRAME)

    # -- figures --------------------------------------------------------------------------------

    def close(self):
        """Say goodbye and close the ports."""
        self.reports.close()
        self.port.close()
