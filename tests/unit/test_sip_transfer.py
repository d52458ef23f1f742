"""Transfers (RFC 3515, 5589), Replaces (RFC 3891), DTMF by INFO, and what an INVITE tells."""

from sipkit import SDP, Wire, finish, trust

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"


def _three():
    wire = Wire()
    agents = []
    for ip, user in ((A, "100"), (B, "200"), (C, "300")):

        def listener(kind, call, user=user, **details):
            if kind == "incoming":
                call.ring()
                if user != "100":
                    wire.timers.after(500, call.answer)

        agents.append(wire.agent(ip, user, listener, refer_from="anybody"))
    return (wire,) + tuple(agents)


def test_a_blind_transfer_joins_the_other_two():
    for lost in [None] + list(range(24)):
        wire, a, b, c = _three()
        call = a.call(a.accounts[0], "200@" + B)
        wire.run(5000)
        told = []
        a.party.listener = lambda kind, x, told=told, **more: told.append((kind, more))
        if lost is not None:
            wire.lose = [len(wire.log) + lost]
        call.transfer("sip:300@" + C)
        wire.run(60_000)
        assert call.state == "ended" and call.ended_by == "local", lost
        statuses = [more["status"] for kind, more in told if kind == "transfer"]
        assert statuses[-1] == 200 and told[-1][0] == "ended", (lost, statuses)
        assert len(b.calls) == len(c.calls) == 1, lost
        assert b.calls[0].state == c.calls[0].state == "connected"
        assert b.calls[0].remote == "300@10.0.0.3" and c.calls[0].remote == "200@10.0.0.2"
        assert "refer" in b.party.events
        finish(wire, a, b, c, ms=300_000)


def test_an_attended_transfer_replaces_the_consultation():
    for lost in [None] + list(range(24)):
        wire, a, b, c = _three()
        one = a.call(a.accounts[0], "200@" + B)
        wire.run(5000)
        one.hold()
        wire.run(1000)
        two = a.call(a.accounts[0], "300@" + C)
        wire.run(5000)
        assert (one.state, two.state) == ("held", "connected")
        if lost is not None:
            wire.lose = [len(wire.log) + lost]
        one.transfer(two)
        wire.run(60_000)
        assert one.state == two.state == "ended", (lost, wire.lines())
        assert len(b.calls) == len(c.calls) == 1, lost
        assert b.calls[0].state == c.calls[0].state == "connected"
        assert b.calls[0].remote == "300@10.0.0.3" and c.calls[0].remote == "200@10.0.0.2"
        assert "replaced" in c.party.events and c.party.events.count("incoming") == 1
        finish(wire, a, b, c, ms=300_000)


def test_a_failed_transfer_leaves_the_call():
    wire, a, b, c = _three()
    call = a.call(a.accounts[0], "200@" + B)
    wire.run(5000)
    call.transfer("sip:nobody@" + C)
    wire.run(5000)
    assert call.state == "connected" and a.party.events[-1] == "transfer"
    assert [x.split(" ")[1] for x in wire.lines() if x.startswith("SIP/2.0 404")] == ["404"]
    assert len(b.calls) == 1
    finish(wire, a, b, c, ms=300_000)


def test_a_failed_transfer_tells_why():
    for status in (486, 404, 603, 503, 302):
        wire = Wire()
        a = wire.agent(A, "100")

        def answering(kind, call, **more):
            if kind == "incoming":
                call.answer()

        b = wire.agent(B, "200", answering, refer_from="anybody")
        trust(b, C)
        busy = wire.peer(C)
        call = a.call(a.accounts[0], "200@" + B)
        wire.run(2000)
        told = []
        a.party.listener = lambda kind, x, told=told, **more: told.append(more.get("status"))
        call.transfer("sip:300@" + C)
        busy.take(200)
        busy.reply(busy.got[0], status, contact=False)
        wire.run(5000)
        assert told[-1] == status and call.state == "connected", (status, told)
        finish(wire, a, b, ms=300_000)


def test_a_transfer_that_its_caller_gives_up_is_told_as_487():
    wire, a, peer, call = _peer_call()
    _inside(peer, call, "REFER", 1, headers=[("Refer-To", "<sip:300@%s>" % C)])
    assert peer.take() == ["202", "NOTIFY"]
    a.calls[1].hangup()
    assert peer.take() == ["NOTIFY"] and peer.got[0].body.startswith(b"SIP/2.0 487 ")
    finish(wire, a, ms=300_000)


def _peer_call():
    wire = Wire()
    a = wire.agent(A, "100", refer_from="anybody")
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    peer.take()
    peer.reply(peer.got[0], 200, body=SDP)
    peer.take()
    return wire, a, peer, call


