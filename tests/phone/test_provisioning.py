"""Provisioning by a real web server: at start, again, with locks, and when the server is bad."""

import base64
import json
import socket
import struct

import pytest

from tests.phone import webserver
from tests.phone.certificates import Authority
from tests.phone.pbx import Pbx
from tests.phone.provserver import MAC, ProvServer, answer, listing, settings
from tests.phone.test_calls import state
from tests.phone.test_http_servers import right_digest
from tests.phone.webserver import HOST
from tools.control import Refused

_FILE = f"/{MAC}.xml"
_CHALLENGE = 'WWW-Authenticate: Digest realm="r", nonce="n1", qop="auth", algorithm=SHA-256\r\n'
_BODY = settings(
    '<ring_sound perm="R">Ringer2</ring_sound><phone_name perm="!">lobby</phone_name>'
    "<nonsense>1</nonsense><redirect_time>never</redirect_time><backlight>5</backlight>",
    keys='<fkey idx="4" context="active" label="Door" perm="">speed 42</fkey>',
)


@pytest.fixture
def server():
    """A provisioning server with a file for the phone."""
    made = ProvServer({_FILE: _BODY})
    yield made
    made.close()


@pytest.fixture
def provisioned(phones):
    """Give ``start(server, **settings)``: a phone whose settings' server that is."""

    def start(server, path="/{mac}.xml", **more):
        return phones("100", setting_server=server.url + path, **more)

    return start


def report(phone, wanted="done"):
    """Wait until a round is over in that way; return the report."""
    return phone.wait(lambda x: x["state"].startswith(wanted), "provisioning", 20)


def value(phone, name):
    """Return a setting's value."""
    return phone.ask("get " + name)["value"]


def told(phone, words):
    """Return the lines of the log with `words`."""
    return [line for line in phone.ask("log") if words in line]


def test_at_start_the_file_of_this_phone_is_fetched_and_applied_and_the_rest_is_listed(
    provisioned, server
):
    phone = provisioned(server, _FILE.replace(MAC, "{mac}") + "?m={mac}")
    found = report(phone)
    assert server.paths() == [f"{_FILE}?m={MAC}"]
    assert MAC in server.heads[0].partition("User-Agent: ")[2].partition("\r\n")[0]
    assert value(phone, "ring_sound") == 2 and value(phone, "phone_name") == "lobby"
    assert value(phone, "fkey4") == "active speed 42" and value(phone, "fkey_label4") == "Door"
    assert found["unknown"] == ["nonsense"] and found["absent"] == ["backlight"]
    assert "redirect_time" in found["refused"][0] and "from 1 to 120" in found["refused"][0]
    assert found["taken"] == 4 and found["settings"] == 6
    assert phone.ask("get ring_sound")["locked"] == f"by {HOST}"
    with pytest.raises(Refused, match=f"ring_sound: locked by {HOST}"):
        phone.ask("set ring_sound 4")
    assert value(phone, "redirect_time") == 10


def test_a_locked_setting_does_not_move_by_a_key_and_the_display_says_so(provisioned, server):
    server.files[_FILE] = settings('<dnd_mode perm="R">off</dnd_mode>')
    phone = provisioned(server)
    report(phone)
    phone.ask("press DND")
    lines = phone.wait(lambda x: any("Locked" in y for y in x["lines"]), "display")
    assert lines and value(phone, "dnd_mode") == "off"


def test_a_list_is_followed_in_its_order_and_a_later_file_wins(provisioned, server):
    server.files = {
        "/list.htm": listing("general.xml?a=1&amp;b=2", f"{server.url}/{{mac}}.xml", "gone.xml"),
        "/general.xml": settings('<user_active idx="2" perm="R">off</user_active>'),
        _FILE: settings('<user_active idx="2" perm="R">on</user_active><auto_dial>9</auto_dial>'),
    }
    phone = provisioned(server, "/list.htm", user_active2="off")
    found = report(phone)
    assert server.paths() == ["/list.htm", "/general.xml?a=1&b=2", _FILE, "/gone.xml"]
    assert value(phone, "user_active2") == "on" and value(phone, "auto_dial") == 9
    assert any("gone.xml" in x and "404" in x for x in found["refused"])


