"""An update's steps by themselves: what is fetched, what is refused, and what is left of it."""

import asyncio
import os
from binascii import hexlify
from hashlib import sha256

from support import folder, raises

from base.version import VERSION
from offhook.update import files, listing, update

KEY = "ab" * 32
_SIGNED = b"5" * 128  # what the fake signature looks like
_count = 0


def _hash(data):
    return hexlify(sha256(data).digest()).decode()


def _list(found):
    return "".join("%s  %s\n" % (_hash(found[x]), x) for x in sorted(found)).encode()


class Server:
    """In the HTTP client's place: it has `files`, and notes what is `asked` of it."""

    def __init__(self, found):
        self.files = dict(found)
        self.asked = []
        self.closed = 0
        self.error = None
        self.seconds = set()
        self.limits = set()

    async def get(self, request, seconds):
        assert request.verified and request.again and request.url.secure
        self.limits.add(request.limit)
        name = request.path.partition("/app/")[2]
        self.asked.append(name)
        self.seconds.add(seconds)
        if self.error and name == self.error[0]:
            raise self.error[1]
        data = self.files.get(name)
        if data is None:
            request.status = 404
            return
        request.status = 200
        if len(data) > request.limit:
            raise OSError("longer than %d bytes" % request.limit)
        for at in range(0, len(data), 100):
            request.sink(data[at : at + 100])

    def close(self):
        self.closed += 1


class Phone:
    """What an update knows of a phone, with a flash in a folder."""

    up = True
    updating = False
    agent = None
    calls = ()

    def __init__(self, app, served=None, root=""):
        global _count
        _count += 1
        self.flash = root or folder("update-%d" % _count)
        if not root:
            files.delete(self.flash)
            os.mkdir(self.flash)
        self.write("app", app)
        self.http = Server(served or {})
        self.platform = self.settings = self.network = self.clock = self.actions = self
        self.resets = 0
        self.said = []
        self.lines = []
        self.key = KEY
        self.seconds = 1
        self.busy = 0

    def write(self, folder, found):
        for name in found:
            files.folders_for(self.flash, folder + "/" + name)
            with open(self.flash + "/" + folder + "/" + name, "wb") as file:
                file.write(found[name])

    def read(self, folder):
        found, root = {}, self.flash + "/" + folder
        for name in files.walk(root) if files.exists(root) else ():
            with open(root + "/" + name, "rb") as file:
                found[name] = file.read()
        return found

    def get(self, name):
        return self.key if name == "update_key" else "https://h/app"

    def time(self):
        return self.seconds

    def idle(self):
        self.busy -= 1
        return self.busy < 0

    def restart(self):
        self.resets += 1

    def log(self, level, text, *values):
        self.lines.append(text % values)

    def bring(self, forced=False, url="https://h/app"):
        """Run an update; return what was said, or the refusal."""

        async def verify(key, message, signature):
            return key == bytes([0xAB] * 32) and signature == bytes([0x55] * 64)

        update.verify, before = verify, update.verify
        made = update.Update(self, url, self.said.append, forced)
        try:
            asyncio.run(made.bring())
            return self.said[-1]
        except ValueError as error:
            return str(error)
        finally:
            update.verify = before
            asyncio.new_event_loop()


def software(**more):
    found = {
        "board.txt": b"sim\n",
        "version.txt": VERSION.encode() + b"\n",
        "software": b"old" * 500,
        "same/part.mpy": b"same" * 400,
    }
    found.update({name.replace("__", "/"): more[name] for name in more})
    return found


def _scene(**more):
    """Return a phone with old software, whose server has new software, signed."""
    old, new = software(), software(software=b"new" * 700, **more)
    phone = Phone(old, new)
    signed(phone, old, new)
    return phone, new


def signed(phone, old, new):
    """Give `phone` the list of its files, and its server a signed one."""
    phone.write("app", {listing.LIST: _list(old)})
    phone.http.files[listing.LIST] = _list(new)
    phone.http.files[listing.SIGNATURE] = b"55" * 64 + b"\n"


