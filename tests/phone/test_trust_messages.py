"""What arrives costs little, copies nothing into our own messages, and is answered sparingly."""

import re
import socket
import statistics
import threading

import pytest

from tests.phone.attack import called, gone, ringing, told
from tests.phone.sippeer import Peer

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.66.1\r\ns=-\r\nc=IN IP4 127.0.66.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\n"
)
_SIZE = 3700


def request(peer, number, method="OPTIONS", headers="", body="", **changed):
    """Return the text of a request; `changed` replaces the value of a header or of the URI."""
    value = {
        "uri": "sip:100@127.0.0.1",
        "via": f"SIP/2.0/UDP {peer.ip}:{peer.port};branch=z9hG4bK{number}",
        "from_": f"<sip:x@{peer.ip}>;tag=f{number}",
        "to": "<sip:100@127.0.0.1>",
        "call_id": f"m{number}-{peer.port}",
        "contact": f"<sip:x@{peer.ip}:{peer.port}>",
        **changed,
    }
    text = (
        "{method} {uri} SIP/2.0\r\nVia: {via}\r\nMax-Forwards: 70\r\nFrom: {from_}\r\nTo: {to}\r\n"
        "Call-ID: {call_id}\r\nCSeq: 1 {method}\r\nContact: {contact}\r\n{headers}"
        "Content-Length: {length}\r\n\r\n{body}"
    )
    if body:
        headers += "Content-Type: application/sdp\r\n"
    return text.format(method=method, headers=headers, body=body, length=len(body), **value)


# -- control characters --------------------------------------------------------------------------

_PLACES = ("from_", "to", "call_id", "contact", "uri", "via")


@pytest.mark.parametrize("code", [0, 10, 13, 27, 127])
def test_control_characters_in_a_request_are_refused_and_not_sent_back(registered, stranger, code):
    phone = registered(stranger, filter_registrar="off")
    evil = chr(code) + "Evil: yes"
    for number, place in enumerate((*_PLACES, "headers")):
        text = request(stranger, f"{number}c{code}", "INVITE", body=_SDP)
        if place == "headers":
            text = text.replace("Content-L", f"Referred-By: <sip:a{evil}@b>\r\nContent-L")
        else:
            line = {"from_": "From: <sip:x", "to": "To: <sip:1", "call_id": "Call-ID: m"}
            line.update(contact="Contact: <sip:x", uri="INVITE sip:1", via=f"UDP {stranger.ip}")
            text = text.replace(line[place], line[place] + evil, 1)
        before = len(stranger.raw)
        stranger.send(text.encode())
        stranger.alone("OPTIONS")
        phone.wait(lambda _, n=number: len(_options(stranger)) > n)
        got = stranger.raw[before:]
        assert b"SIP/2.0 180" not in got and b"SIP/2.0 200 OK\r\nVia" in got, place
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", got), place
    gone(phone)


def _options(peer):
    return [x for x in peer.answers if x.method == "OPTIONS"]


def test_what_a_refer_writes_with_escapes_becomes_no_line_of_ours(registered, pbx):
    phone = registered()
    call = pbx.invite("201")
    ringing(phone)
    phone.ask("hook off")
    phone.wait(lambda _: call.state == "up")
    to = f"sip:300%0d%0aEvil:%20yes@127.0.0.9:{pbx.port}?Replaces=a%0D%0AEvil%3A%20yes&Evil=yes"
    pbx.request(call, "REFER", more=[f"Refer-To: <{to}>", "Referred-By: <sip:%0d%0aEvil@b>"])
    assert told(phone, call, "REFER") == 202
    made = called(phone, pbx)
    pbx.answer(made, 486)
    pbx.bye(call)
    gone(phone)
    assert b"\nEvil" not in pbx.raw and b"\rEvil" not in pbx.raw


def test_marks_that_turn_or_hide_text_are_shown_nowhere(opened, stranger):
    marks = "\u202e\u2066\u200f\u0085\u009b\u061c"
    name = f'"Bo{marks}ss" <sip:20{marks}1@{stranger.ip}>;tag=f'
    text = request(stranger, "marks", "INVITE", "", _SDP, from_=name, call_id=f"m{marks}1")
    stranger.send(text.encode())
    ringing(opened)
    shown = [*opened.ask("display")["lines"], *map(str, opened.ask("calls")[0].values())]
    opened.ask("press CANCEL")
    opened.wait(lambda calls: not calls)
    shown += [*opened.ask("display")["lines"], *opened.ask("log 100")]
    hidden = "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
    assert not [x for x in shown if re.search(hidden, x)]
    assert any("Boss" in x for x in shown)


