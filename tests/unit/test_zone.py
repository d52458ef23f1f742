"""Time zones as POSIX writes them: summer time, and zones of the whole world."""

from support import raises

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


def test_the_calendar_of_four_centuries_counts_each_day_once():
    lengths = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    day = 0
    for year in range(1970, 2110):
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        for month, length in enumerate(lengths):
            assert days(year, month + 1, 1) == day, (year, month + 1)
            day += length + (leap and month == 1)
            assert days(year, month + 1, length) in (day - 1, day - 2)
    assert days(2000, 2, 29) == 11016 and days(2100, 3, 1) - days(2100, 2, 28) == 1


def test_each_change_of_a_hundred_years_is_told_by_the_one_before():
    for zone in (_BERLIN, "EST5EDT,M3.2.0,M11.1.0", "AEST-10AEDT,M10.1.0,M4.1.0/3"):
        now, found = _at(1970, 1, 1, 0), []
        while len(found) < 200:
            before, change = offset(zone, now)
            assert change > now and offset(zone, change - 1) == (before, change)
            after = offset(zone, change)[0]
            assert abs(after - before) == 3600
            found.append(change)
            now = change
        assert _at(2069, 9, 1, 0) < found[-1] < _at(2070, 1, 1, 0), zone


def test_weeks_of_a_month_are_counted_and_the_fifth_is_the_last():
    for rule, date in (
        ("M2.1.0", (2026, 2, 1)), ("M2.4.0", (2026, 2, 22)), ("M2.5.0", (2026, 2, 22)),
        ("M2.5.6", (2026, 2, 28)), ("M3.1.6", (2026, 3, 7)), ("M3.5.2", (2026, 3, 31)),
        ("M3.5.3", (2026, 3, 25)), ("M1.1.4", (2026, 1, 1)), ("M3.2.0", (2026, 3, 8)),
        ("M2.5.0", (2024, 2, 25)), ("M2.5.4", (2024, 2, 29)), ("M2.5.4", (2023, 2, 23)),
    ):  # fmt: skip
        at = _at(*date, 2)  # two o'clock, where the rule does not say
        zone = "XST0XDT,%s,M12.5.4" % rule
        assert offset(zone, at)[0] == 3600 and offset(zone, at - 1) == (0, at), rule
    for rule, date in (
        ("M12.5.4", (2026, 12, 31)), ("M12.5.5", (2026, 12, 25)), ("M12.1.2", (2026, 12, 1)),
        ("M11.5.1", (2026, 11, 30)), ("J365", (2026, 12, 31)), ("364", (2026, 12, 31)),
        ("M12.5.0", (2027, 12, 26)), ("J365", (2028, 12, 31)), ("365", (2028, 12, 31)),
    ):  # fmt: skip
        at = _at(*date, 1)  # two o'clock in summer is one in winter
        zone = "XST0XDT,J32,%s" % rule
        assert offset(zone, at)[0] == 0 and offset(zone, at - 1) == (3600, at), rule


def test_times_of_day_are_hours_minutes_and_seconds_either_way():
    for time, seconds in (
        ("/0", 0), ("/1:30", 5400), ("/1:02:03", 3723), ("/-1", -3600), ("/+3", 10800),
        ("/-2:30", -9000), ("/26", 93600), ("", 7200),
    ):  # fmt: skip
        at = _at(2026, 3, 10, 0) + seconds
        zone = "XST0XDT,J69%s,J300" % time
        assert offset(zone, at - 1) == (0, at) and offset(zone, at)[0] == 3600, time
    for west, east in (("5:30", -19800), ("-5:45:30", 20730), ("+3", -10800), ("-0:01", 60)):
        assert offset("XST" + west, 0) == (east, 0x7FFFFFFF), "never changes"


def test_summer_time_is_an_hour_on_where_the_zone_does_not_say():
    now = _at(2026, 7, 1, 0)
    for zone, seconds in (
        ("XST3XDT,J1,J365", -7200), ("XST3XDT4,J1,J365", -14400), ("XST3XDT2:30,J1,J365", -9000),
        ("<a-b>3<c-d>,J1,J365", -7200),
    ):  # fmt: skip
        assert offset(zone, now)[0] == seconds, zone


def test_what_is_no_zone_is_refused_by_its_name():
    for zone in (
        "", "X", "1CET-1", "CET", "CET-", "CETx", "<+1-1", "<>1", "CET-1CEST", "CET-1CE,J1,J2",
        "CET-1CEST,J1", "CET-1CEST,J1,J2,J3", "CET-1CEST,,", "CET-1CEST,M0.1.0,J2",
        "CET-1CEST,M13.1.0,J2", "CET-1CEST,M1.0.0,J2", "CET-1CEST,M1.6.0,J2",
        "CET-1CEST,M1.1.7,J2", "CET-1CEST,M1.1,J2", "CET-1CEST,M1.1.-1,J2", "CET-1CEST,Jx,J2",
        "CET-1CEST,J1/x,J2", "12:30", "CET1:x",
    ):  # fmt: skip
        with raises(ValueError) as caught:
            offset(zone, 0)
        assert "'%s' is no time zone such as CET-1CEST" % zone in str(caught.value), zone
    for zone in ("CET-1CEST,M12.5.6,M1.1.0", "<+1>-1", "ABCDEF0", "abc0"):
        offset(zone, 0)
