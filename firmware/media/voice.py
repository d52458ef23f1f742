"""The voice of all calls: ports and streams, the frame of 20 ms, and what is heard beside speech.

`Voice.port` and `Voice.media` are what the SIP agent calls. One task paces everything by absolute
deadlines: a frame that is late makes no other one late.
"""

import gc

from base.compat import const, sleep_ms, spawn
from base.samples import copy, fill, mix
from media.figures import Figures, row
from media.jitter import Jitter
from media.port import PORT, Ports
from media.rates import Rates, wants
from media.rtp import MASK
from media.stream import Stream
from media.tones import COUNTRIES, Player, digit

_MS = const(20)  # a frame
_FRAME = const(160)  # its samples
_TICK = const(10)  # ms between two looks at the sockets
# ms before the scheduler's tick that a frame is due: with the tick it is sent then. What is due a
# little after one waits for the next, now and then, and gaps are 30 ms as often as 20.
_BEFORE = const(2)
_BEHIND = const(60)  # ms that are made up for; what is later is left out
_STALLED = const(30)  # ms of lateness of our own, of which nothing is learnt
_CONTROL = const(25)  # frames between two looks at the reports
_TIDY = const(100)  # frames between two moments for `tidy`, each right after a packet has left
_LARGEST = const(1700)  # bytes of a packet: 200 ms, and a header with much in it
_KEPT = const(2)  # jitter buffers that wait for the next call


