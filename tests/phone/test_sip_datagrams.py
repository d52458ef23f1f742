"""Datagrams to a whole running phone: the messages of RFC 4475, as a user agent gets them."""

import json
import re
import socket

import pytest
import support
from test_sip_torture import OWED

_USERS = ("user", "vivekg", "UserB", "sips%3Auser%40example.com", "alice")
_ALIVE = (
    "OPTIONS sip:user@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bK{0}\r\n"
    "From: <sip:alive@127.0.0.1>;tag=1\r\nTo: <sip:user@127.0.0.1>\r\nCall-ID: alive{0}\r\n"
    "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
)


@pytest.fixture
def phone(phones):
    """A phone with the identities that the messages are for; they do not register."""
    settings = {}
    for index, name in enumerate(_USERS[1:], 2):
        settings.update({f"user_name{index}": name, f"user_register{index}": "off"})
    return phones("user", max_calls="4", **settings)


def messages():
    """Return [(name, bytes)] of the RFC's messages."""
    try:
        names = json.loads(support.data("rfc4475/expectations.json"))
        return [(x["file"].split("/")[1][:-4], support.data(x["file"])) for x in names]
    except support.Skip as reason:
        pytest.skip(str(reason))


class Stranger:
    """A socket at the port to which the answers to a message go, with an address of its own."""

    def __init__(self, number, message, phone):
        # The first Via is where it is sent from; the answer goes to its port, or to 5060
        head = message.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ")
        via = re.search(rb"(?im)^v(?:ia)?\s*:\s*SIP\s*/[\s\S]*?/\s*\w+\s+([^;,\r\n]*)", head)
        port = re.search(rb":\s*(\d+)\s*$", via[1].strip()) if via else None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((f"127.0.75.{number + 1}", int(port[1]) if port else 5060))
        self.socket.settimeout(10)
        self.phone = phone
        self.count = 0

    def send(self, data):
        """Send to the phone."""
        self.socket.sendto(data, self.phone)

    def until(self, wanted):
        """Return the statuses that come until ``wanted(answer)``."""
        statuses = []
        while True:
            answer = self.socket.recv(65536)
            if wanted(answer):
                return statuses
            statuses.append(answer.split(b" ")[1].decode())

    def alive(self):
        """Ask whether the phone is there; return the statuses that came before its answer."""
        self.count += 1
        self.send(_ALIVE.format(self.count).encode())
        mark = b"Call-ID: alive%d" % self.count
        return self.until(lambda answer: mark in answer and answer.startswith(b"SIP/2.0 200 "))


def test_each_torture_message_gets_its_answer_and_the_phone_lives_on(phone):
    found = messages()
    assert len(found) == 50  # the 49, and one of our own
    for number, (name, message) in enumerate(found):
        stranger = Stranger(number, message, phone.address)
        stranger.send(message)
        statuses = stranger.alive()
        owed = OWED[name].split()
        if "180" in owed and statuses != ["513"]:
            if "180" not in statuses:
                statuses += stranger.until(lambda answer: answer.startswith(b"SIP/2.0 180 "))
                statuses.append("180")
            phone.ask("press CANCEL")
            phone.wait(lambda calls: not calls)
        assert bool(statuses) == bool(owed), (name, statuses)
        assert set(statuses) <= set(owed), (name, statuses)
        stranger.socket.close()
    assert phone.ask("calls") == []
    assert not [x for x in phone.ask("log 100") if x.startswith("[0]")]


def test_a_call_may_come_by_tcp_whatever_the_phone_itself_uses(phone):
    with socket.create_connection(phone.address, 10) as stream:
        stream.settimeout(10)
        stream.sendall(b"\r\n\r\n")  # RFC 5626's keep-alive
        assert stream.recv(2) == b"\r\n"
        text = _ALIVE.format(1).replace("UDP", "TCP")
        stream.sendall(text.encode()[:100])
        stream.sendall(text.encode()[100:] + text.replace("alive1", "alive2").encode())
        got = b""
        while got.count(b"\r\n\r\n") < 2:
            got += stream.recv(4096)
        assert got.count(b"SIP/2.0 200 OK") == 2 and b"alive1" in got and b"alive2" in got
