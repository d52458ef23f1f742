"""Time zones as POSIX writes them: summer time, and zones of the whole world."""

from base.zone import days, offset

_BERLIN = "CET-1CEST,M3.5.0,M10.5.0/3"


def test_days_count_from_1970():
    assert days(1970, 1, 1) == 0 and days(2000, 3, 1) == 11017 and days(2038, 1, 19) == 24855


def _at(year, month, day, hour, minute=0):
    return days(year, month, day) * 86400 + hour * 3600 + minute * 60


def test_summer_time_begins_and_ends_when_the_rule_says():
    begin, end = _at(2026, 3, 29, 1), _at(2026, 10, 25, 1)
    assert offset(_BERLIN, begin - 1) == (3600, begin)
    assert offset(_BERLIN, begin) == (7200, end)
    assert offset(_BERLIN, end - 1) == (7200, end)
    assert offset(_BERLIN, end) == (3600, _at(2027, 3, 28, 1))


def test_zones_of_the_whole_world_are_read():
    summer, winter = _at(2026, 7, 1, 0), _at(2026, 1, 1, 0)
    cases = (
        ("UTC0", 0, 0),
        ("EST5EDT,M3.2.0,M11.1.0", -18000, -14400),
        ("<+0330>-3:30", 12600, 12600),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", 39600, 36000),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 39600, 37800),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 0, 3600),
        ("NZST-12NZDT,J60,J300", 43200, 46800),
    )
    for zone, in_winter, in_summer in cases:
        assert offset(zone, winter)[0] == in_winter, zone
        assert offset(zone, summer)[0] == in_summer, zone


def test_rules_by_the_day_of_the_year():
    for zone, year, begin in (
        ("XST0XDT,J60/0,J300/0", 2026, (2026, 3, 1)),  # J leaves February 29 out
        ("XST0XDT,J60/0,J300/0", 2028, (2028, 3, 1)),
        ("XST0XDT,J59/0,J300/0", 2028, (2028, 2, 28)),
        ("XST0XDT,59/0,300/0", 2028, (2028, 2, 29)),  # without it counts, from 0
        ("XST0XDT,59/0,300/0", 2026, (2026, 3, 1)),
    ):
        at = _at(*begin, 0)
        assert offset(zone, at - 1) == (0, at), (zone, year)
        assert offset(zone, at)[0] == 3600, (zone, year)


def test_the_first_second_of_a_year_belongs_to_it():
    for year in (2025, 2026, 2028, 2029, 2100, 2101):
        first = _at(year, 1, 1, 0)
        change = offset(_BERLIN, first)[1]
        assert change == offset(_BERLIN, first - 1)[1] and change > first
        assert _at(year, 3, 25, 1) <= change <= _at(year, 3, 31, 1)


def test_a_change_at_the_turn_of_the_year_is_none_too_many():
    zone = "AEST-10AEDT,M10.1.0,M4.1.0/3"
    for now in (_at(2025, 12, 31, 23, 59), _at(2026, 1, 1, 0)):
        assert offset(zone, now) == (39600, _at(2026, 4, 4, 16))
