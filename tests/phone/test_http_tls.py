"""HTTPS Action URLs of a whole phone: only a server with a certificate of the trusted CA hears."""

import pytest

from tests.phone import webserver
from tests.phone.certificates import Authority
from tests.phone.test_http_calls import EVENTS, dial, states
from tests.phone.webserver import HOST, WebServer


@pytest.fixture
def authority():
    """A CA of our own."""
    return Authority()


@pytest.fixture
def web(tmp_path):
    """Give ``start(authority, *names)``: a running HTTPS server with such a certificate."""
    running = []

    def start(authority, *names, face=webserver.ok, keep=False, **options):
        context = authority.server(tmp_path, *(names or (HOST,)), **options)
        running.append(WebServer(face, tls=context, keep=keep))
        return running[-1]

    yield start
    for each in running:
        each.close()


@pytest.fixture
def phone(phones, authority):
    """A phone that trusts `authority`."""
    made = phones("100", action_url_timeout=3, options=("--dns", "none"))
    made.ask("set ca_certificate " + authority.pem.replace("\n", " "))
    return made


def press(phone, url):
    """Let P6 send `url`; return the figures when that is over."""
    phone.ask(f"set fkey5 active url {url}")
    row = phone.ask("counters")["total"]
    before = row["ok"] + row["failed"]
    phone.ask("press P6")
    row = phone.wait(lambda x: x["total"]["ok"] + x["total"]["failed"] > before, "counters", 30)
    row = row["total"]
    return {name: row[name] for name in ("sent", "ok", "failed", "retried")}


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_certificate_of_the_trusted_ca_is_accepted(phone, web, authority, kind):
    server = web(authority, kind=kind)
    assert press(phone, server.url + "/x?m=$mac")["ok"] == 1, phone.ask("log")
    assert len(server.heads) == 1
    assert f"Host: {HOST}:{server.port}\r\n" in server.heads[0]


@pytest.mark.parametrize("wrong", ["authority", "name", "expired", "future"])
def test_a_wrong_certificate_gets_no_request_and_no_second_try(phone, web, authority, wrong):
    if wrong == "authority":
        server = web(Authority())
    elif wrong == "name":
        server = web(authority, "127.0.0.3", "other.example")
    else:
        server = web(authority, days=(-9, -2) if wrong == "expired" else (2, 9))
    figures = press(phone, server.url + "/x?secret=$mac")
    assert figures == {"sent": 0, "ok": 0, "failed": 1, "retried": 0}, phone.ask("log")
    assert server.heads == []
    phone.ask("set check_trusted_certificate off")
    assert press(phone, server.url + "/x")["ok"] == 1
    assert server.paths() == ["/x"]


def test_without_a_ca_nothing_is_sent(phone, web, authority):
    phone.ask("unset ca_certificate")
    server = web(authority)
    assert press(phone, server.url + "/x") == {"sent": 0, "ok": 0, "failed": 1, "retried": 0}
    assert any("ca_certificate" in line for line in phone.ask("log"))
    assert server.heads == []


def test_the_cas_of_the_firmware_count_where_no_setting_names_one(
    phones, tmp_path, web, authority
):
    told = phones("100").ask("set fkey5 active url https://pbx.example/x")
    assert "ca_certificate" in str(told), told
    (tmp_path / "200/flash").mkdir(parents=True)
    (tmp_path / "200/flash/ca-bundle.pem").write_text(Authority().pem + authority.pem)
    phone = phones("200")
    assert "ca_certificate" not in str(phone.ask("set fkey5 active url https://pbx.example/x"))
    server, other = web(authority), web(Authority())
    assert press(phone, server.url + "/x")["ok"] == 1, phone.ask("log")
    assert press(phone, other.url + "/x")["failed"] == 1 and other.heads == []


def test_a_tls_server_that_hangs_or_vanishes_is_not_asked_again(phone, web, authority):
    for face in (webserver.hang, webserver.vanish):
        server = web(authority, face=face)
        phone.ask("set action_url_timeout 1")
        press(phone, server.url + "/x")
        assert server.paths() == ["/x"]
    figures = phone.ask("counters")["total"]
    assert (figures["sent"], figures["failed"], figures["retried"]) == (2, 2, 0)


def test_a_plain_server_behind_https_is_a_failure(phone, web, authority):
    plain = WebServer()
    try:
        figures = press(phone, plain.url.replace("http:", "https:") + "/x")
        assert figures == {"sent": 0, "ok": 0, "failed": 1, "retried": 0}, phone.ask("log")
    finally:
        plain.close()


def test_basic_over_tls_and_a_redirect_from_http(phone, web, authority):
    def face(head, connection):
        if "Authorization: Basic Ym9iOmdlaGVpbQ==" in head:
            connection.sendall(webserver.OK)
        else:
            connection.sendall(
                b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\n'
                b"Content-Length: 0\r\n\r\n"
            )

    secure = web(authority, face=face)
    assert press(phone, secure.url.replace("//", "//bob:geheim@") + "/x")["ok"] == 1
    assert secure.paths() == ["/x", "/x"]
    secure.face = webserver.ok

    def away(_, connection):
        connection.sendall(f"HTTP/1.1 301 M\r\nLocation: {secure.url}/y\r\n\r\n".encode())

    first = WebServer(away)
    assert press(phone, first.url + "/x")["ok"] == 2
    first.close()
    assert secure.paths() == ["/x", "/x", "/y"]


def test_the_events_of_a_call_go_over_a_connection_that_was_open_before(pair, web, authority):
    first, second = pair
    server = web(authority, face=webserver.stay, keep=True)
    second.ask("set ca_certificate " + authority.pem.replace("\n", " "))
    for event in EVENTS:
        second.ask(f"set action_{event}_url {server.url}/{event}")
    server.connected(1)
    for count in (1, 2):
        dial(first, "200")
        second.wait(states("ringing"))
        second.ask("hook off")
        first.wait(states("connected"))
        first.ask("hook on")
        second.wait(states())
        second.ask("hook on")
        server.wait(5 * count)
    wanted = ["/incoming", "/offhook", "/connected", "/disconnected", "/onhook"]
    second.wait(lambda x: x["total"]["ok"] == 10, "counters")
    assert server.paths() == wanted * 2 and server.connections == 1


def test_a_kept_connection_that_its_server_closes_costs_no_event(phone, web, authority):
    server = web(authority, face=webserver.stay, keep=True)
    phone.ask(f"set action_dnd_on_url {server.url}/on")
    phone.ask(f"set action_dnd_off_url {server.url}/off")
    server.connected(1)
    for count, word in enumerate(("on", "off", "on", "off"), 1):
        phone.ask("set dnd_mode " + word)
        phone.wait(lambda x, n=count: x["total"]["ok"] == n, "counters")
        server.cut()
    assert server.paths() == ["/on", "/off", "/on", "/off"]
    row = phone.ask("counters")["total"]
    assert (row["sent"], row["failed"], row["retried"]) == (4, 0, 0)
