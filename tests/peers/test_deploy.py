"""The real mpremote deploys into the VM behind a serial line, broken off wherever it may be."""

import pathlib
import threading
import time

import pytest
from littlefs import LittleFS

from tools import deploy, vm
from tools.build import image as build
from tools.vmboard.bridge import Bridge

SIZE = 64 * 4096
_PLATFORM = """
class Platform:
    def refused(self):
        pass
    release = refused
"""
_RUN = """
import sys
def run(platform):
    from part.one import VALUE
    import two
    words = (VALUE, two.VALUE, open("/app/data.txt").read())
    {more}
    print("RUNNING", *words)
    while True:
        sys.stdin.read(1)
"""
_CONFIRM = "import os; [os.remove('/app/' + x) for x in os.listdir('/app') if x[:5] == 'trial']"


def software(folder, version, more=_CONFIRM):
    """Make a flash content whose modules all say `version`, and print it when it runs."""
    root = folder / version
    files = {
        "hal/__init__.py": "",
        "hal/platform.py": _PLATFORM,
        "offhook/__init__.py": "",
        "offhook/start.py": _RUN.format(more=more),
        "part/__init__.py": "",
        "part/one.py": f"VALUE = '{version}'\n",
        "two.py": f"VALUE = '{version}'\n" + "# filler\n" * 300,
        "board.py": "BUTTON = None\n",
        "data.txt": version,
        f"only_{version}.txt": "stale elsewhere",
    }
    for name, text in files.items():
        path = root / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (root / "app/files.sha256").write_text(build.hash_list(root / "app"))
    for name in build.ROOT_FILES:
        (root / name).write_text((vm.ROOT / "firmware" / name).read_text())
    (root / "state").mkdir()
    (root / "state/settings.json").write_text('{"mine": 1}')
    return root


class Served:
    """A board on a flash image, served while the block runs."""

    def __init__(self, image, **options):
        self.bridge = Bridge(image, **options)
        self.thread = threading.Thread(target=self.bridge.serve, args=(lambda: self.over,))
        self.over = False

    def __enter__(self):
        self.thread.start()
        return self.bridge

    def __exit__(self, *_):
        self.over = True
        self.thread.join(10)
        self.bridge.close()


def says(image, word="RUNNING", seconds=20):
    """Start the board and return the line with `word` that it prints by itself."""
    import os
    import select

    bridge = Bridge(image)
    seen, end = b"", time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            bridge.serve(lambda: bool(select.select([bridge.slave], [], [], 0)[0]))
            seen += os.read(bridge.slave, 4096)
            for line in seen.decode(errors="replace").splitlines(keepends=True):
                if line.startswith(word) and line.endswith("\n"):
                    return line.strip()
    finally:
        bridge.close()
    raise AssertionError(f"no {word} from the board: {seen!r}")


