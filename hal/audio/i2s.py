"""A microphone and a loudspeaker on I2S, at 16 kHz, in the driver's callback mode.

How the ESP32's driver behaves, and what follows: its DMA moves 256 frames (16 ms) at a time, so
blocks of that size are exchanged with it. One transfer runs and one waits; a third one is lost
without a word, so there are two at the most. A callback can be lost: a watchdog goes on without.
What the DMA plays when nothing is there is silence, so we write only what there is, one block
ahead; written on each callback, the ring would be full, and its whole length be delay.

The delay from air to air: 16 ms of DMA, up to 36 in the queue before the frame of 20 ms on the way
in; up to 20 in the queue, a block ahead and the block that plays, 52, on the way out; 2.4 filters.
"""

from array import array

from base.compat import const, sleep_ms
from base.halfband import Doubler, Halver
from base.samples import copy, fill, highpass, level, mix, scale
from hal.audio.duplex import Switch

_BLOCK = const(256)
_BLOCKS = const(8)
_RING = const(2048)  # samples
_WIDE = const(320)  # a frame at 16 kHz
_FRAME = const(160)
_ENOUGH = const(576)  # samples from which reading begins: a frame and a block
_MOST = const(1024)  # samples of the microphone that may wait; older ones are dropped
_STALE = const(4)  # blocks that the DMA has kept since it was listened to last
_AHEAD = const(1280)  # samples that may be on their way to the loudspeaker: 80 ms
_LOST = const(100)  # ms without a callback
_DEAD = const(10)  # callbacks lost one after the other
_TEST = const(700)  # ms that the test listens: the INMP441 is ready after 256
_STEP = const(20)
_UNITY = const(65536)
_POLE = const(29800)  # of the high-pass at 8 kHz: 115 Hz
_POLE_WIDE = const(31284)  # and at 16 kHz
# level -> gain, 3 dB a step, 0 is silence, 8 leaves everything as it is
_VOLUME = (0, 5840, 8250, 11650, 16460, 23250, 32840, 46400, 65536, 92570, 130760, 184700)
_VOLUME += (260900, 368500, 520500, 735200)
MIC = {"handset": 207200, "headset": 207200, "speaker": 1048576, "": _UNITY}  # +10, +10, +24 dB
_SIDE = const(8250)  # -18 dB of one's own voice in the handset


class _Way:
    """Blocks on their way to or from one I2S object: what both directions share."""

    def __init__(self, i2s, clock):
        self.i2s = i2s
        self.clock = clock
        self.ring = array("h", bytes(2 * _RING))
        whole = memoryview(self.ring)
        self.views = [whole[i * _BLOCK : (i + 1) * _BLOCK] for i in range(_BLOCKS)]
        self.on = False
        self.block = 0  # the next one that is given to the driver
        self.out = 0  # blocks that the driver has
        self.waiting = 0  # samples that wait in the ring
        self.lost = self.dead = 0  # callbacks: of all, and one after the other
        i2s.irq(self._called)

    def given(self):
        """The driver gets a block more: when it had none, the time for its callback begins."""
        if not self.out:
            self.called = self.clock.ms()
        self.out += 1

    def _called(self, _):
        """A transfer is over."""
        self.called = self.clock.ms()
        self.dead = 0
        if self.out:
            self.out -= 1
            self.over()
        if self.on:
            self.pump()

    def watch(self):
        """Go on where a callback has not come."""
        if self.out and self.clock.diff(self.clock.ms(), self.called) > _LOST:
            self.lost += 1
            self.dead += 1
            while self.out:
                self.out -= 1
                self.over()
            if self.on:
                self.pump()


