"""``from offhook import phone`` on the built image in the VM: what a person types at the REPL."""

import codecs
import http.server
import os
import pty
import select
import subprocess
import sys
import threading
import time

import pytest

from tests.peers.test_build import Serial, devkit  # noqa: F401  a fixture
from tests.peers.test_deploy import Served, files
from tools import vm
from tools.stored import flash


@pytest.fixture
def image(devkit, tmp_path):  # noqa: F811
    """A flash with the devkit's software."""
    path = tmp_path / "flash.bin"
    path.write_bytes((devkit / "littlefs.bin").read_bytes())
    return path


class Repl:
    """A person at the REPL: `say` types a line and returns what came before the next prompt."""

    def __init__(self, image, start="network: 127.0.0.1"):
        self.serial = Serial(image)
        self.serial.until(start)
        self.serial.type("\x03")
        self.serial.until(">>> ")

    def say(self, line):
        """Type a line."""
        self.serial.type(line + "\r")
        return self.serial.until(">>> ").replace("\r", "").partition("\n")[2].rpartition(">>> ")[0]


@pytest.fixture
def repl(image):
    """The REPL of a stopped phone."""
    made = Repl(image)
    assert made.say("from offhook import phone") == ""
    yield made
    made.serial.bridge.close()


def test_help_names_every_word(repl):
    text = repl.say("phone.help()")
    words = (
        "set get unset find show status log counters test_url press wifi_scan update save reset"
    )
    for word in words.split():
        assert f"phone.{word}(" in text, word


def test_settings_are_set_shown_found_and_unset(repl, image):
    assert repl.say('phone.set("user_name1", 100)') == "user_name1 = 100\n"
    assert repl.say('phone.set("user_pass1", "hush-hush")') == "user_pass1 = ***\n"
    assert repl.say('phone.get("user_name1")') == "'100'\n"
    assert repl.say('phone.get("user_pass1")') == "'***'\n"
    assert repl.say('phone.set("dnd_mode", True)') == "dnd_mode = True\n"
    shown = repl.say("phone.show()")
    assert "user_name1 = 100\n" in shown and "user_pass1 = ***\n" in shown and "hush" not in shown
    assert "redirect_event" in repl.say('phone.find("redirect")')
    repl.say('phone.unset("dnd_mode")')
    assert "dnd_mode" not in repl.say("phone.show()")
    assert repl.say("phone.save()") == "saved\n"
    stored = flash(files(image))
    assert stored["user_name1"] == "100" and stored["user_pass1"] == "hush-hush"
    assert "dnd_mode" not in stored


def test_a_refusal_names_setting_value_and_what_would_be_right(repl):
    assert repl.say('phone.set("user_expiry1", "often")') == (
        "refused: user_expiry1: 'often' does not fit; it takes a number from 30 to 86400\n"
    )
    assert "there is no setting 'user_nam1'" in repl.say('phone.set("user_nam1", "x")')
    assert "refused: there is no setting" in repl.say('phone.get("nothing")')
    assert "action_setup_url" in repl.say('phone.set("action_setup_url", "ftp://x")')
    assert repl.say('phone.take({"user_name1": "1", "language": "Klingon"})').startswith(
        "refused: language"
    )
    assert repl.say('phone.get("user_name1")') == "''\n"


def test_status_log_and_counters_are_those_of_the_stopped_phone(repl):
    text = repl.say("phone.status()")
    assert "ssd1306 0x3c" in text and "settings = ok" in text
    assert "network: 127.0.0.1" in repl.say("phone.log()")
    assert "total" in repl.say("phone.counters()")


def test_a_url_is_expanded_sent_and_its_answer_told(repl):
    seen = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.2", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.2:{server.server_port}/x?m=$mac&r=$remote"
    try:
        repl.say(f'phone.set("action_setup_url", "{url}")')
        text = repl.say('phone.test_url("action_setup_url")')
        assert f"GET http://127.0.0.2:{server.server_port}/x?m=" in text and "Answer 204" in text
        assert len(seen) == 1 and seen[0].startswith("/x?m=")
        repl.say(f'phone.set("fkey0", "active url {url}&k=P1")')
        repl.say('phone.press("P1")')
        assert len(seen) == 2 and seen[1].endswith("&k=P1")
        assert "is empty; it takes a URL" in repl.say('phone.test_url("action_missed_url")')
        assert "is no event" in repl.say('phone.test_url("nonsense")')
        assert "no key 'P999'" in repl.say('phone.press("P999")')
    finally:
        server.shutdown()
        server.server_close()


def test_networks_are_listed_the_strongest_first(repl):
    lines = repl.say("phone.wifi_scan()").splitlines()
    assert [line.split()[-1] for line in lines] == ["near", "b'caf\\xe9'", "far"]


def test_networks_are_listed_while_the_phone_cannot_join_one(image):
    repl = Repl(image)
    try:
        repl.say("from offhook import phone")
        repl.say("import network; nic = network.WLAN(); nic.connect('nowhere')")
        repl.say("phone.status()")
        repl.say("from offhook import repl; repl.stopped().network.nic = nic")
        assert "near" in repl.say("phone.wifi_scan()")
    finally:
        repl.serial.bridge.close()


def test_reset_restarts_and_the_settings_are_kept_or_forgotten(repl, image):
    repl.say('phone.set("user_name1", "100")')
    repl.serial.type("phone.reset()\r")
    repl.serial.until("network: 127.0.0.1")
    assert flash(files(image))["user_name1"] == "100"


def test_the_phone_starts_again_with_what_was_set(repl):
    repl.say('phone.set("log_level", 6)')
    repl.serial.type("\x04")
    repl.serial.until("network: 127.0.0.1")
    repl.serial.type("get log_level\r")
    assert '"value": 6' in repl.serial.until("}\r\n", "}\n")


class Person:
    """A person with mpremote in a terminal, at the board of `port`."""

    def __init__(self, port, *words):
        self.terminal, other = pty.openpty()
        command = [sys.executable, "-m", "mpremote", "connect", port, *words]
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), other)
        self.mpremote = subprocess.Popen(command, cwd=vm.ROOT, start_new_session=True, **streams)
        os.close(other)
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def until(self, word, seconds=30):
        """Read until `word` has come; return all that was read."""
        end, seen = time.monotonic() + seconds, ""
        while word not in seen:
            assert time.monotonic() < end, seen
            if select.select([self.terminal], [], [], 0.2)[0]:
                seen += self.decode(os.read(self.terminal, 4096))
        return seen

    def type(self, text):
        """Type."""
        os.write(self.terminal, text.encode())

    def leave(self):
        """End mpremote."""
        self.mpremote.kill()
        self.mpremote.wait()
        os.close(self.terminal)


def test_the_script_for_a_board_asks_and_hears_the_answers(image):
    with Served(image) as bridge:
        person = Person(bridge.port, "mount", "tests/device", "repl")
        try:
            person.until(">>> ")
            person.type("import check\r")
            seen = person.until("y/n/s")
            assert "storage: well" in seen and "ssd1306 0x3c: NOT WELL" in seen
            person.type("y")
            assert "ringer: well" in person.until("'s' skips")
            person.type("s")
            assert "keys 1…: skipped" in person.until("HOOK")
        finally:
            person.leave()
