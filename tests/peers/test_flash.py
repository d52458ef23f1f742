"""`make flash`: esptool's command line, and what is refused before anything is erased."""

import json
import os
import subprocess
import sys

import pytest

from tests.peers.test_build import devkit  # noqa: F401  a fixture
from tests.peers.test_deploy import Served
from tools import deploy, flash, onboard, vm, wiring
from tools.build import frozen


@pytest.fixture
def board(devkit, tmp_path):  # noqa: F811
    """A flash with the devkit's software, for `Served`."""
    path = tmp_path / "flash.bin"
    path.write_bytes((devkit / "littlefs.bin").read_bytes())
    return path


def _dry_run(capsys, *words):
    assert flash.main(["--dry-run", *words]) == 0
    return capsys.readouterr().out.strip()


def image_of(path, chip="esp32", build="ESP32_GENERIC-SPIRAM", version="1.27.0", board=None):
    """Write a small firmware image as esptool makes one, with the texts that MicroPython has."""
    texts = f"\0{build}\0003.4.0; MicroPython v{version} on 2025-12-09\0"
    if board:
        texts += frozen.MARK + board + "\0"
    chip_id = {"esp32": 0, "esp32s3": 9}[chip]
    segment = texts.encode() + bytes(-len(texts) % 16)
    # Header: magic, one segment, flash mode and size, entry; then chip id and the segment
    head = bytes([0xE9, 1, 2, 0x20]) + (0x40080000).to_bytes(4, "little")
    extended = bytes([0xEE, 0, 0, 0]) + chip_id.to_bytes(2, "little") + bytes(9) + b"\x00"
    body = head + extended + (0x3FFB0000).to_bytes(4, "little")
    body += len(segment).to_bytes(4, "little") + segment
    check = 0xEF
    for byte in segment:
        check ^= byte
    body += bytes(15 - len(body) % 16) + bytes([check])
    path.write_bytes(body)
    return path


def test_the_command_line_is_esptools_and_the_settings_loss_is_said(capsys):
    seen = _dry_run(capsys, "--board", "devkit", "--port", "/dev/ttyUSB0")
    said, line = seen.splitlines()
    assert "settings on the board are erased" in said and "make deploy keeps them" in said
    assert line == (
        "esptool --chip esp32 --port /dev/ttyUSB0 --baud 460800 write-flash "
        f"0x200000 {vm.ROOT / 'build/devkit/littlefs.bin'}"
    )
    line = _dry_run(capsys, "--board", "s3_w5500", "--erase").splitlines()[-1]
    image = vm.ROOT / "build/s3_w5500/littlefs.bin"
    assert line.endswith(f"write-flash --erase-all 0x200000 {image}")


def test_the_chip_that_flash_reads_from_a_file_is_the_one_that_esptool_sees(tmp_path):
    for chip, name in (("esp32", "ESP32"), ("esp32s3", "ESP32-S3")):
        path = image_of(tmp_path / chip, chip)
        line = [sys.executable, "-m", "esptool", "image-info", str(path)]
        seen = subprocess.run(line, capture_output=True, text=True).stdout
        assert f"Detected image type: {name}\n" in seen, seen


def test_firmware_goes_before_the_image_at_the_chips_own_offset(capsys, tmp_path):
    esp32 = image_of(tmp_path / "esp32.bin")
    line = _dry_run(capsys, "--board", "devkit", "--port", "P", "--firmware", str(esp32))
    assert f"write-flash 0x1000 {esp32} 0x200000 " in line
    s3 = image_of(tmp_path / "s3.bin", "esp32s3", "ESP32_GENERIC_S3-SPIRAM_OCT")
    line = _dry_run(capsys, "--board", "s3_w5500", "--port", "P", "--firmware", str(s3))
    assert "--chip esp32s3" in line and f"write-flash 0x0 {s3} 0x200000 " in line


def test_a_frozen_board_gets_its_firmware_alone_and_keeps_its_settings(capsys, tmp_path):
    ours = image_of(tmp_path / "ours.bin", build="ESP32_GENERIC", board="wroom")
    line = _dry_run(capsys, "--board", "wroom", "--firmware", str(ours))
    assert line.endswith(f"write-flash 0x1000 {ours}") and "erased" not in line
    settings = tmp_path / "my.toml"
    settings.write_text("dnd_mode = true\n")
    seen = _dry_run(
        capsys, "--board", "wroom", "--firmware", str(ours), "--settings", str(settings)
    )
    assert f"new ones are those of {settings}" in seen and "0x200000" in seen
    with pytest.raises(SystemExit, match="FIRMWARE is missing: wroom has no PSRAM"):
        flash.main(["--dry-run", "--board", "wroom"])


@pytest.mark.parametrize(
    ("name", "about", "words"),
    [
        ("devkit", {"chip": "esp32s3"}, "it is for esp32s3, not for the esp32"),
        ("devkit", {"build": "ESP32_GENERIC"}, "is ESP32_GENERIC, not ESP32_GENERIC-SPIRAM"),
        ("devkit", {"version": "1.22.2"}, "MicroPython 1.22.2, too old: 1.26 or later"),
        ("devkit", {"board": "wroom"}, "software of wroom is frozen into it, not that of devkit"),
        ("wroom", {"build": "ESP32_GENERIC"}, "needs a firmware with the software frozen in"),
        ("wroom", {"build": "ESP32_GENERIC", "board": "wt32_eth01"}, "not that of wroom"),
        (
            "s3_w5500",
            {"chip": "esp32s3", "build": "ESP32_GENERIC_S3"},
            "is ESP32_GENERIC_S3, not ESP32_GENERIC_S3-SPIRAM_OCT",
        ),
    ],
)
def test_a_firmware_of_another_chip_variant_or_board_or_too_old_is_refused(
    tmp_path, name, about, words
):
    path = image_of(tmp_path / "firmware.bin", **about)
    with pytest.raises(SystemExit, match=words):
        flash.main(["--dry-run", "--board", name, "--firmware", str(path)])