class Microphone(_Way):
    """Blocks that come in; `read` gives 320 samples of them."""

    def __init__(self, i2s, clock):
        super().__init__(i2s, clock)
        self.at = 0  # where the oldest sample stands
        self.stale = 0
        self.begun = False
        self.dropped = self.starved = 0

    def start(self):
        """Begin to listen; what the DMA has kept from before is not heard."""
        self.on, self.stale, self.begun = True, _STALE, False
        self.waiting = 0
        self.at = (self.block - self.out) % _BLOCKS * _BLOCK
        self.called = self.clock.ms()
        self.pump()

    def still(self):
        """Return whether all that waits is one and the same number: none is that quiet."""
        return min(self.ring) == max(self.ring)

    def pump(self):
        """Give the driver blocks to fill, two at most."""
        while self.out < 2:
            self.given()
            self.i2s.readinto(self.views[self.block])
            self.block = (self.block + 1) % _BLOCKS

    def over(self):
        """A block is full."""
        if self.stale:
            self.stale -= 1
            self.at = (self.at + _BLOCK) % _RING
            return
        self.waiting += _BLOCK
        if self.waiting > _MOST:
            self.waiting -= _BLOCK
            self.at = (self.at + _BLOCK) % _RING
            self.dropped += 1

    def read(self, to, at):
        """Copy 320 samples; return False while there are not so many."""
        if self.waiting < (_WIDE if self.begun else _ENOUGH):
            self.starved += self.begun
            self.begun = False
            return False
        self.begun = True
        first = min(_WIDE, _RING - self.at)
        copy(self.ring, self.at, to, at, first)
        if first < _WIDE:
            copy(self.ring, 0, to, at + first, _WIDE - first)
        self.at = (self.at + _WIDE) % _RING
        self.waiting -= _WIDE
        return True


class Loudspeaker(_Way):
    """Blocks that go out; `write` takes 320 samples, and sends them a block ahead."""

    def __init__(self, i2s, clock):
        super().__init__(i2s, clock)
        self.to = 0  # where the next sample goes
        self.ahead = -1  # samples that are not played yet
        self.written = clock.ms()
        self.dropped = self.underruns = 0
        self.on = True

    def pump(self):
        """Give the driver the blocks that are full, two at most."""
        while self.out < 2 and self.waiting >= _BLOCK:
            self.waiting -= _BLOCK
            self.given()
            self.i2s.write(self.views[self.block])
            self.block = (self.block + 1) % _BLOCKS

    def over(self):
        """A block has left."""

    def write(self, wide):
        """Take 320 samples; where the DMA has run dry, a block of silence goes before them."""
        now = self.clock.ms()
        self.ahead -= 16 * min(1000, self.clock.diff(now, self.written))
        self.written = now
        if self.ahead < 0:
            self.underruns += 1
            self.ahead = 0
            self.silence()
        if self.ahead > _AHEAD or self.waiting + self.out * _BLOCK + _WIDE > _RING:
            self.dropped += 1
            return
        first = min(_WIDE, _RING - self.to)
        copy(wide, 0, self.ring, self.to, first)
        if first < _WIDE:
            copy(wide, first, self.ring, 0, _WIDE - first)
        self._moved(_WIDE)

    def silence(self):
        """Send a block of silence."""
        if self.waiting + self.out * _BLOCK + _BLOCK > _RING:
            return
        first = min(_BLOCK, _RING - self.to)
        fill(self.ring, self.to, first, 0)
        fill(self.ring, 0, _BLOCK - first, 0)
        self._moved(_BLOCK)

    def _moved(self, n):
        self.to = (self.to + n) % _RING
        self.waiting += n
        self.ahead += n
        self.pump()


