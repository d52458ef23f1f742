"""What the tests of voice share: a network on which packets take virtual time, speech, parts."""

import math
from array import array

from support import Clock

from media.jitter import Jitter
from media.voice import Voice


class Call:
    """As much of a call as the voice room looks at."""

    direction = "in"
    remote = "200@peer"
    remote_hold = False

    def __init__(self, state="connected"):
        self.state = state
        self.voice = None


class Said:
    """A description of the other side's."""

    def __init__(self, ip="10.0.0.2", port=4000, codec="PCMU", direction="sendrecv", **more):
        self.ip, self.port, self.codec = ip, port, codec
        self.payload = more.get("payload", {"PCMU": 0, "PCMA": 8, "G722": 9}[codec])
        self.events = more.get("events", 101)
        self.ptime = more.get("ptime", 20)
        self.mux = more.get("mux", False)
        self.maxptime = more.get("maxptime", 0)
        self.comfort = more.get("comfort")
        self.control, self.control_ip = more.get("control"), more.get("control_ip")
        self.direction = direction
        self.secret = more.get("secret")


class Datagram:
    """Both hal's Datagram and the socket below it."""

    def __init__(self, network, number):
        self.network, self.number = network, number
        self.peer = self.ear = self.of = None
        self.arrived = []
        self.most = 1000  # packets that its mailbox has room for
        self.opened = 1

    def raw(self):
        return self

    def waiting(self):
        return bool(self.arrived)

    def decode(self, address):
        return address

    def connect(self, address):
        self.peer = address

    def sendto(self, data, address):
        return self.network.carry(self, bytes(data), address)

    def write(self, data):
        return len(data) if self.network.carry(self, bytes(data), self.peer) else None

    def recvfrom(self, _):
        if not self.arrived:
            raise OSError(11)
        return self.arrived.pop(0)

    def readinto(self, buffer):
        # MicroPython reads on until the buffer is full: packets that wait are one piece
        at = 0
        while self.arrived:
            data, address = self.arrived.pop(0)
            if address == self.peer:
                if not data:
                    return at
                size = min(len(data), len(buffer) - at)
                buffer[at : at + size] = data[:size]
                at += size
        return at or None

    def reopen(self):
        assert not self.ear, "the port is taken"
        self.peer, self.arrived = None, []
        self.opened += 1

    def close(self):
        if self.of:
            self.of.ear = None
        else:
            assert not self.ear, "left open"
            self.network.sockets.pop(self.number, None)


class Network:
    """One host's network; `wires` joins several: {ip: Network}. `lost(data)` drops packets."""

    def __init__(self, ip, wires):
        self.ip, self.wires = ip, wires
        self.sockets = {}
        self.taken = ()
        self.lost = None
        self.seen = []  # (data, address) of what was sent
        wires[ip] = self

    def encode(self, address):
        return address

    def udp(self, number):
        if number in self.taken or number in self.sockets:
            raise OSError(98)
        self.sockets[number] = Datagram(self, number)
        return self.sockets[number]

    def carry(self, sock, data, address, source=None):
        self.seen.append((data, address))
        other = self.wires.get(address[0])
        there = other and other.sockets.get(address[1])
        if there and not (self.lost and self.lost(data)):
            source = source or (self.ip, sock.number)
            if there.peer and there.peer != source:
                there = there.ear  # as the network keeps them apart
            if there and len(there.arrived) < there.most:
                there.arrived.append((data, source))
        return True

    def beside(self, datagram):
        datagram.ear = Datagram(self, datagram.number)
        datagram.ear.of = datagram
        return datagram.ear


class Audio:
    """Parts that speak what `says(i)` gives, sample by sample, and keep what they play."""

    delay = 0
    fault = ""

    def __init__(self, says=None):
        self.says = says
        self.fine = None  # says what at 16 kHz, by samples of that
        self.sizes = set()  # of frames
        self._wide = []  # the last of 16 kHz
        self._played = []  # frames: an array that grew would leave the heap in pieces
        self.count = 0  # samples played
        self.at = 0
        self.running = False

    def start(self):
        self.running = True

    def stop(self):
        self.running = False

    def read(self, frame):
        wide = len(frame) > 160
        for i in range(160):
            if wide and self.fine:
                frame[2 * i] = self.fine(2 * (self.at + i))
                frame[2 * i + 1] = self.fine(2 * (self.at + i) + 1)
                continue
            x = self.says(self.at + i) if self.says else 0
            if wide:  # and what is between two samples
                after = self.says(self.at + i + 1) if self.says else 0
                frame[2 * i], frame[2 * i + 1] = x, x + after >> 1
            else:
                frame[i] = x
        self.at += 160

    def write(self, frame):
        self.sizes.add(len(frame))
        if len(frame) > 160:  # what is kept is at 8 kHz; speech and tones of tests fit in there
            self._wide.append(bytes(frame))
            if len(self._wide) > 20:
                self._wide.pop(0)
            frame = array("h", [frame[2 * i] for i in range(160)])
        self._played.append(bytes(frame))
        self.count += 160
        if len(self._played) > 100:
            self._played.pop(0)

    def forget(self):
        """Forget what was played."""
        self._played = []

    @property
    def wide(self):
        """What was played in the last 0.4 s at most, at 16 kHz."""
        return array("h", b"".join(self._wide))

    @property
    def played(self):
        """What was played in the last two seconds at most."""
        return array("h", b"".join(self._played))


