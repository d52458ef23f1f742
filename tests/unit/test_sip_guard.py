"""Strangers: what they may not create, how often they may ask, how much they get, whose share."""

from sipkit import SDP, Wire, finish
from support import Clock

from sip.account import Account
from sip.guard import Purse
from sip.message.message import encode

US, REGISTRAR, PROXY, STRANGER = "10.0.0.1", "10.0.0.9", "10.0.0.8", "10.0.0.66"
TO = (US, 5060)
URI = "sip:100@" + US


def _scene(direct=False, outbound="", **settings):
    """Return (wire, agent, registrar, stranger) with identity 100 registered."""
    wire = Wire()
    agent = wire.agent(
        US, "direct", lambda kind, call, **more: kind == "incoming" and call.ring(), **settings
    )
    if not direct:
        agent.remove(agent.accounts[0])
    registrar = wire.peer(PROXY if outbound else REGISTRAR)
    account = Account(2, "100", REGISTRAR, "secret")
    account.outbound = outbound
    agent.add(account)
    assert registrar.take() == ["REGISTER"]
    registrar.reply(registrar.got[0], 200, contact=False, headers=[("Expires", "86400")])
    registrar.take()
    assert account.registered
    return wire, agent, registrar, wire.peer(STRANGER)


def test_strangers_create_nothing_and_are_told_so_once_a_minute():
    wire, agent, registrar, stranger = _scene()
    stranger.request("INVITE", TO, URI, "c1", body=SDP)
    assert stranger.take() == ["403"]
    for method in ("INVITE", "SUBSCRIBE", "MESSAGE", "NOTIFY", "REFER", "PUBLISH", "REGISTER"):
        stranger.request(method, TO, URI, "c-" + method)
        stranger.request(method, TO, "sip:nobody@" + US, "d-" + method)
    assert stranger.take(50_000) == []
    other = wire.peer("10.0.0.67")
    other.request("MESSAGE", TO, URI, "m")
    assert other.take() == ["403"]
    stranger.take(10_000)
    stranger.request("INVITE", TO, URI, "c9", body=SDP)
    assert stranger.take() == ["403"]
    assert agent.calls == [] and not agent.transactions and agent.party.events == ["registered"]


def test_the_registrar_calls_and_so_does_its_outbound_proxy():
    wire, agent, registrar, stranger = _scene()
    registrar.request("INVITE", TO, URI, "c1", body=SDP)
    assert registrar.take() == ["180"]
    wire, agent, proxy, stranger = _scene(outbound=PROXY)
    for index, ip in enumerate((PROXY, REGISTRAR)):
        peer = wire.peer(ip)
        peer.request("INVITE", TO, URI, "c%d" % index, body=SDP)
        assert peer.take() == ["180"], ip


def test_strangers_call_where_the_filter_is_off_and_an_identity_without_registrar_anyhow():
    wire, agent, registrar, stranger = _scene(filter_registrar=False)
    stranger.request("INVITE", TO, URI, "c1", body=SDP)
    assert stranger.take() == ["180"]
    wire, agent, registrar, stranger = _scene(direct=True)
    stranger.request("INVITE", TO, "sip:direct@" + US, "c1", body=SDP)
    assert stranger.take() == ["180"]
    stranger.request("INVITE", TO, URI, "c2", body=SDP)
    assert stranger.take() == ["403"]


def test_a_stranger_that_asks_too_often_hears_nothing_for_a_while():
    wire, agent, registrar, stranger = _scene()
    for index in range(100):
        stranger.request("OPTIONS", TO, URI, "o%d" % index)
    assert 15 <= len(stranger.take()) <= 25
    stranger.request("OPTIONS", TO, URI, "early")
    assert stranger.take(5000) == []
    stranger.request("OPTIONS", TO, URI, "late")
    assert stranger.take() == ["200"]
    for index in range(100):  # the registrar is not counted
        registrar.request("OPTIONS", TO, URI, "r%d" % index)
    assert registrar.take().count("200") == 100


def test_many_addresses_share_one_purse_and_the_table_is_bounded():
    wire, agent, registrar, stranger = _scene()
    before = len(wire.log)
    for index in range(200):
        wire.peer("10.1.0.%d" % index).request("OPTIONS", TO, URI, "o%d" % index)
    wire.run(20)
    answers = len(wire.log) - before - 200
    assert 70 <= answers <= 85 and len(agent.guard.sources) <= 16, answers


