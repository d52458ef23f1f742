"""The store of settings, its records, and the marks of provisioning: what lies on the flash."""

import asyncio
from binascii import crc32

from settingskit import Memory, make
from support import raises

from base.compat import sleep_ms
from offhook.settings import catalogue, records
from offhook.settings.marks import Marks, checksum
from offhook.settings.settings import Settings
from offhook.settings.store import Store

_SECRET = ("user_pass1",)


def _store(storage):
    """Return (a `Store` on a storage, what it loads, what it tells)."""
    told = []
    store = Store(storage, told.append, lambda name: name in _SECRET)
    return store, store.load(), told


async def _pause():
    await sleep_ms(0)


# -- records --------------------------------------------------------------------------------------


def test_a_record_is_its_checksum_and_its_text():
    line = records.pack({"b": "2\t3", "a": None})
    assert line == b"%08x a\tb=2\\t3\n" % (crc32(b"a\tb=2\\t3") & 0xFFFFFFFF)
    assert records.opened(line[:-1]) == "a\tb=2\\t3"


def test_a_damaged_record_is_none():
    good = records.seal("a=1")[:-1]
    other = b"\xff="
    for line in (
        b"",
        b"x",
        good[:-1],
        good + b"2",
        good.replace(b" ", b""),
        good.replace(b" ", b"\t"),
        records.seal("")[:-1],  # says nothing
        records.seal("=1")[:-1],
        records.seal("a=1\t")[:-1],
        b"%08x " % (crc32(other) & 0xFFFFFFFF) + other,  # no UTF-8, though its checksum is right
    ):
        with raises(ValueError):
            records.unpack(line)


def test_a_record_that_is_no_text_is_set_aside():
    raw = b"user_uid1=\xff"
    line = b"%08x " % (crc32(raw) & 0xFFFFFFFF) + raw + b"\n"
    storage = Memory({"settings.1": line + records.pack({"user_uid2": "b"})})
    settings = make(storage)
    assert settings.values == {"user_uid2": "b"} and "user_uid1" in settings.trouble
    assert storage.files["settings.bad"] == line


# -- the store ------------------------------------------------------------------------------------


def test_what_was_there_at_start_is_never_written_on():
    torn = records.pack({"a": "1"}) + b"0123"
    for count in (1, 7, 8, 9):
        files = {"settings.%d" % (x + 1): records.pack({"n": "x"}) for x in range(count - 1)}
        files["settings.%d" % count] = torn
        storage = Memory(files)
        store, texts, told = _store(storage)
        assert texts["a"] == "1" and told == []
        store.append({"b": "2"})
        store.append({"c": "3"})
        assert storage.files["settings.%d" % (count + 1)] == b"".join(
            (records.pack({"b": "2"}), records.pack({"c": "3"}))
        )
        assert storage.files["settings.%d" % count] == torn
        again = _store(Memory(storage.files))[1]
        assert (again["b"], again["c"]) == ("2", "3")


