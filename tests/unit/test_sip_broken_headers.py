"""Headers that cannot be read leave nothing behind, whoever sends them and wherever they stand."""

import asyncio

from sipkit import SDP, Random, Wire, finish, trust
from support import data

A, B = "10.0.0.1", "10.0.0.2"

# Every header that the phone reads of an INVITE, and what is right in it
OPTIONAL = (
    ("Diversion", '"Anna" <sip:1@10.0.0.7>;reason=unconditional'),
    ("History-Info", "<sip:1@10.0.0.7>;index=1, <sip:2@10.0.0.7>;index=1.1"),
    ("Call-Info", "<sip:10.0.0.7>;answer-after=2"),
    ("Alert-Info", "<http://10.0.0.7/x>;info=alert-autoanswer;delay=2"),
    ("Answer-Mode", "Auto;require"),
    ("P-Asserted-Identity", '"Boss" <sip:1@10.0.0.7>, <tel:+4930777>'),
    ("Remote-Party-ID", '"Boss" <sip:1@10.0.0.7>;party=calling;privacy=off'),
    ("Privacy", "id;critical"),
    ("Session-Expires", "1800;refresher=uas"),
    ("Min-SE", "90"),
    ("Supported", "timer, replaces"),
    ("Allow", "INVITE, UPDATE"),
    ("Expires", "60"),
    ("Referred-By", "<sip:1@10.0.0.7>"),
    ("Subject", "x"),
)
STRICT = (
    ("Replaces", "nobody;to-tag=1;from-tag=2"),
    ("Record-Route", "<sip:10.0.0.8;lr>, <sip:10.0.0.9;lr>"),
    ("Contact", '"x" <sip:200@10.0.0.2>'),
    ("Require", "replaces"),
    ("Accept", "application/sdp"),
    ("Content-Encoding", "identity"),
)
_PIECES = ('"', "<", ">", ";", ",", "=", "@", ":", "%", "\\", " ", "\xe4", "9" * 30, "tag", "*")


def broken(random, value):
    """Yield values that are broken in many ways."""
    yield ""
    for index in range(0, len(value), 4):
        yield value[:index]
    for piece in _PIECES:
        for _ in range(2):
            index = random(8) % (len(value) + 1)
            yield value[:index] + piece + value[index:]
            yield value[:index] + piece + value[index + 1 :]
    for _ in range(8):
        yield "".join([_PIECES[random(8) % len(_PIECES)] for _ in range(random(3) + 1)])


def _scene(trusted, **settings):
    wire = Wire()
    a = wire.agent(
        A, "100", lambda kind, call, **x: kind == "incoming" and call.ring(), **settings
    )
    if trusted:
        trust(a, B)
    return wire, a, wire.peer(B)


def _ended(wire, a, peer, count, what):
    """Hang up what there is: nothing is left, and OPTIONS is answered."""
    for call in list(a.calls):
        call.hangup()
        assert call.state == "ended", what
    wire.run(70_000)
    assert a.calls == [] and a.waiting == [] and not a.transactions, what
    peer.request("OPTIONS", (A, 5060), "sip:100@" + A, "o%d" % count)
    assert peer.take(50) == ["200"], what
    assert len(wire.timers) == 0, what
    del wire.log[:], a.party.events[:], a.party.calls[:]


def _invite(peer, count, headers):
    peer.request("INVITE", (A, 5060), "sip:100@" + A, "b%d" % count, headers=headers, body=SDP)
    return peer.take(50)


def _each(headers, trusted, seed):
    """Yield (how the INVITE was answered, name, value) for broken values of each header."""
    wire, a, peer = _scene(trusted)
    random, count = Random(seed), 0
    for name, value in headers:
        for bad in broken(random, value):
            count += 1
            yield _invite(peer, count, [(name, bad)]), name, bad
            _ended(wire, a, peer, count, (name, bad))


def test_an_optional_header_that_cannot_be_read_is_ignored_and_the_phone_rings():
    for trusted in (False, True):
        for got, name, value in _each(OPTIONAL, trusted, 7):
            assert got[:1] == ["180"] or got[-1] == "422", (name, value, got)


