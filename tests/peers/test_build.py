"""What `make build` makes: files, the image in the VM, its serial line; what is frozen."""

import codecs
import hashlib
import json
import os
import pathlib
import re
import select
import socket
import subprocess
import time

import pytest

from tests.peers.test_deploy import files
from tools import vm, vm_frozen, wiring
from tools.build import frozen, sizes
from tools.build import image as build
from tools.sources import on_chip, packed, sources
from tools.vmboard.bridge import Bridge


@pytest.fixture(scope="module")
def devkit(tmp_path_factory):
    """The devkit's build, with first settings."""
    folder = tmp_path_factory.mktemp("devkit")
    settings = folder / "my.json"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.write_text(json.dumps({"wifi_ssid1": "any", "network_id_port": port}))
    return build.build("devkit", folder / "build", settings, march=vm.native(vm.vm_path()))


def test_only_what_belongs_on_the_chip_is_built(devkit):
    app = devkit / "software"
    names = {x.relative_to(app).as_posix() for x in app.rglob("*") if x.is_file()}
    assert {"board.mpy", "hal/platform.mpy", "hal/network/interface.mpy"} <= names
    assert "offhook/settings/catalogue_system.mpy" in names
    assert not [x for x in names if x.endswith(".py") or "/sim/" in x or "host" in x]
    for path in app.rglob("*.mpy"):
        assert path.read_bytes()[:2] == b"M\x06", path


def test_a_traceback_names_the_sources_file_and_line(devkit):
    app = devkit / "software"
    script = f"""
import sys
sys.path.insert(0, {str(app)!r})
from offhook.settings import catalogue
try:
    catalogue.parse("nobody", "")
except Exception as error:
    sys.print_exception(error)
"""
    done = subprocess.run([vm.vm_path(), "-c", script], capture_output=True, text=True)
    seen = done.stdout + done.stderr
    assert re.search(r'File "offhook/settings/catalogue.py", line [1-9]\d*, in ', seen), seen


def test_the_hash_list_is_that_of_the_files(devkit):
    app = devkit / "root/app"
    lines = (app / "files.sha256").read_text().splitlines()
    for line in lines:
        digest, name = line.split("  ")
        assert hashlib.sha256((app / name).read_bytes()).hexdigest() == digest
    assert len(lines) == sum(1 for x in app.rglob("*") if x.is_file()) - 1


