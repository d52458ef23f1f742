"""Sound parts behind a stand-in for machine.I2S with the driver's manners, on a virtual clock."""

import io
import math
from array import array

from support import Clock, only_in_the_vm, raises

from hal.audio import i2s, sim_sound
from hal.audio.duplex import Switch
from hal.audio.i2s import Sound
from hal.audio.silent import Silent
from hal.audio.sim_i2s import BYTES, I2S


class World:
    """A tone for the microphone; what is heard is kept (the last 40 blocks)."""

    def __init__(self, hz=500, loud=3000):
        self.hz, self.loud = hz, loud
        self.at = 0
        self.blocks = []

    def say(self):
        block = bytearray()
        for i in range(256):
            value = int(self.loud * math.sin(2 * math.pi * self.hz * (self.at + i) / 16000))
            block.extend((value & 0xFFFF).to_bytes(2, "little"))
        self.at += 256
        return bytes(block)

    def heard(self, block):
        self.blocks.append(block)
        if len(self.blocks) > 40:
            self.blocks.pop(0)

    def samples(self):
        return array("h", b"".join(self.blocks))


class Bench:
    """A sound part, its world, and time: 16 ms for the DMA, 20 for frames."""

    def __init__(self, world=None, swap=0, begin=0x3FFFFF00, begun=True, size=160):
        self.clock = Clock(begin)
        self.world = world or World()
        self.out, self.into = I2S("tx", self.world), I2S("rx", self.world)
        self.pin = []
        self.sound = Sound(self.out, self.into, self.clock, self.pin.append, swap)
        if begun:
            self.sound.start()
        self.ms = 0
        self.frame = array("h", bytes(2 * size))
        self.got = []
        self.says = None  # (i) -> sample of 8 or 16 kHz; None: what was read
        self.at = 0
        self.frames = True

    def run(self, ms):
        for _ in range(ms // 4):
            if self.ms % 16 == 0:
                self.out.tick()
                self.into.tick()
            if self.ms % 20 == 0 and self.frames:
                self.turn()
            self.ms += 4
            self.clock.move(4)

    def turn(self):
        frame, sound = self.frame, self.sound
        if sound.read(frame):
            self.got.append(bytes(frame))
            if len(self.got) > 100:
                self.got.pop(0)
        if self.says:
            for i in range(len(frame)):
                frame[i] = self.says(self.at + i)
            self.at += len(frame)
        sound.write(frame)

    def read(self):
        return array("h", b"".join(self.got))


def _tone(i):
    return int(3000 * math.sin(2 * math.pi * 500 * i / 8000))


def _power(x, hz, rate):
    real = sum([x[i] * math.cos(2 * math.pi * hz * i / rate) for i in range(len(x))])
    imaginary = sum([x[i] * math.sin(2 * math.pi * hz * i / rate) for i in range(len(x))])
    return 2 * math.sqrt(real * real + imaginary * imaginary) / len(x)


def _steps(x):
    return max([abs(x[i] - x[i - 1]) for i in range(1, len(x))])


def test_the_microphone_is_read_without_a_gap_at_half_the_rate():
    bench = Bench()
    bench.run(1500)
    x = bench.read()[-4000:]
    assert abs(_power(x, 500, 8000) - 3000) < 90, _power(x, 500, 8000)
    assert _steps(x) < 1300  # a sine of 500 Hz and 3000 steps by 1178
    assert bench.sound.microphone.starved == 0 and bench.into.overruns == 0


def test_what_lies_above_the_telephones_band_does_not_fold_into_it():
    bench = Bench(World(6500))
    bench.run(1000)
    assert max(bench.read()[-2000:]) < 30


def test_the_loudspeaker_plays_without_a_gap_at_twice_the_rate():
    bench = Bench()
    bench.says = _tone
    bench.run(2000)
    x = bench.world.samples()[-8000:]
    assert abs(_power(x, 500, 16000) - 3000) < 60
    assert _steps(x) < 650
    assert bench.sound.speaker.underruns == 1 and bench.sound.speaker.dropped == 0


def test_neighbours_are_exchanged_for_the_classic_chip():
    straight, swapped = Bench(), Bench(swap=1)
    for bench in (straight, swapped):
        bench.says = _tone
        bench.run(1000)
    x, y = straight.world.samples(), swapped.world.samples()
    assert len(x) == len(y) and x[-1000] != y[-1000]
    assert [y[i ^ 1] for i in range(len(x))] == list(x)


def _high(i):
    return int(3000 * math.sin(2 * math.pi * 6000 * i / 16000))


def test_frames_of_16_khz_pass_whole_both_ways():
    for swap in (0, 1):
        bench = Bench(World(6500), size=320, swap=swap)
        bench.says = _high
        bench.run(1500)
        assert abs(_power(bench.read()[-8000:], 6500, 16000) - 3000) < 90
        x = bench.world.samples()[-8000:]
        if swap:
            x = [x[i ^ 1] for i in range(len(x))]
        assert abs(_power(x, 6000, 16000) - 3000) < 30
        assert bench.sound.microphone.starved == 0 and bench.sound.speaker.underruns == 1


def test_the_rate_may_change_in_mid_call_without_a_click():
    bench = Bench(World(500), size=320)
    frames = {size: array("h", bytes(2 * size)) for size in (160, 320)}
    bench.says = lambda i: int(3000 * math.sin(2 * math.pi * 500 * i / (50 * len(bench.frame))))
    steps = heard = 0
    for size in (320, 160, 320, 160):
        bench.frame, bench.got = frames[size], []
        bench.at = bench.at * size // 160 if size == 320 else bench.at // 2
        bench.run(1000)
        x = bench.read()
        assert abs(_power(x[-16 * size :], 500, 50 * size) - 3000) < 150, size
        steps = max(steps, _steps(x) * size // 160)
        heard = max(heard, _steps(bench.world.samples()))
    assert steps < 1500, steps  # a sine of 500 Hz goes in steps of 1178 at 8 kHz
    assert heard < 750, heard  # and of 589 at 16


def test_the_handset_is_as_loud_at_16_khz():
    bench = Bench(size=320)
    bench.says = lambda i: 0
    bench.sound.route("handset")
    bench.run(1500)
    assert abs(_power(bench.read()[-8000:], 500, 16000) - 3000 * 3.16) < 300
    own = _power(bench.world.samples()[-8000:], 500, 16000)
    assert abs(own - 3000 * 3.16 * 0.126) < 100, own
    bench.sound.volume(2)
    bench.run(500)
    assert abs(_power(bench.world.samples()[-4000:], 500, 16000) - own / 7.94) < 15


def test_no_third_transfer_is_ever_begun():
    bench = Bench()
    bench.out.lose, bench.into.lose = 7, 5
    bench.says = _tone
    bench.run(5000)
    assert bench.out.dropped == 0 and bench.into.dropped == 0


def test_lost_callbacks_cost_a_moment_and_nothing_more():
    bench = Bench()
    bench.says = _tone
    bench.run(500)
    bench.out.dead = bench.into.dead = True
    bench.run(64)
    bench.out.dead = bench.into.dead = False
    bench.run(1500)
    assert bench.sound.speaker.lost > 0 and bench.sound.microphone.lost > 0
    assert bench.sound.fault == ""
    assert _steps(bench.world.samples()[-8000:]) < 650 and _steps(bench.read()[-4000:]) < 1300


def test_a_dead_part_is_named_and_found_alive_again():
    bench = Bench()
    bench.out.dead = True
    bench.run(3000)
    assert bench.sound.fault == "speaker"
    bench.out.dead, bench.into.dead = False, True
    bench.run(3000)
    assert bench.sound.fault == "microphone"


async def _tested(bench, ms=900):
    """Let the part test itself while virtual time passes; return its fault."""

    async def step(_):
        bench.run(20)

    real, i2s.sleep_ms = i2s.sleep_ms, step
    try:
        await bench.sound.test()
    finally:
        i2s.sleep_ms = real
    return bench.sound.fault


async def test_at_start_a_part_that_gives_no_sign_of_life_is_named():
    for out, into, loud, fault in (
        (False, False, 3000, ""),
        (True, False, 3000, "speaker"),
        (False, True, 3000, "microphone"),
        (True, True, 3000, "speaker microphone"),
        (False, False, 0, "microphone"),  # clocked, but nothing is on its data line
        (False, False, 2, ""),  # its own noise
    ):
        bench = Bench(World(loud=loud), begun=False)
        bench.frames = False
        bench.out.dead, bench.into.dead = out, into
        assert await _tested(bench) == fault, (out, into, loud)
        assert bench.out.dropped == 0 and bench.into.dropped == 0
        assert bench.pin == [0], "the amplifier stays off"


async def test_a_call_that_begins_ends_the_test_without_a_finding():
    bench = Bench(World(loud=0), begun=False)

    async def step(_):
        bench.sound.start()

    real, i2s.sleep_ms = i2s.sleep_ms, step
    try:
        await bench.sound.test()
    finally:
        i2s.sleep_ms = real
    assert bench.sound.fault == "" and bench.sound.microphone.on


async def test_a_simulated_microphone_may_be_still():
    bench = Bench(World(loud=0), begun=False)
    bench.sound = Sound(bench.out, bench.into, bench.clock, noisy=False)
    bench.frames = False
    assert await _tested(bench) == ""


def test_the_first_block_after_a_pause_is_no_lost_callback():
    bench = Bench()
    bench.frames = False
    bench.run(2000)
    slow = []
    bench.out.write = slow.append
    bench.turn()
    bench.clock.move(20)
    bench.turn()
    assert slow and bench.sound.speaker.lost == 0


def test_a_stall_does_not_stay_as_delay():
    bench = Bench()
    bench.says = _tone
    bench.run(1000)
    bench.frames = False
    bench.run(500)
    bench.frames = True
    bench.run(600)
    assert bench.sound.microphone.waiting <= 1024
    assert 0 < bench.sound.speaker.ahead <= 1280
    assert _steps(bench.world.samples()[-6000:]) < 650


def test_the_delay_from_air_to_air_is_what_is_said():
    class Click(World):
        played = echo = 0

        def say(self):
            self.at += 256
            block = bytearray(BYTES)
            if self.at == 256 * 40:
                for i in range(60):
                    block[2 * i + 1] = 0x20 if i & 8 else 0xE0
            return bytes(block)

        def heard(self, block):
            self.played += 1
            if not self.echo and max(array("h", block)) > 1000:
                self.echo = self.played

    worst = 0
    for shift in (0, 4, 8, 12, 16):
        bench = Bench(Click())
        bench.ms = shift
        bench.run(1500)
        worst = max(worst, (bench.world.echo - 40) * 16)
    assert worst <= bench.sound.delay + 32, worst


def test_volume_0_is_silence_8_leaves_everything_and_15_is_limited():
    bench = Bench()
    for level, loud in ((0, 0), (8, 3000), (2, 380), (15, 32767)):
        bench.says = _tone
        bench.sound.volume(level)
        bench.run(1000)
        peak = max(bench.world.samples()[-4000:])
        assert abs(peak - loud) <= loud // 20, (level, peak)
    assert 3000 * 10 < 32767 or min(bench.world.samples()) >= -32768


def test_the_handset_gives_gain_and_a_little_of_ones_own_voice():
    bench = Bench()
    bench.says = lambda i: 0
    bench.sound.route("handset")
    bench.run(1500)
    assert abs(_power(bench.read()[-4000:], 500, 8000) - 3000 * 3.16) < 300
    own = _power(bench.world.samples()[-8000:], 500, 16000)
    assert abs(own - 3000 * 3.16 * 0.126) < 100, own
    bench.sound.muted = True
    bench.run(1000)
    assert max(bench.world.samples()[-8000:]) == 0


def test_the_loudspeakers_own_sound_is_not_sent_back():
    bench = Bench(World(loud=20))  # what the microphone hears of the loudspeaker
    bench.says = _tone
    bench.sound.route("speaker")
    bench.run(2000)
    assert _power(bench.read()[-2000:], 500, 8000) < 60
    assert _power(bench.world.samples()[-4000:], 500, 16000) > 2000


def test_who_speaks_has_the_line():
    switch = Switch()
    for _ in range(50):
        switch.update(45, 45)
    assert switch.near == switch.far
    switch.update(45, 3000)
    assert switch.far == 65536 and switch.near < 1000
    for _ in range(30):
        switch.update(45, 45)
    assert switch.near == switch.far
    switch.update(3000, 45)
    assert switch.near == 65536 and switch.far < 1000
    for _ in range(8):
        switch.update(45, 45)
    assert switch.near == 65536  # between two words
    switch.update(45, 3000)
    switch.update(9000, 3000)
    assert switch.near == 65536  # louder than the loudspeaker: he wants to be heard


def test_a_noise_that_is_always_there_is_no_word_and_a_word_above_it_is():
    for far in (False, True):
        switch = Switch()

        def hears(level, switch=switch, far=far):
            switch.update(45 if far else level, level if far else 45)

        for _ in range(1000):
            hears(300)
        assert switch.near == switch.far, "a fan does not speak"
        hears(900)
        gains = (switch.near, switch.far)
        assert max(gains) == 65536 and gains.index(max(gains)) == far
        for _ in range(20):
            hears(45)
        hears(300)  # the fan was switched off: at once this would be a word
        assert max(switch.near, switch.far) == 65536


def test_stopped_is_quiet_and_begun_again_hears_nothing_old():
    bench = Bench()
    bench.run(500)
    bench.sound.stop()
    bench.frames = False
    bench.run(300)
    bench.world.loud = 0
    bench.run(100)
    bench.sound.start()
    bench.frames, bench.got = True, []
    bench.run(500)
    assert max(bench.read()) < 40
    assert bench.pin == [0, 1, 0, 1]


def test_one_part_alone_works():
    clock, frame = Clock(), array("h", bytes(320))
    for out, into in ((I2S("tx", World()), None), (None, I2S("rx", World())), (None, None)):
        sound = Sound(out, into, clock)
        sound.start()
        sound.read(frame)
        sound.write(frame)
        sound.stop()
        assert sound.fault == ""


def test_the_silent_part_has_the_contract():
    part, frame = Silent(), array("h", [7] * 160)
    part.start()
    part.route("speaker")
    part.volume(3)
    assert part.read(frame) is False and max(frame) == 0
    part.write(frame)
    wide = array("h", [7] * 320)
    assert part.read(wide) is False and max(wide) == 0
    part.stop()
    assert part.delay == 0 and part.fault == ""


def test_wav_files_are_read_over_and_over_and_others_are_refused_with_the_reason():
    body = bytes([i & 255 for i in range(600)])
    wav = sim_sound.Wav(io.BytesIO(sim_sound.header(600) + body))
    assert wav.block() == body[:512] and wav.block() == body[512:] + bytes(424)
    assert wav.block() == body[:512]
    narrow = sim_sound.header(8).replace(b"\x80\x3e\0\0", b"\x40\x1f\0\0") + b"abcdefgh"
    assert sim_sound.Wav(io.BytesIO(narrow)).block()[:18] == b"ababcdcdefefghgh\0\0"
    wide = sim_sound.header(12).replace(b"\x80\x3e\0\0", b"\x80\xbb\0\0") + b"abcdefghijkl"
    assert sim_sound.Wav(io.BytesIO(wide)).block()[:6] == b"abgh\0\0"
    stereo = sim_sound.header(4).replace(b"\x01\0\x01\0", b"\x01\0\x02\0")
    for junk in (b"", b"RIFF    WAVE", b"RIFF    WAVEfmt ", stereo):
        with raises(ValueError):
            sim_sound.Wav(io.BytesIO(junk))


def test_a_loop_speaks_what_it_hears():
    world = sim_sound.World(loop=True)
    assert max(world.say()) == 0
    world.heard(b"a" * BYTES)
    assert world.say() == b"a" * BYTES


@only_in_the_vm
def test_no_frame_allocates():
    import micropython

    class Still:
        def irq(self, handler):
            self.handler = handler

        def write(self, view):
            return 512

        readinto = write

    out, into, clock = Still(), Still(), Clock()
    frames = array("h", bytes(320)), array("h", bytes(640))
    sound = Sound(out, into, clock)
    sound.start()
    sound.route("speaker")
    micropython.heap_lock()
    try:
        for n in range(2000):
            if n & 1:
                sound.route("handset" if n & 2 else "speaker")
            frame = frames[n >> 5 & 1]
            sound.read(frame)
            sound.write(frame)
            out.handler(out)
            into.handler(into)
            into.handler(into)
            clock.move(20)
    finally:
        micropython.heap_unlock()
    assert sound.microphone.at
