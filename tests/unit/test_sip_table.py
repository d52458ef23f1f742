"""The table of transactions: whose share is full, and what gives way."""

from support import Clock

from base.timers import Timers
from sip.transaction.table import make_room


class Owner:
    """Who has the transactions' timers."""

    def __init__(self):
        self.timers = Timers(Clock())


class Transaction:
    """As much of one as the table looks at; `left` ms of it are left where it only lingers."""

    def __init__(self, table, name, stranger=None, final=False, left=None, again=False):
        self.owner, self._table, self._name = table.owner, table, name
        self.stranger, self.address = stranger is not None, (stranger, 5060)
        self.final = final
        self._again = again
        self._limit = self.owner.timers.after(left, int) if left is not None else None
        table[name] = self

    def end(self):
        del self._table[self._name]


class Table(dict):
    def __init__(self):
        super().__init__()
        self.owner = Owner()

    def names(self):
        return "".join(sorted(self))


def test_a_stranger_has_a_quarter_and_strangers_have_a_half():
    table = Table()
    for name in "ab":
        assert make_room(table, 8, "one")
        Transaction(table, name, "one")
    assert not make_room(table, 8, "one") and make_room(table, 8, "two")
    for name in "cd":
        Transaction(table, name, "two")
    assert not make_room(table, 8, "three") and not make_room(table, 8, "two")
    assert table.names() == "abcd"
    for name in "efgh":  # the other half is never theirs
        assert make_room(table, 8)
        Transaction(table, name)
    assert table.names() == "abcdefgh"


def test_what_only_lingers_gives_way_first_the_one_with_the_least_time_left():
    table = Table()
    Transaction(table, "a", "one", True, 9000)
    Transaction(table, "b", "one", True, 5000)
    assert make_room(table, 8, "one") and table.names() == "a"
    Transaction(table, "c", "one", True, 1000, again=True)  # it is still repeated
    assert make_room(table, 8, "one") and table.names() == "c"
    Transaction(table, "d", "one")
    assert make_room(table, 8, "one") and table.names() == "d"  # a refusal not acknowledged
    Transaction(table, "e", "one")
    assert not make_room(table, 8, "one") and table.names() == "de"  # both under way


def test_for_ourselves_strangers_give_way_whatever_they_have_begun():
    table = Table()
    Transaction(table, "a", "one")
    Transaction(table, "b", None, True, 1000)
    assert make_room(table, 2) and table.names() == "a"  # what lingers first
    Transaction(table, "c", "two", True, 5000)
    assert make_room(table, 2) and table.names() == "a"
    Transaction(table, "d")
    assert make_room(table, 2) and table.names() == "d"
    Transaction(table, "e")
    assert not make_room(table, 2) and table.names() == "de"


def test_a_small_table_has_room_for_one_of_each():
    table = Table()
    assert make_room(table, 1, "one")
    Transaction(table, "a", "one")
    assert not make_room(table, 1, "two") and make_room(table, 1) and table.names() == ""
    table = Table()
    Transaction(table, "a", "one")
    assert not make_room(table, 4, "one") and make_room(table, 4, "two"), "a quarter is one"


def test_what_a_stranger_ends_of_his_own_makes_room_for_all_strangers():
    table = Table()
    for name, whose in (("a", "one"), ("b", "two"), ("c", "one"), ("d", "two")):
        Transaction(table, name, whose, True, 5000 + ord(name))
    assert make_room(table, 8, "two") and table.names() == "acd", "one is enough"