def _inside(peer, call, method, cseq=1, **kw):
    kw["from_"] = "<sip:200@%s>;tag=peer" % B
    kw["to_tag"] = call.dialog.local_tag
    peer.request(method, (A, 5060), "sip:100@" + A, call.call_id, cseq, **kw)


def test_reports_of_a_transfer_are_answered_and_told_one_after_the_other():
    wire, a, peer, call = _peer_call()
    told = []
    a.party.listener = lambda kind, x, **more: told.append(more.get("status"))
    call.transfer("sip:300@" + C)
    assert peer.take() == ["REFER"]
    peer.reply(peer.got[0], 202)
    peer.take()
    for cseq, state, status in ((1, "active", 180), (2, "terminated;reason=noresource", 486)):
        headers = [("Event", "refer"), ("Subscription-State", state)]
        body = b"SIP/2.0 %d X" % status
        _inside(peer, call, "NOTIFY", cseq, headers=headers, body=body, kind="message/sipfrag")
        assert "200" in peer.take(), status
        assert told[-1] == status, told
    finish(wire, a, ms=300_000)


def test_norefersub_is_honoured_on_both_sides():
    wire, a, peer, call = _peer_call()
    headers = [("Refer-To", "<sip:300@%s>" % C), ("Refer-Sub", "false"), ("Require", "norefersub")]
    _inside(peer, call, "REFER", headers=headers)
    assert "202" in peer.take() and peer.got[0].header("refer-sub") == "false"
    assert len(a.calls) == 2
    a.calls[1].hangup()
    assert "NOTIFY" not in peer.take()
    call.transfer("sip:300@" + C)
    assert peer.take() == ["REFER"]
    assert peer.got[0].header("refer-to") == "<sip:300@10.0.0.3>"
    assert peer.got[0].header("referred-by") == "<sip:100@10.0.0.1>"
    peer.reply(peer.got[0], 202, headers=[("Refer-Sub", "false")])
    assert peer.take() == ["BYE"] and call.state == "ended"
    finish(wire, a, ms=300_000)


def test_wrong_refers_and_notifies_get_what_they_are_owed():
    wire, a, peer, call = _peer_call()
    _inside(peer, call, "REFER", 1)
    assert peer.take() == ["400"]
    both = [("Refer-To", "<sip:1@h>, <sip:2@h>")]
    _inside(peer, call, "REFER", 2, headers=both)
    assert peer.take() == ["400"]
    _inside(peer, call, "REFER", 3, headers=[("Refer-To", "<http://h/>")])
    assert peer.take() == ["416"]
    _inside(peer, call, "REFER", 3, headers=[("Refer-To", '"open <sip:1@h>')])
    assert peer.take() == ["400"]
    for way in ("BYE", "message"):  # it asks for something else than a call
        _inside(peer, call, "REFER", 3, headers=[("Refer-To", "<sip:1@h;method=%s>" % way)])
        assert peer.take() == ["501"] and len(a.calls) == 1
    _inside(peer, call, "NOTIFY", 4, headers=[("Event", "foo")])
    assert peer.take() == ["489"]
    _inside(peer, call, "NOTIFY", 5, headers=[("Event", "refer")])
    assert peer.take() == ["481"]
    peer.request("REFER", (A, 5060), "sip:100@" + A, "out", headers=[("Refer-To", "<sip:1@h>")])
    assert peer.take() == ["403"]
    finish(wire, a, ms=300_000)


def test_a_refused_refer_is_told():
    wire, a, peer, call = _peer_call()
    seen = []
    a.party.listener = lambda kind, x, **more: seen.append((kind, more.get("status")))
    call.transfer("300@" + C)
    peer.take()
    peer.reply(peer.got[0], 603)
    peer.take()
    assert seen == [("transfer", 603)] and call.state == "connected"
    call.transfer("300@" + C)  # once more, which nobody ever notifies about
    peer.take()
    peer.reply(peer.got[0], 202)
    peer.take(181_000)
    assert seen[1] == ("transfer", 408) and call.state == "connected"
    finish(wire, a, ms=300_000)


def test_replaces_is_checked():
    wire, a, peer, call = _peer_call()
    ours, theirs = call.dialog.local_tag, "peer"

    def invite(count, value):
        headers = [("Replaces", value)]
        to = "sip:100@" + A
        peer.request("INVITE", (A, 5060), to, "r%d" % count, headers=headers, body=SDP)
        return peer.take()

    assert invite(1, "nothing;to-tag=1;from-tag=2") == ["481"]
    assert invite(2, call.call_id) == ["400"]
    good = "%s;to-tag=%s;from-tag=%s" % (call.call_id, ours, theirs)
    assert invite(3, good + ";early-only") == ["486"]
    assert call.state == "connected"
    assert sorted(invite(4, good)) == ["200", "BYE"]
    assert call.state == "ended" and a.calls[0].state == "connected"
    assert a.party.events[-3:] == ["replaced", "connected", "ended"]
    finish(wire, a, ms=300_000)


