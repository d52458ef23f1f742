"""A stand-in for machine.I2S with the manners of the ESP32's driver, and the air around it.

What it does is what `ports/esp32/machine_i2s.c` and its DMA do: 256 frames at a time; one
transfer runs, one waits, a third is dropped though its length is returned; a callback when a
transfer is over, which may be lost; silence when there is nothing to play; the oldest block of a
full input is dropped without a word. `tick` lets 16 ms pass.
"""

BLOCK = 256
BYTES = 512


class I2S:
    """One direction. `world` has ``heard(block)`` and ``say(block)``, `mode` is "tx" or "rx";
    `descriptors` is the length of the DMA's ring.

    `lose` makes every so many callbacks go missing, `dead` all of them. `dropped` counts third
    transfers, `overruns` blocks of the microphone that nobody took, `dry` blocks of silence.
    """

    def __init__(self, mode, world, descriptors=4):
        self.mode, self.world = mode, world
        self.lose, self.dead = 0, False
        self.dropped = self.overruns = self.dry = self.calls = 0
        self._ring = []
        self._size = descriptors if mode == "tx" else descriptors - 1
        self._running = self._waiting = self._handler = None
        self._done = 0  # bytes of the running transfer
        self._silence = bytes(BYTES)

    def irq(self, handler):
        """Call ``handler(self)`` after each transfer."""
        self._handler = handler

    def write(self, buffer):
        """Begin to play `buffer`, which must stay as it is until then; return its length."""
        self._transfer(buffer)
        return len(buffer) * 2

    readinto = write

    def _transfer(self, buffer):
        if self._running is None:
            self._running, self._done = buffer, 0
        elif self._waiting is None:
            self._waiting = buffer
        else:
            self.dropped += 1

    def tick(self):
        """Let 16 ms pass: one block is played or recorded."""
        if self.mode == "tx":
            self._work()
            block = self._ring.pop(0) if self._ring else None
            self.dry += block is None
            self.world.heard(block or self._silence)
        else:
            self._ring.append(self.world.say())
            if len(self._ring) > self._size:
                self._ring.pop(0)
                self.overruns += 1
        self._work()

    def _work(self):
        """Do what the driver's task does: copy between the ring and the running transfer."""
        while self._running is not None:
            size = len(self._running) * 2
            if self.mode == "tx":
                if len(self._ring) >= self._size:
                    return
                data = bytes(self._running)[self._done : self._done + BYTES]
                self._ring.append(data + bytes(BYTES - len(data)))
            else:
                if not self._ring:
                    return
                block = self._ring.pop(0)
                for i in range(min(BYTES, size - self._done) // 2):
                    at = self._done // 2 + i
                    value = block[2 * i] | block[2 * i + 1] << 8
                    self._running[at] = value - 65536 if value > 32767 else value
            self._done += BYTES
            if self._done >= size:
                self._over()

    def _over(self):
        self._running, self._waiting, self._done = self._waiting, None, 0
        self.calls += 1
        lost = self.dead or (self.lose and self.calls % self.lose == 0)
        if self._handler and not lost:
            self._handler(self)

    def deinit(self):
        """Let the running transfers end."""
        self._running = self._waiting = None
