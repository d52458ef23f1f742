"""The built image in the VM fetches new software over HTTPS, restarts with it, and keeps it."""

import json
import shutil

import pytest

from tests.peers.test_build import Serial
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
