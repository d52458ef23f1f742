"""The loader: which software it starts, with the power cut at each of its steps."""

import io
import sys

from support import loader_source, raises


class PowerCut(Exception):
    pass


class Flash:
    """A file system of paths, whose power goes away before operation number `cut`."""

    def __init__(self, *paths):
        self.paths = set()
        for path in paths:
            parts = path.split("/")
            for count in range(2, len(parts) + 1):
                self.paths.add("/".join(parts[:count]))
        self.files = set(paths)
        self.cut = None
        self.steps = 0

    def _step(self):
        if self.steps == self.cut:
            raise PowerCut()
        self.steps += 1

    def stat(self, path):
        if path not in self.paths:
            raise OSError(2)
        return (0x8000 if path in self.files else 0x4000,)

    def listdir(self, path):
        return [x[len(path) + 1 :] for x in self.paths if x.rpartition("/")[0] == path]

    def remove(self, path):
        self._step()
        if path not in self.files:
            raise OSError(2)
        self.paths.remove(path)
        self.files.remove(path)

    def rmdir(self, path):
        self._step()
        if self.listdir(path):
            raise OSError(39)
        self.paths.remove(path)

    def rename(self, old, new):
        self._step()
        if old not in self.paths or (new in self.paths and self.listdir(new)):
            raise OSError(2)
        for group in (self.paths, self.files):
            for path in list(group):
                if path == old or path.startswith(old + "/"):
                    group.remove(path)
                    group.add(new + path[len(old) :])

    def whole(self, root):
        """Return the version of the software in `root` when both its halves are of one."""
        found = {x.rpartition("/")[2] for x in self.files if x.startswith(root + "/")}
        for version in "123":
            if {"a" + version, "b" + version} <= found:
                return (
                    None
                    if found & ({"a1", "b1", "a2", "b2"} - {"a" + version, "b" + version})
                    else version
                )
        return None


def _loader():
    source, space = loader_source(), {"__name__": "loader"}
    for line in ("from time import sleep_ms\n", "import vfs\n"):
        source = source.replace(line, "")  # what CPython has not
    exec(source, space)
    return space


def _choose(flash):
    space = _loader()
    space["os"] = flash
    space["print"] = lambda *_: None
    space["choose"]()


def _old_and_new(*more):
    old = ("/app/a1", "/app/sub/b1", "/state/settings.json")
    return old + ("/next/a2", "/next/sub/b2") + more


def test_an_unfinished_update_changes_nothing():
    flash = Flash(*_old_and_new())
    _choose(flash)
    assert flash.whole("/app") == "1" and flash.steps == 0


def test_a_whole_update_becomes_the_software_and_the_old_one_is_kept():
    flash = Flash(*_old_and_new("/next/complete", "/prev/a3"))
    _choose(flash)
    assert flash.whole("/app") == "2" and flash.whole("/prev") == "1"
    assert "/app/trial1" in flash.files and "/next" not in flash.paths
    assert "/state/settings.json" in flash.files


def test_the_first_software_of_all_needs_no_old_one():
    flash = Flash("/next/a2", "/next/b2", "/next/complete")
    _choose(flash)
    assert flash.whole("/app") == "2"


def test_software_that_does_not_come_up_in_three_starts_gives_way_to_the_one_before():
    flash = Flash(*_old_and_new("/next/complete"))
    seen = []
    for _ in range(5):
        _choose(flash)
        seen.append(flash.whole("/app"))
    assert seen == ["2", "2", "2", "1", "1"]
    assert flash.whole("/bad") is None and "/bad" not in flash.paths


def test_software_that_came_up_stays():
    flash = Flash(*_old_and_new("/next/complete"))
    _choose(flash)
    flash.remove("/app/trial1")
    for _ in range(5):
        _choose(flash)
    assert flash.whole("/app") == "2"


def test_an_update_of_software_on_trial_keeps_the_way_back_to_what_has_come_up():
    paths = ("/app/a2", "/app/b2", "/app/trial2", "/prev/a1", "/prev/b1", "/next/a3", "/next/b3")
    for cut in [None] + list(range(6)):
        flash = Flash(*paths, "/next/complete")
        flash.cut = cut
        try:
            _choose(flash)
        except PowerCut:
            flash.cut = None
            _choose(flash)
        flash.cut = None
        assert flash.whole("/app") == "3" and flash.whole("/prev") == "1", cut
        for _ in range(4):
            _choose(flash)
        assert flash.whole("/app") == "1" and "/bad" not in flash.paths