def test_the_image_is_mounted_by_micropython_with_every_file_whole(devkit, tmp_path):
    image = tmp_path / "flash.bin"
    image.write_bytes((devkit / "littlefs.bin").read_bytes())
    assert image.stat().st_size == 2 * 1024 * 1024
    script = """
import os, hashlib, binascii
source = open(%r).read().split("def _boot")[0]
exec(source)
vfs.mount(vfs.VfsLfs2(_Flash(%r)), "/flash")
with open("/flash/app/files.sha256") as lines:
    count = 0
    for line in lines:
        digest, name = line.strip().split("  ")
        with open("/flash/app/" + name, "rb") as file:
            assert binascii.hexlify(hashlib.sha256(file.read()).digest()).decode() == digest, name
        count += 1
print(count, os.listdir("/flash/state"), os.stat("/flash/main.py")[6])
""" % (str(vm.ROOT / "tools/vmboard/boot.py"), str(image))
    done = subprocess.run(
        [vm.vm_path(), "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "MICROPYPATH": f"{vm.ROOT / 'tools/vmboard'}:.frozen"},
    )
    count = len((devkit / "root/app/files.sha256").read_text().splitlines())
    size = (vm.ROOT / "firmware/main.py").stat().st_size
    assert done.stdout.strip() == f"{count} ['settings.json'] {size}", done.stderr


class Serial:
    """What a person at the serial line sees and types."""

    def __init__(self, image, **options):
        self.bridge = Bridge(image, **options)
        self.seen = ""
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def until(self, *words, seconds=30):
        """Read until the text has one of `words`; return it up to there, since the last time."""
        end = time.monotonic() + seconds
        line = self.bridge.slave
        while not any(word in self.seen for word in words):
            assert time.monotonic() < end, self.seen
            self.bridge.serve(
                lambda: time.monotonic() > end or bool(select.select([line], [], [], 0)[0])
            )
            if select.select([line], [], [], 0)[0]:
                self.seen += self.decode(os.read(line, 4096))
        end = min(self.seen.find(x) + len(x) for x in words if x in self.seen)
        seen, self.seen = self.seen[:end], self.seen[end:]
        return seen

    def type(self, text):
        """Type; bytes are sent as they are."""
        os.write(self.bridge.slave, text if isinstance(text, bytes) else text.encode())

    def ask(self, text):
        """Type a line; return what its JSON answer says."""
        self.type(text)
        self.type("\r")
        seen = self.until("}\r\n", "}\n")
        return json.loads(next(x for x in seen.splitlines() if x.startswith("{")))


def test_the_phone_starts_from_the_image_without_any_part_and_serves_its_serial_line(
    devkit, tmp_path
):
    image = tmp_path / "flash.bin"
    image.write_bytes((devkit / "littlefs.bin").read_bytes())
    serial = Serial(image)
    try:
        seen = serial.until("no identity: set user_name1")  # a first start
        assert "ssd1306 0x3c is missing" in seen and "ht16k33 0x70 is missing" in seen
        serial.until("Press Enter for a prompt")
        serial.type("status\r")
        answer = serial.until("}\r\n", "}\n")
        line = next(x for x in answer.splitlines() if x.startswith("{"))
        assert json.loads(line)["missing"] == ["ssd1306 0x3c", "ht16k33 0x70"]
        template = "http://h/" + "x" * 900
        serial.type(f"set action_setup_url {template}\r")
        serial.until("}\r\n", "}\n")
        serial.type("get action_setup_url\r")
        assert template in serial.until("}\r\n", "}\n")
        long = template + "&gr\u00fc\u00dfe=" + "x" * (1016 - len(template)) + "&"
        serial.type(f"set action_setup_url {long}\r")
        assert f'"value": "{long}"' in serial.until("}\r\n", "}\n").replace("\r\n", "")
        serial.type(f"set action_setup_url {' '.join([long] * 9)}\r")
        assert "line too long" in serial.until("}\r\n", "}\n")
        serial.type("get action_setup_url\r")
        assert f'"value": "{long}"' in serial.until("}\r\n", "}\n").replace("\r\n", "")
        serial.type("\x03")
        assert "stopped. Ctrl-D starts it again" in serial.until(">>> ")
        serial.type("print(6 * 7)\r")
        assert "42" in serial.until("42")
        serial.type("\x04")
        serial.until("Offhook: button?")
        serial.until("network: 127.0.0.1")
    finally:
        serial.bridge.close()


def test_a_chip_without_psram_says_which_firmware_it_needs_and_gives_the_repl(
    devkit, tmp_path, monkeypatch
):
    image = tmp_path / "flash.bin"
    image.write_bytes((devkit / "littlefs.bin").read_bytes())
    before = files(image)["/state/settings.json"]
    monkeypatch.setenv("OFFHOOK_PSRAM", "no")
    serial = Serial(image, heap="110wK")
    try:
        seen = serial.until(">>> ")
        assert "not started. no PSRAM seen: devkit needs the firmware ESP32_GENERIC-SPIRAM" in seen
        assert "network" not in seen and "Error" not in seen
        serial.type("print(6 * 7)\r")
        serial.until("42")
    finally:
        serial.bridge.close()
    assert files(image)["/state/settings.json"] == before


def test_a_board_with_its_software_frozen_in_starts_from_its_firmware_alone(tmp_path, monkeypatch):
    if not vm_frozen.launcher().exists():
        pytest.skip("no frozen VM: run 'make vm-frozen'")
    monkeypatch.setenv("OFFHOOK_PSRAM", "no")
    settings = tmp_path / "my.toml"
    settings.write_text('dnd_mode = true\n[wifi]\nssid1 = "any"\n[network]\nid_port = 0\n')
    folder = build.build("wroom", tmp_path / "build", settings)
    assert set(files(folder / "littlefs.bin")) == {"/state/settings.json"}
    image = tmp_path / "flash.bin"
    image.write_bytes((folder / "littlefs.bin").read_bytes())
    serial = Serial(image, heap="384k", program=vm_frozen.launcher())
    try:
        seen = serial.until("network: 127.0.0.1")
        assert "no PSRAM" not in seen
        serial.until("Press Enter")  # from there on somebody listens
        assert serial.ask("get dnd_mode") == {"value": "on"}
        serial.type("\x03")
        serial.until(">>> ")
        serial.type("import sys; print('/app' in sys.path)\r")
        serial.until("False")
    finally:
        serial.bridge.close()


@pytest.fixture
def serial(devkit, tmp_path):
    """The serial line of a running phone."""
    image = tmp_path / "flash.bin"
    image.write_bytes((devkit / "littlefs.bin").read_bytes())
    made = Serial(image)
    made.until("network: 127.0.0.1")
    made.until("Press Enter")
    yield made
    made.bridge.close()


def test_the_display_says_what_to_do_next_and_why_there_is_no_network(devkit, tmp_path):
    image = tmp_path / "flash.bin"
    fresh = build.build("devkit", tmp_path / "fresh", march=vm.native(vm.vm_path()))
    image.write_bytes((fresh / "littlefs.bin").read_bytes())
    made = Serial(image)
    try:
        made.until("no identity")
        made.until("Press Enter")

        def shown(word):
            for _ in range(100):
                lines = made.ask("display")["lines"]
                if any(word in line for line in lines):
                    return lines
            raise AssertionError(lines)

        assert "No network" in shown("no WiFi: set wifi_ssid1")
        made.ask("set wifi_ssid1 nowhere")
        made.until("not found")
        assert "No network" in shown("WiFi nowhere: not found")
        made.ask("set wifi_ssid1 any")
        made.until("network: 127.0.0.1")
        assert "No network" not in made.ask("display")["lines"]
    finally:
        made.bridge.close()


def test_a_board_without_keys_has_all_keys_on_its_serial_line(serial):
    assert serial.ask("press DND") == {"ok": True}
    assert serial.ask("get dnd_mode") == {"value": "on"}
    serial.ask("set fkey4 active url http://localhost/command.htm?key=DND")
    assert serial.ask("press P5") == {"ok": True}
    for _ in range(100):
        if serial.ask("get dnd_mode") == {"value": "off"}:
            break
    else:
        raise AssertionError("the key macro pressed nothing")
    assert "no key" in serial.ask("press Q")["error"]
    serial.ask("set user_register1 off")
    serial.ask("set user_name1 100")
    serial.ask("set user_host1 127.0.0.1:9")
    assert "call_id" in serial.ask("dial 200")
    serial.type("calls\r")
    assert '"key": "P1"' in serial.until("}]\r\n", "}]\n"), "a call has its line key all the same"
    assert serial.ask("press CANCEL") == {"ok": True}


def test_noise_on_the_serial_line_neither_blocks_nor_ends_the_console(serial):
    for noise in (b"\xff\x00\xfe", b"\xe4", b"\xc3", b"\x1b[A"):
        serial.type(noise)
        answer = serial.ask("get language")
        assert "value" in answer or "error" in answer, noise
        assert serial.ask("get language") == {"value": "English"}, noise


def test_the_serial_line_takes_utf_8_a_backspace_and_both_line_ends(serial):
    assert serial.ask("set user_realname1 Jürgen Groß") == {"value": "Jürgen Groß"}
    assert serial.ask("set user_realname1 Jürß\b\x7f\x7frg") == {"value": "Jrg"}
    assert serial.ask("\b\b\nget user_realname1\n") == {"value": "Jrg"}


def test_a_pasted_line_is_taken_whole_or_refused_never_cut(serial):
    long = "x" * 2030
    assert serial.ask("set ca_certificate " + long) == {"value": long}
    assert serial.ask("set ca_certificate " + "y" * 9000) == {"error": "line too long"}
    assert serial.ask("get ca_certificate") == {"value": long}


def test_settings_that_are_no_json_are_refused(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    with pytest.raises(ValueError):
        build.build("devkit", tmp_path / "out", bad)


def test_a_board_that_cannot_work_is_not_built(tmp_path, monkeypatch):
    from tools import check_boards

    monkeypatch.setattr(check_boards, "check", lambda board: ["devkit: GPIO 9 burns"])
    with pytest.raises(SystemExit, match="GPIO 9 burns"):
        build.build("devkit", tmp_path / "out")


RESIDENT = [x for x in wiring.names() if not wiring.load(x).about["frozen"]]


@pytest.mark.parametrize("name", RESIDENT)
def test_each_board_with_psram_is_built_with_room_for_two_more_of_its_software(name, tmp_path):
    folder = build.build(name, tmp_path)
    about = json.loads((folder / "board.json").read_text())
    assert (folder / "littlefs.bin").stat().st_size == about["image_size"]
    _, blocks = sizes.on_flash(folder)
    assert blocks * 3 < about["image_size"]


@pytest.mark.parametrize("port", ["esp32", "unix"])
def test_the_manifest_freezes_all_of_a_boards_software_its_files_as_a_module(monkeypatch, port):
    taken, included = {}, []

    def module(place, base_path=".", opt=None):
        taken[place] = pathlib.Path(base_path, place)

    monkeypatch.chdir(vm.ROOT)
    monkeypatch.setenv("OFFHOOK_PORT", port)
    monkeypatch.setenv("OFFHOOK_BOARD", "wt32_eth01")
    exec(pathlib.Path("manifest.py").read_text(), {"include": included.append, "module": module})
    assert len(included) == 1 and all(path.exists() for path in taken.values())
    wanted = {
        place.as_posix()
        for _, place in sources()
        if place.suffix == ".py" and (on_chip(place) or port == "unix")
    }
    assert set(taken) == wanted - {"base/compat_host.py"} | {"board.py", "frozen_files.py"}
    assert taken["board.py"] == vm.ROOT / "boards/wt32_eth01/board.py"
    made = {}
    exec(taken["frozen_files.py"].read_text(), made)
    files = dict(packed(x, y) for x, y in sources() if y.suffix != ".py")
    files = {name.as_posix(): data for name, data in files.items()}
    assert files["web/pages/index.html.gz"][:2] == b"\x1f\x8b"
    assert made["FILES"] == files
    text = frozen.files_module("wt32_eth01", ["a", "a.b"], {"web/a.html": b"\xff<p>"})
    exec(text, made)
    assert made["FILES"] == {"web/a.html": b"\xff<p>"} and made["BOARD"] == "wt32_eth01"
    assert made["MODULES"] == "a a.b"
    assert frozen.marked_for(b"..." + made["MARK"].encode() + b"\0...") == "wt32_eth01"