def test_what_the_dialog_needs_rings_or_is_refused_and_leaves_nothing():
    refused = 0
    for got, name, value in _each(STRICT, True, 8):
        assert got and got[-1] in ("180", "200", "400", "406", "415", "420", "481"), (name, value)
        refused += got[-1] == "400"
    assert refused > 10


def test_eight_calls_with_broken_headers_do_not_make_the_phone_busy():
    wire, a, peer = _scene(False)
    for count in range(10):
        got = _invite(peer, count, [("Record-Route", '"x <sip:10.0.0.8;lr>')])
        assert got == ["400"] and a.calls == []
    wire.run(40_000)
    assert _invite(peer, 99, ()) == ["180"]
    _ended(wire, a, peer, 99, None)


def test_the_files_of_the_field_ring_or_are_refused_and_can_be_ended():
    wanted = {
        "ghost-diversion.sip": "180",
        "ghost-history-info.sip": "180",
        "ghost-call-info.sip": "180",
        "ghost-rpid.sip": "180",
        "unkillable-record-route.sip": "400",
        "to-tag-elsewhere.sip": "180",
        "via-ipv6.sip": "180",
        "from-escaped-user.sip": "180",
        "from-user-params.sip": "180",
        "ruri-escaped.sip": "180",
        "sdp-c-hostname.sip": "180",
        "sdp-anat.sip": "180",
        "sdp-port0-first.sip": "180",
    }
    for count, name in enumerate(sorted(wanted)):
        text = data("field/" + name).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        for trusted in (False, True):
            wire, a, peer = _scene(trusted)
            peer.send(text.replace(b"192.0.2.1", A.encode()), (A, 5060))
            got = peer.take(50)
            assert got[-1] == wanted[name], (name, got)
            assert peer.got[-1].status < 101 or peer.got[-1].tag("to"), name
            _ended(wire, a, peer, count, name)


# -- answers to our INVITE --------------------------------------------------------------------


def _calling():
    wire, a, peer = _scene(True)
    call = a.call(a.accounts[0], "200@" + B)
    assert peer.take() == ["INVITE"]
    return wire, a, peer, call, peer.got[0]


def _replace(wire, peer, name, value):
    """Send the peer's last message again, with another value of a header."""
    lines = []
    for line in wire.log[-1][3].split(b"\r\n"):
        if not line.lower().startswith(name.lower().encode() + b":"):
            lines.append(line)
    lines.insert(1, ("%s: %s" % (name, value)).encode())
    peer.send(b"\r\n".join(lines), (A, 5060))


def test_a_2xx_that_makes_no_dialog_gets_ack_and_bye_and_ends_the_call():
    for name, value in (
        ("Record-Route", '"x <sip:10.0.0.8;lr>'),
        ("Record-Route", "<sip:>"),
        ("Contact", '"x <sip:200@10.0.0.2>'),
        ("Contact", "<sip:200@10.0.0.2:777777>"),
        ("To", '"x <sip:200@10.0.0.2>;tag=peer'),
    ):
        wire, a, peer, call, invite = _calling()
        wire.lose = [len(wire.log)]
        peer.reply(invite, 200, body=SDP)  # lost: what follows is the broken one
        _replace(wire, peer, name, value)
        assert peer.take() == ["ACK", "BYE"], (name, value, wire.lines())
        for request in peer.got:
            assert request.tag("to") == "peer" and request.header("call-id") == call.call_id
        assert call.state == "ended" and call.status == 502
        assert a.party.events == ["outgoing", "ended"]
        _replace(wire, peer, "X", "")  # repeated
        peer.reply(peer.got[1], 200)
        finish(wire, a)


def test_a_broken_18x_is_ignored_and_the_call_can_still_be_answered():
    for name, value in (
        ("To", '"x <sip:200@10.0.0.2>;tag=peer'),
        ("P-Asserted-Identity", '"x <sip:1@h>'),
        ("RSeq", "x"),
        ("Contact", '"x'),
    ):
        wire, a, peer, call, invite = _calling()
        wire.lose = [len(wire.log)]
        peer.reply(invite, 180, headers=[("RSeq", "7")] if name == "Contact" else ())
        _replace(wire, peer, name, value)
        peer.take()
        assert call.state in ("calling", "ringing"), (name, value)
        peer.reply(invite, 200, body=SDP)
        assert peer.take() == ["ACK"] and call.state == "connected"
        call.hangup()
        assert peer.take() == ["BYE"]
        peer.reply(peer.got[0], 200)
        finish(wire, a)


