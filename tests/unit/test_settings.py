"""The settings: types, indexed names, refusals, and what a power cut or a broken flash leaves."""

import asyncio
import json

from settingskit import Memory, make, served, tidy
from support import raises

from actions import secrets
from base.compat import sleep_ms
from offhook.settings import catalogue, records


def test_a_queue_may_be_as_short_as_one_and_as_long_as_256():
    settings = make()
    for text, taken in (("1", True), ("256", True), ("0", False), ("257", False)):
        try:
            settings.set("action_url_queue", text)
            assert taken, text
        except ValueError:
            assert not taken, text


def test_defaults_have_their_types():
    settings = make()
    assert not settings.get("dnd_mode") and settings.text("dnd_mode") == "off"
    assert settings.get("date_us_format") is False and settings.get("user_register3") is True
    assert settings.get("action_url_queue") == 32
    assert settings.get("redirect_event") == "none"
    assert settings.get("user_expiry7") == 3600
    assert settings.get("user_name1") == ""


def test_values_are_kept_over_a_restart():
    storage = Memory()
    settings = make(storage)
    settings.set("user_name1", "100")
    settings.set("dnd_mode", "on")
    settings.set("redirect_time", "20")
    again = make(storage)
    assert again.get("user_name1") == "100"
    assert again.get("dnd_mode") is True
    assert again.get("redirect_time") == 20
    assert again.changed() == ["dnd_mode", "redirect_time", "user_name1"]


def test_a_refusal_names_setting_value_and_what_would_be_right():
    settings = make()
    for name, value, right in (
        ("dnd_mode", "maybe", "on or off"),
        ("redirect_time", "900", "a number from 1 to 120"),
        ("redirect_time", "ten", "a number from 1 to 120"),
        ("redirect_event", "always", "one of none, all, busy, time"),
        ("user_host1", "a b", "host, host:port"),
    ):
        with raises(ValueError) as caught:
            settings.set(name, value)
        text = str(caught.value)
        assert name in text and value in text and right in text, text
    assert settings.changed() == []


def test_a_private_value_is_not_repeated_in_the_refusal():
    settings = make()
    with raises(ValueError) as caught:
        settings.set("user_pass1", "s3cret\n")
    assert "s3cret" not in str(caught.value)


def test_an_unknown_setting_is_refused():
    settings = make()
    for name in (
        "user_nme1",
        "user_name0",
        "user_name13",
        "user_name",
        "fkey176",
        "",
        "user_name01",
    ):
        with raises(ValueError):
            settings.set(name, "x")


def test_an_indexed_name_may_be_written_with_brackets():
    settings = make()
    settings.set("user_uid[1]", "seven")
    assert settings.get("user_uid1") == "seven"
    assert settings.text("user_uid[1]") == "seven"


def test_several_settings_are_taken_together_or_not_at_all():
    settings = make()
    with raises(ValueError):
        settings.update({"user_name1": "100", "redirect_time": "0"})
    assert settings.get("user_name1") == ""


def test_every_record_comes_back_as_it_was():
    for text in ("", "a=b", "back\\slash \\n", "tab\there", "two\nlines\r", "Zo\u00eb", "\\"):
        line = records.pack({"a_name": text, "gone": None})
        assert line.count(b"\n") == 1
        assert records.unpack(line[:-1]) == {"a_name": text, "gone": None}


async def test_a_power_cut_at_any_byte_loses_nothing_that_was_answered_as_saved():
    cut = 0
    while True:
        storage, answered, tried = Memory(), {}, {}
        storage.left, cut = cut, cut + 1
        settings = make(storage)
        steps = [("user_name1", "a"), ("user_pass1", "first"), ("user_name1", "b"), None]
        steps += [("user_realname1", "long " * 12), ("user_pass1", "second"), None]
        steps += [("redirect_time", "7"), ("user_name1", None)]
        try:
            for step in steps:
                if step is None:
                    await tidy(settings)
                    continue
                tried[step[0]] = step[1]
                settings.update({step[0]: step[1]})
                answered[step[0]] = step[1]
            whole = True
        except (ValueError, OSError):
            whole = False
        storage.left = None
        again = make(storage)
        for name, text in answered.items():
            found = again.text(name) if name in again.values else None
            assert found in (text, tried[name]), (cut, name, found)
        for name, text in tried.items():
            if name not in answered:
                assert name not in again.values or again.text(name) == text
        assert not again.aside and not again.trouble, (cut, again.trouble)
        if whole:
            break
    assert cut > 300


