"""The web side of a running phone: what is kept of a password, and what attacks cost a call."""

import contextlib
import json

import pytest
from sippeer import Peer
from webclient import WebClient

from tools.control import Refused, free_ports

SECRET = "geheim-und-lang"


@pytest.fixture
def site(phones):
    """Give ``site(name, **settings)``: a phone, and a client of its web side."""

    def start(name="100", /, **settings):
        port = free_ports(1)[0]
        settings.setdefault("http_pass", "geheim")
        phone = phones(name, options=("--web", str(port)), **settings)
        return phone, WebClient(port, settings["http_pass"])

    return start


def files(folder):
    """Return all that a phone has stored."""
    return b"".join(x.read_bytes() for x in folder.rglob("*") if x.is_file())


def test_the_words_answer_over_the_web_as_at_the_console(site):
    phone, web = site(action_setup_url="http://u:pw@h.example/")
    status, said = web.ask("api/status")
    assert status == 200 and said["identities"] == phone.ask("status")["identities"]
    assert web.ask("api/get?action_setup_url")[1] == {"value": "http://u:***@h.example/"}
    assert web.ask("api/set", "dnd_mode on") == (200, {"value": "on"})
    assert phone.ask("get dnd_mode")["value"] == "on"
    status, said = web.ask("api/take", json.dumps({"dnd_mode": "off", "log_level": "x", "z": "1"}))
    assert status == 400 and set(said["errors"]) == {"log_level", "z"}
    assert phone.ask("get dnd_mode")["value"] == "on"
    status, said = web.ask("api/take", json.dumps({"redirect_event": "all", "phone_name": "a"}))
    assert status == 400 and "redirect_number" in said["errors"]["redirect_event"]
    assert web.ask("api/take", json.dumps({"dnd_mode": None})) == (200, {"taken": 1})
    for body in ("", "[]", "{}", "[1]", '{"a": 1}', '{"a": {}}', "\0", "x" * 5000):
        assert web.ask("api/take", body)[0] == 400, body[:20]
    for word in ("fault", "quit", "json", "loaded", "events", "", "../status"):
        assert web.ask("api/" + word, "x")[0] in (404, 405), word
    titles = web.ask("api/groups")[1]
    for title in titles:
        told = web.ask("api/group?" + title.replace(" ", "%20"))[1]
        assert told["settings"] and told["title"] == title
    assert len(web.ask("api/fkeys")[1]["keys"]) == 50


def test_only_a_hash_of_the_password_is_stored_wherever_it_came_from(site, tmp_path):
    (tmp_path / "100").mkdir()
    (tmp_path / "100/settings.json").write_text(json.dumps({"http_pass": SECRET}))
    phone, web = site(http_pass="another-one")
    phone.ask("set http_allow 127.0.0.0/8")
    assert web.ask("api/version")[0] == 200
    phone.ask("set http_pass " + SECRET)
    assert web.ask("api/version")[0] == 401
    phone.ask("set phone_name x")
    web = WebClient(web.port, SECRET)
    assert web.ask("api/version")[0] == 200
    assert phone.ask("get http_pass") == {"value": "***"}
    with pytest.raises(Refused, match="http_user: 'bob' needs http_pass in the same change"):
        phone.ask("set http_user bob")
    change = {"http_user": "bob", "http_pass": SECRET}
    assert web.ask("api/take", json.dumps(change))[0] == 200
    assert WebClient(web.port, SECRET, "bob").ask("api/version")[0] == 200
    kept = files(tmp_path / "100")
    phone.ask("quit")
    phone.process.wait(15)
    for stored in (kept, files(tmp_path / "100")):
        assert b"another-one" not in stored.replace(b"--set", b"")


def test_a_password_from_a_file_of_settings_is_hashed_at_the_start(phones, tmp_path):
    (tmp_path / "100").mkdir()
    (tmp_path / "100/settings.json").write_text(json.dumps({"http_pass": SECRET}))
    port = free_ports(1)[0]
    phone = phones("100", options=("--web", str(port)))
    assert WebClient(port, SECRET).ask("api/version")[0] == 200
    phone.ask("quit")
    phone.process.wait(15)
    again = phones("100", options=("--web", str(port)))
    assert WebClient(port, SECRET).ask("api/version")[0] == 200
    again.wait(lambda _: SECRET.encode() not in files(tmp_path / "100"), "version")