def test_what_changed_is_fetched_what_did_not_is_copied_and_the_loader_told_at_the_end():
    phone, new = _scene(new__deep__one=b"1" * 1000)
    assert phone.bring() == "2 files fetched, 3 unchanged; restarting"
    assert phone.http.asked == [listing.LIST, listing.SIGNATURE, "new/deep/one", "software"]
    expected = dict(new)
    expected[listing.LIST], expected["complete"] = _list(new), b""
    assert phone.read("next") == expected and phone.resets == 1
    assert phone.http.closed and phone.http.seconds == {120}
    assert phone.http.limits == {256, 65536, 1 << 20}
    assert phone.said == ["2 files fetched, 3 unchanged; restarting"]


def test_software_that_is_here_already_is_left_alone():
    phone, new = _scene()
    phone.http.files[listing.LIST] = phone.read("app")[listing.LIST]
    phone.write("next", {"half": b"x"})
    assert phone.bring() == "this software is here already"
    assert phone.http.asked == [listing.LIST] and phone.resets == 0
    assert not files.exists(phone.flash + "/next")


def test_what_an_update_before_has_left_is_used_or_deleted():
    phone, new = _scene(more=b"2" * 1000)
    phone.write(
        "next", {"more": new["more"], "software": b"half", "stale/x": b"x", "complete": b""}
    )
    assert phone.bring() == "1 files fetched, 4 unchanged; restarting"
    assert "more" not in phone.http.asked and "stale/x" not in phone.read("next")
    assert phone.read("next")["software"] == new["software"]


def _refused(change, why, **more):
    """Assert that an update is refused, with the old software as it was and no restart."""
    phone, new = _scene(**more)
    change(phone, phone.http.files)
    before = phone.read("app")
    said = phone.bring()
    assert said.startswith("update: ") and why in said, said
    assert phone.resets == 0 and phone.read("app") == before
    left = phone.read("next")
    assert "complete" not in left and listing.SIGNATURE not in left
    assert listing.LIST + ".new" not in left
    return phone, left


def test_what_is_not_the_owners_is_refused():
    def wrong(phone, served):
        served[listing.SIGNATURE] = b"66" * 64

    def none(phone, served):
        del served[listing.SIGNATURE]

    def no_hex(phone, served):
        served[listing.SIGNATURE] = b"signed, honestly"

    def other_key(phone, served):
        phone.key = "cd" * 32

    for change, why in (
        (wrong, "not signed with the key of update_key"),
        (none, "not signed: h answers 404 for files.sig"),
        (no_hex, "not signed: "),
        (other_key, "not signed with the key"),
    ):
        phone, left = _refused(change, "that software is " + why)
        assert phone.http.asked == [listing.LIST, listing.SIGNATURE] and left == {}


def test_software_of_another_board_and_an_older_one_are_refused():
    def board(phone, served):
        phone.write("app", {"board.txt": b"other\n"})

    _refused(board, "that software is for another board")

    def older(phone, served):
        served["version.txt"] = b"0.0.1\n"
        new = {x: served[x] for x in served if x not in (listing.LIST, listing.SIGNATURE)}
        served[listing.LIST] = _list(new)

    phone, _ = _refused(older, "version 0.0.1 is older than %s; 'force' takes it" % VERSION)
    assert "software" not in phone.http.asked
    phone, new = _scene()
    older(phone, phone.http.files)
    assert phone.bring(forced=True).endswith("restarting") and phone.resets == 1


def test_a_file_that_is_damaged_missing_or_cut_off_stops_it_and_is_not_kept():
    def damaged(phone, served):
        served["software"] = b"evil" * 10

    def missing(phone, served):
        del served["software"]

    def broken(phone, served):
        phone.http.error = ("software", OSError("the server has gone"))

    def slow(phone, served):
        phone.http.error = ("software", asyncio.TimeoutError())

    for change, why in (
        (damaged, "software is damaged"),
        (missing, "h answers 404 for software"),
        (broken, "the server has gone"),
        (slow, "h does not answer"),
    ):
        _, left = _refused(change, why)
        assert "software" not in left and "version.txt" in left


def test_list_and_signature_are_bounded_before_anybody_knows_whose_they_are():
    def long_list(phone, served):
        served[listing.LIST] += b"x" * 65536

    def long_signature(phone, served):
        served[listing.SIGNATURE] = b"55" * 64 + b" " * 200

    _, left = _refused(long_list, "longer than 65536 bytes")
    assert left == {}
    _refused(long_signature, "longer than 256 bytes")