def _bytes(wire, address):
    """Return (bytes sent to an address, bytes that came from it)."""
    sent = sum(len(x[3]) for x in wire.log if x[2][0] == address)
    return sent, sum(len(x[3]) for x in wire.log if x[1][0] == address)


def _unacknowledged(wire, agent, stranger, uri):
    """A stranger calls again and again and acknowledges nothing; he gets three times his bytes."""
    for index in range(8):
        stranger.request("INVITE", TO, uri, "c%d" % index, body=SDP)
        stranger.take(1000)
        for call in list(agent.calls):
            call.reject(486)
        stranger.take(9000)  # nothing is acknowledged, all would be repeated
        sent, came = _bytes(wire, STRANGER)
        assert 0 < sent <= 3 * came, (index, sent, came)
    small = b"OPTIONS %s SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK%d\r\n\r\n"
    other = wire.peer("10.0.0.67")
    for index in range(30):
        other.send(small % (uri.encode(), index), TO)
        other.take(100)
    sent, came = _bytes(wire, "10.0.0.67")
    assert sent <= 3 * came
    _over(wire, agent)


def test_beside_a_registrar_a_stranger_gets_no_more_than_three_times_his_bytes_ever():
    wire, agent, registrar, stranger = _scene(filter_registrar=False)
    _unacknowledged(wire, agent, stranger, URI)


def test_where_nobody_registers_a_stranger_gets_no_more_than_three_times_his_bytes_ever():
    wire = Wire()
    agent = wire.agent(US, "100", lambda kind, call, **more: kind == "incoming" and call.ring())
    _unacknowledged(wire, agent, wire.peer(STRANGER), URI)


def test_where_nobody_registers_a_refusal_that_is_lost_comes_again():
    wire = Wire()
    agent = wire.agent(US, "100", lambda kind, call, **more: kind == "incoming" and call.ring())
    peer = wire.peer(STRANGER)
    peer.request("INVITE", TO, URI, "c1", body=SDP, headers=[("User-Agent", "x" * 200)])
    assert set(peer.take(290_000)) == {"180"}  # it rings for long
    agent.calls[0].reject(486)
    got = peer.take(4000)
    assert got.count("486") >= 2, (got, _bytes(wire, STRANGER))
    _over(wire, agent)


def test_the_200_of_a_call_that_was_answered_is_repeated_however_long_it_has_rung():
    wire, agent, registrar, stranger = _scene(filter_registrar=False)
    stranger.request("INVITE", TO, URI, "c1", body=SDP)
    stranger.take(200_000)  # 180 each minute, as far as that goes
    (call,) = agent.calls
    call.answer()
    assert stranger.take(31_900).count("200") == 11  # as RFC 3261 13.3.1.4 has it
    stranger.request("ACK", TO, URI, "c1", 1, to_tag=call.dialog.local_tag)
    stranger.take()
    assert call.state == "connected"
    stranger.request("BYE", TO, URI, "c1", 2, to_tag=call.dialog.local_tag)
    assert stranger.take() == ["200"]
    _over(wire, agent)


def test_bytes_are_counted_out_however_much_is_asked_for():
    wire = Wire()
    agent = wire.agent(US, "100")
    agent.guard.heard(STRANGER, 500)
    total = 0
    for _ in range(50):
        before = len(wire.log)
        agent.send(b"SIP/2.0 200 OK" + b"x" * 400, (STRANGER, 5060), "UDP")
        total += len(wire.log) - before
    assert total == 3  # of three times the 500 bytes that have come
    wire.run(60_000)
    agent.send(b"SIP/2.0 200 OK" + b"x" * 400, (STRANGER, 5060), "UDP")
    assert len(wire.log) == total
    agent.send(b"OPTIONS sip:x SIP/2.0" + b"x" * 4000, (STRANGER, 5060), "UDP")  # no answer
    assert len(wire.log) == total + 1