def test_dtmf_goes_by_info_both_ways():
    wire, a, peer, call = _peer_call()
    seen = []
    a.party.listener = lambda kind, x, **more: seen.append(more.get("digit"))
    body = b"Signal= 5\r\nDuration= 160\r\n"
    _inside(peer, call, "INFO", 1, body=body, kind="application/dtmf-relay")
    _inside(peer, call, "INFO", 2, body=b"#", kind="application/dtmf")
    _inside(peer, call, "INFO", 3, body=b"Signal=11\n", kind="application/dtmf-relay")
    assert peer.take() == ["200", "200", "200"] and seen == ["5", "#", "#"]
    _inside(peer, call, "INFO", 4, body=b"x", kind="text/plain")
    _inside(peer, call, "INFO", 5)
    _inside(peer, call, "INFO", 6, body=b"Signal=55\r\n", kind="application/dtmf-relay")
    assert peer.take() == ["415", "200", "400"]
    _inside(peer, call, "INFO", 7, body=b"Signal=\xff\r\n", kind="application/dtmf-relay")
    assert peer.take() == ["400"] and len(seen) == 3
    call.send_dtmf("1*")
    assert peer.take() == ["INFO"] and peer.got[0].body == b"Signal=1\r\nDuration=160\r\n"
    peer.reply(peer.got[0], 200)
    assert peer.take() == ["INFO"] and peer.got[0].body.startswith(b"Signal=*")
    finish(wire, a, ms=300_000)


def _incoming(headers, trusted=False):
    wire = Wire()
    a = wire.agent(A, "100", lambda kind, call, **more: kind == "incoming" and call.ring())

    if trusted:
        trust(a, B)
    peer = wire.peer(B)
    peer.request("INVITE", (A, 5060), "sip:100@" + A, headers=headers, body=SDP)
    assert peer.take() == ["180"]
    call = a.calls[0]
    call.reject(486)
    wire.run(100_000)
    return call


def test_the_asserted_identity_counts_from_the_registrar_only():
    headers = [("P-Asserted-Identity", '"Boss" <sip:1@h>')]
    call = _incoming(headers)
    assert (call.remote, call.remote_display) == ("peer@peer.example", "Peer")
    call = _incoming(headers, True)
    assert (call.remote, call.remote_display) == ("1@h", "Boss")


def test_the_remote_party_of_older_exchanges_counts_as_the_asserted_identity_does():
    party = '"Boss" <sip:1@h>;party=calling;screen=yes;privacy=off'
    headers = [("Remote-Party-ID", party)]
    assert _incoming(headers).remote == "peer@peer.example"
    call = _incoming(headers, True)
    assert (call.remote, call.remote_display) == ("1@h", "Boss")
    called = [("Remote-Party-ID", "<sip:100@h>;party=called, <sip:2@h>")]
    assert _incoming(called, True).remote == "2@h"
    hidden = [("Remote-Party-ID", "<sip:3@h>;party=calling;privacy=full")]
    assert _incoming(hidden, True).remote == "peer@peer.example"
    headers.append(("P-Asserted-Identity", "<sip:4@h>"))
    assert _incoming(headers, True).remote == "4@h"


def test_diversion_and_history_are_read():
    assert _incoming([("Diversion", "<sip:55@h>;reason=busy")]).diversion == "55@h"
    history = "<sip:1@h>;index=1, <sip:2@h?Reason=SIP>;index=1.1, <sip:3@h>;index=1.2"
    assert _incoming([("History-Info", history)]).diversion == "2@h"


def test_a_diversion_is_neither_the_called_one_nor_one_that_hides():
    own, other = "<sip:100@h>;reason=unconditional", "<sip:400@h>;reason=busy"
    assert _incoming([("Diversion", own), ("Diversion", other)]).diversion == "400@h"
    assert _incoming([("Diversion", own)]).diversion is None
    assert _incoming([("Diversion", other + ";privacy=full, <sip:5@h>")]).diversion == "5@h"
    assert _incoming([("Diversion", other + ';privacy="off"')]).diversion == "400@h"


