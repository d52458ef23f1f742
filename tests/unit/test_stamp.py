"""The time of a line of the log: how long the phone runs, until the clock is set."""

from deskkit import DeskClock

from offhook.stamp import stamp


def test_until_the_clock_is_set_a_line_tells_how_long_the_phone_runs():
    clock = DeskClock(2**30 - 500)  # the ticks wrap on the way
    start = clock.ms()
    assert stamp(None, 0, False) == "+00:00:00" == stamp(clock, start, True)
    for ms, text in ((999, "+00:00:00"), (1, "+00:00:01"), (59_000, "+00:01:00")):
        clock.move(ms)
        assert stamp(clock, start, False) == text
    clock.move(3_600_000 - 60_000)
    assert stamp(clock, start, False) == "+01:00:00"
    clock.move(3_599_000)
    assert stamp(clock, start, False) == "+01:59:59"
    assert stamp(clock, clock.ms() + 5000, False) == "+00:00:00"  # never before its start


def test_then_it_tells_the_date_as_iso_or_the_setting_wants_it():
    clock = DeskClock()
    clock.seconds = 1
    assert stamp(clock, 0, False) == "2026-11-25 07:20:42"
    assert stamp(clock, 0, True) == "11/25/2026 07:20:42"
