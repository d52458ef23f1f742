"""Settings while the phone runs: what is saved when, what fails, and what goes together."""

import asyncio

from settingskit import Memory, make, served
from support import raises

from offhook.settings import catalogue, spellings, zones
from offhook.settings.marks import Marks


async def test_a_save_that_fails_is_told_once_and_tried_again_until_it_succeeds():
    storage, logged = Memory(), []
    settings = make(storage, logged)
    storage.left = 0
    settings.change({"vol_ringer": "3"})
    asked = await served(settings, lambda: storage.writes >= 3)
    assert "not saved" in settings.trouble and "not saved" in logged[0] and len(logged) == 1
    assert max(asked) >= 10 * min(asked), "it is not tried again at once"
    storage.left = None
    await served(settings, lambda: storage.writes and not settings.trouble)
    assert make(storage).get("vol_ringer") == 3


async def test_what_cannot_be_tidied_is_told_and_is_there_all_the_same():
    storage, logged = Memory(), []
    settings = make(storage, logged)
    for text in ("first", "second"):
        settings.set("user_pass1", text)
    storage.left = 0
    await served(settings, lambda: logged)
    assert "not saved" in settings.trouble and settings.get("user_pass1") == "second"
    storage.left = None
    await served(settings, lambda: "settings.txt" in storage.files)
    settings.set("user_uid1", "x")
    assert settings.trouble == "" and make(storage).get("user_pass1") == "second"


async def test_nothing_that_is_as_it_was_is_saved():
    storage = Memory()
    settings = make(storage)
    heard = []
    settings.on_change(heard.append)
    settings.set("vol_ringer", "8")  # its default
    settings.unset("vol_ringer")
    settings.change({"vol_ringer": "8"})
    settings.flush()
    assert storage.writes == 0 and heard == [] and settings.changed() == []
    settings.change({"vol_ringer": "9", "vol_headset": "8"})
    settings.flush()
    assert storage.writes == 1 and heard == ["vol_ringer"]
    settings.change({"vol_ringer": "8"})  # the default, but not what it was
    settings.flush()
    settings.flush()
    assert storage.writes == 2 and heard == ["vol_ringer"] * 2
    assert make(storage).get("vol_ringer") == 8


async def test_what_was_saved_meanwhile_waits_no_more():
    storage = Memory()
    settings = make(storage)
    settings.change({"vol_ringer": "3", "vol_headset": "4"})
    settings.set("vol_ringer", "5")
    settings.flush()
    assert storage.writes == 2
    again = make(storage)
    assert (again.get("vol_ringer"), again.get("vol_headset")) == (5, 4)
    settings.change({"vol_ringer": "6"})
    settings.erase()
    settings.flush()
    assert storage.files == {} and settings.get("vol_ringer") == 8


async def test_after_a_reset_no_lock_and_nothing_for_a_while_is_left():
    storage, marks = Memory(), Marks()
    settings = make(storage)
    marks.lock("user_uid1", "server")
    settings.provide({"user_uid1": "x", "user_uid2": "y"}, marks, ("user_uid2",))
    settings.erase()
    assert settings.locked("user_uid1") == "" and settings.get("user_uid2") == ""
    settings.set("user_uid3", "z")
    await settings.compact()
    assert make(storage).values == {"user_uid3": "z"}


def test_what_is_no_setting_reads_as_none_and_is_refused():
    settings = make()
    assert settings.text("nothing") is None and not settings.known("nothing")
    assert settings.text("user_name13") is None and settings.known("user_name12")
    assert not settings.private("nothing") and settings.private("user_pass12")
    for name in ("nothing", "user_name13", "user_name[13]", "x]"):
        with raises(KeyError):
            settings.get(name)
        with raises(ValueError):
            settings.unset(name)
    settings.set("user_name[3]", "x")
    assert settings.get("user_name[3]") == "x" == settings.get("user_name3")
    assert settings.get("user_expiry[3]") == 3600 and settings.changed() == ["user_name3"]


def test_listeners_hear_in_the_order_of_the_names():
    settings, heard = make(), []
    settings.on_change(lambda name: heard.append((name, settings.get("user_uid1"))))
    settings.on_change(heard.append)
    settings.update({"user_uid2": "b", "user_uid1": "a"})
    assert heard == [("user_uid1", "a"), "user_uid1", ("user_uid2", "a"), "user_uid2"]


def _together(get, names):
    """Refuse a forwarding without its number, as a room may."""
    if get("redirect_event") == "all" and not get("redirect_number"):
        raise ValueError("redirect_event: to whom?")
    if get("user_uid1") == "no":
        raise ValueError("user_name1: not with that")


