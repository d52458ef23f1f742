"""Templates and values end to end: set on a whole phone, a call comes in, a web server looks."""

import json
import socket

import pytest

from tests.phone.webserver import HOST, WebServer

INVITE = (
    "INVITE sip:100@127.0.0.1:{port} SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{number};rport\r\n"
    "Max-Forwards: 70\r\n"
    "From: {name} <sip:{user}@desk.example>;tag=f{number}\r\n"
    "To: <sip:100@desk.example>\r\n"
    "Call-ID: {call_id}\r\n"
    "CSeq: 1 INVITE\r\n"
    "Contact: <sip:{user}@127.0.0.1:{own}>\r\n"
    "{more}"
    "Content-Type: application/sdp\r\n"
    "Content-Length: {length}\r\n\r\n{body}"
)
SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 30000 RTP/AVP 0\r\n"
)


class Caller:
    """Sends INVITEs of its own making from a bare socket, and cancels them."""

    def __init__(self, phone):
        self.phone = phone
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(10)
        self.own = self.socket.getsockname()[1]
        self.number = 0

    def invite(self, name="", more=""):
        """Send an INVITE and wait until it rings; return its text."""
        text = self.send_invite(name, more)
        self.until(b"SIP/2.0 180")
        return text

    def send_invite(self, name="", more="", user="200"):
        """Send an INVITE; return its text."""
        self.number += 1
        text = INVITE.format(
            port=self.phone.sip_port,
            own=self.own,
            number=self.number,
            name=name,
            user=user,
            more=more,
            call_id=f"call-{self.number}@caller",
            length=len(SDP),
            body=SDP,
        )
        self.socket.sendto(text.encode(), self.phone.address)
        return text

    def until(self, start):
        """Receive until a datagram that begins with `start`."""
        while not (data := self.socket.recv(4096)).startswith(start):
            pass
        return data

    def cancel(self, invite, more=""):
        """Cancel an INVITE, to its ACK."""
        lines = invite.split("\r\n")
        keep = [x for x in lines if x.startswith(("Via", "From", "To", "Call-ID", "Max"))]
        end = f"{more}Content-Length: 0\r\n\r\n"
        uri = lines[0].split(" ")[1]
        text = "\r\n".join([f"CANCEL {uri} SIP/2.0", *keep, "CSeq: 1 CANCEL", end])
        self.socket.sendto(text.encode(), self.phone.address)
        reply = self.until(b"SIP/2.0 487").decode()
        to = next(x for x in reply.split("\r\n") if x.startswith("To:"))
        keep = [to if x.startswith("To") else x for x in keep]
        text = "\r\n".join(
            [f"ACK {uri} SIP/2.0", *keep, "CSeq: 1 ACK", "Content-Length: 0\r\n\r\n"]
        )
        self.socket.sendto(text.encode(), self.phone.address)


@pytest.fixture
def web():
    """A web server that answers 200."""
    server = WebServer()
    yield server
    server.close()


@pytest.fixture
def phone(phones):
    """One phone."""
    return phones("100", user_realname1="J\u00f6rg", user_pass1="geheim")


@pytest.fixture
def caller(phone):
    """Whoever calls it."""
    made = Caller(phone)
    yield made
    made.socket.close()


def test_a_call_fills_every_variable_that_it_has(phone, caller, web):
    names = (
        "local remote display_local display_remote active_url active_user active_host call-id "
        "csta_id active_key nr_ongoing_calls cancel_reason longpress_key user_name1 "
        "user_pass1 phone_type nosuch"
    ).split()
    query = "&".join(f"{x.replace('-', '')}=${x}" for x in names)
    for event in ("incoming", "missed"):
        phone.ask(f"set action_{event}_url {web.url}/{event}?{query}&h=$sip_header(X-Ticket)")
    invite = caller.invite('"M\u00fcller & S\u00f6hne"', more="X-Ticket: a=1&b 2%41+\r\n")
    (path,) = web.wait(1)
    assert path == (
        "/incoming?local=100@desk.example&remote=200@desk.example&display_local=J%C3%B6rg"
        "&display_remote=M%C3%BCller%20%26%20S%C3%B6hne"
        "&active_url=sip:100@desk.example&active_user=100&active_host=desk.example"
        "&callid=call-1@caller&csta_id=1&active_key=P1&nr_ongoing_calls=1"
        "&cancel_reason=$cancel_reason&longpress_key=$longpress_key&user_name1=100&user_pass1="
        "&phone_type=offhook&nosuch=$nosuch&h=a%3D1%26b%202%2541%2B"
    )
    caller.cancel(invite, 'Reason: SIP ;cause=487 ;text="gone"\r\n')
    path = web.wait(2)[1]
    assert "&cancel_reason=SIP%20%3Bcause%3D487%20%3Btext%3D%22gone%22&" in path
    assert "&nr_ongoing_calls=0&" in path and "&callid=call-1@caller&" in path


