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


class _Driver:
    """A machine.I2S by hand: what it was given waits until the test says that it is over."""

    def __init__(self):
        self.given = []

    def irq(self, handler):
        self.handler = handler

    def write(self, view):
        self.given.append(bytes(view))
        return len(view)

    def readinto(self, view):
        self.given.append(view)
        return len(view)

    def over(self, times=1):
        for _ in range(times):
            self.handler(self)


def _blocks(driver):
    """Return the blocks that were given to a loudspeaker, as samples."""
    return [array("h", x) for x in driver.given]


def test_what_is_written_follows_a_block_of_silence_and_is_whole_over_the_rings_end():
    clock, driver = Clock(), _Driver()
    speaker = i2s.Loudspeaker(driver, clock)
    count = 0
    for _ in range(40):  # 12,800 samples: six times round the ring
        speaker.write(array("h", [count + i + 1 for i in range(320)]))
        count += 320
        clock.move(20)
        driver.over(2)
    heard = array("h", b"".join(driver.given))
    assert list(heard[:256]) == [0] * 256, "what the DMA is ahead by"
    assert list(heard[256:]) == list(range(1, len(heard) - 255))
    assert len(heard) > 12000 and speaker.underruns == 1 and speaker.dropped == 0


def test_no_more_than_two_blocks_are_with_the_driver_and_80_ms_on_their_way():
    clock, driver = Clock(), _Driver()
    speaker = i2s.Loudspeaker(driver, clock)
    frame = array("h", [1] * 320)
    for _ in range(9):
        speaker.write(frame)
    assert len(driver.given) == 2 and speaker.out == 2
    assert speaker.dropped > 0 and speaker.ahead <= 1280 + 320
    waiting = speaker.waiting
    driver.over()
    assert len(driver.given) == 3 and speaker.waiting == waiting - 256
    # once 20 ms have been played there is room for 20 ms
    dropped = speaker.dropped
    while speaker.ahead > 1280:
        clock.move(20)
        speaker.write(frame)
    assert speaker.dropped >= dropped


def test_a_pause_costs_one_block_of_silence_however_long_it_is():
    clock, driver = Clock(0x3FFFFF00), _Driver()
    speaker = i2s.Loudspeaker(driver, clock)
    frame = array("h", [7] * 320)
    for pause in (20, 2000, 700_000):
        for _ in range(5):
            speaker.write(frame)
            clock.move(20)
            driver.over(2)
        before, driver.given[:] = speaker.underruns, []
        clock.move(pause)
        driver.over(2)
        speaker.write(frame)
        driver.over(2)
        assert speaker.underruns == before + 1, pause
        first = [x for block in _blocks(driver) for x in block]
        assert first.count(0) == 256, pause


def test_silence_fills_a_whole_block_wherever_the_ring_stands():
    for at in (0, 320, 1600, 1920):
        clock, driver = Clock(), _Driver()
        speaker = i2s.Loudspeaker(driver, clock)
        for i in range(2048):
            speaker.ring[i] = 9
        speaker.to = at
        speaker.silence()
        zeros = [i for i in range(2048) if not speaker.ring[i]]
        assert zeros == sorted([(at + i) % 2048 for i in range(256)]), at
        assert speaker.to == (at + 256) % 2048 and speaker.ahead == 255
        assert speaker.waiting + 256 * speaker.out == 256


def test_no_silence_is_sent_where_it_has_no_room():
    clock, driver = Clock(), _Driver()
    speaker = i2s.Loudspeaker(driver, clock)
    for _ in range(20):
        speaker.silence()
    assert speaker.waiting + 256 * speaker.out == 2048 and len(driver.given) == 2


def test_a_callback_counts_as_lost_after_100_ms_and_ten_in_a_row_as_a_dead_part():
    clock, driver = Clock(0x3FFFFFF0), _Driver()
    speaker = i2s.Loudspeaker(driver, clock)
    speaker.silence()
    clock.move(100)
    speaker.watch()
    assert speaker.lost == speaker.dead == 0 and speaker.out == 1
    clock.move(1)
    speaker.watch()
    assert speaker.lost == speaker.dead == 1 and speaker.out == 0
    clock.move(500)
    speaker.watch()
    assert speaker.lost == 1, "the driver has nothing"
    for n in range(8):
        speaker.silence()
        clock.move(101)
        speaker.watch()
        speaker.watch()
        assert speaker.lost == speaker.dead == n + 2
    speaker.silence()
    speaker.silence()
    clock.move(60)
    driver.over()
    assert speaker.dead == 0 and speaker.lost == 9
    clock.move(60)
    speaker.watch()
    assert speaker.lost == 9, "one came 60 ms ago"
    sound = Sound(_Driver(), None, clock)
    for n in range(10):
        assert sound.fault == "", n
        sound.speaker.silence()
        clock.move(101)
        sound.speaker.watch()
    assert sound.fault == "speaker"