def test_the_pages_move_to_another_port_and_stop_when_they_are_switched_off(site):
    phone, web = site()
    port = free_ports(1)[0]
    assert web.ask("api/set", f"http_port {port}") == (200, {"value": port})
    phone.wait(lambda said: said["web"] == f"http on port {port}", "status")
    assert WebClient(port).ask("api/version")[0] == 200
    phone.ask("set webserver_type off")
    phone.wait(lambda said: said["web"] == "off", "status")
    with pytest.raises(ConnectionRefusedError):
        WebClient(port).connect()
    said = phone.ask("set webserver_type https")
    assert said["value"] == "https" and "serves no TLS" in said["warnings"][0]
    assert "not served at all" in said["warnings"][0]
    phone.wait(lambda said: "serves no TLS" in said["web"], "status")
    said = phone.ask("set webserver_type http_https")
    assert "over HTTP only" in said["warnings"][0]
    assert "warnings" not in phone.ask("set webserver_type http")


def test_attacks_cost_a_call_nothing_and_leave_nothing(site):
    phone, web = site()
    assert web.ask("api/version")[0] == 200
    before = phone.ask("ram")["used"]
    peer = Peer()
    peer.phone = phone.address
    open_ = []
    for _ in range(6):
        for data in (
            b"",
            b"GET / HTTP/1.1\r\nHo",
            b"GET /" + b"a" * 20_000,
            b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 3000,
            b"POST /api/set HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
            b"POST /api/set HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\nx",
            b"\0" * 9000,
        ):
            attacker = web.connect()
            open_.append(attacker)
            with contextlib.suppress(OSError):
                attacker.sendall(data)
        call = peer.invite("100")
        phone.wait(lambda calls: calls and calls[0]["state"] == "ringing")
        peer.cancel(call)
        phone.wait(lambda calls: not calls)
    for attacker in open_:
        attacker.close()
    assert web.ask("api/version")[0] == 200
    assert phone.ask("ram")["used"] - before < 20_000
    assert not [x for x in phone.ask("log") if "task" in x or "fault" in x]
    peer.close()


def test_who_asks_without_end_and_takes_no_answer_holds_no_place(site):
    _, web = site()
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    held = [web.connect() for _ in range(4)]
    for connection in held:
        connection.settimeout(0.2)
        with contextlib.suppress(OSError):  # until the phone reads no more
            connection.sendall(request * 5000)
    with web.connect() as fresh:
        fresh.sendall(request)
        assert fresh.recv(100).startswith(b"HTTP/1.1 401")
    for connection in held:
        connection.close()


def test_what_a_caller_sends_breaks_out_of_nothing(site):
    name = "</script><script>alert(1)</script>\\u2028' onload=x"
    phone, web = site()
    caller, _ = site("200", user_outbound1=f"127.0.0.1:{phone.sip_port}", user_realname1=name)
    caller.ask("dial 100")
    phone.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    status, said = web.ask("api/changes")
    assert status == 200 and said["calls"][0]["remote"] == "200@desk.example"
    for path in ("api/ask?%0d%0aSet-Cookie:%20a=b", "x%0d%0aX-Injected:%201"):
        request = f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        with web.connect() as raw:
            raw.sendall(request.encode())
            answer = b""
            while data := raw.recv(4096):
                answer += data
        assert b"Set-Cookie" not in answer and b"X-Injected" not in answer
    caller.ask("press CANCEL")


def test_command_htm_from_outside_dials_for_software_that_may(site):
    phone, web = site(remote_control="on", http_allow="127.0.0.0/8", user_outbound1="127.0.0.1:9")
    phone.ask("set http_scheme off")
    assert web.ask("command.htm?number=201")[0] == 200  # a 302 to the index
    phone.wait(lambda calls: calls and calls[0]["direction"] == "out")
    assert web.ask("command.htm?RELEASE_ALL_CALLS")[0] == 200
    phone.wait(lambda calls: not calls)
    assert web.ask("command.htm?key=NONSENSE")[0] == 400
    assert web.ask("settings.htm?settings=save&phone_name=hall")[0] == 200
    assert phone.ask("get phone_name")["value"] == "hall"
    phone.ask("set http_allow 192.0.2.1")
    assert web.ask("command.htm?number=201")[0] == 403