def files(image):
    """Return {path: bytes} of a flash image."""
    data = image.read_bytes()
    flash = LittleFS(block_size=4096, block_count=len(data) // 4096, mount=False)
    flash.context.buffer[:] = data
    flash.mount()
    found = {}
    for folder, _, names in flash.walk("/"):
        for name in names:
            path = folder.rstrip("/") + "/" + name
            with flash.open(path, "rb") as file:
                found[path] = file.read()
    return found


@pytest.fixture
def old(tmp_path):
    """An image with version "v1" on it."""
    image = tmp_path / "flash.bin"
    image.write_bytes(build.image(software(tmp_path, "v1"), SIZE))
    return image


def quiet(*_):
    """Say nothing."""


def test_a_board_runs_what_its_image_holds(old):
    assert says(old) == "RUNNING v1 v1 v1"


def test_an_empty_flash_gets_the_software(tmp_path):
    image = tmp_path / "flash.bin"
    empty = tmp_path / "empty"
    empty.mkdir()
    image.write_bytes(build.image(empty, SIZE))
    root = software(tmp_path, "v1")
    with Served(image) as bridge:
        sent = deploy.deploy(root, deploy.Board(bridge.port, quiet))
    assert "part/one.py" in sent
    assert says(image) == "RUNNING v1 v1 v1"


def test_only_what_changed_is_sent_and_settings_stay(old, tmp_path):
    root = software(tmp_path, "v2")
    with Served(old) as bridge:
        sent = deploy.deploy(root, deploy.Board(bridge.port, quiet))
    assert says(old) == "RUNNING v2 v2 v2"
    found = files(old)
    assert set(sent) == {"data.txt", "files.sha256", "only_v2.txt", "part/one.py", "two.py"}
    assert found["/state/settings.json"] == b'{"mine": 1}'
    assert "/app/only_v1.txt" not in found and "/app/only_v2.txt" in found
    assert not any(path.startswith("/app/trial") for path in found)
    assert found["/prev/two.py"].startswith(b"VALUE = 'v1'")


def test_the_same_software_again_sends_nothing(old, tmp_path):
    said = []
    with Served(old) as bridge:
        assert deploy.deploy(tmp_path / "v1", deploy.Board(bridge.port, said.append)) == []
    assert said == ["the board has this software already"]


class Stop(Exception):
    """The person at the keyboard pressed Ctrl-C."""


class Breaking(deploy.Board):
    """A board whose deploy is broken off before step `steps`."""

    def __init__(self, port, steps):
        super().__init__(port, quiet)
        self.steps = steps

    def run(self, *words, **options):
        """Run, or break off."""
        if not self.steps:
            raise Stop()
        self.steps -= 1
        return super().run(*words, **options)


def test_a_deploy_broken_off_before_any_step_leaves_the_old_or_the_new(old, tmp_path):
    root, fresh = software(tmp_path, "v2"), old.read_bytes()
    steps, seen = 0, []
    while True:
        old.write_bytes(fresh)
        try:
            with Served(old) as bridge:
                deploy.deploy(root, Breaking(bridge.port, steps))
            break
        except Stop:
            seen.append(says(old))
        steps += 1
    # Only the last step, the reset, comes after the switch
    assert seen == ["RUNNING v1 v1 v1"] * (steps - 1) + ["RUNNING v2 v2 v2"]
    assert steps >= 5


def test_the_power_cut_at_any_byte_leaves_the_old_or_the_new_and_deploy_goes_on(old, tmp_path):
    root, fresh = software(tmp_path, "v2"), old.read_bytes()
    with Served(old) as bridge:
        deploy.deploy(root, deploy.Board(bridge.port, quiet))
        total = bridge.received
    seen = []
    for part in range(1, 13):
        old.write_bytes(fresh)
        with Served(old, cut=total * part // 13) as bridge:
            with pytest.raises((deploy.DeployError, OSError)):
                deploy.deploy(root, deploy.Board(bridge.port, quiet))
        seen.append(says(old))
    assert set(seen) <= {"RUNNING v1 v1 v1", "RUNNING v2 v2 v2"} and seen[0] != "RUNNING v2 v2 v2"
    with Served(old) as bridge:
        deploy.deploy(root, deploy.Board(bridge.port, quiet))
    assert says(old) == "RUNNING v2 v2 v2"


def test_software_that_always_resets_gives_way_to_the_old_one(old, tmp_path):
    root = software(tmp_path, "v2", "import machine; machine.reset()")
    with Served(old) as bridge:
        deploy.deploy(root, deploy.Board(bridge.port, quiet))
        end = time.monotonic() + 20
        while bridge.starts < 6 and time.monotonic() < end:
            time.sleep(0.05)
    assert says(old) == "RUNNING v1 v1 v1"
    assert "/bad" not in files(old)


def test_a_damaged_file_is_never_switched_to(old, tmp_path):
    root = software(tmp_path, "v2")

    class Damaging(deploy.Board):
        def execute(self, script, **values):
            if "count" in values:
                self.run("exec", "f = open('/next/two.py', 'a'); f.write('#'); f.close()")
            return super().execute(script, **values)

    with Served(old) as bridge:
        with pytest.raises(deploy.DeployError, match="two.py"):
            deploy.deploy(root, Damaging(bridge.port, quiet))
    assert says(old) == "RUNNING v1 v1 v1"


def test_a_flash_that_is_too_full_is_refused_before_anything_is_sent(old, tmp_path):
    root = software(tmp_path, "v2")
    big = pathlib.Path(root / "app/two.py")
    big.write_text("#" * SIZE)
    (root / "app/files.sha256").write_text(build.hash_list(root / "app"))
    with Served(old) as bridge:
        with pytest.raises(deploy.DeployError, match="bytes free"):
            deploy.deploy(root, deploy.Board(bridge.port, quiet))


def test_a_board_that_does_not_answer_is_an_error(tmp_path):
    with pytest.raises(deploy.DeployError):
        deploy.deploy(software(tmp_path, "v1"), deploy.Board(str(tmp_path / "nothing"), quiet))


def test_ctrl_c_stops_the_phone_and_gives_the_repl(old):
    with Served(old) as bridge:
        board = deploy.Board(bridge.port, quiet)
        assert board.run("exec", "print(6 * 7)").strip() == "42"