def test_a_journals_file_is_small_and_eight_of_them_are_to_be_written_anew():
    storage = Memory()
    store, _, _ = _store(storage)
    for number in range(40):
        store.append({"name": "%030d" % number})
        files = sorted(storage.files)
        assert all(len(storage.files[x]) <= 128 for x in files[:-1])
        assert len(files) == min(8, number // 2 + 1)  # two such records are 90 bytes
        assert store.due is (len(files) == 8), number
    assert len(storage.files["settings.8"]) == 45 * (40 - 14)  # from there on the last one grows
    store, _, _ = _store(storage)
    assert store.due
    del storage.files["settings.1"]
    store, texts, _ = _store(storage)
    assert not store.due and texts == {"name": "%030d" % 39}


def test_a_record_fills_a_journals_file_to_its_last_byte():
    for size, files in ((128, 1), (129, 2)):
        storage = Memory()
        store, _, _ = _store(storage)
        store.append({"a": "x" * 40})
        rest = size - len(storage.files["settings.1"])
        store.append({"b": "y" * (rest - len(records.pack({"b": ""})))})
        assert len(storage.files) == files, size


def test_only_a_secret_that_was_replaced_makes_the_store_due():
    for name, due in (("user_uid1", False), ("user_pass1", True)):
        storage = Memory()
        store, _, _ = _store(storage)
        store.append({name: "x"}, due)
        assert store.due is due
        assert _store(Memory(storage.files))[0].due is due, "after a restart, too"
    storage = Memory({"settings.txt": records.seal("#settings 1 1") + records.pack(
        {"user_pass1": "x"})})  # fmt: skip
    assert not _store(storage)[0].due, "nothing lies before a secret in the whole file"


async def test_what_was_set_aside_goes_with_a_replaced_secret_only():
    for name, left in (("user_uid1", True), ("user_pass1", False)):
        storage = Memory({"settings.bad": b"user_pass1=old"})
        store, _, _ = _store(storage)
        store.append({name: "x"}, not left)
        await store.compact({name: "x"}, _pause)
        assert ("settings.bad" in storage.files) is left
        assert not store.due and _store(storage)[1] == {name: "x"}
        storage.files["settings.bad"] = b"of another day"
        await store.compact({name: "x"}, _pause)
        assert "settings.bad" in storage.files


async def test_the_whole_file_says_which_journal_comes_after_it():
    storage = Memory()
    store, _, _ = _store(storage)
    store.append({"a": "1"})
    before = storage.files["settings.1"]
    await store.compact({"a": "2"}, _pause)
    assert sorted(storage.files) == ["settings.txt"]
    store.append({"b": "3"})
    assert "settings.2" in storage.files
    storage.files["settings.1"] = before  # the power went before it was deleted
    store, texts, told = _store(storage)
    assert texts == {"a": "2", "b": "3"} and told == [] and not store.due
    assert sorted(storage.files) == ["settings.2", "settings.txt"]


async def test_after_the_whole_file_alone_its_journal_goes_on():
    storage = Memory()
    store, _, _ = _store(storage)
    store.append({"a": "1"})
    await store.compact({"a": "2"}, _pause)
    store, _, _ = _store(storage)
    store.append({"a": "3"})
    assert _store(storage)[1] == {"a": "3"}


def test_an_old_journal_that_cannot_be_deleted_is_told_and_not_used():
    storage = Memory({"settings.1": records.pack({"a": "old"})})
    storage.files["settings.txt"] = records.seal("#settings 2 1") + records.pack({"a": "new"})
    storage.left = 0
    _, texts, told = _store(storage)
    assert texts == {"a": "new"} and len(told) == 1 and "settings.1" in told[0]


def test_what_is_damaged_is_told_even_where_it_cannot_be_set_aside():
    storage = Memory({"settings.1": b"01234567 user_uid1=x\n" + records.pack({"a": "1"})})
    storage.left = 0
    store, texts, told = _store(storage)
    assert texts == {"a": "1"} and len(told) == 2 and store.due
    assert "(user_uid1)" in told[0] and "settings.bad" in told[1]


def test_a_whole_file_that_lacks_lines_is_told_and_one_that_lacks_its_last_end_is_not():
    head = records.seal("#settings 0 2")
    lines = [records.pack({"a": "1"}), records.pack({"b": "2"})]
    for raw, found, due in (
        (head + lines[0] + lines[1], {"a": "1", "b": "2"}, False),
        (head + lines[0] + lines[1][:-1], {"a": "1", "b": "2"}, False),
        (head + lines[0], {"a": "1"}, True),
        (head + lines[0] + lines[1] + lines[0], {"a": "1", "b": "2"}, True),
        (head, {}, True),
    ):
        store, texts, told = _store(Memory({"settings.txt": raw}))
        assert texts == found and store.due is due and bool(told) is due, raw
        assert not told or "of its 2 lines" in told[0]
    storage = Memory({"settings.txt": head + lines[0] + lines[1][:-3]})  # in the middle of one
    store, texts, told = _store(storage)
    assert (
        texts == {"a": "1"}
        and store.due
        and storage.files["settings.bad"] == lines[1][:-3] + b"\n"
    )


def test_a_damaged_head_costs_nothing_but_the_head():
    raw = records.seal("#settings 0 x") + records.pack({"a": "1"})
    store, texts, told = _store(
        Memory({"settings.txt": raw, "settings.4": records.pack({"b": "2"})})
    )
    assert texts == {"a": "1", "b": "2"} and store.due and "settings.txt" in told[0]


def test_other_files_are_no_journals():
    files = {
        x: records.pack({"a": x}) for x in ("settings.", "settings.1x", "other.1", "settings-1")
    }
    assert _store(Memory(files))[1] == {}


def test_journals_go_on_in_the_order_of_their_numbers():
    files = {"settings.%d" % x: records.pack({"a": str(x)}) for x in (10, 9, 2)}
    storage = Memory(files)
    store, texts, _ = _store(storage)
    assert texts == {"a": "10"}
    store.append({"a": "new"})
    assert "settings.11" in storage.files and _store(storage)[1] == {"a": "new"}


def test_what_a_name_in_a_damaged_line_is_told_by():
    for line, word in (
        (b"01234567 user_uid1=x", "(user_uid1)"),
        (b"01234567 User=x", "settings.1 is"),
        (b"01234567 =x", "settings.1 is"),
        (b"01234567 " + b"n" * 50 + b"=x", "(" + "n" * 40 + ")"),
    ):
        _, _, told = _store(Memory({"settings.1": line + b"\n"}))
        assert word in told[0] and "settings.bad" in told[0], line


async def test_a_write_that_failed_is_tried_again_and_what_it_left_is_not_written_on():
    storage = Memory()
    store, _, _ = _store(storage)
    store.append({"a": "1"})
    storage.left = 5
    with raises(OSError):
        store.append({"a": "2"})
    assert store.due
    storage.left = None
    store.append({"a": "3"})
    assert sorted(storage.files) == ["settings.1", "settings.2"]
    assert _store(Memory(storage.files))[1] == {"a": "3"}
    storage.left = 30
    with raises(OSError):
        await store.compact({"a": "3"}, _pause)
    assert store.due and _store(Memory(storage.files))[1] == {"a": "3"}
    storage.left = None
    await store.compact({"a": "3"}, _pause)
    assert not store.due and _store(Memory(storage.files))[1] == {"a": "3"}


async def test_what_is_changed_while_the_whole_file_is_written_is_kept():
    storage = Memory()
    store, _, _ = _store(storage)
    store.append({"a": "1"})
    turns = []

    async def pause():
        turns.append(len(turns))
        store.append({"b": str(len(turns))})

    await store.compact({"a": "1", "long": "x" * 2000, "last": "y"}, pause)
    assert len(turns) >= 4
    texts = _store(Memory(storage.files))[1]
    assert texts["a"] == "1" and texts["b"] == str(len(turns)) and len(texts["long"]) == 2000


async def test_what_was_written_anew_counts_no_more():
    storage = Memory()
    store, _, _ = _store(storage)
    for _ in range(3):
        for number in range(7):
            store.append({"long": "%d" % number * 128})  # a file of its own
            assert not store.due and len(storage.files) <= 8
        await store.compact({"long": "6" * 128}, _pause)
        assert sorted(storage.files) == ["settings.txt"]


async def test_the_loop_turns_between_the_slices_of_the_whole_file():
    settings, turns = make(), []
    for number in range(1, 13):
        settings.set("user_realname%d" % number, "x" * 60)
        settings.set("user_uid%d" % number, "y" * 60)

    async def beside():
        while True:
            turns.append(1)
            await sleep_ms(0)

    task = asyncio.create_task(beside())
    await settings.compact()
    assert len(turns) >= 4
    task.cancel()


# -- marks ----------------------------------------------------------------------------------------


def test_marks_come_back_as_they_were_but_for_what_a_restart_ends():
    marks = Marks()
    assert marks.text() == ""
    marks.lock("a", "server")
    marks.lock("b", "server")
    marks.lock("c", "other")
    marks.lock("d", "server", True)
    marks.give("a", "x")
    marks.restarted = True
    again = Marks(marks.text())
    assert again.locks == {"a": "server", "b": "server", "c": "other"}
    assert again.given == {"a": checksum("x")} and again.restarted is True
    assert marks.locks["d"] == "server" and again.text() == marks.text()
    other = marks.copy()
    other.lock("a", "")
    other.lock("d", "server")
    other.give("a", None)
    assert "a" not in other.locks and "d" in Marks(other.text()).locks and other.given == {}
    assert marks.locks["a"] == "server" and marks.given and "d" not in Marks(marks.text()).locks
    assert other.restarted


def test_each_kind_of_mark_is_worth_a_line():
    for change in (
        lambda x: x.lock("a", "server"),
        lambda x: x.give("a", ""),
        lambda x: setattr(x, "restarted", True),
    ):
        marks = Marks()
        change(marks)
        assert marks.text() and Marks(marks.text()).text() == marks.text()
    marks.restarted = False
    assert marks.text() == ""
    marks.lock("a", "server", True)
    assert marks.text() == "", "nothing of it outlives a restart"


def test_broken_marks_stop_no_phone():
    for text in (
        "{",
        "[]",
        "1",
        '{"locks": 1}',
        '{"locks": {"s": 1}}',
        "null",
        '{"locks": [1]}',
        '{"given": 5}',
    ):
        assert Marks(text).restarted is False, text


def test_a_checksum_is_eight_hex_digits_of_what_is_said():
    assert checksum("123456789") == "cbf43926"  # the check value of CRC-32
    assert checksum("") == "00000000" and len(checksum("\xe4")) == 8


# -- names ----------------------------------------------------------------------------------------


def test_what_a_name_and_its_number_are():
    for name, found in (
        ("user_name2", ("user_name", 2)),
        ("user_name[2]", ("user_name", 2)),
        ("user_name[12]", ("user_name", 12)),
        ("fkey0", ("fkey", 0)),
        ("fkey175", ("fkey", 175)),
        ("fkey00", ("fkey00", None)),
        ("fkey01", ("fkey01", None)),
        ("fkey1000", ("fkey1000", None)),
        ("mac", ("mac", None)),
        ("mac[]", ("mac", None)),
        ("x]", ("x]", None)),
        ("", ("", None)),
    ):
        assert catalogue.plain(name) == found, name
        assert catalogue.canonical(name) == (name if found[1] is None else "%s%d" % found)


def test_a_number_is_one_that_the_phone_has():
    for name, pattern in (
        ("user_name1", "user_name#"), ("user_name12", "user_name#"), ("user_name0", None),
        ("user_name13", None), ("fkey0", "fkey@"), ("fkey175", "fkey@"), ("fkey176", None),
        ("user_name#", None), ("fkey@", None), ("mac", "mac"), ("mac1", None),
        ("dns_server1", "dns_server1"), ("dns_server3", None), ("user_name", None),
    ):  # fmt: skip
        assert catalogue.pattern(name) == pattern, name
        if pattern is None:
            for asked in (catalogue.find, catalogue.default):
                with raises(KeyError):
                    asked(name)


def test_the_nearest_names_are_three_at_most_the_best_first_and_those_that_there_are():
    for name, first in (
        ("user_nme3", "user_name3"), ("user_nme", "user_name1"), ("fkeyy", "fkey0"),
        ("fkeyy7", "fkey7"), ("user_hots12", "user_host12"), ("dnd_mod", "dnd_mode"),
        ("vol_ringr", "vol_ringer"),
    ):  # fmt: skip
        found = catalogue.nearest(name)
        assert found[0] == first and 1 <= len(found) <= 3, (name, found)
        assert all(catalogue.pattern(x) for x in found)
    assert "user_name99" not in catalogue.nearest("user_nme99")
    for name in ("", "x", "qqqqqq", "1"):
        assert catalogue.nearest(name) == [], name
    assert "nearest" not in catalogue.unknown("qqqqqq") and "find" in catalogue.unknown("qqqqqq")


def test_a_refusal_repeats_so_much_of_a_long_name_or_value():
    text = catalogue.unknown("q" * 500)
    assert "'%s'" % ("q" * 40) in text
    with raises(ValueError) as caught:
        catalogue.parse("language", "x" * 500)
    assert "'%s'" % ("x" * 60) in str(caught.value)


def test_another_room_may_refuse_a_value_or_put_another_in_its_place():
    seen = []

    def check(value):
        seen.append(value)
        if value == "bad":
            raise ValueError("it is bad")
        return "better" if value == "good" else None

    for text, wanted in (("good", "better"), ("plain", "plain"), ("", "")):
        assert catalogue.parse("phone_name", text, {"text": check}) == wanted
    assert seen == ["good", "plain"], "an empty one is nobody's"
    with raises(ValueError) as caught:
        catalogue.parse("phone_name", "bad", {"text": check})
    assert str(caught.value).startswith("phone_name: 'bad' does not fit (it is bad); it takes a ")
    assert catalogue.parse("phone_name", "bad", {"url": check}) == "bad"


# -- what a server gave ---------------------------------------------------------------------------


async def test_what_a_server_gave_for_a_while_ends_with_a_restart():
    storage = Memory()
    settings = make(storage)
    settings.set("user_uid1", "own")
    for text in ("first", "second"):
        changed = settings.provide(
            {"user_uid1": text, "user_uid2": text}, Marks(), ("user_uid1", "user_uid2")
        )
        assert changed == ["user_uid1", "user_uid2"] and settings.get("user_uid1") == text
        assert make(Memory(storage.files)).values == {"user_uid1": "own"}
    await settings.compact()
    assert make(Memory(storage.files)).values == {"user_uid1": "own"}
    settings.set("user_uid1", "second")  # and now for good, though it says the same
    assert make(Memory(storage.files)).values == {"user_uid1": "second"}
    await settings.compact()
    assert make(Memory(storage.files)).values == {"user_uid1": "second"}


def test_what_a_server_gave_is_written_once():
    storage, marks = Memory(), Marks()
    settings = make(storage)
    marks.give("user_uid1", "a")
    marks.lock("user_uid1", "server")
    assert settings.provide({"user_uid1": "a"}, marks) == ["user_uid1"] and storage.writes == 1
    assert settings.provide({"user_uid1": "a"}, marks.copy()) == [] and storage.writes == 1
    again = make(storage)
    assert again.locked("user_uid[1]") == "server" and again.values == {"user_uid1": "a"}
    assert again.provide({"user_uid1": None}, Marks()) == ["user_uid1"]
    again = make(storage)
    assert again.locked("user_uid1") == "" and again.values == {}
    storage.left = 3
    with raises(OSError):
        again.provide({"user_uid1": "b"}, marks)
    assert again.values == {} and again.locked("user_uid1") == ""


def test_what_is_wrong_with_the_store_is_told_as_long_as_it_is():
    storage, logged = Memory({"settings.1": b"x\nx\n"}), []
    settings = make(storage, logged)
    assert settings.trouble.count("settings.1") == 1 and len(logged) == 2
    assert make().trouble == ""


def test_a_setting_that_is_locked_is_refused_but_to_whoever_starts_the_phone():
    settings, marks = make(), Marks()
    marks.lock("user_uid1", "the server")
    settings.provide({}, marks)
    for name in ("user_uid1", "user_uid[1]"):
        with raises(ValueError) as caught:
            settings.set(name, "x")
        assert name in str(caught.value) and "the server" in str(caught.value)
    assert settings.get("user_uid1") == ""
    settings.update({"user_uid1": "x"}, forced=True)
    assert settings.get("user_uid1") == "x"


def test_a_refusal_in_many_names_each_that_does_not_fit():
    settings = make()
    errors = settings.refused(
        {"redirect_time": "0", "user_uid1": "x", "nothing": "x", "user_uid[2]": None, "no": None}
    )
    assert sorted(errors) == ["no", "nothing", "redirect_time"]
    assert "redirect_time" in errors["redirect_time"] and "there is no" in errors["no"]
    assert Settings(Memory(), lambda *_: None).refused({}) == {}