def test_a_lost_callback_gives_the_driver_the_next_blocks_where_the_part_is_on():
    for on in (True, False):
        clock, driver = Clock(), _Driver()
        microphone = i2s.Microphone(driver, clock)
        microphone.start()
        microphone.on = on
        assert len(driver.given) == microphone.out == 2
        clock.move(101)
        microphone.watch()
        assert len(driver.given) == (4 if on else 2) and microphone.lost == 1
        assert microphone.out == (2 if on else 0)


def _fill(driver, number):
    """Fill the oldest block that the driver has with a number."""
    view = driver.given.pop(0)
    for i in range(256):
        view[i] = number
    driver.over()


def test_the_microphone_is_read_in_its_order_over_the_rings_end():
    clock, driver = Clock(), _Driver()
    microphone, out = i2s.Microphone(driver, clock), array("h", bytes(800))
    microphone.start()
    got = []
    for n in range(60):
        _fill(driver, n)
        while microphone.waiting >= (320 if got else 576):
            assert microphone.read(out, 40)
            assert list(out[:40]) == [0] * 40 and list(out[360:]) == [0] * 40
            got.extend(out[40:360])
    # four blocks are what the DMA has kept from before; the rest has no gap
    wanted = [n for n in range(4, 60) for _ in range(256)]
    assert got == wanted[: len(got)] and len(got) > len(wanted) - 640
    assert microphone.starved == microphone.dropped == 0


def test_reading_begins_with_a_frame_and_a_block_and_goes_on_with_frames():
    clock, driver = Clock(), _Driver()
    microphone, out = i2s.Microphone(driver, clock), array("h", bytes(640))
    microphone.start()
    for n in range(4 + 2):
        _fill(driver, n)
    assert microphone.waiting == 512 and not microphone.read(out, 0)
    _fill(driver, 6)
    assert microphone.read(out, 0) and microphone.read(out, 0) and microphone.waiting == 128
    assert not microphone.read(out, 0) and microphone.starved == 1
    assert not microphone.read(out, 0) and microphone.starved == 1, "it begins anew"
    _fill(driver, 7)
    assert microphone.waiting == 384 and not microphone.read(out, 0)
    _fill(driver, 8)
    assert microphone.read(out, 0)


def test_of_what_waits_too_long_the_oldest_is_dropped():
    clock, driver = Clock(), _Driver()
    microphone, out = i2s.Microphone(driver, clock), array("h", bytes(640))
    microphone.start()
    for n in range(4 + 6):
        _fill(driver, n)
    assert microphone.waiting == 1024 and microphone.dropped == 2
    assert microphone.read(out, 0) and set(out[:256]) == {6}


def test_what_was_recorded_before_a_call_is_not_heard_in_the_next():
    clock, driver = Clock(), _Driver()
    microphone, out = i2s.Microphone(driver, clock), array("h", bytes(640))
    for begin in (0, 100, 200):
        microphone.start()
        for n in range(begin, begin + 12):
            _fill(driver, n)
            if microphone.read(out, 0):
                assert min(out) >= begin + 4
        microphone.on = False
        _fill(driver, 0)
        assert len(driver.given) == 1, "nobody listens any more"


def test_a_part_is_still_where_all_it_gives_is_one_number():
    microphone = i2s.Microphone(_Driver(), Clock())
    for value in (0, -1, 500):
        for i in range(2048):
            microphone.ring[i] = value
        assert microphone.still()
        microphone.ring[1234] = value + 1
        assert not microphone.still()


async def test_after_its_test_a_part_is_off_until_a_call_begins():
    bench = Bench(begun=False)
    bench.frames = False
    assert await _tested(bench) == "" and not bench.sound.microphone.on
    given = bench.sound.microphone.block
    bench.run(300)
    assert bench.sound.microphone.block == given and not bench.sound.microphone.out
    bench.sound.start()
    bench.frames = True
    bench.run(500)
    assert len(bench.got) > 10 and bench.sound.fault == ""


# -- who has the line -----------------------------------------------------------------------------


def _gains(switch, near, far, frames=1):
    for _ in range(frames):
        switch.update(near, far)
    return {65536: "open", 23200: "half", 650: "shut"}[switch.near], {
        65536: "open", 23200: "half", 650: "shut",
    }[switch.far]  # fmt: skip


def test_the_line_is_whoevers_speaks_and_the_louder_ones_where_both_do():
    switch = Switch()
    assert (switch.near, switch.far) == (23200, 23200)
    assert _gains(switch, 40, 40) == ("half", "half")
    assert _gains(switch, 3000, 0) == ("open", "shut")
    assert _gains(switch, 3000, 2900) == ("open", "shut"), "he goes on, and is the louder one"
    assert _gains(switch, 0, 2900) == ("shut", "open"), "he has stopped"
    assert _gains(switch, 2800, 2900) == ("shut", "open"), "that may be the loudspeaker's own"
    assert _gains(switch, 2900, 2900) == ("open", "shut"), "that is not"
    switch.reset()
    assert _gains(switch, 3000, 3000) == ("shut", "open"), "who begins at once with the other"


