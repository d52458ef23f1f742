"""Storage and watchdog."""

import os

import contracts
from support import folder

from hal.clock.watchdog import Watchdog
from hal.storage.folder import Storage
from hal.storage.sim import Storage as SimStorage


def _folder(make):
    root = folder("storage")
    part = make(root)
    for name in part.names():
        part.remove(name)
    return part


def test_both_storages_keep_the_contract():
    for make in (Storage, SimStorage):
        part = _folder(make)
        contracts.storage(part)
        os.rmdir(part.root)


def test_a_file_system_that_is_full_leaves_the_old_file():
    part = _folder(Storage)
    part.write("a", b"old")
    os.mkdir(part.root + "/a.new")  # opening the temporary name fails
    try:
        part.write("a", b"new")
        raise AssertionError("no error")
    except OSError:
        pass
    assert part.read("a") == b"old"
    os.rmdir(part.root + "/a.new")
    part.remove("a")
    os.rmdir(part.root)


class _Dogs:
    def __init__(self):
        self.made = []
        self.fed = 0

    def __call__(self, timeout):
        self.made.append(timeout)
        return self

    def feed(self):
        self.fed += 1


def test_the_watchdog_watches_from_its_start_and_leaves_the_repl_alone():
    dogs = _Dogs()
    dog = Watchdog(dogs, 5000)
    dog.feed()
    dog.release()
    assert dogs.made == []
    dog.start()
    dog.feed()
    assert dogs.made == [5000] and dogs.fed == 1
    dog.release()
    assert dogs.made[-1] >= 3_600_000


def test_what_is_appended_is_there_at_once_whatever_is_done_between():
    for make in (Storage, SimStorage):
        part = _folder(make)
        part.append("a", b"1")
        part.append("a", b"2")
        assert Storage(part.root).read("a") == b"12" and part.read("a") == b"12"
        part.append("a", b"3")
        part.append("b", b"x")
        part.append("a", b"4")
        assert part.read("a") == b"1234" and part.read("b") == b"x"
        part.rename("a", "c")
        part.append("a", b"5")
        assert part.read("a") == b"5" and part.read("c") == b"1234"
        part.append("a", b"6")
        part.remove("a")
        part.append("a", b"7")
        assert part.read("a") == b"7"
        for name in part.names():
            part.remove(name)
        os.rmdir(part.root)