def test_without_one_before_the_software_stays_whatever_it_does():
    flash = Flash("/next/a2", "/next/b2", "/next/complete")
    for _ in range(6):
        _choose(flash)
    assert flash.whole("/app") == "2"


def test_a_power_cut_at_any_step_leaves_a_whole_software():
    starts = (
        _old_and_new("/next/complete", "/prev/a3", "/prev/sub/b3"),
        ("/app/a2", "/app/b2", "/app/trial3", "/prev/a1", "/prev/b1", "/bad/x/y"),
    )
    for paths in starts:
        cut = 0
        while True:
            flash = Flash(*paths)
            flash.cut = cut
            try:
                _choose(flash)
                break
            except PowerCut:
                pass
            flash.cut = None
            _choose(flash)
            assert flash.whole("/app") in ("1", "2"), (cut, flash.paths)
            assert "/state/settings.json" in flash.files or "/bad/x/y" in paths
            cut += 1
        assert cut >= 3


def _button(levels, number=0, slept=None):
    """Return what `button` makes of a pin that reads `levels`, the last one for ever.

    The ms that it sleeps are added to the list `slept`.
    """
    levels = list(levels)

    class Pin:
        IN, PULL_UP = 1, 2

        def __init__(self, *_):
            pass

        def value(self):
            return levels.pop(0) if len(levels) > 1 else levels[0]

    class Module:
        pass

    machine, board = Module(), Module()
    machine.Pin, board.BUTTON = Pin, number
    old = {name: sys.modules.get(name) for name in ("machine", "board")}
    sys.modules["machine"], sys.modules["board"] = machine, board
    space = _loader()
    space["sleep_ms"] = space["print"] = lambda *_: None
    if slept is not None:
        space["sleep_ms"] = slept.append
    try:
        return space["button"]()
    finally:
        for name, module in old.items():
            sys.modules.pop(name)
            if module:
                sys.modules[name] = module


def test_a_button_pressed_and_let_go_starts_without_the_phone():
    assert _button([0] * 50 + [1])
    assert _button([1] * 40 + [0] * 5 + [1])


def test_a_button_left_alone_or_stuck_starts_the_phone():
    assert not _button([1])
    assert not _button([0])
    assert not _button([1] * 200 + [0] * 5 + [1]), "too late"
    assert not _button([0, 1], None), "a board without a button"


def test_the_button_is_waited_for_a_second_and_one_that_is_held_three():
    for levels, least, most in (((1,), 950, 1050), ((0,), 2950, 3050), ((0, 0, 1), 0, 50)):
        slept = []
        _button(levels, slept=slept)
        assert least <= sum(slept) <= most, (levels, sum(slept))


def _archive(**files):
    """Return an `Archive` of the loader over files, given as {name: bytes}."""
    space = _loader()
    index, contents = "\n", b""
    for name in files:
        index += "%s %d %d\n" % (name.replace("_", "/"), len(contents), len(files[name]))
        contents += files[name]
    data = b"%d\n" % len(index.encode()) + index.encode() + contents
    space["open"] = lambda path, mode: io.BytesIO(data)
    return space["Archive"]("/app/software")


def test_the_software_is_read_out_of_one_file():
    archive = _archive(a=b"one", part_b=b"", part_deep_c="Ü\n2 3 4".encode())
    assert archive.open("/a", "rb").read() == b"one" and archive.stat("a")[6] == 3
    assert archive.open("/part/b", "rb").read() == b"" and archive.stat("/part/b")[0] == 0x8000
    assert archive.open("/part/deep/c", "r").read() == "Ü\n2 3 4"
    assert (
        archive.stat("/part")[0] == archive.stat("/part/deep")[0] == archive.stat("")[0] == 0x4000
    )