def test_what_goes_wrong_is_told_in_words_whatever_it_is():
    for error, words in (
        (OSError(28), "update: the flash is full"),
        (OSError(30), "update: the flash takes no changes"),
        (MemoryError(), "update: the memory does not suffice just now"),
    ):
        phone, _ = _scene()
        phone.http.error = ("software", error)
        assert phone.bring() == words

    async def run():
        update.start(phone, "https://h/app")
        while phone.updating:
            await asyncio.sleep(0)

    phone.http.error = (listing.LIST, RuntimeError("odd"))
    asyncio.run(run())
    asyncio.new_event_loop()
    assert "given up" in phone.lines[-1] and "odd" in phone.lines[-1] and not phone.resets


def test_what_was_left_in_the_way_of_a_file_does_not_stop_it():
    phone, new = _scene(a=b"1", b__c=b"2")
    phone.write("next", {"a/old": b"x", "a/deep/er": b"y", "b": b"z"})
    assert phone.bring().endswith("restarting")
    assert phone.read("next")["a"] == b"1" and phone.read("next")["b/c"] == b"2"
    phone, new = _scene()
    phone.write("", {"next": b"a file"})
    assert phone.bring().endswith("restarting") and phone.read("next")["software"]


def test_what_leaves_too_little_room_is_refused_unless_the_old_software_makes_it():
    for prev, trial, said in (
        (False, False, "update: the flash has no room for software: 1 bytes more"),
        (True, False, "2 files fetched, 3 unchanged; restarting"),
        (True, True, "update: the last one is still on trial"),
    ):
        phone, _ = _scene(more=b"1" * 10)
        root = phone.flash
        if prev:
            phone.write("prev", {"old": b"x"})
        if trial:
            phone.write("app", {"trial1": b""})
        room = 65536 + len(phone.http.files["software"]) - 1
        seems = [files.size(root + "/app") + 65536]  # enough, by the size of what is here

        def free(_, root=root, room=room, seems=seems, prev=prev):
            gained = 1000 if prev and not files.exists(root + "/prev") else 0
            return seems.pop() if seems else room + gained

        files.free, before = free, files.free
        try:
            assert phone.bring() == said
        finally:
            files.free = before
        assert bool(phone.read("next").get("software")) is (prev and not trial)
        assert files.exists(root + "/next") is prev  # it does not wait where it never fits
        assert files.exists(root + "/prev") is (prev and trial)


def test_a_phone_without_software_in_its_flash_says_so():
    phone, _ = _scene()
    os.remove(phone.flash + "/app/" + listing.LIST)
    with raises(ValueError) as caught:
        phone.bring()
    said = "update: this phone's software is not in its flash; make deploy puts it there"
    assert str(caught.value) == said and phone.http.asked == []


def test_a_phone_whose_software_is_frozen_into_its_firmware_is_not_updated():
    phone, _ = _scene()  # an older phone's software may still be in the flash
    for begin in (update.Update, update.start):
        phone.flash, root = None, phone.flash
        with raises(ValueError) as caught:
            begin(phone, "https://h/app")
        phone.flash = root
        assert str(caught.value) == (
            "update: this phone's software is part of its firmware; "
            "write a newer firmware with make flash"
        )
        assert phone.http.asked == [] and not phone.updating


def test_where_it_may_come_from_and_that_a_key_is_there():
    phone, _ = _scene()
    for url in ("http://h/app", "https://u:p@h/app", "https://h/app?x", "https://h/#x", "h", ""):
        with raises(ValueError) as caught:
            update.Update(phone, url)
        assert str(caught.value).startswith("update: '%s' does not fit; " % url), url
    phone.key = ""
    with raises(ValueError) as caught:
        update.Update(phone, "https://h/app")
    assert str(caught.value).startswith("update_key is empty")


