"""The chip's storage on littlefs itself: a power cut, and a flash that is full."""

import contracts
from flashkit import Flash, fresh
from support import raises

from hal.storage.littlefs import Storage

ONLY = "micropython"


def test_it_keeps_the_contract():
    fresh()
    contracts.storage(Storage("/flash/state"))


def test_a_power_cut_between_any_two_writes_leaves_a_whole_file():
    flash = fresh()
    storage = Storage("/flash/state")
    before = bytes(flash.data)
    flash.changes = []
    texts = [b"%d" % x * (60 + 700 * (x % 4)) for x in range(10)]
    done = [(0, None)]  # (number of changes, what the file has from there on)
    for text in texts:
        storage.write("calls.txt", text)
        done.append((len(flash.changes), text))
    changes = flash.changes
    image = bytearray(before)
    for count in range(len(changes) + 1):
        Flash(bytearray(image)).mount()
        found = Storage("/flash/state").read("calls.txt")
        index = max(i for i, (at, _) in enumerate(done) if at <= count)
        assert found in [text for _, text in done[index : index + 2]], count
        if count < len(changes):
            place, data = changes[count]
            image[place : place + len(data)] = data


def test_a_flash_that_is_full_keeps_the_old_file():
    fresh()
    storage = Storage("/flash/state")
    storage.write("calls.txt", b"old")
    with raises(OSError):
        storage.write("calls.txt", b"n" * 300_000)
    assert storage.read("calls.txt") == b"old"
    storage.write("calls.txt", b"new")
    assert storage.read("calls.txt") == b"new"