def test_what_does_not_go_together_is_refused_and_the_rest_is_sifted_out():
    settings = make()
    settings.relations = _together
    for texts in ({"redirect_event": "all"}, {"redirect_event": "all", "redirect_number": None}):
        with raises(ValueError):
            settings.update(texts)
        assert settings.changed() == []
    texts = {"redirect_event": "all", "user_uid2": "x", "redirect_time": "0", "nothing": "y"}
    values, errors = settings.sifted(texts)
    assert values == {"user_uid2": "x"}
    assert sorted(errors) == ["nothing", "redirect_event", "redirect_time"]
    assert errors["redirect_event"] == "redirect_event: to whom?"
    values, errors = settings.sifted({"user_uid1": "no", "user_realm[2]": "x", "dnd_mode": "on"})
    assert values == {"dnd_mode": True}, "what is called alike goes with it"
    assert sorted(errors) == ["user_realm2", "user_uid1"]
    values, errors = settings.sifted({"redirect_number": "201", "redirect_event": "all"})
    assert errors == {} and values == {"redirect_event": "all", "redirect_number": "201"}
    settings.update({"redirect_number": "201", "redirect_event": "all"})
    with raises(ValueError):
        settings.unset("redirect_number")
    assert settings.get("redirect_number") == "201"
    settings.update({"redirect_number": None, "redirect_event": None})


# -- other words ----------------------------------------------------------------------------------


def test_snoms_words_are_taken_to_their_edges():
    for pattern, text, wanted in (
        ("ring_sound", "Ringer1", "1"), ("ring_sound", "Ringer10", "10"),
        ("ring_sound", "Ringer11", "Ringer11"), ("ring_sound", "Ringer0", "Ringer0"),
        ("ring_sound", "Ringer 07", "7"), ("ring_sound", "ringer3", "ringer3"),
        ("ring_sound", "Ringer", "Ringer"), ("ring_sound", "silent", "0"),
        ("ring_sound", "custom", "11"), ("ring_sound", "Custom_Melody", "11"),
        ("ring_sound", "5", "5"), ("codec_size", "80", "10"), ("codec_size", "160", "20"),
        ("codec_size", "240", "30"), ("codec_size", "320", "40"), ("codec_size", "480", "60"),
        ("codec_size", "20", "20"), ("call_waiting", "visual only", "visual"),
        ("call_waiting", "ringer", "on"), ("call_waiting", "off", "off"),
        ("display_method", "display_number_name", "both"), ("auto_dial", "off", "0"),
        ("auto_dial", "7", "7"), ("language", "English (UK)", "English"),
        ("language", "Deutsch", "Deutsch"), ("timezone", "GER+1", "CET-1CEST,M3.5.0,M10.5.0/3"),
        ("timezone", "UTC0", "UTC0"), ("phone_name", "Ringer1", "Ringer1"),
    ):  # fmt: skip
        assert spellings.taken(pattern, text) == wanted, (pattern, text)
    for name in ("user_ringer#", "alert_internal_ring_sound", "alert_group_ring_sound"):
        assert spellings.taken(name, "Ringer2") == "2"
    assert catalogue.parse("alert_external_ring_sound", "Silent") == 0


def test_what_looks_like_a_zone_of_snoms():
    for name in ("GER+1", "USA2-7", "AUS3+10", "NZL+12.75", "XYZ-0"):
        assert zones.like(name), name
    for name in ("", "+1", "GE+1", "GERM+1", "GER", "GER+", "GER+x", "1ER+1", "UTC0", "GER4+1"):
        assert not zones.like(name), name


def test_central_and_eastern_europe_are_named_by_their_countries_alone():
    central, east = "CET-1CEST,M3.5.0,M10.5.0/3", "EET-2EEST,M3.5.0/3,M10.5.0/4"
    for name, wanted in (
        ("GER+1", central), ("YUG+1", central), ("GER+2", None), ("FIN+2", east), ("FIN+1", None),
        ("GERM+1", None), ("GE+1", None), ("+1", None), ("ALB BEL+1", None), ("EGY+2", None),
    ):  # fmt: skip
        found = zones.posix(name)
        assert found == wanted or (name == "EGY+2" and found[:3] == "EET"), name
    names = zones.names()
    assert names == sorted(names) and "GER+1" in names and "UKR+2" in names and "NZL+12" in names


async def test_what_is_wrong_is_said_at_once_though_the_phone_is_not_quiet():
    settings = make()
    settings.quiet = asyncio.Event().wait
    with raises(ValueError):
        await asyncio.wait_for(settings.keep({"redirect_time": "0"}), 5)
