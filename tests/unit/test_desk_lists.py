"""Call lists: what is kept, over a restart too, and how one walks in them."""

import os

from deskkit import Office
from support import folder

from hal.storage.folder import Storage
from offhook.desk.menu import Menu


class Folder(Storage):
    """A folder of its own, emptied at first."""

    def __init__(self, name, empty=True):
        super().__init__(folder("lists-" + name))
        for file in os.listdir(self.root) if empty else ():
            os.remove(self.root + "/" + file)


def _end(office, direction, user, answered=False, **attributes):
    """Let a call come and end."""
    if direction == "in":
        call = office.arrives(user, **attributes)
    else:
        call = office.agent.call(office.agent.accounts[0], user)
        office.run()
    if answered:
        office.does(call.connect)
    office.does(call.over, "remote", 487)
    return call


def _numbers(office, kind):
    return [entry.number for entry in office.desk.lists.entries(kind)]


def test_each_call_is_in_the_list_of_its_kind_the_newest_first():
    office = Office()
    _end(office, "in", "201", answered=True)
    _end(office, "in", "202")
    _end(office, "out", "203")
    _end(office, "out", "204", answered=True)
    assert _numbers(office, "r") == ["201@pbx"]
    assert _numbers(office, "m") == ["202@pbx"]
    assert _numbers(office, "d") == ["204@pbx", "203@pbx"]
    assert len(office.desk.lists.entries()) == 4


def test_lists_outlive_a_restart():
    office = Office(Folder("restart"))
    office.clock.seconds = 1000
    _end(office, "in", "201", remote_display="Ann\tB\u202e")
    _end(office, "out", "203")
    office.run(3000)
    again = Office(Folder("restart", empty=False))
    entry = again.desk.lists.entries("m")[0]
    assert (entry.time, entry.number, entry.name) == ("1000", "201@pbx", "Ann B")
    assert _numbers(again, "d") == ["203@pbx"]


def test_nothing_is_written_while_a_call_goes_on():
    office = Office(Folder("later"))
    _end(office, "in", "201")
    office.talk("202")
    office.run(30_000)
    assert os.listdir(office.desk.lists.storage.root) == []
    office.press("CANCEL")
    office.run(5000)
    assert os.listdir(office.desk.lists.storage.root) == ["calls.txt"]


def test_while_a_call_lasts_nothing_is_written_however_many_end_beside_it():
    office = Office(Folder("beside"))
    office.talk("202")
    office.press("HOLD")
    for number in range(40):
        _end(office, "in", "%d" % (300 + number))
    office.run(30_000)
    assert os.listdir(office.desk.lists.storage.root) == []
    assert len(office.desk.lists.entries("m")) == 30, "so many may wait"
    office.does(office.agent.calls[0].over, "remote", 0)
    office.run(5000)
    again = Office(Folder("beside", empty=False))
    assert _numbers(again, "m") == ["%d@pbx" % number for number in range(339, 319, -1)]


def test_twenty_of_a_kind_are_kept_however_many_there_are_of_another():
    office = Office(Folder("many"))
    _end(office, "in", "999")
    for number in range(30):
        _end(office, "out", "%d" % (100 + number))
        office.run(3000)
    again = Office(Folder("many", empty=False))
    assert _numbers(again, "d") == ["%d@pbx" % number for number in range(129, 109, -1)]
    assert _numbers(again, "m") == ["999@pbx"]


def test_a_storage_that_does_not_work_loses_old_calls_and_nothing_else():
    storage = Folder("full")
    storage.write = _full
    office = Office(storage)
    for number in range(10):
        _end(office, "out", "%d" % (100 + number))
    office.run(3000)
    assert _numbers(office, "d") == ["%d@pbx" % number for number in range(109, 104, -1)]
    assert any("call lists not saved" in line for line in office.logged)


def _full(name, data):
    raise OSError(28, "no room")


class _Figures:
    mos, loss, jitter, delay = 4.26, 0.22, 4, 61


def test_how_the_voice_was_stands_in_the_list_over_a_restart():
    office = Office(Folder("voice"))
    call = office.arrives("201")
    office.does(call.connect)
    office.desk.of(call).figures = _Figures()
    office.does(call.over, "remote", 0)
    _end(office, "in", "202")
    assert [x.voice for x in office.desk.lists.entries()] == ["", "4.3 0.2 4 61"]
    office.run(3000)
    again = Office(Folder("voice", empty=False))
    assert [x.voice for x in again.desk.lists.entries()] == ["", "4.3 0.2 4 61"]


def test_lines_that_are_no_calls_are_passed_over():
    folder = Folder("broken")
    with open(folder.root + "/calls.txt", "wb") as file:
        file.write(b"\xff\xfe\nd\nd\t1\t201@pbx\tAnn\nx\ty\nd\t2\t202@pbx\t\t+49 1\n\n")
        file.write(b"d\t3\t203@pbx\t\t\t4.4 0.0 0 40\nd\t3\t204@pbx\t\t\t\tmore\n")
    office = Office(folder)
    rows = office.desk.lists.entries("d")
    assert [(x.number, x.name, x.dialled, x.voice) for x in rows] == [
        ("201@pbx", "Ann", "", ""),
        ("202@pbx", "", "+49 1", ""),
        ("203@pbx", "", "", "4.4 0.0 0 40"),
    ]