def test_calls_go_first_and_events_for_a_while():
    phone, _ = _scene()
    waits = []

    async def sleep(ms):
        waits.append(ms)
        if len(waits) == 3:
            phone.calls = ()

    phone.agent, phone.calls = phone, ("call",)
    update.sleep_ms, before = sleep, update.sleep_ms
    try:
        assert phone.bring().endswith("restarting")
        assert waits[:3] == [500, 500, 500] and phone.http.closed >= 3
        del waits[:]
        phone, _ = _scene()
        phone.busy = 100_000  # there is always something to be sent
        assert phone.bring().endswith("restarting")
        assert waits.count(500) % 120 == 0 and waits
    finally:
        update.sleep_ms = before


def test_a_call_that_begins_while_a_file_comes_breaks_it_off_and_it_is_fetched_anew_after_it():
    phone, new = _scene()
    phone.agent, waits, sizes = phone, [], []
    get = phone.http.get

    async def ringing(request, seconds):
        sink = request.sink

        def taken(data):
            if request.path.endswith("/software"):
                sizes.append(len(data))
                phone.calls = ("call",) if len(sizes) in (3, 6) else ()
            sink(data)

        request.sink = taken
        await get(request, seconds)

    async def sleep(ms):
        waits.append(ms)
        if waits.count(500) % 4 == 0:
            phone.calls = ()

    phone.http.get = ringing
    update.sleep_ms, before = sleep, update.sleep_ms
    try:
        assert phone.bring() == "1 files fetched, 3 unchanged; restarting"
    finally:
        update.sleep_ms = before
    assert phone.http.asked.count("software") == 3 and waits.count(500) >= 8
    assert phone.read("next")["software"] == new["software"]


def test_the_time_and_the_network_are_waited_for():
    phone, _ = _scene()
    phone.seconds, waits = None, []

    async def sleep(ms):
        waits.append(ms)
        phone.seconds = 1 if len(waits) == 5 else None

    update.sleep_ms, before = sleep, update.sleep_ms
    try:
        phone.bring()
    finally:
        update.sleep_ms = before
    assert waits[:5] == [100] * 5
    phone, _ = _scene()
    phone.seconds = None  # it is never known: the request says what is missing
    del waits[:]

    async def never(ms):
        waits.append(ms)

    update.sleep_ms = never
    try:
        assert phone.bring().endswith("restarting")
    finally:
        update.sleep_ms = before
    assert waits.count(100) % 600 == 0 and waits.count(100) == 600 * len(phone.http.asked)


def test_it_runs_beside_the_phone_and_only_once_at_a_time():
    phone, _ = _scene()

    async def run():
        update.start(phone, "https://h/app")
        with raises(ValueError):
            update.start(phone, "https://h/app")
        while phone.updating:
            await asyncio.sleep(0)

    phone.http.error = (listing.LIST, OSError("nobody there"))
    asyncio.run(run())
    asyncio.new_event_loop()
    assert phone.lines == ["update: nobody there"] and phone.resets == 0
    with raises(ValueError):
        update.start(phone, "http://h/")
    assert not phone.updating


def test_the_old_software_makes_room_unless_the_new_one_is_on_trial():
    for free, trial, gone in ((10**9, False, False), (0, False, True), (0, True, False)):
        phone, _ = _scene()
        phone.write("prev", {"old": b"x"})
        if trial:
            phone.write("app", {"trial1": b""})
        root = phone.flash

        def found(path, free=free, root=root):
            return free if files.exists(root + "/prev") else 10**9

        files.free, before = found, files.free
        try:
            said = phone.bring()
        finally:
            files.free = before
        assert files.exists(phone.flash + "/prev") != gone
        assert said == "update: the last one is still on trial" if trial else said[-1:] == "g"


def test_room_is_made_when_a_byte_is_missing_and_not_before():
    for missing, gone in ((0, False), (1, True)):
        phone, _ = _scene()
        phone.write("prev", {"old": b"x"})
        root = phone.flash
        needed = files.size(root + "/app") + 65536 - 4096  # a block of /next has the list
        files.free, before = lambda path, free=needed - missing: free, files.free
        try:
            phone.bring()
        finally:
            files.free = before
        assert files.exists(root + "/prev") != gone, missing


def test_how_far_it_is_is_told_each_ten_files():
    phone, _ = _scene(**{"more%d" % x: b"%d" % x for x in range(21)})
    assert phone.bring().startswith("22 files fetched")
    assert phone.said[:2] == ["10 files checked, 9 fetched", "20 files checked, 19 fetched"]
    assert len(phone.said) == 3