def test_several_settings_in_one_write_are_there_together_or_not_at_all():
    values = {"user_name1": "100", "user_host1": "pbx.example", "user_pass1": "hush"}
    for cut in range(1, 80):
        storage = Memory()
        settings = make(storage)
        storage.left = cut
        try:
            settings.update(values)
        except ValueError:
            pass
        assert sorted(make(storage).values) in ([], sorted(values)), cut


async def test_any_truncation_and_any_flipped_byte_starts_a_phone_and_is_told():
    storage = Memory()
    settings = make(storage)
    settings.update({"user_name1": "100", "user_host1": "pbx.example", "dnd_mode": "on"})
    await settings.compact()
    settings.update({"redirect_time": "20"})
    settings.update({"fkey5": "active speed 201"})
    values = dict(settings.values)
    assert len(values) == 5 and len(storage.files) == 2
    for name in storage.files:
        raw = storage.files[name]
        for index in range(len(raw)):
            cut = make(Memory(storage.files, name, raw[:index]))
            assert all(values[x] == y for x, y in cut.values.items())
            for flip in (1, 0x80, 0x0A):
                damaged = bytearray(raw)
                damaged[index] ^= flip
                logged = []
                aside = Memory(storage.files, name, bytes(damaged))
                found = make(aside, logged)
                assert all(values[x] == y for x, y in found.values.items()), (name, index)
                assert len(found.values) >= len(values) - 2
                if found.values != values and index < len(raw) - 1:
                    assert found.trouble and logged and "settings.bad" in aside.files


async def test_what_is_damaged_is_set_aside_and_the_rest_goes_on_over_a_restart():
    storage, logged = Memory(), []
    settings = make(storage)
    settings.update({"user_name1": "100", "user_host1": "pbx.example", "user_uid1": "7"})
    await settings.compact()
    raw = storage.files["settings.txt"]
    storage.files["settings.txt"] = raw.replace(b"pbx.example", b"pbx.examplf")
    again = make(storage, logged)
    assert again.values == {"user_name1": "100", "user_uid1": "7"}
    assert "user_host1" in logged[0] and "settings.bad" in logged[0]
    assert b"examplf" in storage.files["settings.bad"]
    await again.compact()
    again = make(storage)
    assert again.values == {"user_name1": "100", "user_uid1": "7"} and not again.trouble


class Odd(Memory):
    """Storage where reading `odd` gives `found`: None for a folder, or an exception."""

    def __init__(self, files, odd, found):
        super().__init__(files)
        self.odd, self.found = odd, found

    def read(self, name):
        if name != self.odd or name not in self.files:
            return super().read(name)
        if self.found is None:
            return None
        raise self.found

    def rename(self, old, new):
        super().rename(old, new)
        if old == self.odd:
            self.odd = new


async def test_a_file_that_cannot_be_read_is_set_aside_whole_and_told():
    files = Memory()
    settings = make(files)
    settings.set("user_name1", "100")
    await settings.compact()
    settings.set("user_uid1", "7")
    for name, left in (
        ("settings.txt", {"user_uid1": "7"}),
        ("settings.2", {"user_name1": "100"}),
        ("settings.json", {"user_uid1": "7"}),
    ):
        for found in (None, MemoryError()):
            storage, logged = Odd(files.files, name, found), []
            if name == "settings.json":
                del storage.files["settings.txt"]
            storage.files.setdefault(name, b"x")
            again = make(storage, logged)
            assert again.values == left, (name, found)
            assert name in again.trouble and name in logged[0] and "settings.bad" in logged[0]
            again.set("phone_name", "desk")
            await again.compact()
            last = make(storage, [])
            left["phone_name"] = "desk"
            assert last.values == left and not last.trouble, name
            del left["phone_name"]


