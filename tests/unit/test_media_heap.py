"""The way of a frame, from the socket through the codec to the driver's FIFO and back, makes no
object; and the heap is collected right after a packet has left."""

import gc

from mediakit import Call, Said, pair, run, seeded
from support import Clock

from hal.audio.i2s import Sound
from hal.network.sim import Network
from media.voice import Voice

ONLY = "micropython"
_FRAMES = 10000


class Part:
    """A machine.I2S whose transfers end when the test says so; it makes no object either."""

    def __init__(self):
        self.handler = None
        self.out = 0

    def irq(self, handler):
        self.handler = handler

    def write(self, view):
        self.out += 1
        return 512

    def readinto(self, view):
        self.out += 1
        for i in range(0, 256, 8):
            view[i] = 3000
        return 512

    def over(self):
        if self.out:
            self.out -= 1
            self.handler(self)


class Line:
    """A whole way: a socket on loopback that speaks to the port of a `Voice` with an I2S part."""

    def __init__(self, codec):
        self.clock = Clock()
        self.network = Network({}.get, lambda *_: None)
        self.speaker, self.microphone = Part(), Part()
        sound = Sound(self.speaker, self.microphone, self.clock)
        self.sound = sound
        settings = {"rtp_port": 24600}
        self.voice = Voice(
            self.network, self.clock, sound, settings.get, lambda *_: None, seeded(3)
        )
        self.voice._start = lambda: None
        self.voice._due = self.clock.ms()
        sound.start()
        self.call = Call()
        port = self.voice.port(self.call)
        self.peer = self.network.udp(24300)
        self.call.voice = Said("127.0.0.1", 24300, codec=codec)
        self.voice.media(self.call)
        self.stream = self.voice.stream(self.call)
        self.peer.raw().connect(self.network.encode(("127.0.0.1", port)))
        self.packet = bytearray(172)
        self.packet[0], self.packet[1], self.packet[11] = 0x80, self.call.voice.payload, 9
        self.buffer = bytearray(172)
        self.sent = self.heard = 0

    def speak(self):
        packet, n = self.packet, self.sent
        packet[2], packet[3] = n >> 8 & 255, n & 255
        n *= 160
        packet[5], packet[6], packet[7] = n >> 16 & 255, n >> 8 & 255, n & 255
        self.peer.raw().write(packet)
        self.sent += 1

    def frame(self, lost=False):
        """Let 20 ms pass."""
        if lost:
            self.sent += 1
        else:
            self.speak()
        for _ in range(2):
            self.voice.step()
            self.clock.move(10)
        self.speaker.over()
        self.microphone.over()
        if not self.sent & 3:
            self.speaker.over()
            self.microphone.over()
        if self.peer.raw().readinto(self.buffer):
            self.heard += 1
        self.voice._count = 0  # reports and the like may make objects: twice a second

    def close(self):
        self.call.state = "ended"
        self.voice.media(self.call)
        self.peer.close()


def test_ten_thousand_frames_from_the_socket_to_the_fifo_and_back_make_no_object():
    import micropython  # CPython, which only lists these tests, has none

    for codec in ("G722", "PCMA", "PCMU"):
        line = Line(codec)
        for _ in range(200):
            line.frame()
        assert line.stream.port.locked
        before, played = line.heard, line.speaker.out
        gc.collect()
        micropython.heap_lock()
        try:
            for n in range(_FRAMES):
                line.frame(n % 31 == 7)  # some are lost: they are concealed
                if n == 5000:
                    line.voice.muted = True
        finally:
            micropython.heap_unlock()
        stream = line.stream
        assert stream.source.received > 9500, stream.source.received
        assert stream.jitter.concealed > 200 * 160
        assert line.heard - before > _FRAMES - 10, "ours have reached the other side"
        assert line.sound.microphone.dropped + line.sound.speaker.dropped == 0
        assert played <= 2
        line.close()


class _Meter:
    """Counts the heap's bytes when a packet leaves."""

    def __init__(self, network):
        self.carry = network.carry
        self.used = 0
        network.carry = self

    def __call__(self, sock, data, to):
        self.used = gc.mem_alloc()
        return self.carry(sock, data, to)


def test_the_heap_is_collected_right_after_a_packet_has_left():
    first, second = pair()
    run(first.clock, 1000, first, second)
    second.network.seen.clear()
    meter = _Meter(first.network)
    gc.disable()  # none comes by itself
    try:
        collected = []
        for n in range(250):
            garbage = [bytes(400) for _ in range(5)]
            del garbage
            first.clock.move(10)
            first.voice.step()
            first.clock.move(10)
            before = gc.mem_alloc()
            first.voice.step()
            after = gc.mem_alloc()
            if after < before - 50000:
                collected.append(n)
                assert meter.used >= before, "the packet left before"
    finally:
        gc.enable()
    assert [collected[i + 1] - collected[i] for i in range(len(collected) - 1)] == [100, 100]
