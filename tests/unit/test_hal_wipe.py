"""A factory reset on littlefs itself: afterwards the chip holds nothing of what there was."""

import os

from flashkit import Flash, fresh

from hal.storage.littlefs import Storage
from offhook.settings.settings import Settings

ONLY = "micropython"
_SECRET = b"hush-hush"


def _settings():
    return Settings(Storage("/flash/state"), lambda *_: None)


async def _used():
    """Return a flash whose phone has had secrets of many lives in it."""
    flash = fresh()
    settings = _settings()
    for number in range(40):
        settings.set("user_pass%d" % (number % 3 + 1), "hush-hush-%d" % number)
        settings.set("action_dnd_on_url", "http://u:hush-hush@h/?" + "x" * 50 * (number % 9))
        if number % 8 == 7:
            await settings.compact()
    Storage("/flash/state").write("calls.txt", b"d\t1\t200\thush-hush\n" * 300)
    return flash, settings


def _app():
    """Return whether the software is as it was."""
    found = sorted(os.listdir("/flash/app"))
    return len(found) == 12 and all(os.stat("/flash/app/" + x)[6] == 2000 for x in found)


def _free():
    return os.statvfs("/flash")[3]


async def test_after_a_reset_and_a_start_the_chip_has_no_byte_of_what_there_was():
    flash, settings = await _used()
    seconds = settings.erase()
    assert seconds >= 1 and os.listdir("/flash/state") == []
    assert _SECRET in flash.data  # what littlefs frees it does not erase
    erases = flash.erases
    flash.mount()
    told = []
    storage = Storage("/flash/state", told.append)
    assert told in ([seconds], [seconds + 1])  # the folder's own blocks on top
    assert _SECRET not in flash.data and storage.names() == [] and _app()
    assert sorted(os.listdir("/flash")) == ["app", "state"]
    assert 30 <= flash.erases - erases <= 60  # each free block once, and a few of folders
    settings = _settings()
    settings.set("user_name1", "100")
    count, erases = _free(), flash.erases
    assert _settings().get("user_name1") == "100"
    assert _free() == count and flash.erases == erases, "it is done once"


async def test_a_power_cut_while_it_is_wiped_costs_nothing_and_the_next_start_goes_on():
    flash, settings = await _used()
    settings.erase()
    image = bytearray(flash.data)
    flash.changes = []
    Storage("/flash/state")
    changes, flash.changes = flash.changes, None
    for count, (place, data) in enumerate(changes):
        if count % 97 == 0 or len(changes) - count < 8:
            cut = Flash(bytearray(image)).mount()
            Storage("/flash/state").write("settings.txt", b"new")
            assert _SECRET not in cut.data and _app(), count
            assert Storage("/flash/state").read("settings.txt") == b"new"
        image[place : place + len(data)] = data


async def test_a_power_cut_while_all_is_deleted_leaves_all_or_nothing():
    flash, settings = await _used()
    image = bytearray(flash.data)
    flash.changes = []
    settings.erase()
    for count, (place, data) in enumerate(flash.changes):
        if count % 7 == 0:
            cut = Flash(bytearray(image)).mount()
            found = _settings()
            if found.values:
                assert found.get("user_pass1") == "hush-hush-39" and count < 14
            else:
                assert _SECRET not in cut.data
        image[place : place + len(data)] = data


async def test_a_flash_that_is_full_is_reset_and_wiped_too():
    flash, settings = await _used()
    try:
        with open("/flash/state/filler", "wb") as file:
            while True:
                file.write(b"hush-hush" * 50)
                file.flush()
    except OSError:
        pass
    assert settings.erase() and os.listdir("/flash/state") == []
    flash.mount()
    Storage("/flash/state")
    assert _SECRET not in flash.data and _app()


def test_how_long_it_takes_is_told_by_the_size_of_what_is_free():
    fresh()
    storage = Storage("/flash/state")
    assert storage.wipe_later() == _free() * 60 // 1000 + 1  # ms a sector