def test_a_strangers_calls_leave_room_for_the_registrar_and_for_our_own():
    wire, agent, registrar, stranger = _scene(filter_registrar=False)
    for index in range(12):
        stranger.request("INVITE", TO, URI, "s%d" % index, body=b"v=0\r\nno offer")
    got = stranger.take()
    assert "488" in got
    registrar.request("INVITE", TO, URI, "good", body=SDP)
    assert registrar.take() == ["180"]
    agent.call(agent.accounts[0], "300")
    assert "INVITE" in registrar.take()
    for index in range(12):
        stranger.request("INVITE", TO, URI, "t%d" % index, body=SDP)
        stranger.take(1000)
    assert len(agent.calls) <= agent.most_calls - 2
    call = agent.call(agent.accounts[0], "301")
    assert "INVITE" in registrar.take() and call.state == "calling"


def _over(wire, agent):
    """Hang up what there is: only the registration is left."""
    for call in list(agent.calls):
        call.hangup()
    wire.run(70_000)
    assert agent.calls == [] and agent.waiting == [] and not agent.transactions


def _calls(wire, agent, peer, names, **more):
    """Let `peer` call once for each name; return the final answers."""
    found = []
    for name in names:
        peer.request("INVITE", TO, URI, name, body=SDP, **more)
        found += [x for x in peer.take() if x != "180"]
    return found


def test_what_is_refused_at_the_last_place_is_told_for_the_registrar_and_not_for_strangers():
    wire, agent, registrar, stranger = _scene(filter_registrar=False)
    seen = []
    note = agent.listener
    agent.listener = lambda kind, call, **more: (
        seen.append((kind, call)) or note(kind, call, **more)
    )
    assert _calls(wire, agent, registrar, ["r%d" % i for i in range(8)]) == []
    assert len(agent.calls) == 8
    seen.clear()
    assert _calls(wire, agent, registrar, ["r8"]) == ["486"]
    ((kind, call),) = seen
    assert kind == "ended" and call.status == 486 and call.ended_by == "local"
    assert (call.direction, call.answered, call.call_id) == ("in", False, "r8")
    assert call.remote == "peer@peer.example" and len(agent.calls) == 8
    before = dict(agent.transactions)
    for _ in range(2):  # it did not hear of it
        registrar.request("INVITE", TO, URI, "r8", body=SDP, branch="z9hG4bKp9")
        assert registrar.take() == ["486"] and len(seen) == 1
    assert agent.transactions == before
    for index in range(40):
        _calls(wire, agent, registrar, ["q%d" % index])
    assert len(seen) == 41 and len(agent.guard._away) <= 16
    seen.clear()
    assert set(_calls(wire, agent, stranger, ["s0", "s1"])) <= {"486", "503"}
    assert seen == [] and len(agent.calls) == 8
    _over(wire, agent)


def test_where_nobody_registers_a_call_that_finds_no_place_is_told():
    wire = Wire()
    seen = []
    agent = wire.agent(US, "100", lambda kind, call, **more: seen.append((kind, call.call_id)))
    peer = wire.peer(STRANGER)
    for index in range(9):
        peer.request("INVITE", TO, URI, "c%d" % index, body=SDP)
        peer.take()
    assert seen == [("incoming", "c%d" % index) for index in range(8)] + [("ended", "c8")]
    assert len(agent.calls) == 8
    for index in range(100):  # a flood of calls is none of missed calls
        peer.request("INVITE", TO, URI, "f%d" % index, body=SDP)
        peer.take(5)
    peer.take()
    assert 7 <= len(seen) - 9 <= 8, seen
    finish(wire, agent)


def test_a_call_that_takes_anothers_place_comes_in_though_there_is_no_other_place():
    wire, agent, registrar, stranger = _scene()
    _calls(wire, agent, registrar, ["r%d" % i for i in range(8)])
    first = agent.calls[0]
    first.answer()
    registrar.take()
    value = "r0;to-tag=%s;from-tag=pt" % first.dialog.local_tag
    registrar.request("INVITE", TO, URI, "new", body=SDP, headers=[("Replaces", value)])
    assert "200" in registrar.take()
    assert first.state == "ended" and len(agent.calls) == 8
    assert agent.calls[-1].call_id == "new" and agent.calls[-1].state == "connected"
    registrar.request("INVITE", TO, URI, "n2", body=SDP, headers=[("Replaces", "x;to-tag=1")])
    assert "200" not in registrar.take() and len(agent.calls) == 8
    _over(wire, agent)


def _takes_over(peer, call, theirs, call_id):
    """Let `peer` call with Replaces of `call`; return what it gets."""
    value = "%s;to-tag=%s;from-tag=%s" % (call.call_id, call.dialog.local_tag, theirs)
    peer.request("INVITE", TO, URI, call_id, body=SDP, headers=[("Replaces", value)])
    return peer.take()