class Sound:
    """The sound part (see the package) on two I2S objects at 16 kHz, 16 bits, mono.

    `out` and `into` (machine.I2S, one may be None) were opened at boot and stay open: memory for
    their DMA is not to be had later. `amplifier(level)` switches it. `swap` is 1 on the
    classic ESP32, whose 16-bit mono output exchanges neighbouring samples. `noisy`: a real
    microphone, which hears at least its own noise.
    """

    delay = 90
    muted = False

    def __init__(self, out, into, clock, amplifier=None, swap=0, noisy=True):
        self._noisy = noisy
        self._deaf = self._testing = False
        self.speaker = Loudspeaker(out, clock) if out else None
        self.microphone = Microphone(into, clock) if into else None
        self._amplifier = amplifier
        self._halver, self._doubler = Halver(), Doubler(swap)
        self._switch = Switch()
        self._slow = array("h", [0, 0])
        self._heard = array("h", bytes(2 * _FRAME))
        self._wide = array("h", bytes(2 * _WIDE))
        self._said = array("h", bytes(2 * _WIDE))
        self._route = ""
        self._loud = self._wanted = _UNITY
        self._gain = _UNITY
        self._far = 0
        self.stop()

    def start(self):
        """Begin to listen and to speak."""
        self._testing = False
        self._switch.reset()
        self._halver.reset()
        fill(self._slow, 0, 2, 0)
        if self.microphone:
            self.microphone.start()
        if self._amplifier:
            self._amplifier(1)

    def stop(self):
        """Be quiet; both I2S objects stay open."""
        self._testing = False
        if self._amplifier:
            self._amplifier(0)
        if self.microphone:
            self.microphone.on = False

    async def test(self):
        """Listen, and send silence, for less than a second; `fault` knows then.

        Of an amplifier only the way to it can be tested: it answers nothing. A call that begins
        meanwhile ends the test without a finding.
        """
        heard, said = self.microphone, self.speaker
        self._testing = True
        if heard:
            heard.start()
        for _ in range(_TEST // _STEP):
            await sleep_ms(_STEP)
            if not self._testing:
                return
            if said:
                said.watch()
                if not said.out:
                    said.silence()
            if heard:
                heard.watch()
        self._testing = False
        if heard:
            self._deaf = self._noisy and heard.still()
            heard.on = False
        for way in (heard, said):
            if way and way.lost and way.dead == way.lost:
                way.dead = _DEAD  # not one callback has come

    def route(self, name):
        """Speak and listen through "handset", "headset", "speaker", or nothing ("")."""
        if name != self._route:
            self._route = name
            self._switch.reset()

    def volume(self, level):
        """Set the loudness of what is heard, 0 to 15."""
        self._wanted = _VOLUME[level]

    @property
    def fault(self):
        """Which part gives no sign of life, "" for none."""
        found = [x for x in ("speaker", "microphone") if self._dead(getattr(self, x))]
        return " ".join(found)

    def _dead(self, way):
        if way is None:
            return False
        return way.dead >= _DEAD or (self._deaf and way is self.microphone)

    def read(self, frame):
        """Fill `frame` from the microphone; False, and silence, where there was nothing."""
        way, n = self.microphone, len(frame)
        if way:
            way.watch()
        if way is None or not way.read(self._halver.space, self._halver.at):
            fill(frame, 0, n, 0)
            return False
        if n == _FRAME:
            self._halver.halve(frame)
            highpass(frame, 0, n, self._slow, _POLE)
        else:
            self._halver.keep(frame)
            highpass(frame, 0, n, self._slow, _POLE_WIDE)
        wanted = MIC[self._route]
        if self._route == "speaker":
            near = level(frame, 0, n) * (wanted >> 8) >> 8
            self._switch.update(near, self._far)
            wanted = (wanted >> 8) * (self._switch.near >> 8)
        scale(frame, 0, n, self._gain, (wanted - self._gain) // n)
        self._gain = wanted
        copy(frame, 0, self._said, 0, n)
        return True

    def write(self, frame):
        """Let `frame` be heard."""
        way = self.speaker
        if way is None:
            return
        way.watch()
        heard, wanted, n = self._heard, self._wanted, len(frame)
        if n > _FRAME:
            heard = self._wide
        copy(frame, 0, heard, 0, n)
        if self._route == "speaker":
            self._far = level(heard, 0, n)
            wanted = (wanted >> 8) * (self._switch.far >> 8)
        elif self._route and not self.muted:
            scale(self._said, 0, n, _SIDE, 0)
            mix(heard, 0, self._said, 0, n)
            fill(self._said, 0, n, 0)
        scale(heard, 0, n, self._loud, (wanted - self._loud) // n)
        self._loud = wanted
        if n > _FRAME:
            self._doubler.keep(heard)
        else:
            self._doubler.double(heard)
        way.write(self._doubler.wide)
