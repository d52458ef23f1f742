"""Runs inside the MicroPython VM, started by voice.py: what a frame of 20 ms costs, step by step.

Prints a line of JSON for each codec: µs a frame of a whole call over loopback (receive, decode,
play, speak, encode, send), and of its parts alone.
"""

import json
import time
from array import array

from base.samples import fill
from hal.network.sim import Network
from media.codecs import DECODERS, Encoders
from media.g722 import Decoder
from media.jitter import Jitter
from media.loops import expand
from media.plc import Concealer
from media.voice import Voice

_FRAMES = 3000


class Clock:
    """Stands still until it is moved."""

    now = 0

    def ms(self):
        return self.now

    def add(self, ticks, delta):
        return (ticks + delta) & 0x3FFFFFFF

    def diff(self, end, start):
        return ((end - start + 0x20000000) & 0x3FFFFFFF) - 0x20000000


class Part:
    delay, fault = 0, ""

    def read(self, frame):
        fill(frame, 0, len(frame), 900)

    def write(self, frame):
        pass


class Call:
    state, direction, remote, voice, remote_hold = "connected", "in", "x", None, False


class Said:
    ip, port, ptime, maxptime, events, comfort = "127.0.0.1", 24300, 20, 0, 101, None
    mux, control, control_ip, direction = False, None, None, "sendrecv"

    def __init__(self, codec):
        self.codec, self.payload = codec, {"PCMU": 0, "PCMA": 8, "G722": 9}[codec]

    def __getattr__(self, name):
        return None


def each(what):
    """Return the µs that ``what()`` takes, the mean of many."""
    begin = time.ticks_us()
    for _ in range(_FRAMES):
        what()
    return time.ticks_diff(time.ticks_us(), begin) / _FRAMES


def call(codec):
    """Return the µs a frame of a call over loopback."""
    clock, network = Clock(), Network({}.get, lambda *_: None)
    seed = [1]

    def bits(n):
        seed[0] = seed[0] * 1103515245 + 12345 & 0x7FFFFFFF
        return seed[0] & (1 << n) - 1

    voice = Voice(network, clock, Part(), {"rtp_port": 24600}.get, lambda *_: None, bits)
    voice._start = lambda: None
    voice._due = 0
    one = Call()
    port, peer = voice.port(one), network.udp(24300)
    one.voice = Said(codec)
    voice.media(one)
    peer.raw().connect(network.encode(("127.0.0.1", port)))
    packet, buffer = bytearray(172), bytearray(172)
    packet[0], packet[1], packet[11] = 0x80, one.voice.payload, 9
    count, took = [0], 0
    for n in range(_FRAMES):
        packet[2], packet[3] = n >> 8 & 255, n & 255
        at = 160 * n
        packet[5], packet[6], packet[7] = at >> 16 & 255, at >> 8 & 255, at & 255
        peer.raw().write(packet)
        begin = time.ticks_us()
        voice.step()
        clock.now += 10
        voice.step()
        took += time.ticks_diff(time.ticks_us(), begin)
        clock.now += 10
        count[0] += peer.raw().readinto(buffer) == 172
    stream = voice.stream(one)
    assert stream.source.received > _FRAMES - 10 and count[0] > _FRAMES - 10, "packets are missing"
    one.state = "ended"
    voice.media(one)
    peer.close()
    return took / _FRAMES


def main():
    samples, coded = array("h", [900] * 320), bytearray(160)
    ring = array("h", bytes(8192))
    for codec in ("PCMU", "PCMA", "G722"):
        wide = 1 if codec == "G722" else 0
        plc, jitter, encode = Concealer(), Jitter(), Encoders().get(codec)
        plc.room(wide)
        plc.reset(wide)
        jitter.widen(wide)
        plc.good(samples, 0, 160 << wide)
        decoder, codes, table = Decoder(), array("h", [0] * 160), DECODERS[codec]

        def decode(table=table, decoder=decoder, codes=codes, wide=wide):
            expand(coded, 0, 160, table, ring, 0, 4095)
            if wide:
                decoder.decode(codes, 0, samples, 0, 160)

        found = {
            "codec": codec,
            "whole": call(codec),
            "encode": each(lambda e=encode: e(samples, 0, coded, 0, 160)),
            "decode": each(decode),
            "conceal": each(lambda p=plc, n=160 << wide: p.lost(samples, 0, n)),
            "buffer": each(lambda j=jitter: j.take(samples, 0)),
        }
        print(json.dumps(found))


main()
