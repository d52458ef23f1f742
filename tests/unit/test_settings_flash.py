"""Settings on littlefs itself, on a flash in memory whose power goes between any two writes."""

from flashkit import Flash, fresh

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