def test_lists_that_lead_in_circles_or_too_deep_end(provisioned, server):
    server.files = {
        "/a.xml": listing("b.xml", "a.xml"),
        "/b.xml": listing("a.xml", "c.xml", "http://127.0.0.2:1/%zz", "ftp://x/y"),
        "/c.xml": listing("d.xml"),
        "/d.xml": listing("e.xml", *(f"x{n}.xml" for n in range(30))),
        _FILE: listing("a.xml"),
    }
    phone = provisioned(server)
    found = phone.wait(lambda x: x["state"] not in ("not yet", "fetching"), "provisioning", 20)
    assert len(server.heads) <= 16 and server.paths().count("/a.xml") == 1
    assert "/e.xml" not in server.paths(), found


def test_of_a_folder_the_general_file_and_that_of_the_phone_are_fetched(provisioned, server):
    server.files = {
        "/snomD785.htm": "<html>\n<pre>\nlanguage$: Deutsch\nauto_dial$: 7\n</pre></html>\n",
        f"/snomD785-{MAC}.htm": "<html>\n<pre>\nauto_dial$: 8\n</pre></html>\n",
    }
    phone = provisioned(server, "/", phone_type="D785")
    report(phone)
    assert server.paths() == ["/snomD785.htm", f"/snomD785-{MAC}.htm"]
    assert value(phone, "auto_dial") == 8 and value(phone, "language") == "Deutsch"


def test_credentials_go_by_digest_to_that_server_only_and_into_no_log(provisioned, server):
    other = ProvServer({"/more.xml": settings("<auto_dial>9</auto_dial>")})

    def guarded(head, connection):
        if right_digest(head, "prov", "geheim-1"):
            answer(connection, listing("own.xml", other.url + "/more.xml"))
        else:
            answer(connection, "", "401 No", _CHALLENGE)

    server.faces[_FILE] = guarded
    server.files["/own.xml"] = _BODY
    phone = provisioned(server, http_client_user="prov", http_client_pass="geheim-1")
    report(phone)
    assert server.paths() == [_FILE, _FILE, "/own.xml"]
    assert value(phone, "auto_dial") == 9
    assert len(other.heads) == 1 and "Authorization" not in other.heads[0]
    assert not told(phone, "geheim")
    other.close()


def test_a_wrong_password_is_told_and_nothing_is_applied(provisioned, server):
    def guarded(head, connection):
        answer(connection, "", "401 No", _CHALLENGE)

    server.faces[_FILE] = guarded
    phone = provisioned(server, http_client_user="prov", http_client_pass="geheim-1")
    assert "401" in report(phone, "failed")["state"]
    assert value(phone, "ring_sound") == 1 and not told(phone, "geheim")


def test_redirections_are_followed_with_a_bound(provisioned, server):
    def moved(path):
        def face(_, connection):
            answer(connection, "", "302 Found", f"Location: {path}\r\n")

        return face

    for step in range(4):
        server.faces[f"/r{step}"] = moved(f"/r{step + 1}")
    server.files["/r4"] = _BODY
    phone = provisioned(server, "/r0")
    report(phone)
    assert value(phone, "ring_sound") == 2
    for step in range(9):
        server.faces[f"/r{step}"] = moved(f"/r{step + 1}")
    server.files["/r9"] = settings('<ring_sound perm="R">Ringer5</ring_sound>')
    phone.ask("provision")
    assert "302" in report(phone, "failed")["state"]
    assert "/r9" not in server.paths() and value(phone, "ring_sound") == 2


