"""What a simulated phone speaks and hears: WAV files, or its own voice in a loop.

``in.wav,out.wav`` speaks the one, over and over, and writes the other, at 16 kHz; either may be
empty. ``loop`` speaks what it hears. Both go through the real part, `hal.audio.i2s`, on stand-ins
for the driver (`hal.audio.sim_i2s`).
"""

import asyncio

from base.compat import const, sleep_ms
from hal.audio.i2s import Sound
from hal.audio.silent import Silent
from hal.audio.sim_i2s import BYTES, I2S

_RATE = const(16000)
_MS = const(16)


def _number(data, at, size):
    return int.from_bytes(data[at : at + size], "little")


def read_wav(data):
    """Return the samples of a WAV file (16 bits, mono; 8, 16 or 48 kHz) as bytes of 16 kHz.

    ValueError says what it is instead.
    """
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise ValueError("no WAV file")
    at, rate = 12, 0
    while at + 8 <= len(data):
        kind, size = data[at : at + 4], _number(data, at + 4, 4)
        if kind == b"fmt ":
            rate = _number(data, at + 12, 4)
            if _number(data, at + 10, 2) != 1 or _number(data, at + 22, 2) != 16:
                raise ValueError("a WAV file must be mono, 16 bits")
        elif kind == b"data":
            samples = data[at + 8 : at + 8 + size]
            if rate == _RATE:
                return samples
            if rate == 8000:
                return b"".join([samples[i : i + 2] * 2 for i in range(0, len(samples), 2)])
            if rate == 48000:
                return b"".join([samples[i : i + 2] for i in range(0, len(samples), 6)])
            raise ValueError("a WAV file must have 8, 16 or 48 kHz")
        at += 8 + size + (size & 1)
    raise ValueError("a WAV file without sound")


def header(size):
    """Return the header of a WAV file of 16 kHz, mono, 16 bits, with `size` bytes of samples."""
    return (
        b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0"
        + _RATE.to_bytes(4, "little") + (2 * _RATE).to_bytes(4, "little") + b"\x02\0\x10\0data"
        + size.to_bytes(4, "little")
    )  # fmt: skip


class World:
    """The air: `say` gives blocks for the microphone, `heard` takes the loudspeaker's."""

    def __init__(self, spoken=b"", written=None, loop=False):
        self._spoken = spoken
        self._at = 0
        self._file = written
        self._size = 0
        self._loop = [] if loop else None
        if written:
            written.write(header(0))

    def say(self):
        """Return what the microphone hears in the next 16 ms."""
        if self._loop is not None:
            return self._loop.pop(0) if self._loop else bytes(BYTES)
        if not self._spoken:
            return bytes(BYTES)
        block = self._spoken[self._at : self._at + BYTES]
        self._at += BYTES
        if self._at >= len(self._spoken):
            self._at = 0
        return block + bytes(BYTES - len(block))

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


class SimSound(Sound):
    """The I2S part in a simulated world, whose time is the host's. `words` are of ``--audio``."""

    def __init__(self, words, clock):
        spoken, _, written = words.partition(",")
        if words == "loop":
            self.world = World(loop=True)
        else:
            data = b""
            if spoken:
                with open(spoken, "rb") as file:
                    data = read_wav(file.read())
            self.world = World(data, open(written, "wb") if written else None)
        self.outs, self.ins = I2S("tx", self.world), I2S("rx", self.world)
        self._clock = clock
        super().__init__(self.outs, self.ins, clock)

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

    def flush(self):
        """Let the file of what was heard be whole."""
        self.world.flush()

    def begin(self):
        """Start `serve` as a task."""
        asyncio.create_task(self.serve())