def test_a_file_of_damaged_lines_is_told_in_some_words_and_kept_in_part():
    storage, logged = Memory(), []
    good = records.pack({"user_name1": "100"})
    storage.files["settings.1"] = b"junk of some length\n" * 5000 + good
    settings = make(storage, logged)
    assert settings.values == {"user_name1": "100"}
    assert len(logged) <= 10 and "5000" in logged[-1] and "5000" in settings.trouble
    assert 1000 < len(storage.files["settings.bad"]) <= 4097


def test_what_provisioning_has_said_may_have_any_form():
    for tree in (
        '{"locks": [1]}',
        '{"locks": {"a": 5}}',
        '{"locks": {"a": [[1], 2]}}',
        '{"given": [1]}',
        '{"given": {"dnd_mode": 5}}',
        '{"given": 7}',
        "[]",
        "7",
        '"x"',
        "[" * 500,
        "{",
    ):
        storage = Memory()
        line = records.pack({"#marks": tree, "user_name1": "100"})
        storage.files["settings.1"] = line
        settings = make(storage)
        assert settings.values == {"user_name1": "100"}, tree
        settings.marks.give("dnd_mode", "on")
        settings.marks.lock("dnd_mode", "pbx")
        assert "dnd_mode" in settings.marks.text(), tree


async def test_what_this_software_does_not_know_or_take_is_kept_not_used_and_told():
    storage, logged = Memory(), []
    lines = [records.seal("#settings 0 3"), records.pack({"newer_setting": "x"})]
    lines += [records.pack({"redirect_time": "900"}), records.pack({"user_name1": "100"})]
    storage.files["settings.txt"] = b"".join(lines)
    settings = make(storage, logged)
    assert settings.values == {"user_name1": "100"} and settings.get("redirect_time") == 10
    for word in ("newer_setting", "redirect_time"):
        assert word in settings.trouble and any(word in line for line in logged)
    await settings.compact()
    settings = make(storage)
    assert settings.aside == {"newer_setting": "x", "redirect_time": "900"}
    settings.set("redirect_time", "10")  # the default, but no more what was stored
    settings.unset("newer_setting")
    await settings.compact()
    settings = make(storage)
    assert settings.aside == {} and not settings.trouble


def test_a_first_file_of_json_is_taken_over():
    first = {"user_name1": "100", "dnd_mode": True, "redirect_time": 20}
    storage = Memory({"settings.json": json.dumps(first).encode()})
    assert make(storage).values == first
    for raw in (
        b'{"user_name1": "10',
        b"[]",
        b"\xff\xfe",
        b"",
        b'{1: "a", "b": "c"}',
        b"[" * 5000,
    ):
        storage = Memory({"settings.json": raw})
        settings = make(storage)
        assert settings.values == {} and settings.trouble


async def test_fifty_changes_cost_fifty_small_writes():
    storage = Memory()
    settings = make(storage)
    for number in range(50):
        await settings.keep({"user_realname1": "Somebody %d" % number})
    assert storage.writes == 50
    assert sum(len(x) for x in storage.files.values()) < 50 * 60
    assert len(storage.files) <= 8


async def test_changes_by_keys_are_saved_together_soon():
    storage = Memory()
    settings = make(storage)
    for number in range(10):
        settings.change({"vol_ringer": str(number)})
        assert settings.get("vol_ringer") == number
    assert storage.writes == 0
    await served(settings, lambda: storage.writes)
    assert storage.writes == 1 and make(storage).get("vol_ringer") == 9


async def test_nothing_is_written_while_the_phone_is_not_quiet():
    storage, gate = Memory(), asyncio.Event()
    settings = make(storage)
    settings.quiet = gate.wait
    task = asyncio.create_task(settings.keep({"dnd_mode": "on"}))
    for _ in range(20):
        await sleep_ms(0)
    assert storage.writes == 0 and not settings.get("dnd_mode")
    gate.set()
    await task
    assert storage.writes == 1 and settings.get("dnd_mode")