def test_a_call_of_an_identity_that_registers_is_taken_over_by_its_registrar_only():
    wire, agent, registrar, stranger = _scene(filter_registrar=False)
    registrar.request("INVITE", TO, URI, "c1", body=SDP)
    registrar.take()
    answered = agent.calls[0]
    answered.answer()
    registrar.take()
    registrar.request("ACK", TO, URI, "c1", 1, to_tag=answered.dialog.local_tag)
    registrar.take()
    early = agent.call(agent.accounts[0], "300")
    registrar.take()
    registrar.reply(registrar.got[0], 180)
    registrar.take()
    neighbour = wire.peer(REGISTRAR, 5070)  # the registrar's address, and no more
    for index, peer in enumerate((stranger, neighbour)):
        for call, theirs in ((answered, "pt"), (early, "peer")):
            assert _takes_over(peer, call, theirs, "x%d%s" % (index, theirs)) == ["403"]
    assert agent.calls == [answered, early]
    assert "200" in _takes_over(registrar, answered, "pt", "r")
    assert answered.state == "ended" and agent.calls[-1].state == "connected"
    _over(wire, agent)


def test_each_stranger_has_a_quarter_of_the_places_and_all_of_them_half_answered_or_not():
    wire, agent, registrar, stranger = _scene(filter_registrar=False)
    other, third = wire.peer("10.0.0.67"), wire.peer("10.0.0.68")
    assert _calls(wire, agent, stranger, ("a0", "a1")) == []
    for call in list(agent.calls):
        call.answer()
    stranger.take()
    for call in list(agent.calls):
        inside = {"to_tag": call.dialog.local_tag}
        stranger.request("ACK", TO, URI, call.call_id, 1, **inside)
    stranger.take()
    assert [x.state for x in agent.calls] == ["connected"] * 2
    assert _calls(wire, agent, stranger, ("a3",)) == ["486"]
    assert _calls(wire, agent, other, ("b0", "b1", "b2")) in (["486"], ["503"])
    assert _calls(wire, agent, third, ("c0",)) == ["486"]
    assert len(agent.calls) == 4
    assert _calls(wire, agent, registrar, ("r0", "r1")) == []
    agent.call(agent.accounts[0], "300")
    agent.call(agent.accounts[0], "301")
    assert len(agent.calls) == 8
    agent.calls[0].hangup()  # one of the stranger's
    stranger.take()
    agent.calls[-1].hangup()
    registrar.take()
    assert _calls(wire, agent, third, ("c1",)) == []
    _over(wire, agent)


def test_whose_connections_are_bounded_and_whose_are_not():
    wire, agent, proxy, stranger = _scene(outbound=PROXY)
    share = agent.guard.connections
    assert share(PROXY) is None and share(REGISTRAR) is None
    assert share(STRANGER) == (2, 1)
    agent.accounts[0].registration = None
    agent.guard.rules_changed()
    assert share(STRANGER) == (3, 2)


def test_answers_and_requests_inside_a_call_come_from_where_something_went():
    wire, agent, registrar, stranger = _scene()
    call = agent.call(agent.accounts[0], "300")
    registrar.take()
    invite = registrar.got[0]
    stranger.reply(invite, 486)
    stranger.take()
    forged = parse_last(wire)
    agent.received(forged, (STRANGER, 5060), "UDP")
    assert call.state == "calling"
    registrar.reply(invite, 200, body=SDP)
    assert registrar.take() == ["ACK"] and call.state == "connected"
    inside = {"from_": "<sip:300@x>;tag=peer", "to_tag": call.dialog.local_tag}
    stranger.request("BYE", TO, URI, call.call_id, 1, **inside)
    assert stranger.take() == ["481"] and call.state == "connected"
    registrar.request("BYE", TO, URI, call.call_id, 2, **inside)
    assert registrar.take() == ["200"] and call.state == "ended"