def test_what_is_not_in_that_file_is_not_found_and_nothing_is_written():
    archive = _archive(a=b"one", part_b=b"two")
    for path in ("/b", "/par", "/part/", "/part/b/c", "2", "/a 0 3", ""):
        with raises(OSError):
            archive.open(path, "rb")
    for path in ("/b", "/par", "/art", "/a/b"):
        with raises(OSError):
            archive.stat(path)
    for mode in ("wb", "a", "r+"):
        with raises(OSError):
            archive.open("/a", mode)


def test_each_file_is_found_in_any_order_the_first_of_the_index_too():
    archive = _archive(part_a=b"one", b=b"second", part_c=b"3")
    for _ in range(2):
        for path, content in (("/part/c", b"3"), ("/part/a", b"one"), ("/b", b"second")):
            assert archive.open(path, "rb").read() == content
    none = (0, 0, 0, 0, 0)
    assert archive.stat("/part") == (0x4000,) + none + (0, 0, 0, 0)
    assert archive.stat("/b") == (0x8000,) + none + (6, 0, 0, 0)
    archive.umount()
    with raises(ValueError):
        archive.open("/b", "rb")


class Vfs:
    """Notes what is mounted where; `refuses` a file system of its own making."""

    def __init__(self, refuses=False):
        self.refuses = refuses
        self.mounts = {"/": "as MicroPython does"}
        self.options = None

    def umount(self, place):
        del self.mounts[place]

    def mount(self, system, place):
        assert place not in self.mounts
        self.mounts[place] = system

    def VfsLfs2(self, bdev, **options):
        if self.refuses:
            raise OSError(22)
        self.options = options
        return ("lfs", bdev)


class System:
    """A `sys` and an `os` of its own: a path to import from, files, where it is."""

    def __init__(self, *files):
        self.path = ["", ".frozen", "/lib"]
        self.files = files
        self.modules = {}
        self.at = None

    def stat(self, path):
        if path not in self.files:
            raise OSError(2)
        return (0x8000,)

    def chdir(self, path):
        self.at = path


def _with(vfs, system, **more):
    """Return the loader over `vfs` and `system`, silent."""
    space = _loader()
    space.update({"vfs": vfs, "os": system, "sys": system, "print": lambda *_: None})
    space.update(more)
    return space


def test_the_flash_is_mounted_anew_with_sizes_that_littlefs_takes():
    vfs, system = Vfs(), System()
    _with(vfs, system, bdev="flash")["mount_flash"]()
    assert vfs.mounts == {"/": ("lfs", "flash")} and system.at == "/"
    sizes = vfs.options
    assert sizes["readsize"] >= 1024, "smaller ones make each open slow"
    assert 4096 % sizes["readsize"] == 0 and sizes["readsize"] % sizes["progsize"] == 0
    assert sizes["lookahead"] % 8 == 0


def test_a_flash_that_cannot_be_mounted_so_is_mounted_as_it_was():
    vfs, system = Vfs(refuses=True), System()
    _with(vfs, system, bdev="flash")["mount_flash"]()
    assert vfs.mounts == {"/": "flash"} and system.at == "/"


def test_frozen_software_and_a_computer_leave_the_mounts_alone():
    for more in ({"bdev": None}, {"bdev": "flash", "FROZEN": "devkit"}):
        vfs, system = Vfs(), System()
        _with(vfs, system, **more)["mount_flash"]()
        assert vfs.mounts == {"/": "as MicroPython does"} and system.at is None


def test_the_archive_is_mounted_and_goes_first_and_once_however_often():
    vfs, system = Vfs(), System("/app/software")
    space = _with(vfs, system, Archive=lambda path: "archive of " + path)
    before = system.path[:]
    for _ in range(3):  # by boot.py, by main.py, and by somebody at the REPL
        space["mount"]()
        assert system.path == ["/software"] + before
        assert vfs.mounts["/software"] == "archive of /app/software"


def test_modules_in_the_folder_itself_go_first_where_there_is_no_archive():
    vfs, system = Vfs(), System()
    before = system.path[:]
    space = _with(vfs, system)
    space["mount"]()
    space["mount"]()
    assert system.path == ["/app"] + before and "/software" not in vfs.mounts
    system.files = ("/app/software",)  # which an update brings
    space["Archive"] = lambda path: "archive"
    space["mount"]()
    assert system.path == ["/software"] + before and vfs.mounts["/software"] == "archive"
    system.files = ()
    space["mount"]()
    assert system.path == ["/app"] + before and "/software" not in vfs.mounts


