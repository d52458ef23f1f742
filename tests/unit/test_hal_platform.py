"""What only a board adds to the phone: time zone, time, new software on trial, memory."""

import asyncio
import os

import fakechip  # before what needs the chip's modules
import fakes
from support import folder, until

from hal import fit, platform
from hal.clock import ntp
from hal.clock.ntp import Keeper
from hal.clock.sntp import Refused
from hal.memory.regions import Regions
from hal.memory.sim import Memory
from hal.storage.trial import Trial

ONLY = "micropython"


class _Clock:
    def __init__(self):
        self.zones, self.times, self.told = [], [], []

    def zone(self, text):
        if text == "bad":
            raise ValueError("no zone")
        self.zones.append(text)

    def set(self, seconds):
        self.times.append(seconds)

    def time(self):
        return self.times[-1] if self.times else None


def _keeper(**settings):
    clock, lines = _Clock(), []

    async def nobody(name):
        raise OSError("no name server")

    def log(*line):
        lines.append(line)

    def known():
        clock.told.append(clock.times[:])

    keeper = Keeper(clock, None, nobody, settings.get, log, known)
    return keeper, clock, lines


def _folder(*names):
    root = folder("trial")
    try:
        os.mkdir(root)
    except OSError:
        pass
    for name in names:
        open(root + "/" + name, "w").close()
    return root


def _clean(root):
    for name in os.listdir(root):
        os.remove(root + "/" + name)
    os.rmdir(root)


def test_software_that_comes_up_is_confirmed():
    root = _folder("trial1", "other")
    trial = Trial(root)
    assert trial.look(False, 2000) and not trial.over
    assert trial.look(True, 2000) and trial.over
    assert os.listdir(root) == ["other"]
    _clean(root)


def test_where_the_flash_takes_no_change_software_that_comes_up_is_confirmed_later():
    root = _folder()
    os.mkdir(root + "/trial1")  # which cannot be removed as a file
    trial = Trial(root)
    assert trial.look(True, 2000) and not trial.over
    assert trial.look(True, 999_999) and not trial.over, "it is up: no reason to start again"
    os.rmdir(root + "/trial1")
    open(root + "/trial1", "w").close()
    assert trial.look(True, 2000) and trial.over
    _clean(root)


def test_without_a_trial_there_is_nothing_to_look_at():
    root = _folder("complete")
    assert Trial(root).over
    _clean(root)
    assert Trial(root).over and Trial(root).look(False, 999_999)


def test_software_that_never_comes_up_has_three_minutes():
    root = _folder("trial1")
    trial, passed = Trial(root), 0
    while trial.look(False, 2000):
        passed += 2000
    assert passed == 180_000 and os.listdir(root) == ["trial1"]
    _clean(root)


def test_the_zone_of_the_settings_is_set_and_a_wrong_one_is_logged():
    for settings, zone in (
        (
            {"timezone": "CET-1CEST,M3.5.0,M10.5.0/3", "utc_offset": 0},
            "CET-1CEST,M3.5.0,M10.5.0/3",
        ),
        ({"timezone": "", "utc_offset": -3600}, -3600),
        ({"timezone": "", "utc_offset": 0}, 0),
    ):
        keeper, clock, _ = _keeper(**settings)
        keeper.zone()
        assert clock.zones == [zone]
    keeper, clock, lines = _keeper(timezone="bad")
    keeper.zone()
    assert clock.zones == [] and lines


def _serving(clock, keeper):
    """Let each question have an answer; return the times of day in seconds at which they came."""
    asked, day = [], [0]

    async def query(network, ip, cookie):
        asked.append(day[0])
        return 1_790_000_000

    async def resolve(name):
        return "192.0.2.1"

    keeper._resolve = resolve
    return asked, day, query


async def _days(keeper, day, seconds):
    for _ in range(0, seconds, 2):
        day[0] += 2
        await keeper.passed(2)


async def test_the_time_is_asked_for_again_when_no_server_answers_but_not_within_15_s():
    """RFC 4330 section 10."""
    asked, day = [], [0]
    keeper, clock, lines = _keeper(ntp_server="pool.example")

    async def resolve(name):
        asked.append(day[0])
        raise OSError("no address for " + name)

    keeper._resolve = resolve
    await _days(keeper, day, 100)
    gaps = [asked[n + 1] - asked[n] for n in range(len(asked) - 1)]
    assert asked[0] == 2 and len(asked) > 5 and min(gaps) >= 15, asked
    assert clock.times == clock.told == [] and len(lines) == len(asked)