def test_a_cancel_comes_from_where_its_invite_came_from_or_from_home():
    wire, agent, registrar, stranger = _scene(filter_registrar=False)
    other = wire.peer("10.0.0.67")
    via = ("Via", "SIP/2.0/UDP %s:5060;rport;branch=z9hG4bKown" % REGISTRAR)
    registrar.request("INVITE", TO, URI, "c1", body=SDP, branch="z9hG4bKown")
    registrar.take()
    (call,) = agent.calls
    for peer in (stranger, other):  # as if they had seen all of it
        lines = [
            via,
            ("Max-Forwards", "70"),
            ("From", '"Peer" <sip:peer@peer.example>;tag=pt'),
            ("To", "<%s>" % URI),
            ("Call-ID", "c1"),
            ("CSeq", "1 CANCEL"),
        ]
        peer.send(encode("CANCEL %s SIP/2.0" % URI, lines), TO)
        peer.take()
        assert call.state == "ringing"
    registrar.request("CANCEL", TO, URI, "c1", branch="z9hG4bKown")
    assert "487" in registrar.take() and call.state == "ended"
    stranger.request("INVITE", TO, URI, "c2", body=SDP, branch="z9hG4bKhis")
    stranger.take()
    (call,) = agent.calls
    stranger.request("CANCEL", TO, URI, "c2", branch="z9hG4bKhis")
    assert "487" in stranger.take() and call.state == "ended"


def parse_last(wire):
    """Return the bytes that were sent last."""
    return wire.log[-1][3]


def test_a_call_from_home_may_be_ended_by_its_contact():
    wire, agent, registrar, stranger = _scene()
    registrar.request("INVITE", TO, URI, "c1", body=SDP)
    registrar.take()
    call = agent.calls[0]
    call.answer()
    registrar.take()
    call.dialog.target = "sip:peer@%s:5060" % STRANGER
    inside = {"to_tag": call.dialog.local_tag}
    registrar.request("ACK", TO, URI, "c1", 1, **inside)
    registrar.take()
    stranger.request("BYE", TO, URI, "c1", 2, **inside)
    assert stranger.take() == ["200"] and call.state == "ended"


def test_a_purse_fills_up_and_never_runs_over():
    clock = Clock(2**30 - 500)  # across the wrap of the ticks
    purse = Purse(clock, 3, 5, 10)
    assert purse.take(3) and not purse.take(1)
    for _ in range(10):
        clock.move(100)
        purse.take(100)  # asking in vain costs nothing
    assert purse.take(5) and not purse.take(1)
    clock.move(100_000)
    assert purse.take(10) and not purse.take(1)
    purse.put(100)
    assert purse.take(10) and not purse.take(1)


def test_a_purse_gains_by_the_millisecond_a_minute_at_most_and_gives_all_or_nothing():
    clock = Clock(0x3FFFFFF0)
    purse = Purse(clock, 3, 2, 10)
    assert not purse.take(4) and purse.take(3) and not purse.take(1)
    clock.move(499)
    assert not purse.take(1)
    clock.move(1)
    assert purse.take(1) and not purse.take(1)
    clock.move(3750)
    assert purse.take(7) and not purse.take(1)
    purse.put(4)
    purse.put(100)
    assert purse.take(10) and not purse.take(1)
    clock.move(1_000_000)
    assert purse.take(10) and not purse.take(1)
    slow = Purse(clock, 0, 1, 1000)
    clock.move(600_000)
    assert slow.take(60) and not slow.take(1), "no more than a minute is made up for"


def test_an_answer_to_a_stranger_opens_no_connection():
    """He could close his own at once and let us knock at a port where nobody opens."""
    for direct in (False, True):
        wire, agent, registrar, stranger = _scene(True)
        if direct:  # nobody registers
            agent.accounts.pop().registration.halt()
            agent.guard.rules_changed()
        there = []

        class Streams:
            def find(self, address, protocol):
                return (address, protocol) in there or None  # noqa: B023

            def silent(self, address, protocol):
                pass

        agent.transport.streams = Streams()
        wire.protocol = "TCP"
        stranger.request("OPTIONS", TO, URI, "o1")
        assert stranger.take() == [], direct
        there.append(((STRANGER, 5060), "TCP"))
        stranger.request("OPTIONS", TO, URI, "o2")
        assert stranger.take() == ["200"], direct
        there.clear()
        if not direct:
            registrar.request("OPTIONS", TO, URI, "o3")
            assert registrar.take() == ["200"]
        wire.protocol = "UDP"
        stranger.request("OPTIONS", TO, URI, "o4")
        assert stranger.take() == ["200"], direct
