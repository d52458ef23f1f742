"""Inputs from the field, as datagrams to a running phone: what rings, and what is refused."""

import socket

import pytest
import support

RINGS = (
    "ghost-diversion ghost-history-info ghost-call-info ghost-rpid to-tag-elsewhere via-ipv6 "
    "from-escaped-user from-user-params ruri-escaped quoted-name-no-brackets sdp-c-hostname "
    "sdp-anat sdp-port0-first"
).split()
SHOWN = {
    "from-escaped-user": "+4930555@",
    "from-user-params": "+4930555@",
    "quoted-name-no-brackets": "anonymous@pbx.example",
}


class Caller:
    """A socket that sends a file of the field, under an address of its own."""

    def __init__(self, phone, number):
        self.phone = phone
        self.ip = f"127.0.76.{number + 1}"
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.ip, 0))
        self.socket.settimeout(10)

    def send(self, name):
        """Send a file with our addresses in it."""
        try:
            text = support.data(f"field/{name}.sip")
        except support.Skip as reason:
            pytest.skip(str(reason))
        text = text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        head, _, body = text.partition(b"\r\n\r\n")
        body = body.replace(b"192.0.2.9", self.ip.encode())
        head = head.replace(b"192.0.2.9", self.ip.encode())
        head = head.replace(b"192.0.2.1", b"127.0.0.1").replace(b"in1", b"in" + name.encode())
        lines = [x for x in head.split(b"\r\n") if not x.startswith(b"Content-Length")]
        head = b"\r\n".join(lines)
        self.last = head.replace(b"INVITE", b"ACK") + b"\r\n\r\n"
        head += b"\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.socket.sendto(head + body, self.phone.address)

    def close(self):
        """Acknowledge the refusal, and go."""
        self.socket.sendto(self.last, self.phone.address)
        self.socket.close()

    def answer(self):
        """Return the next answer but 100, as (status, To header)."""
        while True:
            data = self.socket.recv(65536).decode()
            status = data.split(" ", 2)[1]
            if data.startswith("SIP/2.0") and status != "100":
                to = [x for x in data.split("\r\n") if x.lower().startswith("to:")]
                return int(status), to[0]


@pytest.fixture(params=[False, True], ids=["stranger", "registrar"])
def phone(request, phones):
    """A phone that is called by a stranger, or by what counts as its registrar."""
    wanted = {"user_outbound1": "127.0.76.1"} if request.param else {}
    return phones("100", **wanted)


def test_what_the_field_sends_rings_and_can_be_ended(phone):
    for name in RINGS:
        caller = Caller(phone, 0)
        caller.send(name)
        status, to = caller.answer()
        assert status == 180 and ";tag=" in to.rpartition(">")[2], (name, status, to)
        (call,) = phone.ask("calls")
        assert call["state"] == "ringing" and call["remote"].startswith(SHOWN.get(name, "")), name
        phone.ask("press CANCEL")
        assert caller.answer()[0] == 486, name
        phone.wait(lambda calls: calls == [])
        caller.close()
    assert not [x for x in phone.ask("log") if "Error" in str(x)]


def test_a_call_that_could_not_be_ended_does_not_begin(phone):
    for _ in range(10):
        caller = Caller(phone, 0)
        caller.send("unkillable-record-route")
        assert caller.answer()[0] == 400
        caller.close()
    assert phone.ask("calls") == []