# -- what cannot be guessed ----------------------------------------------------------------------


_DRAWN = """
import sys
class Random:
    state = 7
    @classmethod
    def getrandbits(cls, bits):
        cls.state = (cls.state * 1103515245 + 12345) & 0x7FFFFFFF
        return cls.state & ((1 << bits) - 1)
sys.modules["random"] = Random
"""


def test_ids_are_none_of_the_vms_random(phones):
    """Two phones whose VMs have the same random numbers have no id in common."""
    found = []
    for name in ("a", "b"):
        peer = Peer()
        phone = phones(name, user_name1="100", options=("--begin", _DRAWN))
        peer.phone = phone.address
        call = peer.invite("201")
        ringing(phone)
        phone.ask("hook off")
        phone.wait(lambda _, call=call: call.state == "up")
        phone.ask(f"dial sip:200@127.0.0.1:{peer.port}")
        out = called(phone, peer)
        answer = call.final
        sdp = (
            re.search(r"o=\S+ (\d+)", answer.body)[1],
            re.search(r"o=\S+ (\d+)", out.invite.body)[1],
        )
        tags = [re.search(r"tag=(\w+)", x)[1] for x in (answer["To"], out.invite["From"])]
        found.append([*tags, out.invite["Call-ID"], out.invite.branch, *sdp])
        peer.close()
    for one, other in zip(*found, strict=True):
        assert one != other
    assert not set(found[0]) & set(found[1])


# -- what a datagram costs -----------------------------------------------------------------------


