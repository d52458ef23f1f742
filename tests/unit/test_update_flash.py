"""An update on littlefs itself: its power goes between any two writes, or the flash is full."""

import os

from flashkit import Flash, fresh
from support import loader_source
from test_update import Phone, signed, software

from offhook.update import files, update

ONLY = "micropython"
_ROOM = 8192  # bytes that stay free, of a flash this small


def _loader():
    """Return the loader's `choose` for what is mounted at /flash."""
    space = {"__name__": "loader"}
    exec(loader_source().replace('"/', '"/flash/'), space)
    space["print"] = lambda *_: None
    return space["choose"]


def _scene(*sizes):
    """Return (flash, phone with old software on it, files of the new one, of those sizes)."""
    flash = fresh()
    files.delete("/flash/app")
    old, new = software(), software(software=b"new" * 1500)
    for number, size in enumerate(sizes):
        new["part%d" % number] = b"%d" % number * size
    phone = Phone(old, new, "/flash")
    signed(phone, old, new)
    phone.write("state", {"settings.txt": b"kept"})
    return flash, phone, old, new


def _has(found, wanted):
    return all(found.get(name) == wanted[name] for name in wanted)


def test_a_power_cut_between_any_two_writes_starts_whole_software_and_the_next_try_succeeds():
    flash, phone, old, new = _scene(3000, 100)
    before, update.SPARE = update.SPARE, _ROOM
    try:
        image = bytearray(flash.data)
        flash.changes = []
        assert phone.bring().endswith("restarting")
        _loader()()
        changes, flash.changes = flash.changes, None
        assert _has(phone.read("app"), new) and _has(phone.read("prev"), old)
        news = 0
        for count, (place, data) in enumerate(changes):
            Flash(bytearray(image)).mount()
            choose = _loader()
            choose()
            found = phone.read("app")
            assert _has(found, old) or _has(found, new), count
            assert phone.read("state")["settings.txt"] == b"kept"
            news += _has(found, new)
            if count % 16 == 0:  # whatever was left, it does not stop the next one
                assert phone.bring().rpartition(" ")[2] in ("restarting", "already"), count
                choose()
                assert _has(phone.read("app"), new), count
            image[place : place + len(data)] = data
        assert 0 < news < len(changes)
    finally:
        update.SPARE = before


def test_a_call_that_breaks_off_a_file_costs_no_room():
    _, phone, _, new = _scene(60_000)
    phone.agent, get, count = phone, phone.http.get, [0]

    async def ringing(request, seconds):
        sink = request.sink

        def taken(data):
            if request.path.endswith("part0"):
                count[0] += 1
                phone.calls = ("call",) if count[0] in (500, 1000) else ()
            sink(data)

        request.sink = taken
        await get(request, seconds)

    async def sleep(ms):
        phone.calls = ()

    phone.http.get = ringing
    before, update.SPARE = update.SPARE, _ROOM
    update.sleep_ms, slept = sleep, update.sleep_ms
    try:
        assert phone.bring().endswith("restarting")
    finally:
        update.SPARE, update.sleep_ms = before, slept
    assert count[0] == 500 + 500 + 600 and phone.read("next")["part0"] == new["part0"]


def test_a_flash_that_is_full_keeps_the_old_software_and_room_for_settings():
    for spare in (_ROOM, -40_000):  # the second time the flash itself says so
        _, phone, old, _ = _scene(60_000, 60_000, 60_000)
        before, update.SPARE = update.SPARE, spare
        try:
            said = phone.bring()
        finally:
            update.SPARE = before
        wanted = (
            "update: the flash has no room for part" if spare > 0 else "update: the flash is full"
        )
        assert said.startswith(wanted), said
        assert phone.read("app").get("software") == old["software"] and not phone.resets
        assert phone.read("next") == {}
        phone.write("state", {"settings.txt": b"n" * 4000})
        assert os.stat("/flash/state/settings.txt")[6] == 4000
        _loader()()
        assert _has(phone.read("app"), old)