def test_a_way_stays_open_for_ten_frames_after_its_last_word():
    for near, far in ((3000, 0), (0, 3000)):
        switch = Switch()
        way = _gains(switch, near, far)
        assert _gains(switch, 0, 0, 10) == way
        assert _gains(switch, 0, 0) == ("half", "half")


def test_a_word_is_twice_as_loud_as_what_is_always_there():
    for level, word in ((83, True), (82, False), (40, False), (41, False)):
        switch = Switch()
        assert (_gains(switch, level, 0) == ("open", "shut")) is word, level
        switch = Switch()
        assert (_gains(switch, 0, level) == ("shut", "open")) is word, level


def test_noise_is_followed_up_slowly_and_down_at_once():
    switch = Switch()
    assert _gains(switch, 400, 0) == ("open", "shut")
    n = 1
    while _gains(switch, 400, 0) == ("open", "shut"):
        n += 1
    assert 60 < n < 200, "two seconds are a long word"
    _gains(switch, 0, 0)
    assert _gains(switch, 100, 0) == ("open", "shut"), "quiet: a small word is one"


def test_each_step_of_the_volume_is_3_db_and_8_leaves_everything_as_it_is():
    heard = []
    for level in range(16):
        clock, driver = Clock(), _Driver()
        sound = Sound(driver, None, clock)
        sound.volume(level)
        for _ in range(10):
            sound.write(array("h", [400] * 160))
            clock.move(20)
            driver.over(2)
        heard.append(max(_blocks(driver)[-1]))
    assert heard[0] == 0 and abs(heard[8] - 400) < 5
    for level in range(1, 16):
        assert abs(heard[level] - 400 * 10 ** (3 * (level - 8) / 20)) < 3 + heard[level] // 40, (
            level
        )


def test_a_way_through_each_part_has_its_own_gain():
    # dB: +10 for what is held to the mouth, +24 for who stands in the room
    for route, db in (("", 0), ("handset", 10), ("headset", 10)):
        bench = Bench(World(loud=500))
        bench.says = lambda i: 0
        bench.sound.route(route)
        bench.run(1500)
        wanted = 500 * 10 ** (db / 20)
        assert abs(_power(bench.read()[-4000:], 500, 8000) - wanted) < wanted / 20, route
    bench = Bench(World(loud=500))
    bench.says = lambda i: 0
    bench.sound.route("speaker")
    bench.run(400)
    wanted = 500 * 10 ** (24 / 20)
    assert abs(_power(bench.read()[-800:], 500, 8000) - wanted) < wanted / 8


def test_80_ms_may_be_on_their_way_to_the_loudspeaker():
    clock, driver = Clock(), _Driver()
    speaker = i2s.Loudspeaker(driver, clock)
    frame = array("h", [1] * 320)
    dropped = []
    for _ in range(7):
        speaker.write(frame)
        dropped.append(speaker.dropped)
    assert dropped == [0, 0, 0, 0, 1, 2, 3], (
        "16 ms of silence and three frames are less, four more"
    )
    clock.move(20)
    speaker.write(frame)
    assert speaker.dropped == 3, "20 ms were played"
    speaker.write(frame)
    assert speaker.dropped == 4


def test_the_time_for_a_callback_begins_with_the_block_that_is_waited_for():
    clock, driver = Clock(), _Driver()
    speaker = i2s.Loudspeaker(driver, clock)
    clock.move(5000)
    speaker.silence()
    speaker.watch()
    assert speaker.lost == 0, "nothing was waited for before"
    clock.move(90)
    speaker.silence()  # which puts off nothing
    clock.move(11)
    speaker.watch()
    assert speaker.lost == 1 and speaker.out == 0


def test_a_microphone_takes_nothing_before_its_start_and_lost_blocks_count_as_heard():
    clock, driver = Clock(), _Driver()
    microphone = i2s.Microphone(driver, clock)
    driver.over(3)
    assert driver.given == [] and microphone.out == 0
    microphone.start()
    for n in range(4):
        assert (microphone.stale, microphone.waiting) == (max(0, 4 - 2 * n), max(0, n - 2) * 512)
        clock.move(101)
        microphone.watch()
    assert microphone.lost == 4 and microphone.waiting == 1024


class _Offset(World):
    """A microphone whose silence is not 0, as the INMP441's is not."""

    def say(self):
        return (1000).to_bytes(2, "little") * 256


def test_a_steady_offset_of_the_microphone_is_not_sent_at_either_rate():
    for size in (160, 320):
        bench = Bench(_Offset(), size=size)
        bench.run(1500)
        heard = bench.read()[-5 * size :]
        assert len(heard) == 5 * size and max(abs(x) for x in heard) < 30, (size, max(heard))