async def test_in_a_call_settings_are_taken_and_saved_at_its_end():
    storage, calls = Memory(), [1]
    settings = make(storage)
    settings.idle = lambda: not calls
    assert not await settings.keep({"dnd_mode": "on"}) and settings.get("dnd_mode")
    settings.change({"vol_ringer": "7"})
    turns = []
    await served(settings, lambda: turns.append(1) or len(turns) > 50)
    assert storage.writes == 0
    calls.clear()
    await served(settings, lambda: storage.writes)
    again = make(storage)
    assert again.get("dnd_mode") and again.get("vol_ringer") == 7
    assert await settings.keep({"dnd_mode": "off"}) and not make(storage).get("dnd_mode")


async def test_no_more_than_so_many_settings_wait_for_the_end_of_a_call():
    storage = Memory()
    settings = make(storage)
    settings.idle = lambda: False
    kept = []
    for i in range(40):
        kept.append(await settings.keep({"fkey%d" % i: "active speed %d" % i}))
    assert storage.writes == sum(kept) == 8 and not any(kept[:32]) and all(kept[32:])
    settings.flush()  # as at a restart
    assert make(storage).get("fkey5") == "active speed 5"


async def test_the_store_is_tidied_when_nobody_calls():
    storage, calls = Memory(), [1]
    settings = make(storage)
    settings.idle = lambda: not calls
    for number in range(40):
        settings.set("user_realname1", "Somebody %d" % number)
    turns = []
    await served(settings, lambda: turns.append(1) or len(turns) > 50)
    assert "settings.txt" not in storage.files and len(storage.files) == 8
    calls.clear()
    await served(settings, lambda: len(storage.files) == 1)
    assert make(storage).get("user_realname1") == "Somebody 39"


async def test_a_replaced_secret_does_not_live_on():
    storage = Memory({"settings.bad": b"user_pass1=first"})
    settings = make(storage)
    settings.set("user_pass1", "first")
    settings.set("user_pass1", "second")
    await served(settings, lambda: not any(b"first" in x for x in storage.files.values()))
    assert make(storage).get("user_pass1") == "second"


async def test_a_secret_that_was_replaced_before_a_power_cut_does_not_live_on_either():
    storage = Memory()
    settings = make(storage)
    settings.set("user_pass1", "first")
    settings.set("user_pass1", "second")
    assert any(b"first" in x for x in storage.files.values())  # there was no time yet
    settings = make(storage)
    await served(settings, lambda: not any(b"first" in x for x in storage.files.values()))
    assert make(storage).get("user_pass1") == "second"


async def test_a_reset_leaves_nothing():
    storage = Memory({"calls.txt": b"d\t1\t200\tx\n", "settings.bad": b"x", "settings.last": b"y"})
    settings = make(storage)
    settings.set("user_pass1", "hush")
    await settings.compact()
    settings.set("user_pass1", "hush-hush")
    settings.erase()
    assert storage.files == {} and settings.values == {}
    settings.set("user_name1", "100")
    assert make(storage).values == {"user_name1": "100"}


def test_a_reset_that_is_cut_off_leaves_all_or_nothing():
    for cut in range(60):
        storage = Memory()
        settings = make(storage)
        settings.update({"user_name1": "100", "user_pass1": "hush"})
        settings.update({"user_name1": "200"})
        storage.left = cut
        try:
            settings.erase()
        except OSError:
            pass
        if cut % 2:  # the flash may fail for good
            storage.left = None
        found = make(storage)
        assert sorted(found.values) in ([], ["user_name1", "user_pass1"]), (cut, storage.files)


def test_what_cannot_be_unset_keeps_its_value():
    storage, heard = Memory(), []
    settings = make(storage)
    settings.set("user_name1", "old")
    settings.on_change(heard.append)
    storage.left = 5
    with raises(ValueError) as caught:
        settings.unset("user_name[1]")
    assert "user_name1: not saved" in str(caught.value)
    assert settings.get("user_name1") == "old" and heard == []
    storage.left = None
    assert make(storage).get("user_name1") == "old"
    settings.unset("user_name1")
    assert settings.get("user_name1") == "" and heard == ["user_name1"]
    assert make(storage).get("user_name1") == ""


