"""The rooms that can be used alone: each package has all that its example imports, and it runs."""

import json
import os
import shutil
import socket
import subprocess
import time

import pytest

from tests.phone.webserver import HOST, WebServer
from tools import packages, vm, vmboard
from tools.control import free_ports

# What a board has and the VM lacks: `network`, and sockets that take (ip, port)
_RUN = """
import sys
import fake_network
sys.modules["network"] = fake_network
fake_network.WLAN.isconnected = lambda self: True
fake_network._Interface.ifconfig = lambda self, values=None: ("127.0.0.1",) + ("0.0.0.0",) * 3
import socket
from hal.network.interface import Network
Network.encode = staticmethod(lambda x: socket.getaddrinfo(x[0], x[1])[0][-1])
Network.decode = staticmethod(lambda x: ("%d.%d.%d.%d" % tuple(x[4:8]), x[2] << 8 | x[3]))
import asyncio, {example}
asyncio.run({example}.main({argument!r}))
"""


@pytest.mark.parametrize("name", packages.PACKAGES)
def test_a_package_lists_what_its_room_needs(name):
    path = vm.ROOT / "packages" / name / "package.json"
    assert path.read_text("utf-8") == packages.text(name), "make packages"
    for _, source in json.loads(path.read_text("utf-8"))["urls"]:
        assert (path.parent / source).resolve().is_file(), source


def run(folder, name, example, argument):
    """Install a package as mip does, and start its example in the VM."""
    path = vm.ROOT / "packages" / name / "package.json"
    for place, source in json.loads(path.read_text("utf-8"))["urls"]:
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path.parent / source, target)
    shutil.copyfile(vm.ROOT / "examples" / (example + ".py"), folder / (example + ".py"))
    return subprocess.Popen(
        [vm.vm_path(), "-c", _RUN.format(example=example, argument=argument)],
        env={**os.environ, "MICROPYPATH": f"{folder}:{vmboard.stand_ins()}:.frozen"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def test_the_sip_room_alone_answers_a_call(tmp_path):
    port = free_ports(1)[0]
    process = run(tmp_path, "sip", "answer", port)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
        caller.bind(("127.0.0.1", 0))
        caller.settimeout(0.5)
        own = "127.0.0.1:%d" % caller.getsockname()[1]
        body = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        body += "m=audio 7000 RTP/AVP 0\r\n"
        invite = "\r\n".join(
            [
                f"INVITE sip:100@127.0.0.1:{port} SIP/2.0",
                f"Via: SIP/2.0/UDP {own};branch=z9hG4bKexample;rport",
                "Max-Forwards: 70",
                f"From: <sip:200@{own}>;tag=a",
                f"To: <sip:100@127.0.0.1:{port}>",
                "Call-ID: example",
                "CSeq: 1 INVITE",
                f"Contact: <sip:200@{own}>",
                "Content-Type: application/sdp",
                f"Content-Length: {len(body)}",
                "",
                body,
            ]
        )
        seen, end = [], time.monotonic() + 20
        try:
            while 200 not in seen and time.monotonic() < end:
                caller.sendto(invite.encode(), ("127.0.0.1", port))
                try:
                    seen.append(int(caller.recv(4096)[8:11]))
                except (TimeoutError, ConnectionRefusedError):
                    assert process.poll() is None, process.stdout.read().decode()
        finally:
            process.kill()
            said = process.communicate()[0].decode()
    assert 200 in seen, (seen, said)


def test_the_action_url_room_alone_sends_an_event(tmp_path):
    server = WebServer()
    try:
        process = run(
            tmp_path, "actions", "action_url", f"http://{HOST}:{server.port}/door?who=$remote"
        )
        said = process.communicate(timeout=20)[0].decode()
    finally:
        server.close()
    lines = [x.split("\r\n")[0] for x in server.heads]
    assert lines == ["GET /door?who=Jane%20Doe HTTP/1.1"], said
