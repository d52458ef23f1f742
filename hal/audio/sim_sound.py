"""What a simulated phone speaks and hears: WAV files, or its own voice in a loop.

``in.wav,out.wav`` speaks the one, over and over, and writes the other, at 16 kHz; either may be
empty. ``loop`` speaks what it hears, ``udp:PORT`` is the host's sound card. All go through the
real part, `hal.audio.i2s`, on stand-ins for the driver (`hal.audio.sim_i2s`).
"""

import asyncio

from base.compat import const, sleep_ms
from hal.audio.i2s import Sound
from hal.audio.silent import Silent
from hal.audio.sim_card import Card
from hal.audio.sim_i2s import BYTES, I2S

_RATE = const(16000)
_MS = const(16)


def _number(data, at, size):
    return int.from_bytes(data[at : at + size], "little")


class Wav:
    """A WAV file (16 bits, mono; 8, 16 or 48 kHz) that is read over and over, as 16 kHz.

    ValueError says what it is instead. It stays on the disk: a phone's heap is small.
    """

    def __init__(self, file):
        self._file = file
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise ValueError("no WAV file")
        rate = 0
        while True:
            kind = file.read(8)
            if len(kind) < 8:
                raise ValueError("a WAV file without sound")
            size = _number(kind, 4, 4)
            if kind[:4] == b"data":
                break
            body = file.read(size + (size & 1))
            if kind[:4] == b"fmt ":
                rate = _number(body, 4, 4)
                if _number(body, 2, 2) != 1 or _number(body, 14, 2) != 16:
                    raise ValueError("a WAV file must be mono, 16 bits")
        if rate not in (8000, _RATE, 48000):
            raise ValueError("a WAV file must have 8, 16 or 48 kHz")
        self._rate = rate
        self._begin, self._size, self._left = file.tell(), size, size

    def block(self):
        """Return the next 256 samples."""
        wanted = BYTES * self._rate // _RATE
        data = self._file.read(min(wanted, self._left))
        self._left -= len(data)
        if len(data) < wanted:
            data += bytes(wanted - len(data))
            self._left = 0
        if self._left <= 0:
            self._file.seek(self._begin)
            self._left = self._size
        if self._rate == _RATE:
            return data
        out = bytearray(BYTES)
        for i in range(0, BYTES, 2):
            at = i // 4 * 2 if self._rate == 8000 else 3 * i
            out[i], out[i + 1] = data[at], data[at + 1]
        return out


def header(size):
    """Return the header of a WAV file of 16 kHz, mono, 16 bits, with `size` bytes of samples."""
    return (
        b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0"
        + _RATE.to_bytes(4, "little") + (2 * _RATE).to_bytes(4, "little") + b"\x02\0\x10\0data"
        + size.to_bytes(4, "little")
    )  # fmt: skip


class World:
    """The air: `say` gives blocks for the microphone, `heard` takes the loudspeaker's."""

    def __init__(self, spoken=None, written=None, loop=False):
        self._spoken = spoken
        self._file = written
        self._size = 0
        self._loop = [] if loop else None
        if written:
            written.write(header(0))

    def say(self):
        """Return what the microphone hears in the next 16 ms."""
        if self._loop is not None:
            return self._loop.pop(0) if self._loop else bytes(BYTES)
        return self._spoken.block() if self._spoken else bytes(BYTES)

    def heard(self, block):
        """Take what was played in 16 ms."""
        if self._loop is not None and len(self._loop) < 2:
            self._loop.append(block)
        if self._file:
            self._file.write(block)
            self._size += len(block)
            if self._size % (60 * BYTES) == 0:
                self.flush()

    def flush(self):
        """Let the file be whole, as far as it goes."""
        if self._file:
            self._file.seek(0)
            self._file.write(header(self._size))
            self._file.seek(0, 2)
            self._file.flush()


class NoSound(Silent):
    """A simulated phone without ``--audio``."""

    def begin(self):
        """Nothing begins."""

    flush = begin

    def kill(self, name, on):
        """Nothing can die."""


class SimSound(Sound):
    """The I2S part in a simulated world, whose time is the host's. `words` are of ``--audio``."""

    def __init__(self, words, clock):
        spoken, _, written = words.partition(",")
        if words.startswith("udp:"):
            self.world = Card(int(words[4:]))
        elif words == "loop":
            self.world = World(loop=True)
        else:
            wav = Wav(open(spoken, "rb")) if spoken else None
            self.world = World(wav, open(written, "wb") if written else None)
        self.outs, self.ins = I2S("tx", self.world), I2S("rx", self.world)
        self._clock = clock
        super().__init__(self.outs, self.ins, clock, noisy=False)

    async def serve(self):
        """Let the driver's time pass, for ever."""
        clock, passed = self._clock, 0
        begin = clock.ms()
        while True:
            await sleep_ms(4)
            now = clock.diff(clock.ms(), begin) // _MS
            while passed < now:
                passed += 1
                self.outs.tick()
                self.ins.tick()
            if passed > 10000:
                begin, passed = clock.add(begin, passed * _MS), 0

    def kill(self, name, on):
        """Let the "speaker" or the "microphone" give no sign of life any more."""
        (self.outs if name == "speaker" else self.ins).dead = on

    def flush(self):
        """Let the file of what was heard be whole."""
        self.world.flush()

    def begin(self):
        """Start `serve` as a task."""
        asyncio.create_task(self.serve())