def test_what_is_long_is_cut():
    office = Office()
    _end(office, "in", "2" * 200, remote_display="x" * 200)
    entry = office.desk.lists.entries("m")[0]
    assert len(entry.number) == 80 and len(entry.name) == 40
    _end(office, "out", "3" * 200)
    office.press("DOWN")
    assert max([len(x) for x in office.lines()]) <= 81, "with the mark of the chosen one"


def test_redial_calls_the_number_dialled_last():
    office = Office()
    office.press("REDIAL")
    assert office.desk.notice == "List is empty" and office.agent.calls == []
    _end(office, "out", "203")
    _end(office, "in", "201", answered=True)
    office.press("REDIAL")
    assert office.agent.calls[0].remote == "203@pbx"


def test_one_walks_in_a_list_and_calls_from_it():
    office = Office()
    for user in ("201", "202", "203"):
        _end(office, "out", user)
    office.press("DOWN")
    assert office.lines() == ["Dialled", ">203", "202", "201"]
    for key, shown in (
        ("UP", [">203", "202", "201"]),
        ("DOWN", [">202", "201"]),
        ("DOWN", [">201"]),
        ("DOWN", [">201"]),
        ("UP", [">202", "201"]),
        ("UP", [">203", "202", "201"]),
        ("DOWN", [">202", "201"]),
    ):
        office.press(key)
        assert office.lines() == ["Dialled"] + shown, key
    office.press("ENTER")
    assert office.agent.calls[0].remote == "202@pbx" and office.desk.menu is None


def test_left_and_right_change_the_list_and_cancel_or_menu_close_it():
    office = Office()
    _end(office, "in", "201", remote_display="Ann")
    assert "Missed: 1" in office.lines()
    office.press("LEFT")
    assert office.lines() == ["Missed", ">Ann 201"] and office.desk.missed == 0
    office.press("RIGHT")
    assert office.lines() == ["Dialled", "List is empty"]
    office.press("RIGHT")
    assert office.lines()[0] == "Received"
    office.press("LEFT", "LEFT")
    assert office.lines()[0] == "Missed"
    office.press("CANCEL")
    assert office.desk.menu is None
    office.press("MENU", "MENU")
    assert office.desk.menu is None
    office.press("RIGHT")
    assert office.lines()[0] == "Received"


def test_ok_in_an_empty_list_calls_nobody():
    office = Office()
    office.press("DOWN", "UP", "DOWN", "ENTER")
    assert office.agent.calls == [] and office.desk.menu is None


def test_keys_for_the_lists_open_them_where_nothing_goes_on():
    office = Office(
        fkey4="active keyevent F_MISSED_LIST",
        fkey5="active keyevent F_CALL_LIST",
        fkey6="active keyevent F_ACCEPTED_LIST",
    )
    kinds = []
    for key in ("P5", "P6", "P7"):
        office.press(key)
        kinds.append(office.desk.menu.kind)
    assert kinds == [2, 0, 1]
    office.press("CANCEL")
    office.talk()
    office.press("P5")
    assert office.desk.menu is None


def test_a_call_that_comes_in_hides_an_open_list():
    office = Office()
    office.desk.menu = Menu(office.desk)
    office.arrives()
    assert office.lines()[0] == "Call from"


def test_cancel_in_an_idle_phone_forgets_the_number_of_missed_calls():
    office = Office()
    _end(office, "in", "201")
    office.press("CANCEL")
    assert office.desk.missed == 0 and _numbers(office, "m") == ["201@pbx"]


def test_what_waited_for_the_end_of_a_call_is_written_after_it_whatever_call_that_was():
    office = Office(Folder("rest"))
    first, second = office.talk("201"), office.arrives("202")
    office.does(first.over, "remote")
    office.run(10_000)  # the other one still rings
    assert not office.desk.lists.storage.read("calls.txt")
    office.press("CANCEL")  # it is rejected, and is in no list
    assert second.state == "ended"
    office.run(3000)
    assert b"201@pbx" in office.desk.lists.storage.read("calls.txt")


def test_a_list_opens_only_where_nothing_goes_on():
    def typed(office):
        office.press("2")

    def rings(office):
        office.arrives("201")

    def heard(office):
        office.talk("201")

    def calling(office):
        office.press("2", "ENTER")

    for what in (typed, rings, heard, calling):
        office = Office()
        what(office)
        for key in ("DOWN", "LEFT", "RIGHT", "MENU"):
            office.press(key)
            assert office.desk.menu is None, (what, key)
    office = Office()
    office.talk("201")
    office.press("HOLD", "DOWN")
    assert office.desk.menu, "whom else to call while one waits"


def test_the_key_of_each_direction_opens_its_own_list():
    for key, title in (
        ("LEFT", "Missed"),
        ("RIGHT", "Received"),
        ("DOWN", "Dialled"),
        ("UP", "Dialled"),
        ("MENU", "Dialled"),
    ):
        office = Office()
        office.press(key)
        assert office.lines()[0] == title, key