@pytest.mark.parametrize(
    "reason",
    [
        "Reason: SIP;cause=200\r\n",
        'Reason: SIP ;cause=200 ;text="Call completed elsewhere"\r\n',
        "Reason: SIP;cause=200,Q.850;cause=16\r\n",
        'reason: Q.850 ; cause=26\r\nReason: SIP ; cause=200 ; text="OK"\r\n',
    ],
)
def test_a_call_answered_elsewhere_was_not_missed(phone, caller, web, reason):
    for event in ("disconnected", "missed", "dnd_on"):
        phone.ask(f"set action_{event}_url {web.url}/{event}?why=$cancel_reason")
    caller.cancel(caller.invite(), reason)
    phone.wait(lambda calls: calls == [])
    phone.ask("set dnd_mode on")
    paths = web.wait(2)
    assert [x.partition("?")[0] for x in paths] == ["/disconnected", "/dnd_on"]
    assert "cause%3D200" in paths[0]
    assert paths[0].count("cause") == reason.count("cause")


def test_what_a_stranger_writes_cannot_add_anything_to_the_request(phone, caller, web):
    phone.ask(f"set action_incoming_url {web.url}/?n=$display_remote&r=$remote&c=$call-id&end=1")
    for name in (
        '"a\\"b&c=d#e?f%0d%0aX-Evil: 1"',
        '"<script>&amp;\t\u00a0"',
        "Fran\u00e7ois",
        '"' + "x" * 900 + '"',
        '"$mac ${remote} $user_pass1"',
    ):
        invite = caller.invite(name, more="X-Evil: 1\r\n")
        count = caller.number
        path = web.wait(count)[-1]
        assert path.startswith("/?n=") and path.count("&") == 3 and path.endswith("&end=1")
        assert all("!" <= c <= "~" for c in path) and "#" not in path
        assert "X-Evil:" not in web.heads[-1].split("\r\n", 1)[1]
        caller.cancel(invite)
        phone.wait(lambda calls: calls == [])


def test_header_names_that_are_never_shown(phone, caller, web):
    names = "Via v To From f Call-ID i Contact m CSeq Max-Forwards Content-Type x-ok".split()
    query = "&".join(f"q=$sip_header({x})" for x in names)
    phone.ask(f"set action_incoming_url {web.url}/?{query}")
    caller.invite("x", more="X-OK: shown\r\n")
    wanted = "&".join(f"q=$sip_header({x})" for x in names[:-1])
    assert web.wait(1) == [f"/?{wanted}&q=shown"]


def test_settings_that_decide_how_a_variable_is_written(phone, caller, web):
    phone.ask(f"set action_incoming_url {web.url}/?r=$remote&u=$nosuch&c=$cancel_reason")
    phone.ask("set action_url_uri_scheme on")
    phone.ask("set action_url_unset empty")
    caller.invite()
    assert web.wait(1) == ["/?r=sip:200@desk.example&u=&c="]


def test_several_templates_for_one_event_over_several_lines(phone, tmp_path, phones, web):
    text = f"{HOST}:{web.port}/a?b=1 2\n\t{web.url}/c {web.url}/d"
    phone.ask(f"set action_dnd_on_url {web.url}/c  {web.url}/d")
    phone.ask("set dnd_mode on")
    assert web.wait(2) == ["/c", "/d"]
    state = tmp_path / "200"
    state.mkdir()
    (state / "settings.json").write_text(json.dumps({"action_dnd_on_url": text}))
    other = phones("200")
    other.ask("set dnd_mode on")
    assert web.wait(5)[2:] == ["/a?b=1%202", "/c", "/d"]


def test_a_key_template_may_hold_what_people_write(phone, web):
    phone.ask("set redirect_number +49 30")
    host = f"{HOST}:{web.port}"
    for count, (text, path) in enumerate(
        (
            (f"{host}/x", "/x"),
            (f"http://{host}", "/"),
            (f"http://{host}?a=$active_key", "/?a=P6"),
            (f"HTTP://{host}/a b/{{c}}|d?e=f g", "/a%20b/{c}|d?e=f%20g"),
            (f"http://{host}/?u=http://x/?y=$redirect_number&amp;z=1", None),
            (f"http://{host}/gr\u00fc\u00dfe?\u20ac=$user_realname1#frag", None),
            (f"http://{host}/$mac&.cfg?$active_key", "/02005E000001.cfg?P6"),
            (f"http://{host}/p$?a=$&b=$5&c=%41%zz", "/p$?a=$&b=$5&c=%41%zz"),
        ),
        1,
    ):
        phone.ask(f"set fkey5 active url {text}")
        phone.ask("press P6")
        got = web.wait(count)[-1]
        assert path is None or got == path
    assert web.paths()[4] == "/?u=http://x/?y=%2B49%2030&z=1"
    assert web.paths()[5] == "/gr%C3%BC%C3%9Fe?%E2%82%AC=J%C3%B6rg"
