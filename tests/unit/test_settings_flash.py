"""Settings on littlefs itself, on a flash in memory whose power goes between any two writes."""

import os

from flashkit import Flash, fresh
from settingskit import served

from hal.storage.folder import Storage
from offhook.settings.settings import Settings

ONLY = "micropython"


def make():
    return Settings(Storage("/flash/state"), lambda *_: None)


def now(flash):
    return flash.reads, flash.writes, flash.erases


async def test_a_power_cut_between_any_two_writes_loses_nothing_that_was_answered():
    flash = fresh()
    settings = make()
    before = bytes(flash.data)
    flash.changes = []
    answered = []  # (number of changes, {name: text})
    kept = {}
    for number in range(14):
        for name, text in (
            ("user_name1", "a%d" % number),
            ("user_pass1", "secret %d" % number),
            ("action_dnd_on_url", "http://h/?" + "x" * 40 * (number % 5)),
        ):
            settings.set(name, text)
            kept[name] = text
            answered.append((len(flash.changes), dict(kept)))
        if number % 5 == 4:
            await settings.compact()
            answered.append((len(flash.changes), dict(kept)))
    changes = flash.changes
    assert len(changes) > 100
    at, image = 0, bytearray(before)
    for count in range(len(changes)):
        while at < count:
            place, data = changes[at]
            image[place : place + len(data)] = data
            at += 1
        Flash(bytearray(image)).mount()
        found = make()
        last = {}
        following = None
        for done, values in answered:
            if done <= count:
                last = values
            elif following is None:
                following = values
        for name, text in last.items():
            assert found.text(name) in (text, (following or last)[name]), (count, name)
        assert not found.trouble, (count, found.trouble)


async def test_a_change_costs_two_writes_at_first_and_never_more_than_a_block_or_two():
    flash = fresh()
    settings = make()
    costs = []
    for number in range(60):
        start = now(flash)
        settings.set("user_realname1", "Somebody %d" % number)
        costs.append([x - y for x, y in zip(now(flash), start)])  # noqa: B905 not in the VM
    reads, writes, erases = [sorted(x[i] for x in costs) for i in range(3)]
    assert writes[10] <= 2 and erases[20] == 0 and reads[10] <= 4
    assert max(writes) < 60 and max(erases) <= 2, (writes, erases)
    assert reads[55] < 60 and max(reads) < 4000, reads  # littlefs looks for free blocks, once


def fill():
    """Fill the flash, as somebody's own files may; the last free block with a file of its own."""
    for name in ("/flash/filler", "/flash/filler2"):
        with open(name, "wb") as file:
            try:
                while True:
                    file.write(b"x" * 4096)
                    file.flush()
            except OSError:
                pass


async def test_a_full_flash_keeps_all_values_is_told_once_and_fills_no_folder():
    fresh()
    logged = []
    settings = Settings(
        Storage("/flash/state"), lambda level, text, *values: logged.append(text % values)
    )
    settings.set("user_name1", "old")
    long = "http://h/?" + "x" * 4000
    fill()
    refused = 0
    for number in range(60):
        try:
            settings.set("action_dnd_on_url", long + str(number))
        except ValueError as error:
            refused += 1
            assert str(error) == "action_dnd_on_url: not saved, the flash is full"
    assert refused == 60, refused
    assert settings.get("action_dnd_on_url") == "" and settings.get("user_name1") == "old"
    assert len(os.listdir("/flash/state")) < 5, os.listdir("/flash/state")
    settings.change({"vol_ringer": "3", "action_dnd_on_url": long})  # as a key would
    for _ in range(3):
        tries = []

        def failed(tries=tries):
            tries.append(settings.trouble)
            return len(tries) > 200

        await served(settings, failed)
    assert settings.get("vol_ringer") == 3 and settings.trouble == "not saved, the flash is full"
    assert logged == ["settings: not saved, the flash is full"]
    assert len(os.listdir("/flash/state")) < 8, os.listdir("/flash/state")
    found = make()
    assert found.get("user_name1") == "old" and found.get("vol_ringer") == 8
    os.remove("/flash/filler")
    await served(settings, lambda: not settings.trouble and not settings._unsaved)
    found = make()
    assert found.get("vol_ringer") == 3 and found.get("action_dnd_on_url") == long
    assert not found.trouble
