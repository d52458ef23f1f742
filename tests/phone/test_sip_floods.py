"""Floods in the 32-bit VM: the phone stays registered, takes a call, and gets its heap back."""

import random
import socket

import pytest
import test_sip_fuzz
from sippeer import Peer

from tools import vm32
from tools.control import Control, Phone
from tools.registrar import Registrar

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)
_KINDS = (  # method, To tag, headers, body
    ("OPTIONS", "", "", ""),
    ("INVITE", "", "Content-Type: application/sdp\r\nSession-Expires: 1800\r\n", SDP),
    ("REGISTER", "", "", ""),
    ("NOTIFY", "", "Event: message-summary\r\nSubscription-State: active\r\n", ""),
    ("REFER", "", "Refer-To: <sip:1@127.0.0.1>\r\n", ""),
    ("CANCEL", "", "", ""),
    ("MESSAGE", "", "Content-Type: text/plain\r\n", "hello"),
    ("BYE", ";tag=x", "", ""),
    ("UPDATE", ";tag=x", "Content-Type: application/sdp\r\n", SDP),
    ("PRACK", ";tag=x", "RAck: 1 1 INVITE\r\n", ""),
)
_EACH = 100
_HEAP = 4096  # bytes that the call list and what was loaded last may hold


class Attacker:
    """Sends damaged requests of all kinds from one socket, and abuses connections."""

    def __init__(self, phone):
        self.phone, self.random = phone, random.Random(1)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.setblocking(False)
        self.port = self.udp.getsockname()[1]
        self.count = 0
        self.streams = []

    def request(self, method, tag, headers, body):
        """Return the bytes of a good request."""
        self.count += 1
        number, port = self.count, self.port
        return (
            f"{method} sip:100@127.0.0.1 SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP 127.0.0.1:{port};rport;branch=z9hG4bK{number}\r\n"
            f'Max-Forwards: 70\r\nFrom: "A b" <sip:a{number}@127.0.0.1>;tag=f{number}\r\n'
            f"To: <sip:100@127.0.0.1>{tag}\r\nCall-ID: f{number}\r\nCSeq: 1 {method}\r\n"
            f"Contact: <sip:a@127.0.0.1:{port}>\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def flood(self, kind):
        """Send many damaged requests of a kind, at the pace at which the phone still answers."""
        for index in range(_EACH):
            data = test_sip_fuzz._damage(self.random.getrandbits, self.request(*kind))
            self.udp.sendto(data, self.phone.address)
            if index % 10 == 9:
                alive(self.phone)
        try:
            while True:
                self.udp.recv(65536)
        except BlockingIOError:
            pass

    def connect(self, data):
        """Open a connection and leave it there with what was sent."""
        try:
            stream = socket.create_connection(self.phone.address, 1)
            self.streams.append(stream)
            stream.settimeout(1)
            stream.sendall(data)
        except OSError:
            pass  # refused, or closed: the phone is full


def alive(phone):
    """Wait until the phone has served its console, which a full heap may make impatient."""
    for _ in range(100):
        try:
            control = Control(phone.control_port)
            try:
                return control.ask("ram")
            finally:
                control.close()
        except (OSError, EOFError):
            continue
    raise AssertionError("the phone is gone")


@pytest.fixture
def phone(tmp_path):
    """A phone on the 32-bit VM, whose objects have the chip's size, registered."""
    if not vm32.launcher().exists():
        pytest.skip("no 32-bit VM: make vm32")
    settings = {"user_name1": "100", "user_host1": f"127.0.0.1:{Registrar().port}"}
    options = ["--heap", "2m", "--vm", str(vm32.launcher())]
    with Phone(tmp_path / "100", settings, options) as phone:
        phone.wait(lambda found: found["identities"][0]["registered"], "status")
        yield phone


def call(phone, number):
    """Ring, answer and end a call."""
    peer = Peer()
    peer.phone = phone.address
    peer.invite(number)
    phone.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    phone.ask("hook off")
    phone.wait(lambda calls: calls and calls[0]["state"] == "connected")
    phone.ask("hook on")
    phone.wait(lambda calls: not calls)


def test_after_floods_of_damaged_messages_the_phone_is_a_phone(phone):
    call(phone, "76")  # the first call makes the voice's buffers, which stay
    before = phone.ask("ram")["free"]
    attacker = Attacker(phone)
    for kind in _KINDS:
        attacker.flood(kind)
    for data in (b"", b"INVITE ", b"\r\n\r\n" * 2000, b"x" * 20_000) * 6:
        attacker.connect(data)
        alive(phone)
    attacker.connect(b"OPTIONS sip:x SIP/2.0\r\nContent-Length: 999999999\r\n\r\n")
    control = Control(phone.control_port)
    for _ in range(8):  # what rings of it is rejected by hand; the first press may find no room
        control.ask("press CANCEL")
        try:
            control.wait(lambda calls: not calls, seconds=1)
            break
        except TimeoutError:
            continue
    for stream in attacker.streams:
        stream.close()
    call(phone, "77")
    assert control.ask("status")["identities"][0]["registered"]
    control.wait(lambda heap: heap["free"] > before - _HEAP, "ram", 90)