class Nowhere:
    """A resolver that knows no name."""

    def random(self, _):
        return 0

    async def resolve(self, name, kind="A"):
        raise OSError(name)


async def test_every_header_of_an_answer_may_be_broken():
    random, count = Random(9), 0
    fields = OPTIONAL + STRICT[1:3] + (("To", "<sip:200@10.0.0.2>;tag=peer"), ("RSeq", "1"))
    for name, value in fields:
        for bad in broken(random, value):
            count += 1
            if count % 2:
                continue
            wire, a, peer, call, invite = _calling()
            a.resolver = Nowhere()
            status = (180, 200, 302, 422)[count // 2 % 4]
            wire.lose = [len(wire.log)]
            peer.reply(invite, status, body=SDP)
            _replace(wire, peer, name, bad)
            peer.take()
            await asyncio.sleep(0)  # a name that was to be resolved is not known
            for each in list(a.calls):
                each.hangup()
            assert call.state == "ended" and a.calls == []
            wire.run(100_000)
            assert a.waiting == [] and not a.transactions and len(wire.timers) == 0, (name, bad)


def test_ending_a_call_does_not_depend_on_sending():
    for way in ("in", "out", "ringing", "calling"):
        wire, a, peer = _scene(True)
        if way in ("in", "ringing"):
            _invite(peer, 1, ())
            call = a.calls[0]
            if way == "in":
                call.answer()
                peer.take()
                tag = call.dialog.local_tag
                peer.request("ACK", (A, 5060), "sip:100@" + A, "b1", to_tag=tag)
                peer.take()
        else:
            call = a.call(a.accounts[0], "200@" + B)
            peer.take()
            if way == "out":
                peer.reply(peer.got[0], 200, body=SDP)
                peer.take()

        def send(*args):
            raise ValueError("no way out")

        a.transport.send = send
        call.hangup()
        assert call.state == "ended" and a.calls == [] and a.party.events[-1] == "ended", way


def test_a_request_within_a_call_that_is_broken_gets_400_and_changes_nothing():
    wire, a, peer = _scene(True)
    _invite(peer, 1, ())
    call = a.calls[0]
    call.answer()
    peer.take()
    ours, count = {"to_tag": call.dialog.local_tag}, 1
    peer.request("ACK", (A, 5060), "sip:100@" + A, "b1", **ours)
    peer.take()
    random, target = Random(4), call.dialog.target
    for name, value in OPTIONAL + (("Contact", '"x'), ("Refer-To", '"x'), ("Event", "refer")):
        for method in ("UPDATE", "INVITE", "INFO", "NOTIFY", "REFER", "PRACK"):
            bad = [x for x in broken(random, value)][random(8) % 30]
            count += 1
            peer.request(method, (A, 5060), "sip:100@" + A, "b1", count, [(name, bad)], **ours)
            got = peer.take(600)
            assert got and call.state == "connected", (method, name, bad)
            if method == "INVITE" and "200" in got:
                peer.request("ACK", (A, 5060), "sip:100@" + A, "b1", count, **ours)
                peer.take()
    assert call.dialog.target == target and len(a.calls) == 1
    call.hangup()
    assert peer.take()[-1] == "BYE"
    peer.reply(peer.got[-1], 200)
    finish(wire, a)


def test_an_answer_that_lacks_what_every_answer_has_is_none():
    for name in ("To", "From", "Call-ID", "CSeq", "Via"):
        wire = Wire()
        agent = wire.agent("10.0.0.1", "100")
        peer = wire.peer("10.0.0.2")
        call = agent.call(agent.accounts[0], "200@10.0.0.2")
        peer.take()
        invite = peer.got[0]
        peer.reply(invite, 486)
        peer.take(0)
        data = wire.log.pop()[3]
        lines = [x for x in data.split(b"\r\n") if not x.startswith(name.encode() + b":")]
        agent.received(b"\r\n".join(lines), ("10.0.0.2", 5060), "UDP")
        assert call.state == "calling", name
        agent.received(data, ("10.0.0.2", 5060), "UDP")
        assert call.state == "ended" and call.status == 486, name
        finish(wire, agent)