def test_a_file_that_is_no_firmware_is_refused(tmp_path):
    page = tmp_path / "page.bin"
    page.write_text("<html>")
    for path, words in ((tmp_path / "none.bin", "no file"), (page, "no ESP32 firmware")):
        with pytest.raises(SystemExit, match=words):
            flash.main(["--dry-run", "--board", "devkit", "--firmware", str(path)])


def test_a_wrong_setting_is_refused_before_anything_is_written(tmp_path):
    settings = tmp_path / "my.toml"
    settings.write_text('dnd_mode = "perhaps"\n')
    with pytest.raises(SystemExit, match="settings: dnd_mode: .*nothing was changed"):
        flash.main(["--dry-run", "--board", "devkit", "--settings", str(settings)])


def test_esptool_takes_the_whole_command_line_up_to_the_port(tmp_path):
    """Only the serial port is missing: esptool says so, and has nothing against the rest."""
    image = tmp_path / "littlefs.bin"
    image.write_bytes(bytes(4096))
    about = json.loads((wiring.ROOT / "devkit/board.json").read_text())
    line = flash.command(about, tmp_path / "no-port", [(about["image_offset"], image)])
    done = subprocess.run(line, capture_output=True, text=True)
    assert done.returncode and "no-port" in done.stdout + done.stderr
    wrong = [x.replace("write-flash", "write-flesh") for x in line]
    assert "No such command" in subprocess.run(wrong, capture_output=True, text=True).stderr


def test_what_is_on_a_board_is_asked_and_another_boards_software_refused(board, monkeypatch):
    written = []
    monkeypatch.setattr(flash.subprocess, "run", _but_esptool(written))
    with Served(board) as bridge:
        seen = onboard.ask(deploy.Board(bridge.port))
        assert seen["board"] == "devkit" and not seen["frozen"] and seen["heap"] > 1_000_000
        with pytest.raises(SystemExit, match="has the software of devkit, not of s3_devkit"):
            flash.main(["--board", "s3_devkit", "--port", bridge.port])
        with pytest.raises(SystemExit, match="has the software of devkit, not of wroom"):
            deploy.main(["--board", "wroom", "--port", bridge.port])
        assert not written
        flash.main(["--port", bridge.port])
        flash.main(["--board", "s3_devkit", "--port", bridge.port, "--force"])
    assert "build/devkit/littlefs.bin" in written[0] and "build/s3_devkit/" in written[1]


def test_without_board_or_answer_no_board_is_taken_for_granted(tmp_path):
    with pytest.raises(SystemExit, match="BOARD is missing, and the board at .* does not say"):
        flash.main(["--port", str(tmp_path / "nobody")])
    with pytest.raises(SystemExit, match="BOARD=toaster: there is no such board, only devkit"):
        flash.main(["--board", "toaster", "--dry-run"])


def test_a_board_that_does_not_answer_is_asked_twice_and_not_waited_for_without_end():
    class Board:
        def __init__(self, *answers):
            self.answers = list(answers)

        def run(self, *words, seconds):
            assert seconds <= 60
            answer = self.answers.pop(0)
            if answer is None:
                raise subprocess.TimeoutExpired(words, seconds)
            return answer

    assert onboard.ask(Board(None, 'noise\nONBOARD{"board": "devkit"}\n')) == {"board": "devkit"}
    with pytest.raises(subprocess.TimeoutExpired):
        onboard.ask(Board(None, None, "no third time"))


def test_deploy_refuses_a_chip_without_psram(board):
    with Served(board, heap="110wK") as bridge:
        with pytest.raises(SystemExit, match="KB only, the software needs PSRAM: devkit wants"):
            deploy.main(["--port", bridge.port])


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("flash", "PORT is missing"),
        ("flash BOARD=wroom", "PORT is missing"),
        ("deploy", "PORT is missing"),
        ("console", "PORT is missing"),
        ("configure", "FILE is missing"),
        ("configure FILE=nobodys.toml", "FILE=nobodys.toml: there is no such file"),
        ("firmware", "which board"),
        ("firmware BOARD=wroom", "no sources of MicroPython there"),
    ],
)
def test_make_names_what_is_missing_in_one_sentence(target, words):
    alone = {k: v for k, v in os.environ.items() if not k.startswith("MAKE") and k != "MFLAGS"}
    done = subprocess.run(
        ["make", *target.split()], cwd=vm.ROOT, capture_output=True, text=True, env=alone
    )
    said = [x for x in done.stderr.splitlines() if not x.startswith("make: ")]
    assert done.returncode and len(said) == 1 and words in said[0], done.stderr


def test_micropythons_own_build_is_called_with_the_manifest():
    done = subprocess.run(
        [sys.executable, "-m", "tools.build.firmware", "--board", "wroom", "--dry-run"],
        cwd=vm.ROOT,
        capture_output=True,
        text=True,
    )
    last = done.stdout.splitlines()[-1]
    assert last.startswith("make -C MICROPYTHON/ports/esp32 BOARD=ESP32_GENERIC ")
    assert f"FROZEN_MANIFEST={vm.ROOT / 'manifest.py'}" in last


def _but_esptool(written):
    real = subprocess.run

    def run(line, **options):
        if "esptool" in line:
            written.append(" ".join(map(str, line)))
            return subprocess.CompletedProcess(line, 0)
        return real(line, **options)

    return run
