"""The first start of a running phone: its own network, its names, its page, and how that ends."""

import re
import socket
import urllib.error
import urllib.parse
import urllib.request

import pytest

from tools.control import free_ports

ADDRESS = "127.0.0.4"


class Visitor:
    """Somebody in the phone's own network, with a browser that follows no redirect by itself."""

    def __init__(self, port):
        self.port = port
        self.url = f"http://{ADDRESS}:{port}/"

    def ask(self, path="", form=None, **headers):
        """Return (status, headers, text)."""
        data = None if form is None else urllib.parse.urlencode(form).encode()
        request = urllib.request.Request(self.url + path, data, headers)
        try:
            with urllib.request.build_opener(_Stay).open(request, timeout=20) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()

    def send(self, **form):
        """Fill in the form and send it."""
        form["token"] = re.search('name="token" value="(.*?)"', self.ask()[2])[1]
        return self.ask("?en", form)

    def name(self, name, kind=1):
        """Ask the phone's name server; return the bytes of its answer."""
        labels = b"".join(bytes([len(x)]) + x.encode() for x in name.split("."))
        query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + labels + bytes((0, 0, kind, 0, 1))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(10)
            sock.sendto(query, (ADDRESS, self.port))
            return sock.recv(512)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


@pytest.fixture
def first(phones):
    """Give ``first(*options, **settings)``: (phone at its first start, visitor)."""

    def start(*options, name="100", **settings):
        port = free_ports(1)[0]
        phone = phones(name, options=("--first-start", str(port), *options), **settings)
        return phone, Visitor(port)

    return start


def test_a_phone_without_wifi_is_set_up_from_a_telephone_and_then_is_a_phone(first, pbx):
    web = free_ports(1)[0]
    phone, visitor = first("--web", str(web))
    said = phone.ask("first_start")
    assert said["state"] == "open" and len(said["password"]) >= 8 and said["page"] == visitor.url
    shown = phone.ask("display")["lines"]
    assert said["network"] in shown and said["password"] in shown
    assert f"{ADDRESS}:{visitor.port}" in shown
    assert visitor.name("captive.apple.com")[-4:] == socket.inet_aton(ADDRESS)
    for host in ("connectivitycheck.gstatic.com", "captive.apple.com", "www.msftconnecttest.com"):
        status, headers, _ = visitor.ask("generate_204", Host=host)
        assert status == 302 and headers["Location"] == visitor.url
    assert "Workshop (with password" in visitor.ask()[2]
    status, headers, _ = visitor.send(
        ssid="Workshop",
        wifi_pass="correct horse",
        user="100",
        host=pbx.settings["user_host1"],
        user_pass=pbx.settings["user_pass1"],
        http_pass="geheim",
    )
    assert status == 303
    phone.ask("set user_register1 on")
    phone.wait(lambda found: found["state"] == "joined", "first_start")
    assert phone.ask("get wifi_ssid1")["value"] == "Workshop"
    pbx.phone = phone.address
    phone.wait(lambda found: found["identities"][0]["registered"], "status")
    told = visitor.ask("?en")[2]
    assert "is in the network Workshop" in told and "Registered: sip:100@" in told
    token = re.search('name="token" value="(.*?)"', told)[1]
    status, _, told = visitor.ask("close?en", {"token": token})
    assert status == 200 and "closes now" in told
    phone.wait(lambda found: found["web"] == f"http on port {web}", "status")
    assert phone.ask("first_start")["password"] == ""
    with pytest.raises(urllib.error.URLError):
        visitor.ask()
    said = "\n".join(phone.ask("log"))
    assert "correct horse" not in said and "geheim" not in said and "fault" not in said


def test_a_wrong_password_keeps_the_page_and_changes_nothing(first):
    phone, visitor = first()
    assert visitor.send(ssid="Workshop", wifi_pass="wrong horse")[0] == 303
    phone.wait(lambda found: found["failed"] == "wrong password", "first_start")
    assert "has not joined Workshop: wrong password" in visitor.ask()[2]
    assert phone.ask("display")["lines"][-2:] == ["Workshop:", "wrong password"]
    assert phone.ask("get wifi_ssid1")["value"] == ""
    assert visitor.send(other="nowhere")[0] == 303
    phone.wait(lambda found: found["failed"] == "not found", "first_start")
    assert visitor.send(ssid="Workshop", wifi_pass="correct horse")[0] == 303
    phone.wait(lambda found: found["state"] == "joined", "first_start")


def test_a_phone_with_wifi_opens_nothing_not_when_that_is_lost_either(first):
    phone, visitor = first(wifi_ssid1="Workshop", wifi_pass1="correct horse")
    phone.wait(lambda found: found["network"] == "up", "status")
    phone.ask("fault unplugged on")
    phone.wait(lambda found: found["network"] != "up", "status")
    phone.wait(lambda shown: "No network" in shown["lines"], "display")
    assert phone.ask("first_start")["state"] == "closed"
    with pytest.raises(urllib.error.URLError):
        visitor.ask()
    phone.ask("fault unplugged off")
    phone.wait(lambda found: found["network"] == "up", "status")


def test_the_key_held_at_start_opens_it_and_presses_nothing(first):
    known = {"wifi_ssid1": "Workshop", "wifi_pass1": "correct horse"}
    phone, visitor = first("--held", "*", **known)
    assert phone.ask("first_start")["state"] == "open"
    assert visitor.ask()[0] == 200 and "correct horse" not in visitor.ask()[2]
    shown = phone.ask("display")["lines"]
    assert phone.ask("first_start")["network"] in shown, "the key has dialled nothing"
    phone, _ = first("--held", "5", name="200", **known)
    assert phone.ask("first_start")["state"] == "closed"


def test_its_page_is_on_no_other_address_of_the_phone(first):
    _, visitor = first()
    for address in ("127.0.0.1", "127.0.0.5"):
        with pytest.raises(ConnectionRefusedError), socket.socket() as sock:
            sock.connect((address, visitor.port))


def test_the_pages_of_the_phone_are_not_there_meanwhile(first):
    web = free_ports(1)[0]
    phone, _ = first("--web", str(web), http_pass="geheim")
    assert phone.ask("first_start")["state"] == "open"
    with pytest.raises(ConnectionRefusedError), socket.socket() as sock:
        sock.connect(("127.0.0.1", web))