def _loaded(frozen, *files):
    """Return the names that `load` imports, with "b a.c" in the file that has their order."""
    imported = []
    system = System(*files)
    system.path = ["/software", "/lib"]

    def opened(path):
        assert path == "/software/modules.txt"
        return io.StringIO("b\na.c\n")

    more = {"open": opened, "__import__": imported.append}
    if frozen:
        more.update({"FROZEN": "devkit", "MODULES": "x y"})
    _with(Vfs(), system, **more)["load"]()
    return imported


def test_modules_are_imported_in_the_order_of_their_list():
    assert _loaded(False, "/software/modules.txt") == ["b", "a.c"]
    assert _loaded(False) == [] and _loaded(False, "/lib/modules.txt") == []


def test_frozen_modules_are_imported_whatever_lies_in_the_flash():
    assert _loaded(True) == _loaded(True, "/software/modules.txt") == ["x", "y"]


def test_the_phone_is_started_unless_the_button_says_not():
    for frozen, steps in ((None, ["choose", "mount"]), ("devkit", [])):
        for pressed in (False, True):
            done = []
            space = _with(Vfs(), System(), FROZEN=frozen, button=lambda pressed=pressed: pressed)
            space["choose"] = lambda done=done: done.append("choose")
            space["mount"] = lambda done=done: done.append("mount")
            assert space["start"]() is (not pressed) and done == steps


class Archives(System):
    """Files with contents, /app/software being `data`."""

    def __init__(self, data):
        super().__init__("/app/software")
        self.data = data

    def opened(self, path, mode):
        if self.data is None:
            raise OSError(5)
        return io.BytesIO(self.data)


def test_an_archive_that_cannot_be_read_does_not_end_boot_py_so_that_main_py_can_go_back():
    good = b"7\n\na 0 1\nx"
    for data in (
        None, b"", b"\n", b"x\n", b"-1\n", b"7", b"7\n", b"7\n\na 0", b"99999999999999\n",
        b"1" * 5000, b"\xff\xfe\n", good[1:],
    ):  # fmt: skip
        vfs, system, said = Vfs(), Archives(data), []
        space = _with(vfs, system, open=system.opened, print=lambda *x, said=said: said.append(x))
        space["mount"]()
        assert system.path[0] == "/app" and "/software" not in vfs.mounts, data
        assert said and "cannot be read" in str(said[0]), data
        system.data = good  # which main.py finds, once it has gone back
        space["mount"]()
        assert system.path == ["/software", "", ".frozen", "/lib"] and len(said) == 1


def test_a_flash_that_takes_no_changes_starts_what_it_has():
    for paths, kinds in (
        (_old_and_new("/next/complete", "/prev/a3", "/prev/b3"), ("rename", "remove", "rmdir")),
        (("/app/a1", "/app/b1", "/app/trial1"), ("rename",)),
        (("/app/a1", "/app/b1", "/app/trial3", "/prev/a2", "/prev/b2"), ("rename",)),
        (("/app/a1", "/app/b1", "/bad/x"), ("remove", "rmdir")),
    ):
        for kind in kinds:
            flash = Flash(*paths)

            def broken(*_):
                raise OSError(30)

            setattr(flash, kind, broken)
            _choose(flash)
            assert flash.whole("/app") in ("1", "2"), (paths, kind)


def test_where_one_rename_in_the_middle_fails_this_start_or_the_next_one_has_whole_software():
    for paths in (
        _old_and_new("/next/complete", "/prev/a3", "/prev/b3"),
        ("/app/a2", "/app/b2", "/app/trial3", "/prev/a1", "/prev/b1"),
    ):
        for number in range(4):
            flash, left = Flash(*paths), [number]
            rename = flash.rename

            def once(old, new, left=left, rename=rename):
                left[0] -= 1
                if left[0] == -1:
                    raise OSError(28)
                rename(old, new)

            flash.rename = once
            _choose(flash)
            if "/app" not in flash.paths:  # main.py starts anew
                assert flash.whole("/prev") == "1" and flash.whole("/bad") == "2"
                _choose(flash)
            assert flash.whole("/app") in ("1", "2"), (paths, number)
