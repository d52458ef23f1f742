"""Time zones as POSIX writes them: ``CET-1CEST,M3.5.0,M10.5.0/3`` (IEEE 1003.1, section 8.3)."""

_FAR = 0x7FFFFFFF


def days(year, month, day):
    """Return the days from 1970-01-01 to a date of the Gregorian calendar.

    Month 13 is January of the next year.
    """
    if month < 3:
        year, month = year - 1, month + 12
    return (
        365 * year
        + year // 4
        - year // 100
        + year // 400
        + (153 * month - 457) // 5
        + day
        - 719469
    )


def _name(text):
    end = 0
    if text[:1] == "<":
        end = text.find(">") + 1
    else:
        while end < len(text) and text[end : end + 1].isalpha():
            end += 1
    if end < 3:
        raise ValueError("time zone: a name of three letters is missing before '%s'" % text)
    return text[end:]


def _time(text):
    # [+-]h[h[h]][:mm[:ss]] -> seconds, rest
    sign, end = 1, 0
    if text[:1] in ("+", "-"):
        sign, text = -1 if text[:1] == "-" else 1, text[1:]
    while end < len(text) and text[end : end + 1] in "0123456789:":
        end += 1
    seconds, unit = 0, 3600
    for part in text[:end].split(":"):
        seconds += int(part) * unit
        unit //= 60
    return sign * seconds, text[end:]


def _moment(rule, year):
    # Mm.w.d[/time], Jn or n: seconds from 1970 in local time
    rule, _, clock = rule.partition("/")
    at = _time(clock)[0] if clock else 7200
    if rule[:1] == "M":
        month, week, weekday = (int(x) for x in rule[1:].split("."))
        if not (1 <= month <= 12 and 1 <= week <= 5 and 0 <= weekday <= 6):
            raise ValueError("time zone: '%s'" % rule)
        day = days(year, month, 1)
        day += (weekday - (day + 4) % 7) % 7 + 7 * (week - 1)
        if day >= days(year, month + 1, 1):
            day -= 7
    elif rule[:1] == "J":
        number = int(rule[1:])
        leap = days(year, 3, 1) - days(year, 2, 1) == 29
        day = days(year, 1, 1) + number - 1 + (leap and number >= 60)
    else:
        day = days(year, 1, 1) + int(rule)
    return day * 86400 + at


def offset(zone, now):
    """Return (seconds east of UTC at Unix time `now`, Unix time of the next change).

    Raises ValueError for a text that is no POSIX time zone.
    """
    try:
        west, rest = _time(_name(zone))
        standard = -west
        if not rest:
            return standard, _FAR
        rest = _name(rest)
        summer = standard + 3600
        if rest[:1] != ",":
            west, rest = _time(rest)
            summer = -west
        begin, end = rest[1:].split(",")
        changes = []
        year = 1970 + now // 31556952  # at its ends a neighbour: those are looked at too
        for y in (year - 1, year, year + 1):
            changes.append((_moment(begin, y) - standard, summer))
            changes.append((_moment(end, y) - summer, standard))
        current = standard
        for at, value in sorted(changes):
            if at > now:
                return current, at
            current = value
        return current, _FAR
    except (IndexError, ValueError):
        raise ValueError("'%s' is no time zone such as CET-1CEST,M3.5.0,M10.5.0/3" % zone)
