"""What a phone tells of its registration, up to its last word."""

import socket

import pytest
from webserver import WebServer, hang

from tools.registrar import Registrar


@pytest.mark.parametrize("face", [None, hang])
def test_log_off_is_told_once_when_the_phone_quits(phones, face):
    server = WebServer()
    phone = phones(
        "100",
        user_host1=f"127.0.0.1:{Registrar().port}",
        user_register1="on",
        action_log_on_url=server.url + "/on",
        action_log_off_url=server.url + "/off",
    )
    server.wait(1)
    if face:
        server.face = face  # the end does not wait for ever
    assert phone.stop() == 0
    assert server.wait(2) == ["/on", "/off"]
    server.close()


def _invite(sock, phone, number, cseq="INVITE"):
    """Send an INVITE from a socket; return the statuses that come within a moment."""
    ip, port = sock.getsockname()
    lines = [
        f"INVITE sip:100@127.0.0.1:{phone.sip_port} SIP/2.0",
        f"Via: SIP/2.0/UDP {ip}:{port};rport;branch=z9hG4bK{number}{port}",
        "Max-Forwards: 70",
        f"From: <sip:x@{ip}>;tag=f{number}",
        "To: <sip:100@127.0.0.1>",
        f"Call-ID: {number}-{port}",
        f"CSeq: 1 {cseq}",
        f"Contact: <sip:x@{ip}:{port}>",
        "Content-Length: 0",
    ]
    sock.sendto("\r\n".join([*lines, "", ""]).encode(), phone.address)
    found = []
    try:
        while not found or found[-1] == 100:
            found.append(int(sock.recv(4096).split()[1]))
    except TimeoutError:
        pass
    return found


@pytest.mark.parametrize("filtering", ["on", "off"])
def test_a_registered_phone_is_called_by_its_registrar_and_by_strangers_only_if_set(
    phones, filtering
):
    phone = phones(
        "100",
        user_host1=f"127.0.0.1:{Registrar().port}",
        user_register1="on",
        filter_registrar=filtering,
    )
    phone.wait(lambda found: found["identities"][0]["registered"], "status")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.66", 0))
        stranger.settimeout(1)
        first, second = _invite(stranger, phone, 1), _invite(stranger, phone, 2)
        if filtering == "on":
            assert (first, second) == ([403], []) and phone.ask("calls") == []
            assert any("127.0.0.66 is no registrar" in line for line in phone.ask("log"))
        else:
            assert first[-1] == 180
            phone.ask("press CANCEL")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as home:
        home.bind(("127.0.0.1", 0))
        home.settimeout(5)
        assert _invite(home, phone, 3)[-1] == 180