def test_https_is_verified_whatever_the_settings_say_of_web_servers(phones, tmp_path):
    right, wrong = Authority(), Authority("another")
    good = ProvServer({_FILE: _BODY}, tls=right.server(tmp_path, HOST))
    bad = ProvServer({_FILE: settings("<auto_dial>9</auto_dial>")}, wrong.server(tmp_path, HOST))
    try:
        phone = phones(
            "100",
            setting_server=bad.url + "/{mac}.xml",
            check_trusted_certificate="off",
            ca_certificate=right.pem.replace("\n", " "),
            options=("--dns", "none"),
        )
        report(phone, "failed")
        assert bad.heads == [] and value(phone, "auto_dial") == 5
        phone.ask("set setting_server " + good.url + "/{mac}.xml")
        phone.ask("provision")
        report(phone)
        assert value(phone, "ring_sound") == 2
    finally:
        good.close()
        bad.close()


def _long(_, connection):
    body = _BODY.encode()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) + 9) + body)


def _cut(_, connection):
    answer(connection, _BODY[: _BODY.index("<nonsense>")])


def _page(_, connection):
    answer(connection, "<!DOCTYPE html><html><body>Please log in</body></html>")


def _unavailable(_, connection):
    answer(connection, "", "503 Busy")


def _chunk(_, connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n")


@pytest.mark.parametrize(
    "face",
    [
        webserver.vanish,
        webserver.reset,
        webserver.junk,
        webserver.endless_header,
        webserver.endless_body,
        webserver.missing,
        _long,
        _cut,
        _page,
        _unavailable,
        _chunk,
    ],
    ids=lambda face: face.__name__.strip("_"),
)
def test_a_bad_server_is_told_once_and_the_phone_runs_with_what_it_has(provisioned, server, face):
    server.faces[_FILE] = face
    phone = provisioned(server, log_level="9")
    report(phone, "failed")
    assert value(phone, "ring_sound") == 1 and value(phone, "phone_name") == ""
    phone.ask("provision")
    phone.wait(lambda _: len(told(phone, "runs with what it has")) == 2)
    phone.ask("set log_level 5")
    phone.ask("provision")
    server.wait(3)
    report(phone, "failed")
    assert len(told(phone, "provisioning: ")) == 2
    assert not told(phone, "fault") and not told(phone, "task")
    assert phone.ask("provisioning")["locked"] == []
    del server.faces[_FILE]
    phone.ask("provision")
    report(phone)
    assert value(phone, "ring_sound") == 2


def test_a_server_that_is_down_costs_nothing_else(phones):
    phone = phones("100", setting_server=f"http://{HOST}:9/x.xml")
    assert "refused" in report(phone, "failed")["state"]
    assert phone.ask("status")["network"] == "up"


def test_a_call_rings_and_is_answered_while_the_server_hangs(provisioned, phones, server):
    server.faces[_FILE] = webserver.trickle
    phone = provisioned(server)
    other = phones("200", user_outbound1=f"127.0.0.1:{phone.sip_port}")
    server.connected(1)
    assert phone.ask("provisioning")["state"] == "fetching"
    other.ask("dial 100")
    phone.wait(state("ringing"))
    other.wait(state("ringing"))
    phone.ask("hook off")
    other.wait(state("connected"))
    assert phone.ask("provisioning")["state"] == "fetching"


def test_what_was_fetched_is_applied_when_nobody_calls(provisioned, phones, server):
    phone = provisioned(server)
    report(phone)
    other = phones("200", user_outbound1=f"127.0.0.1:{phone.sip_port}")
    other.ask("dial 100")
    phone.wait(state("ringing"))
    phone.ask("hook off")
    other.wait(state("connected"))
    server.files[_FILE] = settings("<user_name idx='1'>101</user_name>")
    phone.ask("provision")
    report(phone, "waiting")
    assert value(phone, "user_name1") == "100"
    phone.ask("hook on")
    report(phone)
    assert value(phone, "user_name1") == "101"


def test_it_is_asked_again_when_the_time_has_come(provisioned, server):
    phone = provisioned(server, settings_refresh_timer="1")
    server.wait(3)
    server.files[_FILE] = settings('<ring_sound perm="RW">Ringer3</ring_sound>')
    phone.wait(lambda x: x["value"] == 3, "get ring_sound")
    assert phone.ask("set ring_sound 4")["value"] == 4  # writable now: until the next time
    phone.wait(lambda x: x["value"] == 3, "get ring_sound")


@pytest.mark.parametrize("event", ["check-sync", "check-sync;reboot=false"])
def test_check_sync_has_the_settings_fetched_and_restarts_only_where_they_need_it(
    provisioned, server, event
):
    pbx = Pbx()
    try:
        phone = provisioned(server, **pbx.settings)
        pbx.phone = ("127.0.0.1", phone.sip_port)
        report(phone)
        phone.wait(lambda x: all(y["registered"] for y in x["identities"]), "status")

        def sync(call_id):
            head = (
                f"NOTIFY sip:100@127.0.0.1:{phone.sip_port} SIP/2.0\r\n"
                f"Via: SIP/2.0/UDP {pbx.ip}:{pbx.port};branch=z9hG4bK{call_id}\r\n"
                f"From: <sip:100@{pbx.ip}>;tag=1\r\nTo: <sip:100@{pbx.ip}>\r\n"
                f"Call-ID: {call_id}\r\nCSeq: 1 NOTIFY\r\nMax-Forwards: 70\r\n"
                f"Contact: <sip:{pbx.ip}:{pbx.port}>\r\nEvent: {event}\r\n"
                "Subscription-State: terminated\r\nContent-Length: 0\r\n\r\n"
            )
            pbx.socket.sendto(head.encode(), pbx.phone)

        server.files[_FILE] = settings("<auto_dial>9</auto_dial>")
        sync("a")
        phone.wait(lambda x: x["value"] == 9, "get auto_dial")
        assert phone.process.poll() is None
        server.files[_FILE] = settings("<netmask>255.255.0.0</netmask>")
        sync("b")
        assert phone.process.wait(20) == 0  # the simulated restart
    finally:
        pbx.close()


def test_never_update_fetches_nothing(provisioned, server):
    phone = provisioned(server, update_policy="never_update")
    report(phone, "switched off")
    phone.ask("provision")
    assert phone.ask("provisioning")["state"].startswith("switched off") and server.heads == []


def test_a_setting_that_needs_it_restarts_the_phone_once_and_no_other_does(
    provisioned, server, tmp_path
):
    server.files[_FILE] = settings("<netmask>255.255.0.0</netmask><auto_dial>9</auto_dial>")
    phone = provisioned(server)
    assert phone.process.wait(20) == 0  # the simulated restart
    server.files[_FILE] = settings("<netmask>255.255.255.128</netmask>")
    phone = provisioned(server)
    assert report(phone)["restart"] == ["netmask"]  # a server that changes its mind: no circle
    assert told(phone, "netmask will be used after a restart")
    assert value(phone, "auto_dial") == 9


def test_a_restart_may_be_forbidden(provisioned, server):
    server.files[_FILE] = settings(
        '<auto_reboot_on_setting_change perm="R">off</auto_reboot_on_setting_change>'
        "<netmask>255.255.0.0</netmask>"
    )
    phone = provisioned(server)
    assert report(phone)["restart"] == ["netmask"]
    assert told(phone, "netmask will be used after a restart")


def give(phone, data):
    """Give a file by hand, in pieces as the console's line takes them."""
    phone.ask("provision begin")
    for start in range(0, len(data), 6000):
        text = base64.b64encode(data[start : start + 6000]).decode()
        phone.ask("provision data " + text)
    return phone.ask("provision end")


def test_a_file_by_hand_goes_the_same_way_but_not_over_a_servers_lock(provisioned, server):
    phone = provisioned(server)
    report(phone)
    body = settings("<ring_sound>Ringer4</ring_sound><auto_dial perm='R'>9</auto_dial>")
    padding = "<!-- " + "x" * 20000 + " -->"
    found = give(phone, (padding + body).encode())
    assert found["taken"] == 1 and value(phone, "auto_dial") == 9
    assert "locked by " + HOST in found["refused"][0] and value(phone, "ring_sound") == 2
    assert phone.ask("get auto_dial")["locked"] == "by a file"
    with pytest.raises(Refused, match="ends before"):
        give(phone, body.encode()[: body.index("</phone-settings>")])
    with pytest.raises(Refused, match="no file was begun"):
        phone.ask("provision end")
    with pytest.raises(Refused, match="base64"):
        phone.ask("provision begin")
        phone.ask("provision data a")


def test_an_unchanged_password_of_the_pages_is_not_written_again(provisioned, server):
    server.files[_FILE] = settings(
        "<http_user>admin</http_user><http_pass perm='R'>s3cret-pages</http_pass>"
    )
    phone = provisioned(server)
    assert report(phone)["changed"] == ["http_pass"]
    phone.ask("provision")
    server.wait(2)
    phone.wait(lambda x: x["state"] == "done" and x["changed"] == [], "provisioning")
    assert "s3cret-pages" not in json.dumps(phone.ask("show")) and not told(phone, "s3cret-pages")


# -- plug and play --------------------------------------------------------------------------------


@pytest.fixture
def group():
    """A socket in Snom's multicast group."""
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.settimeout(15)
    try:
        made.bind(("224.0.1.75", 5060))
        member = struct.pack("4s4s", socket.inet_aton("224.0.1.75"), socket.inet_aton("0.0.0.0"))
        made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    except OSError as error:
        made.close()
        pytest.skip(f"no multicast here: {error}")
    yield made
    made.close()


def notify(request, body, call_id=None):
    """Return the NOTIFY that answers a SUBSCRIBE."""
    lines = dict(x.split(": ", 1) for x in request.split("\r\n")[1:] if ": " in x)
    return (
        f"NOTIFY {lines['Contact'].strip('<>')} SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\n"
        f"From: {lines['To']};tag=pbx\r\nTo: {lines['From']}\r\n"
        f"Call-ID: {call_id or lines['Call-ID']}\r\nCSeq: 1 NOTIFY\r\nMax-Forwards: 20\r\n"
        "Event: ua-profile\r\nSubscription-State: terminated;reason=timeout\r\n"
        f"Content-Type: application/url\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def test_a_new_phone_finds_its_server_by_plug_and_play_and_keeps_it(phones, server, group):
    phone = phones("100", user_name1="", pnp_config="new")
    data, address = group.recvfrom(4096)
    request = data.decode()
    assert request.startswith(f"SUBSCRIBE sip:MAC%3a{MAC}@224.0.1.75 SIP/2.0\r\n")
    assert "Event: ua-profile;profile-type=" in request and "Expires: 0" in request
    assert "Accept: application/url" in request
    url = server.url + "/{mac}.xml"
    for wrong in (
        notify(request, "http://192.0.2.1/x", call_id="somebody-elses"),
        notify(request, "not a url"),
        b"NOTIFY x\r\n\r\n",
        b"\0\1\2",
    ):
        group.sendto(wrong, address)
    group.sendto(notify(request, url + "\r\n"), address)
    report(phone)
    assert value(phone, "setting_server") == url and value(phone, "ring_sound") == 2
    assert server.paths() == [_FILE]


def test_a_phone_that_is_set_up_asks_nobody_and_one_without_an_answer_goes_on(phones, group):
    report(phones("100"), "no setting_server")
    group.settimeout(1)
    with pytest.raises(TimeoutError):
        group.recvfrom(4096)
    off = phones("101", user_name1="", pnp_config="on", provisioning_order="dhcp:stop")
    report(off, "no setting_server")
    with pytest.raises(TimeoutError):
        group.recvfrom(4096)
    phone = phones("102", pnp_config="on")
    report(phone, "no setting_server")
    assert group.recvfrom(4096)
