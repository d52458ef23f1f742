"""What callers and web servers write presses no key and changes no setting of the phone."""

import pytest

from tests.phone.attack import ringing
from tests.phone.sippeer import Peer
from tests.phone.webserver import HOST, WebServer

_COMMAND = "/command.htm?key=DND"


@pytest.fixture
def web():
    """A web server."""
    server = WebServer()
    yield server
    server.close()


def to(location):
    """Return a face that redirects."""

    def face(head, connection):
        text = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(text.encode())

    return face


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1" + _COMMAND,
        "http://localhost" + _COMMAND,
        "http://LOCALHOST" + _COMMAND,
        "http://127.1" + _COMMAND,
        "http://127.0.0.001" + _COMMAND,
        "http://2130706433" + _COMMAND,
        "http://0x7f000001" + _COMMAND,
        "http://0" + _COMMAND,
        "http://0.0.0.0" + _COMMAND,
        "http://[::1]" + _COMMAND,
        "http://user:x@127.0.0.1" + _COMMAND,
        "//127.0.0.1" + _COMMAND,
        "http://127.0.0.1/settings.htm?settings=save&dnd_mode=on",
        "http://127.0.0.1:80" + _COMMAND,
    ],
)
def test_a_redirect_to_the_phone_itself_does_nothing(phones, web, location):
    phone = phones("100", options=("--dns", "none"), action_url_timeout="2")
    web.face = to(location)
    phone.ask(f"set fkey5 active url {web.url}/x")
    phone.ask("press P6")
    phone.wait(lambda x: x["total"]["failed"] + x["total"]["ok"] == 1, "counters", 20)
    assert phone.ask("get dnd_mode")["value"] == "off"
    assert not [x for x in phone.ask("log 50") if x.startswith("[0]")]


@pytest.mark.parametrize(
    "name",
    [
        '"1;DND"',
        '"1,100,100;DND"',
        '"1%3BDND"',
        '"1&key=DND"',
        '"1?key=DND&settings=save&dnd_mode=on"',
        '"1#;DND"',
        '"1 ;DND"',
    ],
)
def test_what_a_caller_writes_is_no_further_key(phones, name):
    """The owner's template holds the caller's name among the keys that it presses."""
    peer = Peer()
    phone = phones("100")
    peer.phone = phone.address
    url = "http://127.0.0.1/command.htm?key=5;$display_remote"
    phone.ask(f"set action_incoming_url {url}")
    phone.ask("set action_connected_url http://127.0.0.1/command.htm?key_dtmf=$display_remote")
    call = peer.invite("201", display=name + " ")
    ringing(phone)
    phone.ask("hook off")
    phone.wait(lambda _: call.state == "up")
    peer.bye(call)
    phone.ask("hook on")
    phone.wait(lambda calls: not calls)
    assert any("Refused 400" in x for x in phone.ask("log 50"))
    assert phone.ask("get dnd_mode")["value"] == "off"
    peer.close()


def test_a_template_is_no_way_to_another_host_by_what_a_caller_writes(phones, web):
    peer = Peer()
    phone = phones("100")
    peer.phone = phone.address
    phone.ask(f"set action_incoming_url http://{HOST}:{web.port}/a/$display_remote&?r=$remote")
    for name in ("@127.0.0.3:9/", "../../x", "a b", "%2e%2e", "\\\\", "?q=1", "#f"):
        call = peer.invite("201", display=f'"{name}" ')
        ringing(phone)
        phone.ask("press CANCEL")
        phone.wait(lambda _, call=call: call.state == "over")
    for path in web.wait(7):
        first, _, query = path.partition("?")
        assert first.startswith("/a/") and first.count("/") == 2 and "\\" not in first, path
        assert query == "r=201@127.0.0.1", path
    peer.close()