def _spoken(i):
    loud = 0.5 - 0.5 * math.cos(2 * math.pi * i / 2560)
    t = 2 * math.pi * 125 * i / 8000
    wave = math.sin(t) + 0.6 * math.sin(2 * t + 1) + 0.4 * math.sin(3 * t + 2)
    return int(5000 * loud * wave)


SYLLABLE = array("h", [_spoken(i) for i in range(2560)])


def speech(i):
    """Return sample `i` of something like voiced speech: 125 Hz and harmonics, in syllables."""
    return SYLLABLE[i % 2560]


def seeded(seed=1):
    """Return a ``getrandbits`` that gives the same bits each time."""
    state = [seed]

    def bits(n):
        value = 0
        for _ in range((n + 15) // 16):
            state[0] = (state[0] * 1103515245 + 12345) & 0x7FFFFFFF
            value = value << 16 | state[0] >> 12 & 0xFFFF
        return value & ((1 << n) - 1)

    return bits


class Phone:
    """A `Voice` on a network, with `call` connected to the phone at `ip`, when `joined`."""

    def __init__(self, ip, wires, clock=None, says=None, buffer=Jitter, **settings):
        self.clock = clock or Clock()
        self.network = Network(ip, wires)
        self.audio = Audio(says)
        self.lines = []
        self.digits = []
        self.figures = None
        self.voice = Voice(
            self.network,
            self.clock,
            self.audio,
            settings.get,
            self.log,
            seeded(len(wires)),
            buffer=buffer,
        )
        self.voice._start = lambda: None  # the test calls `step`
        self.voice._due = self.clock.ms()
        self.voice.on_digit = lambda call, key: self.digits.append(key)
        self.voice.on_figures = self.keep
        self.call = Call()

    def log(self, level, text, *values):
        self.lines.append(text % values)

    def keep(self, call, figures):
        self.figures = figures

    def join(self, other, **said):
        """Describe the other phone's voice to this one."""
        port = other.voice.port(other.call)
        self.voice.port(self.call)
        self.call.voice = Said(other.network.ip, port, **said)
        self.voice.media(self.call)

    def hears(self, other, **said):
        """Take a new description of the other phone's voice, as a re-INVITE brings it."""
        values = {"ip": other.network.ip, "port": other.voice.port(other.call)}
        values.update(said)
        self.call.voice = Said(**values)
        self.voice.media(self.call)


def pair(**said):
    """Return two phones in a call with each other, on one clock."""
    wires, clock = {}, Clock(0x3FFFF000)  # the clock wraps in mid-call
    first = Phone("10.0.0.1", wires, clock, speech)
    second = Phone("10.0.0.2", wires, clock, lambda i: speech(i + 1000))
    first.join(second, **said)
    second.join(first, **said)
    return first, second


def run(clock, ms, *phones):
    """Let virtual time pass, in the chip's ticks of 10 ms."""
    for _ in range(ms // 10):
        for phone in phones:
            phone.voice.step()
        clock.move(10)


def alike(audio, wanted, longest=2560):
    """Return (correlation, delay in samples): how `audio`'s last 0.2 s are like ``wanted(i)``."""
    n, got = 1600, audio.played
    piece = [got[len(got) - n + i] for i in range(0, n, 5)]
    end = audio.count - n
    power = math.sqrt(sum([x * x for x in piece])) or 1

    def like(delay):
        start = end - delay
        other = [wanted(start + i) for i in range(0, n, 5)]
        size = math.sqrt(sum([x * x for x in other])) or 1
        both = sum([piece[i] * other[i] for i in range(len(piece))]) / (power * size)
        return both, delay

    near = max([like(delay) for delay in range(0, longest, 8)])[1]
    return max([like(delay) for delay in range(near - 7, near + 8)])


def tone(hz, rate=8000):
    """Return ``says(i)`` of a tone whose period is a part of 10 ms."""
    n = rate // 100
    wave = array("h", [int(8000 * math.sin(2 * math.pi * hz * i / rate)) for i in range(n)])
    return lambda i: wave[i % n]


def power(x, hz, rate=8000):
    """Return the level of `hz` in `x`, as a part of full scale (Goertzel)."""
    real = sum([x[i] * math.cos(2 * math.pi * hz * i / rate) for i in range(len(x))])
    imaginary = sum([x[i] * math.sin(2 * math.pi * hz * i / rate) for i in range(len(x))])
    return 2 * math.sqrt(real * real + imaginary * imaginary) / len(x) / 32768


def samples(values):
    """Return an ``array("h")``."""
    return array("h", values)