def test_listeners_hear_of_changes_only():
    settings, heard = make(), []
    settings.on_change(heard.append)
    settings.set("dnd_mode", "on")
    settings.set("dnd_mode", "on")
    settings.unset("dnd_mode")
    assert heard == ["dnd_mode", "dnd_mode"]


def test_addresses_plans_and_zones_are_refused_where_they_cannot_work():
    settings = make()
    for name, wrong, right in (
        ("dns_server1", "dns.example", "192.0.2.1"),
        ("ip_adr", "192.0.2.256", "an address such as"),
        ("mac", "0004", "12 hex digits"),
        ("dial_plan", "1[2", "patterns such as"),
        ("dial_plan", "1a", "patterns such as"),
        ("timezone", "Berlin", "POSIX"),
        ("user_host1", "http://pbx.example", "host, host:port"),
        ("user_host1", "pbx.example:99999", "host, host:port"),
        ("user_host1", "100@pbx.example", "host, host:port"),
        ("ntp_server", "a/b", "host"),
        ("user_outbound1", "<sip:pbx.example>", "sip: URI"),
    ):
        with raises(ValueError) as caught:
            settings.set(name, wrong)
        text = str(caught.value)
        assert name in text and wrong in text and right in text, text
        assert settings.get(name) in ("", "pool.ntp.org"), name
    for name, value, kept in (
        ("mac", "00:04:13-a1b2.c3", "000413A1B2C3"),
        ("dial_plan", "1xx|0[1-9]xx.|11[02]", None),
        ("timezone", "CET-1CEST,M3.5.0,M10.5.0/3", None),
        ("user_host1", "pbx_1.example:5080", None),
        ("user_outbound1", "sip:proxy.example:5080;lr;transport=tcp", None),
        ("netmask", "255.255.0.0", None),
        ("ip_adr", "", None),
    ):
        settings.set(name, value)
        assert settings.get(name) == (kept or value)


def test_every_record_of_the_catalogue_is_well_formed():
    names = set()
    for title, group in catalogue.groups():
        assert title and group
        for each in group:
            assert each.name not in names, each.name
            names.add(each.name)
            assert each.meaning and each.users and each.right(), each.name
            name = each.name.replace("#", "1").replace("@", "0")
            assert catalogue.find(name).name == each.name
            assert each.parse(each.written(each.default)) == each.default, each.name
    assert len(names) > 100


def test_every_secret_is_private_and_nothing_else():
    settings = make()
    for _, group in catalogue.groups():
        for each in group:
            name = each.name.replace("#", "1").replace("@", "0")
            assert settings.private(name) == (each.kind in ("secret", "login"))
            secret = any(word in name for word in ("_pass", "_hash", "_wpapsk", "_key_private"))
            assert settings.private(name) or not secret or "longpress" in name, name
    assert settings.private("user_pass[1]") and not settings.private("user_pass13")


def test_an_unknown_name_is_refused_with_the_nearest_ones():
    settings = make()
    for name, near in (
        ("user_nme1", "user_name1"),
        ("redirekt_event", "redirect_event"),
        ("action_incomming_url", "action_incoming_url"),
        ("user_host", "user_host1"),
        ("fkeys5", "fkey5"),
    ):
        with raises(ValueError) as caught:
            settings.set(name, "x")
        assert "there is no setting '%s'" % name in str(caught.value)
        assert near in str(caught.value).partition("nearest: ")[2], str(caught.value)


def test_what_the_catalogue_calls_private_is_masked_in_the_log_by_its_name():
    for _, group in catalogue.groups():
        for each in group:
            name = each.name.replace("#", "1").replace("@", "0")
            assert secrets.private(name) == each.private, name
    for name in (
        "admin_mode_password",
        "wifi_wpapsk",
        "user_hash3",
        "user%5Fpass1",
        "http_pass[2]",
    ):
        assert secrets.private(name), name
