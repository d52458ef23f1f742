"""The built image in the VM fetches new software over HTTPS, restarts with it, and keeps it."""

import json
import shutil

import pytest
from littlefs import LittleFS

from tests.peers.test_build import Serial, devkit  # noqa: F401  a fixture
from tests.peers.test_deploy import files
from tests.phone.certificates import Authority
from tests.phone.updateserver import KEY, Files, write_list
from tests.phone.webserver import HOST
from tools import sign, vm
from tools.build import image as build

CHANGED = "offhook/settings/catalogue_system.mpy"


@pytest.fixture
def server(tmp_path):
    """Software of the devkit with one more setting, behind HTTPS; `pem` is its CA."""
    authority = Authority()
    built = build.build("devkit", tmp_path / "new", march=vm.native(vm.vm_path()))
    app = tmp_path / "www/app"
    shutil.copytree(built / "root/app", app)
    source = (vm.ROOT / "firmware" / CHANGED).with_suffix(".py").read_text()
    row = '("newest_setting", "text", 20, "here", "templates", "came with the update"),'
    assert '("log_level",' in source
    (tmp_path / "new.py").write_text(source.replace('("log_level",', row + '("log_level",'))
    vm.compile_file(
        tmp_path / "new.py", built / "software" / CHANGED, CHANGED.replace(".mpy", ".py")
    )
    (app / "software").write_bytes(build.archive(built / "software"))
    names = [line.split("  ")[1] for line in (built / "root/app/files.sha256").open()]
    write_list(app, [x.strip() for x in names])
    made = Files(tmp_path / "www", authority.server(tmp_path, HOST))
    made.pem = authority.pem
    yield made
    made.close()


@pytest.fixture
def image(tmp_path, server):
    """A flash with the devkit's software that trusts the server."""
    settings = tmp_path / "my.json"
    wanted = {"wifi_ssid1": "any", "ca_certificate": server.pem, "update_server": server.url}
    wanted["update_key"] = sign.public(KEY)
    settings.write_text(json.dumps(wanted))
    path = tmp_path / "flash.bin"
    shutil.copyfile(
        build.build("devkit", tmp_path / "old", settings, march=vm.native(vm.vm_path()))
        / "littlefs.bin",
        path,
    )
    return path


@pytest.mark.parametrize("how", ["console", "repl"])
def test_one_changed_file_is_fetched_and_the_phone_comes_back_with_it(image, server, how):
    serial = Serial(image)
    try:
        serial.until("network: 127.0.0.1")
        if how == "console":
            serial.type("update\r")
        else:
            serial.type("\x03")
            serial.until(">>> ")
            serial.type("from offhook import phone\r")
            serial.until(">>> ")
            serial.type("phone.update()\r")
        seen = serial.until("restarting", "refused", "update: O", seconds=60)
        assert "1 files fetched" in seen, seen
        assert server.asked == ["files.sha256", "files.sig", "software"]
        serial.until("network: 127.0.0.1", seconds=60)
        serial.until("the new software has come up", seconds=30)
        serial.type("get newest_setting\r")
        assert '"value": "here"' in serial.until("}\r\n", "}\n")
    finally:
        serial.bridge.close()
    found = files(image)
    assert "/prev/software" in found and "/next/files.sha256" not in found
    assert not any(name.startswith("/app/trial") for name in found)


def test_software_whose_archive_cannot_be_read_gives_way_to_the_one_before(devkit, tmp_path):  # noqa: F811
    image = tmp_path / "flash.bin"
    data = bytearray((devkit / "littlefs.bin").read_bytes())
    flash = LittleFS(block_size=4096, block_count=len(data) // 4096, mount=False)
    flash.context.buffer[:] = data
    flash.mount()
    flash.mkdir("/next")
    for name, content in (("software", b"no archive"), ("version.txt", b"9.9"), ("complete", b"")):
        with flash.open("/next/" + name, "wb") as file:
            file.write(content)
    image.write_bytes(bytes(flash.context.buffer))
    good = files(image)["/app/software"]
    serial = Serial(image)
    try:
        seen = serial.until("back to the one before", ">>>", seconds=120)
        assert seen.count("the software cannot be read") >= 3 and ">>>" not in seen
        serial.until("Press Enter for a prompt", seconds=60)
    finally:
        serial.bridge.close()
    found = files(image)
    assert found["/app/software"] == good and "/app/trial1" not in found


def test_after_a_reset_the_flash_has_no_password_of_before(devkit, tmp_path):  # noqa: F811
    image = tmp_path / "flash.bin"
    image.write_bytes((devkit / "littlefs.bin").read_bytes())
    serial = Serial(image)
    try:
        serial.until("Press Enter for a prompt")
        for number in range(12):
            serial.ask(f"set user_pass{number % 3 + 1} hush-hush-{number}")
        assert b"hush-hush" in image.read_bytes()
        assert "flash is wiped first, about" in serial.ask("reset yes")["restart"]
        serial.until("all is forgotten, and the flash is wiped: about")
        serial.until("no identity: set user_name1", seconds=120)
    finally:
        serial.bridge.close()
    assert b"hush-hush" not in image.read_bytes()
