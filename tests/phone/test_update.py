"""Updates over HTTPS on the simulated phone, whose flash is a folder: whole, or not at all."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.phone.certificates import Authority
from tests.phone.updateserver import KEY, Files, software, write_list
from tests.phone.webserver import HOST
from tools import sign
from tools.build import image
from tools.control import Refused

VERSION = image.version()
OLD = {
    "board.txt": "sim\n",
    "version.txt": VERSION + "\n",
    "software": "modules 1",
    "part/deep/one.mpy": "one 1" * 900,
    "same.txt": "same" * 2000,
    "gone.txt": "stale",
}
NEW = {**OLD, "software": "modules 2", "part/deep/one.mpy": "one 2" * 900}
del NEW["gone.txt"]
NEW["part/new/two.mpy"] = "two 2" * 3000
CHANGED = ["part/deep/one.mpy", "part/new/two.mpy", "software"]


@pytest.fixture
def authority():
    """A CA of our own."""
    return Authority()


@pytest.fixture
def server(tmp_path, authority):
    """New software behind HTTPS."""
    software(tmp_path / "www/app", NEW)
    made = Files(tmp_path / "www", authority.server(tmp_path, HOST))
    yield made
    made.close()


@pytest.fixture
def phone(phones, tmp_path, authority):
    """A phone with the old software in its flash."""
    software(tmp_path / "100/flash/app", OLD)
    return phones(
        "100",
        ca_certificate=authority.pem.replace("\n", " "),
        update_key=sign.public(KEY),
        options=("--dns", "none"),
    )


def flash(tmp_path, folder="next"):
    """Return {name: text} of what lies in a folder of the flash."""
    root = tmp_path / "100/flash" / folder
    return {x.relative_to(root).as_posix(): x.read_text() for x in root.rglob("*") if x.is_file()}


def refused(phone, words, seconds=20):
    """Wait until the log's last line about the update has `words`, and it is over."""
    lines = phone.wait(lambda lines: any(words in line for line in lines), "log", seconds)
    return next(line for line in lines if words in line)


def test_only_what_changed_is_fetched_over_one_connection_and_the_phone_restarts(
    phone, server, tmp_path
):
    phone.ask("update " + server.url)
    assert phone.process.wait(30) == 0  # the simulated reset
    assert server.asked == ["files.sha256", "files.sig", *CHANGED] and server.connections == 1
    found = flash(tmp_path)
    assert found.pop("complete") == "" and found.pop("files.sha256")
    assert found == NEW
    assert flash(tmp_path, "app")["software"] == "modules 1"


def test_the_server_of_the_settings_is_asked_and_a_server_that_closes_is_asked_again(
    phone, server, tmp_path
):
    def face(handler):
        handler.close_connection = True

    server.face = face
    phone.ask("set update_server " + server.url + "/")
    phone.ask("update")
    assert phone.process.wait(30) == 0
    assert server.asked == ["files.sha256", "files.sig", *CHANGED]
    assert "complete" in flash(tmp_path)


def test_the_same_software_is_left_alone(phone, server, tmp_path):
    software(tmp_path / "www/app", OLD)
    phone.ask("update " + server.url)
    refused(phone, "this software is here already")
    assert server.asked == ["files.sha256"] and flash(tmp_path) == {}


@pytest.mark.parametrize(
    ("names", "line", "words"),
    [
        (list(NEW), "0" * 64 + "  ../state/settings.json\n", "../state/settings.json' does not"),
        (list(NEW), "0" * 64 + "  /main.py\n", "/main.py' does not belong"),
        (list(NEW), "0" * 64 + "  complete\n", "complete' does not belong"),
        (list(NEW), "0" * 64 + "  trial1\n", "trial1' does not belong"),
        (list(NEW), "0" * 64 + "  complete/x\n", "complete/x' does not belong"),
        (list(NEW), "0" * 64 + "  trial/x\n", "trial/x' does not belong"),
        (list(NEW), "0" * 64 + "  files.sig\n", "files.sig' does not belong"),
        (list(NEW), "nonsense\n", "'nonsense' does not belong"),
        (["same.txt"], "", "no software of a phone: board.txt"),
        ([x for x in NEW if x != "software"], "", "software is missing"),
    ],
)
def test_a_list_that_could_harm_is_refused(phone, server, tmp_path, names, line, words):
    write_list(tmp_path / "www/app", names, line)
    phone.ask("update " + server.url)
    refused(phone, words)
    assert flash(tmp_path) == {} and server.asked == ["files.sha256", "files.sig"]


def test_software_that_the_owner_has_not_signed_is_refused(phone, server, tmp_path):
    app = tmp_path / "www/app"
    write_list(app, NEW, key=Ed25519PrivateKey.generate())
    phone.ask("update " + server.url)
    refused(phone, "not signed with the key of update_key")
    for text, words in (("zz", "not signed"), ("", "not signed with the key"), (None, "404")):
        write_list(app, NEW)
        if text is None:
            (app / "files.sig").unlink()
        else:
            (app / "files.sig").write_text(text)
        phone.wait(lambda x: not x["updating"], "status")
        phone.ask("update " + server.url)
        refused(phone, words)
    phone.wait(lambda x: not x["updating"], "status")
    assert flash(tmp_path) == {} and set(server.asked) == {"files.sha256", "files.sig"}