def test_calls_that_ended_at_the_same_time_are_all_kept_with_what_stood_there():
    folder = Folder("together")
    office = Office(folder)
    for number in range(5):
        _end(office, "out", "%d" % (100 + number))
    office.run(3000)
    _end(office, "in", "300")
    again = [x.number for x in office.desk.lists.entries()]
    assert again == ["300@pbx"] + ["%d@pbx" % x for x in (104, 103, 102, 101, 100)]
    office.run(3000)
    office.run(3000)
    again = Office(Folder("together", empty=False))
    assert [x.number for x in again.desk.lists.entries()] == ["300@pbx"] + [
        "%d@pbx" % x for x in (104, 103, 102, 101, 100)
    ]


def test_calls_that_could_not_be_written_are_later_without_a_further_call_and_it_is_told_once():
    folder = Folder("later")
    office, write, tries = Office(folder), folder.write, []

    def full(name, data):
        tries.append(name)
        raise OSError(28)

    folder.write = full
    _end(office, "out", "100")
    office.run(3000)
    office.run(1_200_000)
    assert len(tries) == 3
    assert [x for x in office.logged if "not saved" in x] == [
        "call lists not saved, the flash is full"
    ]
    folder.write = write
    office.run(600_000)
    assert _numbers(Office(Folder("later", empty=False)), "d") == ["100@pbx"]


def test_a_storage_that_works_again_has_the_last_calls():
    folder = Folder("again")
    office = Office(folder)
    write = folder.write

    def full(name, data):
        raise OSError(28)

    folder.write = full
    for number in range(7):
        _end(office, "out", "%d" % (100 + number))
    office.run(3000)
    folder.write = write
    _end(office, "out", "200")
    office.run(3000)
    again = Office(Folder("again", empty=False))
    expected = ["200@pbx"] + ["%d@pbx" % x for x in (106, 105, 104, 103, 102)]
    assert _numbers(again, "d") == expected


def test_a_call_that_ends_is_written_three_seconds_later_and_once():
    folder = Folder("soon")
    office = Office(folder)
    written = []
    folder.write = lambda name, data: written.append((name, data.decode()))
    office.clock.seconds = 1_700_000_000
    _end(office, "out", "201")
    office.run(1000)
    _end(office, "in", "202")
    office.run(1900)
    assert written == []
    office.run(100)
    assert written == [
        ("calls.txt", "m\t1700000000\t202@pbx\t\t\t\nd\t1700000000\t201@pbx\t\t\t\n")
    ]
    office.run(20_000)
    assert len(written) == 1


def test_a_file_that_is_longer_than_the_lists_shows_sixty_calls():
    folder = Folder("long")
    with open(folder.root + "/calls.txt", "wb") as file:
        for kind in b"drm":
            for number in range(30):
                file.write(b"%c\t0\t%d@pbx\t\t\t\n" % (kind, number))
    office = Office(folder)
    assert len(office.desk.lists.entries()) == 60
    assert [len(_numbers(office, kind)) for kind in "drm"] == [30] * 3
    office.desk.lists.save()
    assert [len(_numbers(office, kind)) for kind in "drm"] == [20] * 3
    assert _numbers(office, "m") == ["%d@pbx" % x for x in range(20)]


def test_a_line_that_is_no_call_and_a_file_that_cannot_be_read_cost_no_list():
    folder = Folder("junk")
    good = "d\t1000\t201@pbx\tAnn\t201\t\n"
    junk = (
        "d\tsoon\t202@pbx\tX\t\t\n",
        "d\t-5\t202@pbx\tX\t\t\n",
        "x\t5\t202@pbx\tX\t\t\n",
        "d\t99999999999999\t202@pbx\tX\t\t\n",
        "d\t5\t%s\tX\t\t\n" % ("9" * 5000),
        "\xff\n",
        "\t\t\t\t\t\t\t\n",
    )
    for text in junk:
        folder.write("calls.txt", (text + good).encode())
        office = Office(folder)
        assert _numbers(office, None) == ["201@pbx"], text
        assert office.desk.lists.last_dialled() == "201"
    folder.write("calls.txt", "d\t1\t201\tA\u202enn\x9b\t201\t\n".encode())
    assert Office(folder).desk.lists.entries()[0].name == "Ann"
    folder.write("calls.txt", b"x\n" * 50_000)
    assert _numbers(Office(folder), None) == []
    folder.remove("calls.txt")
    os.mkdir(folder.root + "/calls.txt")  # as a file system that is damaged may have it
    office = Office(folder)
    _end(office, "out", "203")
    office.run(3000)
    assert _numbers(Office(folder), "d") == ["203@pbx"]
    assert any("calls.txt" in str(line) for line in office.logged)


def test_a_list_that_does_not_fit_into_memory_begins_anew():
    class Full(Folder):
        def read(self, name):
            if "calls.txt" in self.names():
                raise MemoryError
            return super().read(name)

    folder = Full("full")
    folder.write("calls.txt", b"x")
    office = Office(folder)
    assert _numbers(office, None) == [] and folder.names() == []
