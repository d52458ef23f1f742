"""A whole phone against web servers good and bad: sent once, over by the deadline, told apart."""

import base64
import hashlib
import re

import pytest

from tests.phone import webserver
from tests.phone.webserver import OK, WebServer
from tools.control import Refused

_TIMEOUT = 1  # s, action_url_timeout of these phones


@pytest.fixture
def web():
    """Give ``start(face)``: a running `WebServer`, closed at the end of the test."""
    running = []

    def start(face=webserver.ok, **options):
        running.append(WebServer(face, **options))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture
def phone(phones):
    """One phone with a short deadline and no name server."""
    return phones("100", action_url_timeout=_TIMEOUT, options=("--dns", "none"))


def press(phone, url, key=6):
    """Give function key `key` a URL and press it."""
    phone.ask(f"set fkey{key - 1} active url {url}")
    phone.ask(f"press P{key}")


def over(phone, count=1):
    """Wait until `count` requests are over; return the figures in total."""
    row = phone.wait(
        lambda x: x["total"]["ok"] + x["total"]["failed"] + x["total"]["dropped"] >= count,
        "counters",
        30,
    )["total"]
    return {name: row[name] for name in ("sent", "ok", "failed", "retried", "dropped")}


def logged(phone, text):
    """Return the log's lines that hold `text`."""
    return [line for line in phone.ask("log") if text in line]


def test_a_request_as_a_snom_sends_it(phone, web):
    server = web()
    press(phone, server.url + "/a b/$mac&/x?m=$mac&key=$active_key&l={$language}%41#end")
    assert over(phone) == {"sent": 1, "ok": 1, "failed": 0, "retried": 0, "dropped": 0}
    mac = phone.ask("get mac")["value"] or re.search("[0-9A-F]{12}", server.paths()[0])[0]
    assert server.paths() == [f"/a%20b/{mac}/x?m={mac}&key=P6&l={{English}}%41"]
    head = server.heads[0].split("\r\n")
    assert f"Host: 127.0.0.2:{server.port}" in head
    agent = next(x for x in head if x.startswith("User-Agent: "))
    assert re.fullmatch(
        r"User-Agent: Mozilla/4\.0 \(compatible; offhook-SIP \S+ %s\)" % mac, agent
    )
    assert logged(phone, f"Sending post request host = 127.0.0.2:{server.port}, file = /a%20b/")


@pytest.mark.parametrize(
    "face",
    ["hang", "trickle", "endless_header", "vanish", "reset", "junk", "missing"],
)
def test_a_bad_answer_is_a_failure_and_nothing_is_sent_twice(phone, web, face):
    bad, good = web(getattr(webserver, face)), web()
    press(phone, bad.url + "/once")
    bad.wait(1)
    press(phone, good.url + "/fine", 7)
    good.wait(1)
    assert over(phone, 2) == {"sent": 2, "ok": 1, "failed": 1, "retried": 0, "dropped": 0}
    assert bad.paths() == ["/once"]
    assert logged(phone, "(P6)")


def test_an_endless_body_is_an_answer_that_is_not_read_to_its_end(phone, web):
    server = web(webserver.endless_body)
    press(phone, server.url + "/once")
    assert over(phone)["ok"] == 1
    assert server.paths() == ["/once"]


def test_a_server_that_is_down_and_comes_back_gets_its_event(phone, web):
    first = web()
    first.close()
    press(phone, first.url + "/late")
    phone.wait(lambda x: x["total"]["retried"] >= 1, "counters")
    second = web(port=first.port)
    assert second.wait(1) == ["/late"]
    figures = over(phone)
    assert (figures["sent"], figures["ok"], figures["failed"]) == (1, 1, 0)


def test_a_name_without_an_address_fails_and_holds_up_nobody(phone, web):
    good = web()
    press(phone, "http://nowhere.example/x")
    press(phone, good.url + "/fine", 7)
    good.wait(1)
    figures = over(phone, 2)
    assert figures == {"sent": 1, "ok": 1, "failed": 1, "retried": 3, "dropped": 0}


