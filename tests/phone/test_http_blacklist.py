"""The blacklist question: 200 rejects a caller silently, anything else lets the phone ring."""

import pytest

from tests.phone import webserver
from tests.phone.test_http_templates import Caller
from tests.phone.webserver import WebServer


@pytest.fixture
def asked(phones):
    """Give ``start(face)``: (phone that asks such a server, the server, a caller)."""
    made = []

    def start(face):
        server = WebServer(face)
        settings = {
            "action_blacklist_url": server.url + "/ask?who=$remote",
            "action_incoming_url": server.url + "/incoming",
            "action_missed_url": server.url + "/missed",
            "remote_blacklist_action_timer": 1,
        }
        phone = phones("100", **settings)
        caller = Caller(phone)
        made.extend((server, caller.socket))
        return phone, server, caller

    yield start
    for each in made:
        each.close()


def only_asked(head, connection):
    """Answer the question with 404, everything else with 200."""
    (webserver.missing if "/ask" in head else webserver.ok)(head, connection)


def mute(head, connection):
    """Never answer the question."""
    (webserver.hang if "/ask" in head else webserver.ok)(head, connection)


@pytest.mark.parametrize("face", [only_asked, mute])
def test_without_a_200_the_call_rings(asked, face):
    phone, server, caller = asked(face)
    caller.invite()
    assert server.wait(2) == ["/ask?who=200@desk.example", "/incoming"]
    assert [call["state"] for call in phone.ask("calls")] == ["ringing"]


def test_200_rejects_silently_and_nothing_rings(asked):
    phone, server, caller = asked(webserver.ok)
    caller.send_invite()
    caller.until(b"SIP/2.0 603")
    phone.wait(lambda calls: calls == [])
    phone.ask("set action_dnd_on_url " + server.url + "/last")
    phone.ask("set dnd_mode on")
    server.wait(2)
    assert server.paths() == ["/ask?who=200@desk.example", "/last"]