class Voice:
    """Needs the network, the clock, the audio part and ``get(name)`` of the settings.

    Listeners: ``on_digit(call, key)`` for DTMF that came, ``on_silence(call)`` when the other side
    has sent nothing for `rtp_timeout` seconds though it should, ``on_figures(call, Figures)`` when
    a call's voice is over, ``on_fault(names)`` for parts that give no sign of life. ``tidy()`` is
    called every two seconds, at a moment that is good for collecting garbage. `muted` sends
    silence. `joined` has the two calls of a conference.
    """

    def __init__(self, network, clock, audio, get, log, random, buffer=Jitter):
        self.network = network
        self.clock = clock
        self.audio = audio
        self.get = get
        self.log = log
        self.random = random
        self.muted = False
        self.joined = ()  # calls that are mixed: each hears the others too
        self.on_digit = self.on_silence = self.on_figures = self.on_fault = None
        self.tidy = gc.collect
        self._fault = ""  # what of the audio part does not work
        self.before = ""  # how the last call's voice was
        self.buffer = bytearray(_LARGEST)
        self.player = Player()
        self._keys, self._keyed = Player(), None  # digits as tones, and the stream they go to
        self.late = 0  # ms that the latest frame of all was late
        self.skipped = 0  # frames left out
        self._streams = []
        self._buffer = buffer  # makes one
        self._spare = [buffer()]  # there before the heap is in pieces
        self.rates = Rates()
        self.ports = Ports(network)
        self._tone = ""
        self._task = None
        self._due = self._now = 0
        self._count = 0
        self._ticked = False  # since the last frame

    # -- for the SIP agent ----------------------------------------------------------------------

    def port(self, call):
        """Open the ports of a call's voice and return the UDP port to be told."""
        stream = self.stream(call)
        if stream is None and call.state != "ended":
            stream = self._open(call)
        # the call goes on where it has no voice
        return stream.port.number if stream else self.get("rtp_port") or PORT

    def _open(self, call):
        """Return a new `Stream`, None where there is no port, or no memory, for one."""
        try:
            port, control = self.ports.open(self.get("rtp_port"))
        except (OSError, MemoryError) as error:
            self.log(1, "voice: no port: %r", error)
            return None
        try:
            jitter = self._spare.pop() if self._spare else self._buffer()
            jitter.clear()
            stream = Stream(self, call, port, control, jitter)
        except MemoryError as error:
            port.close()
            control.close()
            self.log(1, "voice: this call has none, memory is short: %r", error)
            return None
        self._streams.append(stream)
        self._start()
        return stream

    def media(self, call):
        """A call's voice has begun, was changed, or is over."""
        stream = self.stream(call)
        if call.state == "ended":
            if stream:
                self._end(stream)
        elif stream and call.voice and call.voice is not stream.said:
            try:
                stream.configure(call.voice)
            except MemoryError as error:
                stream.said = None
                self.log(1, "voice: this call has none, memory is short: %r", error)

    def stream(self, call):
        """Return the stream of `call`, None where it has none."""
        for stream in self._streams:
            if stream.call is call:
                return stream
        return None

    def figures(self, call):
        """Return the `Figures` of a call under way, None where it has no voice."""
        stream = self.stream(call)
        return self._figures(stream) if stream else None

    def summary(self):
        """Return a dict of figures for each stream, for people and tests."""
        found = []
        for stream in self._streams:
            told = row(stream, self._figures(stream))
            told["latest"], told["skipped"] = self.late, self.skipped
            found.append(told)
        return found

    def _figures(self, stream):
        return Figures(stream, self._now, self.audio.delay)

    def hears(self, call):
        """Return whether the other side's voice is heard, early media too."""
        stream = self.stream(call)
        return stream is not None and stream.hearing and stream.jitter.running

    def send_dtmf(self, call, digits):
        """Send digits as RTP events; return False where that was not agreed."""
        stream = self.stream(call)
        if stream is None or not stream.said or stream.said.events is None:
            return False
        stream.events.send(digits)
        return True

    def send_tones(self, call, digits):
        """Send digits as tones in the voice; False where there is none, or too many wait.

        Speech is left out meanwhile: it could be taken for a part of a tone.
        """
        stream = self.stream(call)
        if stream is None or not stream.talking:
            return False
        segments = ()
        for key in digits.upper():
            segments += digit(key)
        if self._keyed is not stream:
            self._keys.stop()
        self._keyed = stream
        return self._keys.add(segments)

    def digit(self, call, key):
        """A digit has come in."""
        if self.on_digit:
            self.on_digit(call, key)

    def _end(self, stream):
        self._streams.remove(stream)
        if self._keyed is stream:
            self._keyed = None
        figures = self._figures(stream)
        stream.close()
        if len(self._spare) < _KEPT:
            self._spare.append(stream.jitter)
        if stream.said and (stream.sender.sent or stream.source.received):
            self.before = str(figures)
            self.log(4, "voice of %s: %s", stream.call.remote, self.before)
            if self.on_figures:
                self.on_figures(stream.call, figures)

    # -- tones ----------------------------------------------------------------------------------

    def tone(self, name):
        """Let a tone of the country be heard: "dial", "busy", …, "" for none."""
        if name == self._tone:
            return
        self._tone = name
        table = COUNTRIES.get(self.get("tone_scheme") or "DE") or COUNTRIES["DE"]
        if name in table:
            self.player.play(table[name], table.get(name + "+", ()))
            self._start()
        else:
            self.player.stop()

    def sound(self, segments, repeat=False):
        """Let segments of `media.tones` be heard: a digit's, a melody's."""
        self._tone = "*"
        self.player.play(segments, (), repeat)
        self._start()

    # -- the frame ------------------------------------------------------------------------------

    def _start(self):
        if self._task is None:
            self._task = spawn(self._run())

    async def _run(self):
        clock = self.clock
        self.audio.start()
        await sleep_ms(1)  # a chip wakes with its scheduler's tick, each 10 ms
        self._due = clock.add(clock.ms(), -_BEFORE)
        try:
            while self._streams or self.player.playing:
                wait = self.step()
                await sleep_ms(wait)
        finally:
            self._task = None
            self.audio.stop()
            self.sound_fault()

    def step(self):
        """Do what is due; return ms until there is more to do."""
        clock = self.clock
        late = clock.diff(clock.ms(), self._due)
        learn = late < _STALLED
        if late < 0:
            self._receive(late, learn)
            if late >= -_TICK:
                self._tick()
        else:
            self.late = max(self.late, late)
            if late > _BEHIND:
                self._leave_out(late // _MS)
                late %= _MS
            self._receive(late, learn)
            self.frame()
            self._due = clock.add(self._due, _MS)
        wait = clock.diff(self._due, clock.ms())
        return wait - _TICK if wait > _TICK else max(0, wait)

    def _tick(self):
        """Half a frame has passed since the last one: once between two frames."""
        if not self._ticked:
            self._ticked = True
            for stream in self._streams:
                stream.tick()

    def _leave_out(self, frames):
        self.skipped += frames
        self._due = self.clock.add(self._due, frames * _MS)
        self._now = (self._now + frames * _FRAME) & MASK
        for stream in self._streams:
            stream.skip(frames)

    def _receive(self, late, learn):
        now = (self._now + 8 * late) & MASK
        for stream in self._streams:
            stream.receive(now, learn)

    def frame(self):
        """Send a frame of each stream and play one; nothing is allocated on the way."""
        audio = self.audio
        self._tick()
        active = other = None
        for stream in self._streams:
            if not stream.follow():
                continue
            if active is None:
                active = stream
            elif other is None and stream.call in self.joined and active.call in self.joined:
                other = stream
        wide = 1 if wants(active) or wants(other) else 0
        frames = self.rates.frames(wide)
        out, n = frames.heard, frames.n
        audio.read(frames.said)
        if other:
            self._conference(active, other, frames, wide)
        for stream in self._streams:
            stream.reports.receive()
            if other is None or (stream is not active and stream is not other):
                heard = stream is active and stream.call.state == "connected" and not self.muted
                self._say(stream, frames.said if heard else self.rates.zeros, wide, 0)
        if other:
            mix(out, 0, frames.other, 0, n)
        elif active is None or not self.rates.hear(active, out, self._now, wide, 0):
            fill(out, 0, n, 0)
        elif self._tone == "ringback":
            self.player.stop()  # early media tells by itself
        if self.player.playing:
            self.player.frame(frames.beep, _FRAME, wide)
            mix(out, 0, frames.beep, 0, n)
        audio.write(out)
        self._ticked = False
        self._now = (self._now + _FRAME) & MASK
        self._count += 1
        if self._count % _CONTROL == 0:
            self._slow()

    def _conference(self, first, second, frames, wide):
        """Send each of the two what the other one and we say; both stand apart after that.

        Who holds us is not heard by the other one: it would be his waiting music.
        """
        self._spoken(first, frames.heard, wide, 0)
        self._spoken(second, frames.other, wide, 1)
        self._mixed(first, frames.other, frames, wide, 0)
        self._mixed(second, frames.heard, frames, wide, 1)

    def _spoken(self, stream, out, wide, which):
        found = self.rates.hear(stream, out, self._now, wide, which)
        if not found or stream.call.remote_hold:
            fill(out, 0, _FRAME << wide, 0)

    def _mixed(self, stream, other, frames, wide, which):
        both, n = frames.both, frames.n
        copy(self.rates.zeros if self.muted else frames.said, 0, both, 0, n)
        mix(both, 0, other, 0, n)
        self._say(stream, both, wide, which)

    def _say(self, stream, speech, wide, which):
        """Send speech, digits as tones, or exact silence, at the stream's own rate."""
        if not stream.talking:
            speech = self.rates.zeros
        elif stream is self._keyed and self._keys.playing:
            speech = self.rates.digit
            self._keys.frame(speech, _FRAME, stream.wide)
        elif speech is not self.rates.zeros:
            speech = self.rates.suited(stream, speech, wide, which)
        if stream is self._keyed and not self._keys.playing:
            self._keyed = None
        stream.send(speech)

    def sound_fault(self):
        """Tell of a part for sound that has died, or lives again."""
        fault = self.audio.fault
        if fault != self._fault:
            self._fault = fault
            if self.on_fault:
                self.on_fault(fault)

    def _slow(self):
        """What need not be done in each frame: reports, and calls whose voice has gone silent."""
        now = self.clock.ms()
        self.sound_fault()
        for stream in list(self._streams):
            stream.port.others()
            if stream.begun:
                stream.reports.send(now)
        seconds = self.get("rtp_timeout")
        for stream in list(self._streams):
            silent = self.clock.diff(now, stream.heard_at)
            if seconds and stream.expects() and stream.call.state == "connected":
                if silent > 1000 * seconds and self.on_silence:
                    self.log(3, "voice: nothing from %s for %d s", stream.call.remote, seconds)
                    stream.heard_at = now
                    self.on_silence(stream.call)
        if self._count % _TIDY == 0:
            self.tidy()