async def test_a_time_server_that_gives_none_is_asked_slower_and_slower():
    async def day_of(error):
        asked, day = [], [0]
        keeper, clock, lines = _keeper(ntp_server="pool.example")

        async def query(network, ip, cookie):
            asked.append(day[0])
            raise error

        async def resolve(name):
            return "192.0.2.1"

        keeper._resolve = resolve
        before, ntp.query = ntp.query, query
        try:
            await _days(keeper, day, 86400)
            count = len(asked)
            keeper.soon()
            await _days(keeper, day, 2)
        finally:
            ntp.query = before
        assert asked[-1] == day[0] and len(asked) == count + 1, "another server is asked at once"
        return count

    assert 90 < await day_of(OSError("no answer")) < 125
    assert await day_of(Refused("RATE")) == 24


async def test_the_time_is_asked_for_every_six_hours_and_told_of_when_it_is_first_known():
    keeper, clock, _ = _keeper(ntp_server="pool.example")
    asked, day, query = _serving(clock, keeper)
    before, ntp.query = ntp.query, query
    try:
        await _days(keeper, day, 13 * 3600)
    finally:
        ntp.query = before
    assert [x // 3600 for x in asked] == [0, 0, 6, 12]
    assert 60 <= asked[1] - asked[0] <= 62, "the first one is confirmed soon"
    assert clock.times == [1_790_000_000] * 4 and clock.told == [[1_790_000_000]]


async def test_one_server_that_is_wrong_by_years_is_not_believed():
    async def day_of(*answers):
        answers, asked, day = list(answers), [], [0]
        keeper, clock, lines = _keeper(ntp_server="pool.example")

        async def query(network, ip, cookie):
            asked.append(day[0])
            return answers.pop(0) if len(answers) > 1 else answers[0]

        async def resolve(name):
            return "192.0.2.1"

        keeper._resolve = resolve
        before, ntp.query = ntp.query, query
        try:
            await _days(keeper, day, 25 * 3600)
        finally:
            ntp.query = before
        return clock.times, asked

    right, wrong = 1_790_000_000, 2_500_000_000
    times, asked = await day_of(right, right, wrong, right)  # in the midst of the day
    assert set(times) == {right} and asked[3] - asked[2] == 16 and len(asked) < 8
    times, asked = await day_of(right, right, wrong, wrong + 500_000_000, wrong)
    assert times[:2] == [right, right] and times[2:] == [wrong] * (len(times) - 2)
    assert asked[5] - asked[2] == 48, "two that agree are believed"
    times, asked = await day_of(wrong, right)  # the first of all
    assert times[0] == wrong and times[1] == right and asked[2] < 120
    times, asked = await day_of(right, right + 900)  # a clock that was badly off
    assert times[1] == right + 900 and len(asked) == 6


async def test_another_time_server_is_asked_at_once():
    keeper, clock, _ = _keeper(ntp_server="pool.example")
    asked, day, query = _serving(clock, keeper)
    before, ntp.query = ntp.query, query
    try:
        await _days(keeper, day, 20)
        keeper.soon()
        await _days(keeper, day, 20)
    finally:
        ntp.query = before
    assert asked == [2, 22]


async def test_each_question_for_the_time_has_a_cookie_that_nobody_can_guess():
    seen = []

    async def query(network, ip, cookie):
        seen.append(cookie)
        return 1_790_000_000

    async def resolve(name):
        return "192.0.2.1"

    before, ntp.query = ntp.query, query
    try:
        for _ in range(20):
            keeper, clock, _lines = _keeper(ntp_server="pool.example")
            keeper._resolve = resolve
            await keeper.passed(2)
            assert clock.times == [1_790_000_000]
    finally:
        ntp.query = before
    assert len(set(seen)) == 20 and all(len(x) == 8 for x in seen)


class _Platform(platform.Platform):
    def __init__(self):
        self.watchdog = None
        self.ringer = fakes.PWM()
        self.said = []
        self.ringer.quiet = lambda: self.said.append("quiet")


def test_a_phone_that_is_stopped_while_it_rings_is_quiet():
    part = _Platform()
    part.release()
    assert part.said == ["quiet"]


class _Dog:
    fed = 0

    def start(self):
        pass

    def feed(self):
        self.fed += 1
        if self.fed == 5:
            raise OSError("enough")


class _Phone:
    class network:
        up = True

    def __init__(self):
        self.lines = []

    def log(self, *line):
        self.lines.append(line)

    def came_up(self):
        return False


async def _guarded(phone, trial):
    async def at_once(_):
        pass

    part = _Platform()
    part.watchdog = _Dog()
    good, platform.sleep_ms = platform.sleep_ms, at_once
    try:
        await part.guard(phone, trial)
    except OSError:
        pass
    finally:
        platform.sleep_ms = good
    return part


async def test_the_watchdog_is_fed_whatever_fails_beside_it():
    class Failing:
        @property
        def over(self):
            raise MemoryError

    phone = _Phone()
    part = await _guarded(phone, Failing())
    assert part.watchdog.fed == 5 and phone.lines


async def test_a_server_that_keeps_the_clock_waiting_does_not_keep_the_watchdog_waiting():
    """A name server that cuts its answers off and takes no TCP costs longer than its patience."""
    asked, phone, part = [], _Phone(), _Platform()

    class Keeper:
        async def passed(self, seconds):
            asked.append(seconds)
            if len(asked) < 3:
                raise MemoryError
            await asyncio.sleep(1000)

    async def at_once(_):
        await asyncio.sleep(0)

    good, platform.sleep_ms = platform.sleep_ms, at_once
    try:
        task = asyncio.create_task(part.punctual(phone, Keeper()))
        await until(lambda: len(asked) == 3)
        task.cancel()
        assert len(phone.lines) == 2  # what fails is told, and tried again
    finally:
        platform.sleep_ms = good

    class Over:
        over = True

    part = await _guarded(phone, Over())
    assert part.watchdog.fed == 5


async def test_new_software_that_does_not_come_up_restarts_the_board():
    class Over:
        over = False

        def look(self, up, ms):
            return False

    before = fakechip.Machine.resets
    await _guarded(_Phone(), Over())
    assert fakechip.Machine.resets > before


_SMALL = [(7288, 0, 0, 0), (180_000, 90_000, 60_000, 70_000)]
_LARGE = _SMALL + [(2_097_000, 2_000_000, 1_900_000, 1_800_000)]


def test_a_chip_that_cannot_hold_the_software_is_told_which_firmware_it_needs():
    board = fakechip.Board()
    assert fit.refusal(board, False, _LARGE) is None
    assert fit.refusal(board, True, _SMALL) is None
    assert "ESP32_GENERIC-SPIRAM" in fit.refusal(board, False, _SMALL)
    board.NAME, board.FROZEN = "wroom", True
    assert "make firmware BOARD=wroom" in fit.refusal(board, False, _SMALL)


def test_a_text_is_broken_between_words_where_a_line_of_the_display_is_full():
    for text, lines in (
        ("", [""]),
        ("ab cd", ["ab cd"]),
        ("ab cde", ["ab", "cde"]),
        ("abcdefgh i", ["abcdefgh", "i"]),
        ("a b c d e f", ["a b c", "d e f"]),
    ):
        assert fit.fold(text, 5) == lines, text


def _before_the_phone():
    """Return (platform, what its console has said, the chip of its display, its board)."""
    said, part, chip = [], platform.Platform(), fakes.HD44780()
    part.console = said.append
    fakechip.Machine.bus = fakes.I2C()
    fakechip.Machine.bus.chips = {0x27: chip}
    platform.board.PARTS = (
        ("wifi", {}),
        ("i2c", {"scl": 1, "sda": 2}),
        ("hd44780", {"columns": 20, "rows": 4}),
        ("ht16k33", {}),
    )
    return part, said, chip, platform.board


def test_the_refusal_is_on_the_console_and_the_display():
    part, said, chip, board = _before_the_phone()
    platform.__file__, fakechip.Esp32.regions = "/software/hal/platform.mpy", _SMALL
    try:
        assert part.refused()
    finally:
        board.PARTS = ()
    assert "ESP32_GENERIC-SPIRAM" in said[0]
    rows = [chip.text(at, 20).decode().strip() for at in (0, 0x40, 0x14, 0x54)]
    assert rows[0] == "Offhook: not started" and " ".join(rows[1:])[:60] in said[0]
    fakechip.Esp32.regions = _LARGE
    assert not part.refused() and len(said) == 1


def test_that_the_flash_is_wiped_is_on_the_console_and_the_display():
    part, said, chip, board = _before_the_phone()
    try:
        part._wiping(25)
        board.PARTS = None  # no board at all: nothing keeps it from being wiped
        part._wiping(25)
    finally:
        board.PARTS = ()
    assert said == ["Offhook: all is forgotten, and the flash is wiped: about 25 s\n"] * 2
    rows = [chip.text(at, 20).decode().strip() for at in (0, 0x40, 0x14, 0x54)]
    assert rows[0] == "Offhook" and "wiped: about 25 s" in " ".join(rows)


def test_the_systems_memory_is_that_of_the_regions_inside_the_chip():
    regions = [(7288, 0, 0, 0), (4_194_264, 4_000_000, 3_900_000, 3_800_000)]
    regions += [(180_000, 90_000, 60_000, 70_000), (110_000, 30_000, 29_000, 20_000)]
    figures = Regions(lambda kind: regions, 4).figures()
    assert figures.total == 297_288 and figures.free == 120_000
    assert figures.largest == 60_000 and figures.minimum == 90_000
    assert figures.growth == max(x[2] for x in regions)
    fakechip.Esp32.regions = regions
    assert platform.Platform().memory() == figures


def test_the_simulated_systems_memory_can_be_taken_away_and_remembers_it():
    part = Memory()
    good = part.figures()
    assert good.free > 20_000 and good.largest <= good.free <= good.total
    part.gone = True
    assert part.figures().free < 20_000
    part.gone = False
    assert part.figures().free == good.free and part.figures().minimum < good.minimum