def test_basic_and_digest(phone, web):
    def basic(head, connection):
        right = base64.b64encode(b"bob:geheim").decode()
        if f"Authorization: Basic {right}\r\n" in head:
            connection.sendall(OK)
        else:
            connection.sendall(
                b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\n'
                b"Content-Length: 0\r\n\r\n"
            )

    def digest(head, connection):
        if right_digest(head, "bob", "geheim"):
            connection.sendall(OK)
        else:
            connection.sendall(
                b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n1", qop="auth",'
                b' algorithm=SHA-256\r\nWWW-Authenticate: Digest realm="r", nonce="n2",'
                b' qop="auth"\r\nContent-Length: 0\r\n\r\n'
            )

    for count, face in enumerate((basic, digest), 1):
        server = web(face)
        press(phone, server.url.replace("//", "//bob:geheim@") + "/x?y=1")
        assert over(phone, count)["ok"] == count
        assert server.paths() == ["/x?y=1"] * 2
        assert "Authorization" not in server.heads[0]
    server = web(digest)
    phone.ask("set http_client_user bob")
    phone.ask("set http_client_pass wrong")
    press(phone, server.url + "/x")
    assert over(phone, 3)["failed"] == 1
    phone.ask("set http_client_pass geheim")
    phone.ask("press P6")
    assert over(phone, 4)["ok"] == 3
    assert len(server.heads) == 3  # the challenge is remembered, and answered at once
    assert "nc=00000002" in server.heads[2]
    assert not logged(phone, "geheim")


def right_digest(head, user, password):
    """Tell whether a request carries the right answer to the challenge of SHA-256."""
    found = re.search(r"Authorization: Digest (.*)\r\n", head)
    if not found:
        return False
    got = dict(re.findall(r'(\w+)="?([^",]*)"?', found[1]))

    def hashed(*parts):
        return hashlib.sha256(":".join(parts).encode()).hexdigest()

    first = hashed(user, "r", password)
    second = hashed("GET", head.split(" ")[1])
    return got["nonce"] == "n1" and got["response"] == hashed(
        first, "n1", got["nc"], got["cnonce"], "auth", second
    )


def test_redirects_are_followed_but_never_in_a_circle(phone, web):
    last = web()

    def face(head, connection):
        place = "/round" if "/round" in head else last.url + "/new?a=b"
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {place}\r\n\r\n".encode())

    first = web(face)
    press(phone, first.url + "/old")
    assert over(phone)["ok"] == 1
    press(phone, first.url + "/round")
    assert over(phone, 2)["failed"] == 1
    assert first.paths() == ["/old", "/round"] and last.paths() == ["/new?a=b"]


def test_100_events_beside_a_dead_server_leave_the_last_32(phone, web):
    dead = web()
    dead.close()
    phone.ask(f"set action_dnd_on_url {dead.url}/on?n=$redirect_number")
    phone.ask(f"set action_dnd_off_url {dead.url}/off?n=$redirect_number")
    for number in range(50):
        phone.ask(f"set redirect_number {number}")
        phone.ask("set dnd_mode on")
        phone.ask("set dnd_mode off")
    figures = phone.ask("counters")
    total = figures["total"]
    assert total["queued"] == 100
    assert total["queued"] - total["dropped"] - total["failed"] <= 33 and total["sent"] == 0
    assert logged(phone, "Queue full")
    phone.ask("set dnd_mode on")  # the phone is as quick as ever
    phone.ask("set dnd_mode off")
    again = web(port=dead.port)
    assert over(phone, 102)["dropped"] == 102 - len(again.paths()) - over(phone)["failed"]
    wanted = [f"/{x}?n={n}" for n in range(50) for x in ("on", "off")]
    got = again.paths()
    assert got[-1] == "/off?n=49" and len(set(got[:-2])) == len(got) - 2
    assert got[:-2] == wanted[-len(got[:-2]) :]


def test_the_lamp_of_a_url_key_blinks_while_its_request_is_under_way(phone, web):
    server = web(webserver.hang)
    phone.ask(f"set fkey5 active url {server.url}/x")
    off = phone.ask("lamps")["P6"]
    phone.ask("press P6")
    server.wait(1)
    assert phone.ask("lamps")["P6"] != off
    assert over(phone)["failed"] == 1
    phone.wait(lambda lamps: lamps["P6"] == off, "lamps")
    server.face = webserver.ok
    phone.ask("press P6")
    assert over(phone, 2)["ok"] == 1
    phone.wait(lambda lamps: lamps["P6"] == off, "lamps")


def test_what_is_refused_when_it_is_set_says_what_would_be_right(phone):
    for value, word in (
        ("http://$phone_ip/command.htm?key=P1", "localhost"),
        ("http://h/" + "x" * 1016, "1025"),
        ("ftp://h/x", "http://"),
        ("http://[::1]/", "IPv6"),
    ):
        for name, text in (("action_setup_url", value), ("fkey3", "active url " + value)):
            with pytest.raises(Refused, match=re.escape(word)) as refused:
                phone.ask(f"set {name} {text}")
            assert name in str(refused.value)
    phone.ask("set action_setup_url http://h/" + "x" * 1015)
    assert len(phone.ask("get action_setup_url")["value"]) == 1024
