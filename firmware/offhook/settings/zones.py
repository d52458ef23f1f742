"""Snom's names of time zones, as its setting ``timezone`` takes them: "GER+1" is UTC+1 in winter.

POSIX counts the other way round: read as POSIX, "GER+1" would be UTC-1 for the whole year. The
rules are those of the tz database of 2025; where a country has given up summer time or moved
since Snom's list was written, the name means what clocks there show today.
"""

# Europe changes at 1:00 UTC everywhere
_WEST = "WET0WEST,M3.5.0/1,M10.5.0"
_CENTRAL = "CET-1CEST,M3.5.0,M10.5.0/3"
_EAST = "EET-2EEST,M3.5.0/3,M10.5.0/4"
_US = ",M3.2.0,M11.1.0"
_AU = ",M10.1.0,M4.1.0/3"

_ZONES = {
    "USA-10": "HST10",
    "USA-9": "AKST9AKDT" + _US,
    "CAN-8": "PST8PDT" + _US,
    "MEX-8": "PST8PDT" + _US,  # Tijuana
    "USA-8": "PST8PDT" + _US,
    "CAN-7": "MST7MDT" + _US,
    "MEX-7": "MST7",
    "USA-7": "MST7MDT" + _US,
    "USA2-7": "MST7",  # Arizona
    "CAN-6": "CST6CDT" + _US,
    "CHL-6": "<-06>6<-05>,M9.1.6/22,M4.1.6/22",  # Easter Island
    "MEX-6": "CST6",
    "USA-6": "CST6CDT" + _US,
    "BHS-5": "EST5EDT" + _US,
    "CAN-5": "EST5EDT" + _US,
    "CUB-5": "CST5CDT,M3.2.0/0,M11.1.0/1",
    "USA-5": "EST5EDT" + _US,
    "VEN-4": "<-04>4",
    "CAN-4": "AST4ADT" + _US,
    "CHL-4": "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
    "PRY-4": "<-03>3",
    "BMU-4": "AST4ADT" + _US,
    "FLK-4": "<-03>3",
    "TTB-4": "AST4",
    "CAN-3.5": "NST3:30NDT" + _US,
    "GRL-3": "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "ARG-3": "<-03>3",
    "BRA-3": "<-03>3",
    "BRA2-3": "<-03>3",
    "BRA-2": "<-02>2",
    "PRT-1": "<-01>1<+00>,M3.5.0/0,M10.5.0/1",  # Azores
    "FRO-0": _WEST,
    "IRL-0": "GMT0IST,M3.5.0/1,M10.5.0",
    "PRT-0": _WEST,
    "ESP-0": _WEST,  # Canary Islands
    "GBR-0": "GMT0BST,M3.5.0/1,M10.5.0",
    "NAM+1": "CAT-2",
    "CAI+1": "EST5EDT" + _US,  # Caicos
    "CHA+1": "WAT-1",  # Chad
    "WAT+1": "WAT-1",
    "BLR+2": "<+03>-3",
    "CAT+2": "CAT-2",
    "EGY+2": "EET-2EEST,M4.5.5/0,M10.5.4/24",
    "GAZ+2": "EET-2EEST,M3.4.4/50,M10.4.4/50",
    "ISR+2": "IST-2IDT,M3.4.4/26,M10.5.0",
    "JOR+2": "<+03>-3",
    "LBN+2": "EET-2EEST,M3.5.0/0,M10.5.0/0",
    "MDA+2": "EET-2EEST,M3.5.0,M10.5.0/3",
    "RUS+2": "EET-2",  # Kaliningrad
    "SYR+2": "<+03>-3",
    "TUR+2": "<+03>-3",
    "ZAF+2": "SAST-2",
    "EAT+3": "EAT-3",
    "IRQ+3": "<+03>-3",
    "RUS+3": "MSK-3",
    "IRN+3.5": "<+0330>-3:30",
    "ARE+4": "<+04>-4",
    "ARM+4": "<+04>-4",
    "AZE+4": "<+04>-4",
    "GEO+4": "<+04>-4",
    "KAZ+4": "<+05>-5",
    "RUS+4": "<+04>-4",
    "KAZ+5": "<+05>-5",
    "KGZ+5": "<+06>-6",
    "PAK+5": "PKT-5",
    "RUS+5": "<+05>-5",
    "IND+5.5": "IST-5:30",
    "KAZ+6": "<+05>-5",
    "RUS+6": "<+06>-6",
    "RUS+7": "<+07>-7",
    "THA+7": "<+07>-7",
    "CHN+7": "CST-8",
    "CHN+8": "CST-8",
    "SGP+8": "<+08>-8",
    "KOR+8": "KST-9",
    "KOR+9": "KST-9",
    "AUS+8": "AWST-8",
    "RUS+8": "<+08>-8",
    "JPN+9": "JST-9",
    "RUS+9": "<+09>-9",
    "AUS+9.5": "ACST-9:30ACDT" + _AU,
    "AUS2+9.5": "ACST-9:30",
    "AUS+10": "AEST-10AEDT" + _AU,
    "AUS2+10": "AEST-10",  # Brisbane
    "AUS3+10": "AEST-10AEDT" + _AU,  # Hobart
    "RUS+10": "<+10>-10",
    "AUS+10.5": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "NCL+11": "<+11>-11",
    "RUS+11": "<+11>-11",
    "NZL+12": "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "RUS+12": "<+12>-12",
    "NZL+12.75": "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "TON+13": "<+13>-13",
}
_CENTRAL_NAMES = (
    "ALB AUT BEL CHE CZE DNK ESP FRA GER GIB HRV HUN ITA LUX MAK MLT NLD NOR POL SVK SVN SWE YUG"
)
_EAST_NAMES = "BGR CYP EST FIN GRC LTU LVA ROU UKR"


def posix(name):
    """Return the POSIX time zone that Snom's name means, None for what is no such name."""
    found = _ZONES.get(name)
    if found is None and name[3:] == "+1" and name[:3] in _CENTRAL_NAMES.split():
        return _CENTRAL
    if found is None and name[3:] == "+2" and name[:3] in _EAST_NAMES.split():
        return _EAST
    return found


def like(name):
    """Return True for a text that looks like one of Snom's names, whether there is one or not."""
    place = max(name.find("+"), name.find("-"))
    head, tail = name[:place], name[place + 1 :].replace(".", "")
    letters = head.rstrip("23")
    return place > 0 and len(letters) == 3 and letters.isalpha() and tail.isdigit()


def names():
    """Return all of Snom's names, sorted."""
    found = list(_ZONES)
    found += [x + "+1" for x in _CENTRAL_NAMES.split()] + [x + "+2" for x in _EAST_NAMES.split()]
    return sorted(found)