def _fill(start, piece):
    """Return `start` with as many `piece` as make the size of the attack."""
    return start + piece * ((_SIZE - len(start)) // len(_bytes(piece)))


def _bytes(text):
    return text.encode("utf-8", "surrogateescape")


def slow(peer, name, number):
    """Return a datagram of some 3.7 KB that was made to be slow to read."""
    via = f"SIP/2.0/UDP {peer.ip}:{peer.port};branch=z9hG4bK{number}"
    uri = f"sip:x@{peer.ip}"
    changed = {
        "from utf-8": {"from_": _fill('"', "\u00e9") + f'" <{uri}>;tag=1'},
        "from c1": {"from_": _fill('"', "\u0085") + f'" <{uri}>;tag=1'},
        "from latin-1": {"from_": _fill('"', "\udcff") + f'" <{uri}>;tag=1'},
        "from some escapes": {"from_": _fill("<sip:" + "%C3%A9" * 66, "a") + "@b>;tag=1"},
        "user utf-8": {"from_": _fill("<sip:", "\u00e9") + "@b>;tag=1"},
        "via params": {"via": _fill(via, ";<")},
        "via quotes": {"via": _fill(via, ';"\\"')},
        "via commas": {"via": _fill(via, ",")},
        "from brackets": {"from_": _fill(f"<{uri}>;tag=1", "<")},
        "from escapes": {"from_": _fill("<sip:", "%41") + f"@{peer.ip}>;tag=1"},
        "from quote": {"from_": _fill('"', '\\"') + f'" <{uri}>;tag=1'},
        "from params": {"from_": _fill(f"<{uri}>;tag=1", ";a=b")},
        "contact list": {"contact": _fill(f"<{uri}>", ",<sip:a@b>")},
        "uri params": {"uri": _fill("sip:100@127.0.0.1", ";a")},
    }.get(name)
    if changed:
        return request(peer, number, "INVITE", body=_SDP, **changed)
    headers, body = "", _SDP
    if name in ("Record-Route", "Route", "P-Asserted-Identity", "Diversion", "History-Info"):
        headers = f"{name}: " + _fill("<sip:a@b>", ",<sip:a@b>") + "\r\n"
    elif name in ("Require", "Supported", "Accept", "Privacy", "Call-Info", "Alert-Info"):
        headers = f"{name}: " + _fill("x", ",;<x>;") + "\r\n"
    elif name == "alert commas":
        headers = "Alert-Info: " + _fill("", ",") + "\r\n"
    elif name == "folds":
        headers = "Subject: x" + _fill("", "\r\n x") + "\r\n"
    elif name == "lines":
        headers = _fill("", "a:b\r\n")
    elif name == "vias":
        headers = _fill("", "v: SIP/2.0/UDP b;branch=z9hG4bKx\r\n")
    elif name == "sdp lines":
        body = _fill(_SDP, "a=x\r\n")
    elif name == "sdp formats":
        body = _fill(_SDP[:-2], " 99") + "\r\n"
    elif name == "sdp streams":
        body = _fill(_SDP, "m=audio 4 RTP/AVP 0\r\n")
    return request(peer, number, "INVITE", headers, body)


_SLOW = (
    "from utf-8,from c1,from latin-1,from some escapes,user utf-8,alert commas,"
    "via params,via quotes,via commas,from brackets,from escapes,from quote,from params,"
    "contact list,uri params,Record-Route,Route,P-Asserted-Identity,Diversion,History-Info,"
    "Require,Supported,Accept,Privacy,Call-Info,Alert-Info,folds,lines,vias,sdp lines,"
    "sdp formats,sdp streams"
).split(",")
_TIMES = 20
_WORSE = 5  # times what an ordinary one of the same size costs


class Meter:
    """Measures the processor time that a phone takes for datagrams, in ns."""

    def __init__(self, phone):
        self.phone = phone
        self.pid = _vm(phone.process.pid)

    def cost(self, peer, texts):
        """Return the ns of processor time for one of `texts`, to the answer of an OPTIONS after.

        It is their median: now and then the phone has something else to do meanwhile.
        """
        found = []
        for text in texts:
            before = self._spent()
            peer.send(_bytes(text))
            peer.alone("OPTIONS")
            self._answered(peer)
            found.append(self._spent() - before)
        return statistics.median(found)

    def _answered(self, peer):
        peer.heard.wait(10)
        peer.heard.clear()

    def _spent(self):
        with open(f"/proc/{self.pid}/schedstat") as file:
            return int(file.read().split()[0])


def _vm(pid):
    """Return the id of the VM's process, the child of `pid`."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return int(file.read().split()[0])


class Listener(Peer):
    """A peer that acknowledges nothing: `heard` is set by each answer to an OPTIONS."""

    def __init__(self, ip):
        self.heard = threading.Event()
        super().__init__(ip)

    def _serve(self):
        while True:
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            if b" OPTIONS\r\n" in data:
                self.heard.set()


def test_no_datagram_costs_much_more_than_an_ordinary_one_of_its_size(phones):
    phone = phones("100", sip_max_calls="1")
    peers = [Listener(f"127.0.68.{i + 1}") for i in range(3)]
    for peer in peers:
        peer.phone = phone.address
    meter = Meter(phone)
    filler = "".join(f"X-Header-{i}: {'some words ' * 7}\r\n" for i in range(33))
    found, number = {}, 0
    for name in ("plain", *_SLOW):
        texts = []
        for _ in range(_TIMES):
            number += 1
            if name == "plain":
                texts.append(request(peers[0], number, "INVITE", filler, _SDP))
                assert _SIZE - 400 < len(texts[-1]) < _SIZE + 500
            else:
                texts.append(slow(peers[0], name, number))
        found[name] = meter.cost(peers[0], texts)
        phone.ask("press CANCEL")
    worst = {name: ns / found["plain"] for name, ns in found.items()}
    slowest = {name: ratio for name, ratio in worst.items() if ratio > _WORSE}
    assert not slowest
    for peer in peers:
        peer.close()


# -- answers -------------------------------------------------------------------------------------


def test_a_stranger_cannot_have_others_flooded_through_the_phone(opened):
    """What goes to an address is at most three times what came, but for a small start."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.bind(("127.0.66.9", 0))
    sender.settimeout(1)
    peer = Peer("127.0.66.10")  # tells when the phone is through
    peer.phone = opened.address
    sender_at = type("Sender", (), {"ip": "127.0.66.9", "port": sender.getsockname()[1]})
    sent = 0
    for number in range(200):
        data = request(sender_at, number, ("OPTIONS", "INVITE", "FOO")[number % 3], body="")
        sender.sendto(data.encode(), opened.address)
        sent += len(data)
        if number % 20 == 19:
            peer.alone("OPTIONS")
            opened.wait(lambda _, n=number: len(_options(peer)) > n // 20)
    got = 0
    sender.setblocking(False)
    try:
        while True:
            got += len(sender.recv(65536))
    except BlockingIOError:
        pass
    assert 0 < got <= 3 * sent, (got, sent)