def test_the_wish_for_an_automatic_answer_is_shown():
    assert _incoming([("Subject", "x")]).auto_answer is None
    for name, value, seconds in (
        ("Answer-Mode", "Auto", 0),
        ("Priv-Answer-Mode", "Auto;require", 0),
        ("Call-Info", "<sip:h>;answer-after=3", 3),
        ("Call-Info", "<sip:h>;answer-after=12x", 0),
        ("Call-Info", "<sip:h>;answer-after=99999", 0),
        ("Alert-Info", "<http://h/x>;info=alert-autoanswer;delay=2", 2),
        ("Alert-Info", "ring-answer", None),
        ("Alert-Info", "Ring Answer", 2),
    ):
        assert _incoming([(name, value)], True).auto_answer == seconds, value
        # the loudspeaker does not open for strangers (RFC 5373 section 6)
        assert _incoming([(name, value)]).auto_answer is None, value
    call = _incoming([("Alert-Info", "<http://h/bell.wav>")], True)
    assert call.auto_answer is None and call.alert_info == "<http://h/bell.wav>"


def test_a_request_that_went_round_gets_483():
    wire = Wire()
    a = wire.agent(A, "100")
    peer = wire.peer(B)
    peer.request(
        "INVITE",
        (A, 5060),
        "sip:100@" + A,
        body=SDP,
        headers=[("Via", "SIP/2.0/UDP %s:5060;branch=z9hG4bKx" % A)],
    )
    got = peer.take()
    assert got == [] and len(a.calls) == 1  # it has hops left
    a.calls[0].hangup()
    data = wire.log[0][3].replace(b"Max-Forwards: 70", b"Max-Forwards: 0")
    peer.send(data.replace(b"c1", b"c2").replace(b"bKp1", b"bKp2"), (A, 5060))
    assert "483" in peer.take()
    finish(wire, a, ms=300_000)


# -- REFER is dialling at somebody else's cost ------------------------------------------------


def _refers(wire, peer, call, uri="sip:300@" + C, cseq=1):
    _inside(peer, call, "REFER", cseq, headers=[("Refer-To", "<%s>" % uri)])
    return peer.take()[0]


def test_a_refer_counts_once_in_an_answered_call_of_the_registrar():
    for trusted, who, answers in (
        (True, None, ["202", "403"]),
        (True, "registrar", ["202", "403"]),
        (True, "nobody", ["403", "403"]),
        (False, None, ["403", "403"]),
        (False, "registrar", ["403", "403"]),
        (False, "anybody", ["202", "403"]),
    ):
        wire = Wire()
        a = wire.agent(A, "100", refer_from=who)
        if trusted:
            trust(a, B)
        peer = wire.peer(B)
        call = a.call(a.accounts[0], "200@" + B)
        peer.take()
        peer.reply(peer.got[0], 200, body=SDP)
        peer.take()
        found = [_refers(wire, peer, call, cseq=number + 1) for number in range(2)]
        assert found == answers, (trusted, who)
        assert len(a.calls) == 1 + answers.count("202"), (trusted, who)
        assert a.party.events.count("refer") == answers.count("202")
        finish(wire, a, ms=300_000)


def test_a_refer_in_a_call_that_only_rings_makes_nobody_dial():
    wire = Wire()
    a = wire.agent(
        A, "100", lambda kind, call, **x: kind == "incoming" and call.ring(), refer_from="anybody"
    )
    trust(a, B)
    peer = wire.peer(B)
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP)
    peer.take()
    headers = [("Refer-To", "<sip:0900@%s>" % C)]
    tag = a.calls[0].dialog.local_tag
    peer.request("REFER", (A, 5060), "sip:100@" + A, cseq=2, to_tag=tag, headers=headers)
    assert peer.take() == ["403"] and len(a.calls) == 1
    finish(wire, a, ms=300_000)


def test_a_refer_goes_only_where_the_owner_could_dial():
    wire, a, peer, call = _peer_call()
    asked = []

    def may_dial(account, uri):
        asked.append((account, uri))
        return "@home" in uri

    a.may_dial = may_dial
    assert _refers(wire, peer, call, "sip:0900@evil?Replaces=x") == "403" and len(a.calls) == 1
    assert asked == [(a.accounts[0], "sip:0900@evil")]
    a.may_dial = lambda account, uri: True
    assert _refers(wire, peer, call, cseq=2) == "202"
    finish(wire, a, ms=300_000)


def test_the_name_of_a_session_tells_nothing_of_the_calls_before():
    found = set()
    for seed in range(4):
        wire = Wire()
        wire.random.state = seed + 1
        a = wire.agent(A, "100")
        peer = wire.peer(B)
        for _ in range(3):
            a.call(a.accounts[0], "200@" + B)
            peer.take()
            origin = peer.got[0].body.split(b"\r\no=")[1].split(b"\r\n")[0].split()
            found.add(origin[1])
            a.calls[0].hangup()
            peer.take(300_000)
    assert len(found) == 12 and not any(int(x) < 1000 for x in found)