def test_a_list_changed_after_it_was_signed_is_refused(phone, server, tmp_path):
    path = tmp_path / "www/app/files.sha256"
    path.write_text(path.read_text().replace("same.txt", "came.txt"))
    phone.ask("update " + server.url)
    refused(phone, "not signed with the key of update_key")
    assert flash(tmp_path) == {}


def test_an_older_version_is_taken_only_when_forced(phone, server, tmp_path):
    software(tmp_path / "www/app", {**NEW, "version.txt": "0.0.9\n"})
    phone.ask("update " + server.url)
    refused(phone, "version 0.0.9 is older")
    assert "complete" not in flash(tmp_path)
    phone.wait(lambda x: not x["updating"], "status")
    phone.ask(f"update {server.url} force")
    assert phone.process.wait(30) == 0
    assert "complete" in flash(tmp_path)


def test_without_a_key_nothing_is_asked(phone, server):
    phone.ask("unset update_key")
    with pytest.raises(Refused, match="update_key is empty"):
        phone.ask("update " + server.url)
    with pytest.raises(Refused, match="update_key: '12' does not fit; it takes 64 hex digits"):
        phone.ask("set update_key 12")
    assert server.asked == []


def test_software_for_another_board_is_refused(phone, server, tmp_path):
    software(tmp_path / "www/app", {**NEW, "board.txt": "other\n"})
    phone.ask("update " + server.url)
    refused(phone, "for another board")
    assert server.asked == ["files.sha256", "files.sig"] and flash(tmp_path) == {}


def test_a_damaged_file_and_one_that_is_missing_stop_the_update(phone, server, tmp_path):
    (tmp_path / "www/app/part/new/two.mpy").write_text("something else")
    phone.ask("update " + server.url)
    refused(phone, "part/new/two.mpy is damaged")
    (tmp_path / "www/app/part/new/two.mpy").unlink()
    phone.ask("update " + server.url)
    refused(phone, "answers 404 for part/new/two.mpy")
    assert "complete" not in flash(tmp_path)
    (tmp_path / "www/app/part/new/two.mpy").write_text(NEW["part/new/two.mpy"])
    server.asked.clear()
    phone.ask("update " + server.url)
    assert phone.process.wait(30) == 0
    assert server.asked == ["files.sha256", "files.sig", *CHANGED[1:]]  # the rest was there


def test_a_server_that_ends_early_leaves_the_old_software(phone, server, tmp_path):
    def face(handler):
        if handler.path.endswith("two.mpy"):
            handler.send_response(200)
            handler.send_header("Content-Length", "15000")
            handler.end_headers()
            handler.wfile.write(b"two")
            handler.close_connection = True
            return True

    server.face = face
    phone.ask("update " + server.url)
    refused(phone, "update: ")
    phone.wait(lambda x: not x["updating"], "status")
    left = flash(tmp_path)
    assert "complete" not in left and "part/new/two.mpy" not in left
    assert left["part/deep/one.mpy"] == NEW["part/deep/one.mpy"]  # whole: it waits


@pytest.mark.parametrize("wrong", ["authority", "name"])
def test_a_wrong_certificate_is_refused_even_where_web_servers_are_not_checked(
    phone, tmp_path, authority, wrong
):
    software(tmp_path / "www/app", NEW)
    signer = Authority() if wrong == "authority" else authority
    name = HOST if wrong == "authority" else "other.example"
    server = Files(tmp_path / "www", signer.server(tmp_path, name))
    try:
        phone.ask("set check_trusted_certificate off")
        phone.ask("update " + server.url)
        phone.wait(lambda x: not x["updating"], "status", 20)
        assert any("update: " in line for line in phone.ask("log")), phone.ask("log")
        assert server.asked == [] and "complete" not in flash(tmp_path)
    finally:
        server.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "write http"),
        ("http://host/app", "takes https://"),
        ("https://", "there is no host"),
        ("https://user:pass@host/app", "takes https://"),
        ("https://host:99999/app", "the port is a number"),
    ],
)
def test_a_wrong_address_is_refused_at_once(phone, url, words):
    with pytest.raises(Refused, match=words):
        phone.ask("update " + url)


def test_a_phone_without_software_in_its_flash_says_so(phones, server, authority):
    phone = phones("200", update_key=sign.public(KEY))
    with pytest.raises(Refused, match="not in its flash"):
        phone.ask("update " + server.url)


def test_nothing_is_fetched_in_a_call_and_the_restart_waits_for_its_end(
    phones, phone, server, tmp_path
):
    other = phones("200")
    phone.ask(f"set user_outbound1 127.0.0.1:{other.sip_port}")

    def face(handler):
        if server.asked.count(CHANGED[0]) == 1 and server.asked[-1] == CHANGED[0]:
            phone.ask("dial 200")  # somebody calls in the middle of it

    server.face = face
    phone.ask("update " + server.url)
    other.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    other.ask("hook off")
    phone.wait(lambda calls: calls and calls[0]["state"] == "connected")
    assert phone.process.poll() is None and "two.mpy" not in str(server.asked)
    with pytest.raises(Refused, match="under way"):
        phone.ask("update " + server.url)
    other.ask("hook on")
    assert phone.process.wait(30) == 0
    assert server.asked == ["files.sha256", "files.sig", CHANGED[0], *CHANGED], "anew"
    assert "complete" in flash(tmp_path)
