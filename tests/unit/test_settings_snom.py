"""Values as Snom writes them: taken by the settings that know the same by another word."""

from support import raises

from base.zone import days, offset
from offhook.changes import PLAIN
from offhook.settings import catalogue, zones

_WINTER = days(2026, 1, 15) * 86400
_SUMMER = days(2026, 7, 15) * 86400


def test_a_zone_of_snoms_is_the_time_of_its_country_and_not_what_posix_would_read():
    for name, winter, summer in (
        ("GER+1", 1, 2),
        ("GBR-0", 0, 1),
        ("PRT-1", -1, 0),
        ("FIN+2", 2, 3),
        ("TUR+2", 3, 3),
        ("USA-5", -5, -4),
        ("USA2-7", -7, -7),
        ("CAN-3.5", -3.5, -2.5),
        ("IND+5.5", 5.5, 5.5),
        ("AUS+9.5", 10.5, 9.5),
        ("NZL+12", 13, 12),
    ):
        text = catalogue.parse("timezone", name)
        assert offset(text, _WINTER)[0] == winter * 3600, name
        assert offset(text, _SUMMER)[0] == summer * 3600, name


def test_every_zone_of_snoms_is_one_that_the_clock_reads():
    names = zones.names()
    assert len(names) > 100
    for name in names:
        assert zones.like(name), name
        offset(zones.posix(name), _WINTER)


def test_a_zone_as_posix_writes_it_stays_what_it_is():
    for text in ("EST5EDT,M3.2.0,M11.1.0", "UTC0", "EST+5", "CET-1CEST,M3.5.0,M10.5.0/3"):
        assert catalogue.parse("timezone", text) == text
    assert zones.posix("XYZ+1") is None and zones.like("XYZ+1") and not zones.like("UTC0")


def test_other_words_of_snoms_are_taken_and_kept_as_ours():
    for name, text, value in (
        ("ring_sound", "Ringer2", 2),
        ("ring_sound", "Ringer10", 10),
        ("ring_sound", "Silent", 0),
        ("ring_sound", "Custom_Melody", 11),
        ("user_ringer2", "Ringer 4", 4),
        ("alert_internal_ring_sound", "Ringer3", 3),
        ("tone_scheme", "AUT", "AT"),
        ("display_method", "full_contact", "both"),
        ("display_method", "display_number", "number"),
        ("tone_scheme", "GER", "DE"),
        ("call_waiting", "visual only", "visual"),
        ("auto_dial", "off", 0),
        ("language", "English(US)", "English"),
        ("codec_size", "160", 20),
    ):
        assert catalogue.parse(name, text) == value, name


def test_what_is_not_there_is_refused_with_what_would_be_right():
    for name, text in (
        ("ring_sound", "Ringer11"),
        ("ring_sound", "Ringer0"),
        ("user_ringer1", "Loud"),
        ("tone_scheme", "XXX"),
        ("display_method", "picture"),
    ):
        with raises(ValueError) as caught:
            catalogue.parse(name, text)
        assert name in str(caught.value) and text in str(caught.value)


def test_a_melody_is_judged_when_it_is_set():
    for text, why in (("mine:d=4,o=5,b=120:c,e,g", None), ("mine:d=4:x", "'x' is no note")):
        if why is None:
            assert catalogue.parse("custom_melody", text, PLAIN) == text
            continue
        with raises(ValueError) as caught:
            catalogue.parse("custom_melody", text, PLAIN)
        assert why in str(caught.value) and "custom_melody" in str(caught.value)
