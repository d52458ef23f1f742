"""Seeded damage to every kind of message, inside and outside of calls: nothing is ever raised."""

from sipkit import SDP, Random, Wire

A, B = "10.0.0.1", "10.0.0.2"
_PIECES = (
    b"\r\n", b"\r\n ", b";", b",", b'"', b"<", b">", b"@", b":", b"%", b"\x00", b"\xff",
    b"SIP/2.0", b"tag=", b"z9hG4bK", b"999999999999999999999", b"-1", b"sip:", b"\r\n\r\n",
    b"", b" ", b"\t",
)  # fmt: skip


def _damage(random, data):
    for _ in range(1 + random(2)):
        at = random(16) % (len(data) + 1)
        kind = random(2)
        if kind == 0:
            data = data[:at] + _PIECES[random(8) % len(_PIECES)] + data[at:]
        elif kind == 1:
            data = data[:at] + data[at + random(6) :]
        elif kind == 2:
            data = data[:at] + bytes([random(8)]) + data[at + 1 :]
        else:
            data = data[:at]
    return data


def _messages(wire, peer, call, outgoing):
    """Return one good message of each kind that may come in a call."""
    dialog = call.dialog
    from_ = "<sip:200@%s>;tag=%s" % (B, dialog.remote_tag)
    replaces = "%s;to-tag=%s;from-tag=%s" % (call.call_id, dialog.local_tag, dialog.remote_tag)
    start = len(wire.log)
    for method, headers, body, kind in (
        ("INVITE", [("Session-Expires", "90;refresher=uas"), ("Supported", "timer")], SDP, None),
        ("UPDATE", [("Session-Expires", "90"), ("Min-SE", "90")], SDP, None),
        ("REFER", [("Refer-To", "<sip:1@%s?Replaces=a%%3Bb>" % B)], b"", None),
        ("NOTIFY", [("Event", "refer"), ("Subscription-State", "active")], b"SIP/2.0 100 x", None),
        ("INFO", [], b"Signal=1\r\n", "application/dtmf-relay"),
        ("PRACK", [("RAck", "1 1 INVITE")], b"", None),
        ("OPTIONS", [("Require", "timer")], b"", None),
        ("ACK", [], b"", None),
    ):
        extra = {"from_": from_, "to_tag": dialog.local_tag}
        if kind:
            extra["kind"] = kind
        uri = "sip:100@" + A
        peer.request(method, (A, 5060), uri, call.call_id, 1, headers=headers, body=body, **extra)
    headers = [("Replaces", replaces), ("Alert-Info", "<a>;info=x"), ("Diversion", "<sip:a@b>")]
    peer.request("INVITE", (A, 5060), "sip:100@" + A, "new", headers=headers, body=SDP)
    for status in (180, 200, 302, 401, 422, 486):
        more = [
            ("Require", "100rel"),
            ("RSeq", "1"),
            ("WWW-Authenticate", 'Digest realm="r", nonce="n", qop="auth"'),
            ("Min-SE", "100"),
            ("Session-Expires", "100;refresher=uac"),
        ]
        peer.reply(outgoing, status, headers=more, body=SDP)
    found = [x[3] for x in wire.log[start:]]
    del wire.log[:]
    return found


def test_damaged_messages_never_raise_and_leave_nothing():
    for seed in range(6):
        random = Random(seed + 100)
        wire = Wire()
        a = wire.agent(A, "100", lambda kind, x, **more: kind == "incoming" and x.ring())
        a.accounts[0].password = "secret"
        peer = wire.peer(B)
        for _ in range(8):
            call = a.call(a.accounts[0], "200@" + B)
            peer.take()
            outgoing = peer.got[0]
            state = random(2)
            if state:
                peer.reply(outgoing, 200, body=SDP)
            peer.take()
            if state > 1:
                call.hold()
            if state > 2:
                call.transfer("300@" + B)
            good = _messages(wire, peer, call, outgoing)
            wire.ends[A, 5060] = lambda *ignored: None  # those were only made to be damaged
            peer.take()
            wire.ends[A, 5060] = a.received
            for data in good:
                for _ in range(3):
                    a.received(_damage(random, data), (B, 5060), "UDP")
                wire.run(100)
            for other in list(a.calls):
                other.hangup()
            wire.run(3000)
        wire.run(200_000)
        for other in list(a.calls):
            other.hangup()
        wire.run(100_000)
        assert not a.calls and not a.waiting and not a.transactions and len(wire.timers) == 0