def test_a_signature_is_64_bytes_and_no_more():
    for text, signed in (
        (b"55" * 64, True),
        (b"55" * 64 + b"\r\n", True),
        (b"55" * 65, False),
        (b"55" * 64 + b" 5", True),  # what follows its line is nobody's
        (b"55" * 63, False),
    ):
        phone, _ = _scene()
        phone.http.files[listing.SIGNATURE] = text
        assert phone.bring().endswith("restarting") is signed, text


# -- files and lists ------------------------------------------------------------------------------


def test_files_are_walked_copied_measured_and_deleted():
    phone = Phone({"a": b"1" * 5000, "b/c/d": b"2", "b/e": b""})
    root = phone.flash + "/app"
    assert sorted(files.walk(root)) == ["a", "b/c/d", "b/e"]
    assert files.size(root) == 8192 + 4096
    assert files.is_folder(root + "/b") and not files.is_folder(root + "/a")
    assert files.exists(root + "/b/c/d") and not files.exists(root + "/b/x")
    stat = os.statvfs(root)
    assert abs(files.free(root) - stat[0] * stat[3]) < 50_000_000
    pauses = []

    async def pause():
        pauses.append(1)

    asyncio.run(files.copy(root + "/a", root + "/copy", pause))
    assert len(pauses) == 10
    asyncio.new_event_loop()
    assert phone.read("app")["copy"] == b"1" * 5000
    digests = []

    async def look():
        digests.extend([await files.digest(root + "/a"), await files.digest(root + "/none")])

    asyncio.run(look())
    asyncio.new_event_loop()
    assert digests == [_hash(b"1" * 5000), ""]
    files.delete(root + "/none")
    files.delete(root + "/a")
    files.delete(root + "/b")
    assert sorted(files.walk(root)) == ["copy"]


def _read(text):
    path = folder("list")
    with open(path, "w") as file:
        file.write(text)
    try:
        return listing.read(path)
    finally:
        os.remove(path)


def test_a_list_holds_harmless_names_only_and_what_every_phone_needs():
    line = "0" * 64 + "  "
    base = "".join(line + x + "\n" for x in listing.REQUIRED)
    assert _read(base + line + "a/b-c_d.mpy\n")["a/b-c_d.mpy"] == "0" * 64
    assert _read(base + line + "x" * 60 + "\n") and _read(base + line + "trail\n")
    for name in (
        "", "/a", "a/", "a//b", "../a", "a/../b", ".", "a/.", "trial", "trial3", "trial/x",
        "complete", "complete/x", "files.sha256", "files.sig", "files.sha256/x", "x" * 61, "a b",
        "a\\b", "\u00e4",
    ):  # fmt: skip
        with raises(ValueError) as caught:
            _read(base + line + name + "\n")
        assert "does not belong on the list" in str(caught.value), name
    for bad in ("0" * 63 + "  a\n", "0" * 65 + "  a\n", line.strip() + " a\n", "\n"):
        with raises(ValueError):
            _read(base + bad)
    for name in listing.REQUIRED:
        with raises(ValueError) as caught:
            _read(base.replace(line + name + "\n", ""))
        assert "that is no software of a phone: %s is missing" % name in str(caught.value)
    many = "".join("%s%d\n" % (line, i) for i in range(500 - len(listing.REQUIRED)))
    assert len(_read(base + many)) == 500
    with raises(ValueError):
        _read(base + many + line + "x\n")


def test_versions_are_compared_as_numbers():
    for first, second in (
        ("0.9", "0.10"),
        ("1", "1.0.1"),
        ("0.1.0", "0.1.1"),
        ("1.2", "2"),
        ("0", "1"),
    ):
        assert listing.older(first, second) and not listing.older(second, first)
    assert not listing.older("1.2.3", "1.2.3") and listing.older(" 1.2\n", "1.3")
    assert listing.older("99999.0", "99999.1")
    for text in ("", "x", "1.", ".1", "1.2.3.4.5", "1.-2", "100000", "1 2"):
        with raises(ValueError):
            listing.older(text, "1")
    assert listing.signed("ab") == b"Offhook software ab"
