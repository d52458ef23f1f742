"""README as a newcomer follows it: its phone, its lines of the console, its first Action URL."""

import re
import shlex
import subprocess
import sys

import pytest

from tools import vm
from tools.control import Control, free_ports

README = (vm.ROOT / "README.md").read_text("utf-8")


def command(start):
    """Return the words of README's command that begins with `start`."""
    line = re.search(rf"^    ({re.escape(start)}.*)$", README.replace("\\\n", ""), re.M).group(1)
    return shlex.split(line)


@pytest.fixture
def web(tmp_path):
    """README's web server: (its port, a file of what it prints)."""
    words = command("python3 -m http.server")
    port = free_ports(1)[0]
    with open(tmp_path / "web.log", "w") as log:
        server = subprocess.Popen(
            [sys.executable, "-u", *words[1:3], str(port)], cwd=tmp_path, stdout=log, stderr=log
        )
        yield port, tmp_path / "web.log"
        server.kill()
        server.wait()


@pytest.fixture
def phone(tmp_path):
    """README's phone, ready, on ports of its own: its `Control`."""
    words = command(".venv/bin/python -m tools.phone")
    sip, control = free_ports(2)
    own = {"/tmp/phone": str(tmp_path / "phone"), "5070": str(sip), "9070": str(control)}
    words = [own.get(word, word) for word in words]
    words[0] = sys.executable
    running = subprocess.Popen(
        words, cwd=vm.ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    for line in running.stdout:
        if line.strip() == "ready":
            break
    yield Control(control)
    running.terminate()
    running.communicate(timeout=20)


def test_every_line_that_readme_types_is_taken_and_the_first_action_url_arrives(phone, web):
    port, log = web
    lines = re.findall(r"^    offhook> (.*)$", README, re.M)
    assert len(lines) > 10
    answers = {}
    for line in lines:
        answer = phone.ask(line.replace("192.0.2.10:8000", f"127.0.0.2:{port}"))
        answers[line.split()[0]] = answer
    assert [x["status"] for x in answers["test_url"]["results"]] == [404]
    phone.wait(lambda x: x["action_offhook_url"]["4xx"] == 2, "counters")
    assert log.read_text().count('"GET /offhook?phone=') == 2
