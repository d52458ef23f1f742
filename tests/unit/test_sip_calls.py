"""Calls between two agents, and with a scripted peer: each way to begin and to end, lossy too."""

from sipkit import SDP, Wire, finish

A, B = "10.0.0.1", "10.0.0.2"


def _pair(lose=(), answer=True):
    wire = Wire()
    wire.lose = lose

    def at_b(kind, call, **details):
        if kind == "incoming":
            call.ring()
            if answer:
                wire.timers.after(1000, call.answer)

    a = wire.agent(A, "100")
    b = wire.agent(B, "200", at_b)
    return wire, a, b


def _quiet(wire, *agents):
    """Let everything that waits run out; nothing may be left over."""
    wire.run(200_000)
    for agent in agents:
        assert agent.calls == [] and agent.waiting == [], agent.port
        assert not agent.transactions, agent.transactions
    assert len(wire.timers) == 0


def _answered(wire, a, b, hang_up):
    call = a.call(a.accounts[0], "200@" + B)
    wire.run(90_000)
    other = b.party.calls[0]
    states = call.state, other.state
    hang_up(call, other)
    wire.run(90_000)
    return states, call, other


def test_a_call_is_answered_and_hung_up():
    wire, a, b = _pair()
    states, call, other = _answered(wire, a, b, lambda x, y: x.hangup())
    assert states == ("connected", "connected")
    assert a.party.events == ["outgoing", "ringing", "connected", "ended"]
    assert b.party.events == ["incoming", "connected", "ended"]
    assert (call.remote, other.remote) == ("200@10.0.0.2", "100@10.0.0.1")
    assert (call.ended_by, other.ended_by) == ("local", "remote")
    assert (call.direction, other.direction) == ("out", "in") and call.answered
    assert call.call_id == other.call_id and call.id == 1 and other.id == 1
    firsts = [x.split(" ")[0 if x[:3] != "SIP" else 1] for x in wire.lines()]
    assert firsts == ["INVITE", "180", "200", "ACK", "BYE", "200"]
    _quiet(wire, a, b)


def test_the_called_side_hangs_up():
    wire, a, b = _pair()
    _, call, other = _answered(wire, a, b, lambda x, y: y.hangup())
    assert (call.ended_by, other.ended_by) == ("remote", "local")
    _quiet(wire, a, b)


def test_an_answered_call_survives_the_loss_of_any_one_message():
    for lost in range(9):
        for side in (0, 1):
            wire, a, b = _pair((lost,))
            states, call, other = _answered(wire, a, b, lambda x, y, s=side: (x, y)[s].hangup())
            assert states == ("connected", "connected"), (lost, wire.lines())
            assert call.state == other.state == "ended"
            assert call.ended_by == ("local", "remote")[side], (lost, wire.lines())
            assert a.party.events.count("ended") == b.party.events.count("ended") == 1
            _quiet(wire, a, b)


def test_a_cancelled_call_survives_the_loss_of_any_one_message():
    for lost in [()] + [(x,) for x in range(9)]:
        wire, a, b = _pair(lost, answer=False)
        call = a.call(a.accounts[0], "200@" + B)
        wire.run(3000)
        call.hangup()
        assert call.state == "ended" and a.party.events[-1] == "ended"
        wire.run(90_000)
        other = b.party.calls[0]
        assert (other.state, other.ended_by) == ("ended", "remote"), (lost, wire.lines())
        assert b.party.events == ["incoming", "ended"]
        _quiet(wire, a, b)


def test_a_rejected_call_survives_the_loss_of_any_one_message():
    for status in (486, 603):
        for lost in [()] + [(x,) for x in range(6)]:
            wire, a, b = _pair(lost, answer=False)
            call = a.call(a.accounts[0], "200@" + B)
            wire.run(3000)
            b.party.calls[0].reject(status)
            wire.run(90_000)
            assert (call.state, call.status, call.ended_by) == ("ended", status, "remote"), lost
            _quiet(wire, a, b)


def test_a_call_to_nobody_times_out():
    wire = Wire()
    a = wire.agent(A, "100")
    call = a.call(a.accounts[0], "200@10.0.0.99")
    wire.run(31_000)
    assert call.state == "calling"
    wire.run(2000)
    assert (call.state, call.status, call.ended_by) == ("ended", 408, "error")
    assert len(wire.log) == 7  # timer A: 0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s
    _quiet(wire, a)


def test_a_hash_in_a_number_is_escaped_on_the_wire_and_nowhere_else():
    wire = Wire()
    a = wire.agent(A, "100")
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "*21*1#@" + B)
    assert peer.take() == ["INVITE"] and call.remote == "*21*1#@" + B
    invite = peer.got[0]
    assert invite.uri == "sip:*21*1%23@" + B and "#" not in invite.header("to")
    call.hangup()
    peer.reply(invite, 486)
    peer.take()
    call = a.call(a.accounts[0], "sip:*1%23@" + B)
    assert peer.take() == ["INVITE"] and peer.got[-1].uri == "sip:*1%23@" + B


def _calling():
    wire = Wire()
    a = wire.agent(A, "100")
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    assert peer.take() == ["INVITE"]
    return wire, a, peer, call, peer.got[0]


def test_hanging_up_before_any_answer_waits_with_the_cancel():
    wire, a, peer, call, invite = _calling()
    call.hangup()
    assert "CANCEL" not in peer.take(100)
    peer.reply(invite, 180)
    assert peer.take() == ["CANCEL"]
    cancel = peer.got[0]
    assert cancel.header("via") == invite.header("via") and cancel.uri == invite.uri
    assert cancel.header("to") == invite.header("to")
    peer.reply(cancel, 200)
    peer.reply(invite, 487)
    assert peer.take() == ["ACK"]
    _quiet(wire, a)


def test_an_answer_that_crosses_the_cancel_is_acknowledged_and_ended():
    wire, a, peer, call, invite = _calling()
    peer.reply(invite, 180)
    peer.take()
    call.hangup()
    peer.reply(invite, 200, body=SDP)
    got = peer.take()
    assert sorted(got) == ["ACK", "BYE", "CANCEL"], got
    assert a.party.events == ["outgoing", "ringing", "ended"]
    for message in peer.got:
        if message.method != "ACK":
            peer.reply(message, 200)
    _quiet(wire, a)


def test_an_invite_is_given_up_however_its_call_ends_before_an_answer():
    wire = Wire()
    agent = wire.agent(A, "100")
    peer = wire.peer(B)
    call = agent.call(agent.accounts[0], "200@" + B)
    peer.take()
    peer.reply(peer.got[0], 180, tag="")
    peer.take()
    where = {"to_tag": call.dialog.local_tag, "from_": "<sip:200@x>"}  # no tag, as ours has none
    peer.request("BYE", (A, 5060), "sip:100@" + A, call.call_id, 1, **where)
    assert sorted(peer.take()) == ["200", "CANCEL"] and call.state == "ended"
    finish(wire, agent)


def test_a_cancel_without_a_final_answer_gives_up_after_32_s():
    wire, a, peer, call, invite = _calling()
    peer.reply(invite, 180)
    peer.take()
    call.hangup()
    peer.take()
    peer.reply(peer.got[0], 200)
    wire.run(40_000)
    _quiet(wire, a)


def test_the_2xx_of_a_second_fork_is_acknowledged_and_ended():
    wire, a, peer, call, invite = _calling()
    peer.reply(invite, 180, "one")
    peer.reply(invite, 180, "two")
    peer.reply(invite, 200, "one", body=SDP)
    assert peer.take() == ["ACK"]
    assert call.state == "connected"
    peer.reply(invite, 200, "two", body=SDP)
    assert peer.take() == ["ACK", "BYE"]
    assert peer.got[0].tag("to") == peer.got[1].tag("to") == "two"
    peer.reply(peer.got[1], 200)
    peer.reply(invite, 200, "two", body=SDP)  # repeated: acknowledged, but ended only once
    peer.reply(invite, 200, "one", body=SDP)
    assert peer.take() == ["ACK", "ACK"]
    assert call.state == "connected" and a.party.events.count("connected") == 1
    call.hangup()
    assert peer.take() == ["BYE"]
    peer.reply(peer.got[0], 200)
    _quiet(wire, a)


def test_of_eight_forks_each_is_ended_and_no_more_is_sent_for_any_further_one():
    for crossed in (False, True):  # it was answered, or given up
        wire, a, peer, call, invite = _calling()
        peer.reply(invite, 180, "one")
        peer.take()
        if crossed:
            call.hangup()
            peer.take()
        else:
            peer.reply(invite, 200, "one", body=SDP)
            peer.take()
        victim = wire.peer("10.0.0.99")
        for number in range(50):
            contact = [("Contact", "<sip:x@10.0.0.99>")]
            peer.reply(invite, 200, "f%d" % number, contact, SDP, contact=False)
        assert victim.take() == ["ACK", "BYE"] * 8
        assert len(a.transactions) < 12
        if not crossed:
            assert call.state == "connected"
            call.hangup()
        wire.run(100_000)
        assert not a.transactions


def test_routes_of_the_2xx_are_used_in_reverse_order():
    wire, a, peer, call, invite = _calling()
    route = [("Record-Route", "<sip:10.0.0.8;lr>, <sip:%s;lr>" % B)]
    peer.reply(invite, 200, body=SDP, headers=route)
    assert peer.take() == ["ACK"]
    assert peer.got[0].all("route") == ["<sip:%s;lr>" % B, "<sip:10.0.0.8;lr>"]
    assert peer.got[0].uri == "sip:peer@%s:5060" % B
    call.hangup()
    peer.take()
    peer.reply(peer.got[0], 200)
    _quiet(wire, a)


def _called(ring=True, body=SDP, **kw):
    wire = Wire()

    def listener(kind, call, **details):
        if kind == "incoming" and ring:
            call.ring()

    a = wire.agent(A, "100", listener)
    peer = wire.peer(B)
    branch = peer.request("INVITE", (A, 5060), "sip:100@" + A, body=body, **kw)
    assert peer.take() == (["180"] if ring else [])
    return wire, a, peer, a.party.calls[0], branch


def _acknowledge(peer, answer, method="ACK", cseq=1, **kw):
    peer.request(method, (A, 5060), "sip:100@" + A, cseq=cseq, to_tag=answer.tag("to"), **kw)


def test_the_2xx_is_repeated_until_its_ack_and_the_call_ended_without_one():
    wire, a, peer, call, _ = _called()
    call.answer()
    assert peer.take(33_000).count("200") == 11  # 0.5, 1, 2, 4, 4, … s
    assert "BYE" in [x.method for x in peer.got]
    assert (call.state, call.ended_by) == ("ended", "error")
    _quiet(wire, a)


def test_a_repeated_invite_gets_the_last_answer_again_and_no_second_call():
    wire, a, peer, call, branch = _called()
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP, branch=branch)
    assert peer.take() == ["180"]
    call.answer()
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP, branch=branch)
    assert peer.take() == ["200"]
    _acknowledge(peer, peer.got[0])
    assert peer.take(5000) == [] and len(a.calls) == 1
    _acknowledge(peer, peer.got[0] if peer.got else call_answer(call), "BYE", 2)
    assert peer.take() == ["200"] and a.calls == []
    _quiet(wire, a)


def call_answer(call):
    """Return what has the call's To tag."""

    class Answer:
        def tag(self, name):
            return call.dialog.local_tag

    return Answer()


def test_hanging_up_before_the_ack_waits_with_the_bye():
    wire, a, peer, call, _ = _called()
    call.answer()
    call.hangup()
    assert peer.take(100) == ["200"]
    answer = peer.got[0]
    _acknowledge(peer, answer)
    assert peer.take() == ["BYE"]
    peer.reply(peer.got[0], 200)
    _quiet(wire, a)


def test_hanging_up_before_the_ack_goes_on_with_the_2xx_in_case_it_was_lost():
    wire, a, peer, call, _ = _called()
    call.answer()
    call.hangup()
    assert peer.take(2000) == ["200", "200", "200"]
    _acknowledge(peer, peer.got[-1])
    assert peer.take() == ["BYE"]
    peer.reply(peer.got[0], 200)
    _quiet(wire, a)


def test_a_cancel_ends_the_ringing_call_and_its_reason_is_kept():
    wire, a, peer, call, branch = _called()
    reason = [("Reason", 'SIP;cause=200;text="Call completed elsewhere"')]
    peer.request("CANCEL", (A, 5060), "sip:100@" + A, headers=reason, branch=branch)
    got = peer.take()
    assert sorted(got) == ["200", "487"]
    assert call.cancel_reason == reason[0][1] and call.state == "ended"
    peer.request("ACK", (A, 5060), "sip:100@" + A, branch=branch)
    _quiet(wire, a)


def test_the_reason_of_a_bye_is_a_cancels_only_before_the_answer():
    reason = [("Reason", "Q.850;cause=16")]
    wire, a, peer, call, _ = _called()
    _acknowledge(peer, call_answer(call), "BYE", 2, headers=reason)
    peer.take()
    assert call.state == "ended" and call.cancel_reason == reason[0][1]
    wire, a, peer, call, _ = _called()
    call.answer()
    peer.take()
    _acknowledge(peer, peer.got[-1])
    _acknowledge(peer, peer.got[-1], "BYE", 2, headers=reason)
    assert peer.take() == ["200"] and call.state == "ended"
    assert call.cancel_reason == ""


def test_a_cancel_after_the_answer_changes_nothing():
    wire, a, peer, call, branch = _called()
    call.answer()
    peer.request("CANCEL", (A, 5060), "sip:100@" + A, branch=branch)
    assert sorted(peer.take()) == ["200", "200"] and call.state == "connected"
    _acknowledge(peer, call_answer(call))
    peer.take()
    assert not call.confirmation.waiting
    wire.run(20)
    call.hangup()
    _quiet(wire, a)


def test_a_bye_before_the_answer_ends_both():
    wire, a, peer, call, branch = _called()
    _acknowledge(peer, call_answer(call), "BYE", 2)
    assert sorted(peer.take()) == ["200", "487"] and call.state == "ended"
    _quiet(wire, a)


def test_a_lost_ack_for_a_rejection_ends_after_timer_h():
    wire, a, peer, call, _ = _called()
    a.guard.heard(B, 4000)  # or three times his bytes would be the end of it
    call.reject(486)
    assert peer.take(40_000).count("486") == 11  # timer G
    _quiet(wire, a)


def test_an_offer_that_cannot_be_met_is_refused_before_it_rings():
    wire = Wire()
    a = wire.agent(A, "100")
    peer = wire.peer(B)
    body = SDP.replace(b"AVP 0 8 101", b"AVP 18")
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=body)
    assert peer.take() == ["488"] and a.party.events == []
    _quiet(wire, a)


def test_an_invite_without_an_offer_gets_ours_and_the_answer_comes_in_the_ack():
    wire, a, peer, call, _ = _called(body=b"")
    call.answer()
    assert peer.take() == ["200"] and b"m=audio" in peer.got[0].body
    _acknowledge(peer, peer.got[0], body=SDP)
    assert peer.take(3000) == [] and call.state == "connected"
    call.hangup()
    _quiet(wire, a)


def test_a_merged_request_is_refused_with_482():
    wire, a, peer, call, _ = _called()
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP)  # the same, by another way
    assert peer.take() == ["482"]
    call.reject(486)
    _quiet(wire, a)


def test_requests_of_no_dialog_get_481_and_options_200_in_every_state():
    wire, a, peer, call, _ = _called()
    to = (A, 5060)
    for method in ("BYE", "INFO", "UPDATE", "PRACK", "INVITE", "NOTIFY"):
        peer.request(method, to, "sip:100@" + A, call_id="other", to_tag="none")
        assert peer.take() == ["481"], method
    for state in ("ringing", "connected", "ended"):
        assert call.state == state
        peer.request("OPTIONS", to, "sip:100@" + A, call_id="o" + state)
        assert "200" in peer.take()
        if state == "ringing":
            call.answer()
            peer.take()
            _acknowledge(peer, call_answer(call))
            peer.take()
        elif state == "connected":
            call.hangup()
    _quiet(wire, a)


def test_a_call_for_somebody_else_gets_404():
    wire = Wire()
    a = wire.agent(A, "100")
    peer = wire.peer(B)
    peer.request("INVITE", (A, 5060), "sip:999@" + A, body=SDP)
    assert peer.take() == ["404"]
    _quiet(wire, a)


def test_more_calls_than_fit_get_486_and_the_others_live():
    wire, a, peer, call, _ = _called()
    for index in range(12):
        peer.request("INVITE", (A, 5060), "sip:100@" + A, "more%d" % index, body=SDP)
    got = peer.take()
    assert got.count("486") == 5 and got.count("180") == 7
    assert len(a.calls) == 8
    for other in list(a.calls):
        other.hangup()
    _quiet(wire, a)


def test_many_short_calls_keep_the_transactions_few():
    wire = Wire()
    a = wire.agent(A, "100", lambda kind, call, **more: kind == "incoming" and call.answer())
    peer = wire.peer(B)
    for index in range(60):
        call_id = "short%d" % index
        peer.request("INVITE", (A, 5060), "sip:100@" + A, call_id, body=SDP)
        assert peer.take() == ["200"]
        tag = peer.got[0].tag("to")
        peer.request("ACK", (A, 5060), "sip:100@" + A, call_id, to_tag=tag)
        peer.request("BYE", (A, 5060), "sip:100@" + A, call_id, 2, to_tag=tag)
        assert peer.take() == ["200"]
        assert len(a.transactions) <= a.most
    _quiet(wire, a)


def test_a_flood_of_invites_is_bounded_and_passes():
    wire = Wire()
    a = wire.agent(A, "100", lambda kind, call, **more: kind == "incoming" and call.reject(486))
    peer = wire.peer(B)
    for index in range(100):
        peer.request("INVITE", (A, 5060), "sip:100@" + A, "flood%d" % index, body=SDP)
    got = peer.take()
    assert got.count("486") >= a.most and got.count("503") >= 50
    busy = [x for x in peer.got if x.status == 503]
    assert busy[0].header("retry-after").isdigit()
    peer.request("OPTIONS", (A, 5060), "sip:100@" + A, "alive")
    assert peer.take(60_000)
    peer.request("INVITE", (A, 5060), "sip:100@" + A, "later", body=SDP)
    assert peer.take() == ["486"]
    _quiet(wire, a)


def test_too_large_a_message_and_too_many_headers_get_513():
    wire = Wire()
    a = wire.agent(A, "100", sip_max_message=2000, sip_max_headers=20)
    peer = wire.peer(B)
    peer.request("OPTIONS", (A, 5060), "sip:100@" + A, headers=[("X", "y" * 2000)])
    peer.request("OPTIONS", (A, 5060), "sip:100@" + A, headers=[("X", "y")] * 20)
    assert peer.take() == ["513", "513"]
    _quiet(wire, a)


def test_two_calls_of_two_accounts_at_once():
    from sip.account import Account

    wire, a, b = _pair()
    a.add(Account(2, "101"))
    one = a.call(a.accounts[0], "200@" + B)
    two = a.call(a.accounts[1], "200@" + B)
    wire.run(5000)
    assert one.state == two.state == "connected" and one.call_id != two.call_id
    assert (one.local, two.local) == ("100@10.0.0.1", "101@10.0.0.1")
    two.hangup()
    wire.run(5000)
    assert [one.state, two.state] == ["connected", "ended"] and b.calls[0].remote == one.local
    one.hangup()
    _quiet(wire, a, b)


def test_an_error_in_mid_request_is_answered_500_and_leaves_nothing():
    wire = Wire()
    errors = []

    def listener(kind, call, **details):
        if kind == "incoming":
            call.ring()

    a = wire.agent(A, "100", listener)
    a.log = lambda level, text, *values: errors.append(level)
    peer = wire.peer(B)
    a.media = lambda call: {}["a KeyError"]
    branch = peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP)
    assert peer.take() == ["500"] and errors == [0]
    peer.request("ACK", (A, 5060), "sip:100@" + A, branch=branch)
    assert a.calls == [] and peer.take(5100) == [] and not a.transactions
    a.media = None
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP)
    assert peer.take() == ["180"]
    call = a.calls[0]
    call.answer()
    peer.take()
    _acknowledge(peer, call_answer(call))
    peer.take()
    find, call.over = call.over, lambda *ignored: {}["a KeyError"]
    _acknowledge(peer, call_answer(call), "BYE", 2)
    peer.take()
    call.over = find
    _acknowledge(peer, call_answer(call), "BYE", 2)
    assert peer.take() == ["200"] and a.calls == []
    _quiet(wire, a)


def test_junk_never_raises():
    from sipkit import Random

    wire, a, peer, call, _ = _called()
    random = Random(7)
    good = wire.log[0][3]
    for _ in range(300):
        data = bytearray(good)
        for _ in range(1 + random(3)):
            at = random(16) % len(data)
            kind = random(2)
            if kind == 0:
                data[at] = random(8)
            elif kind == 1:
                data = data[:at] + data[at + random(5) :]
            else:
                data = data[:at] + bytes([random(7)] * random(3)) + data[at:]
        a.received(bytes(data), (B, 5060), "UDP")
        if len(a.calls) > 6:
            for other in list(a.calls):
                other.hangup()
        wire.run(5000)
    for other in list(a.calls):
        other.hangup()
    _quiet(wire, a)


_PARTS = b"""preamble\r\n--b1\r\nContent-Type: application/ISUP;version=itu\r
Content-Disposition: signal;handling=optional\r\n\r\n\x01\x00\xff\r\n--b1\r
Content-Type: application/sdp\r\n\r\n%s\r\n--b1--\r\n"""


def test_the_sdp_of_a_body_of_several_parts_is_found():
    wire, a, peer, call, _ = _called(body=_PARTS % SDP, kind='multipart/mixed;boundary="b1"')
    call.answer()
    assert peer.take() == ["200"] and call.voice
    _acknowledge(peer, peer.got[0], "ACK")
    out = a.call(a.accounts[0], "200@" + B)
    peer.take()
    headers = [("Content-Type", "multipart/mixed; boundary=b1")]
    peer.reply(peer.got[-1], 200, headers=headers, body=_PARTS % SDP)
    peer.take()
    assert out.state == "connected" and out.voice


def test_the_sdp_may_be_the_first_of_several_parts_or_the_only_one():
    for body in (
        b"--b1\r\nContent-Type: application/sdp\r\n\r\n%s\r\n--b1\r\n\r\nmore\r\n--b1--\r\n",
        b"--b1\r\nContent-Type: application/sdp\r\n\r\n%s\r\n--b1--\r\n",
    ):
        wire, a, peer, call, _ = _called(body=body % SDP, kind="multipart/mixed;boundary=b1")
        call.answer()
        assert peer.take() == ["200"] and call.voice.port == 4000


def test_a_number_of_the_owners_is_called_at_his_host_or_where_the_caller_called():
    for host, wanted in (("", "sip:555@" + A), ("pbx.example", "sip:555@pbx.example")):
        wire, a, peer, call, _ = _called()
        call.account.host = host
        call.redirect("555", "no-answer")
        assert peer.take() == ["302"]
        assert peer.got[0].address("contact").uri == wanted
        assert ";reason=no-answer;" in peer.got[0].header("diversion")
        assert call.state == "ended"


def test_a_body_that_need_not_be_understood_is_as_if_it_was_not_there():
    for value, answers in (
        ("signal;handling=optional", ["180"]),
        ("signal ; Handling=OPTIONAL", ["180"]),
        ("signal;handling=required", ["415"]),
        ("signal", ["415"]),
        (None, ["415"]),
    ):
        wire = Wire()
        a = wire.agent(A, "100", lambda kind, call, **x: kind == "incoming" and call.ring())
        peer = wire.peer(B)
        lines = (("Content-Disposition", value),) if value else ()
        kind, uri = "application/isup", "sip:100@" + A
        peer.request("INVITE", (A, 5060), uri, headers=lines, body=b"\x01\x00", kind=kind)
        assert peer.take() == answers, value
        if "180" in answers:  # without an offer of theirs the 2xx has ours
            a.calls[0].answer()
            assert peer.take() == ["200"] and peer.got[0].body[:3] == b"v=0"
        finish(wire, a)


def test_a_body_of_several_parts_without_sdp_gets_415():
    wire = Wire()
    a, peer = wire.agent(A, "100"), wire.peer(B)
    body = _PARTS.replace(b"sdp", b"xml") % SDP
    kind = "multipart/mixed;boundary=b1"
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=body, kind=kind)
    assert peer.take() == ["415"] and a.party.events == []


def test_an_invite_that_has_expired_gets_487():
    wire, a, peer, call, _ = _called(headers=[("Expires", "20")])
    assert peer.take(19_000) == [] and call.state == "ringing"
    assert "487" in peer.take(2_000)
    assert call.state == "ended" and a.party.events[-1] == "ended"


def test_a_call_whose_caller_has_vanished_rings_five_minutes():
    wire, a, peer, call, _ = _called()
    assert "480" not in peer.take(299_000) and call.state == "ringing"
    assert "480" in peer.take(2000) and call.state == "ended"
    _quiet(wire, a)


def test_an_invite_answered_in_time_does_not_expire():
    wire, a, peer, call, _ = _called(headers=[("Expires", "20")])
    call.answer()
    peer.take()
    _acknowledge(peer, peer.got[0])
    peer.take(40_000)
    assert call.state == "connected"


class _Names:
    """A resolver that knows one name."""

    def __init__(self):
        self.asked = []

    async def resolve(self, name, kind="A"):
        self.asked.append(name)
        if name not in ("media.example", "many.example"):
            raise OSError(name)
        return ["10.9.9.9" if name == "media.example" else "239.9.9.9"]


async def test_a_name_for_the_voice_that_is_known_after_the_calls_end_starts_no_voice():
    import asyncio

    known = asyncio.Event()

    class Slow:
        async def resolve(self, name, kind="A"):
            await known.wait()
            return ["10.9.9.9"]

    wire, seen = Wire(), []
    a = wire.agent(A, "100", lambda kind, call, **x: kind == "incoming" and call.ring())
    a.resolver, peer = Slow(), wire.peer(B)
    a.media = lambda call: seen.append((call.state, call.voice and call.voice.ip))
    body = SDP.replace(b"c=IN IP4 10.0.0.9", b"c=IN IP4 media.example")
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=body)
    peer.take()
    call = a.calls[0]
    call.answer()
    await asyncio.sleep(0)
    peer.take()
    peer.request("ACK", (A, 5060), "sip:100@" + A, to_tag=call.dialog.local_tag)
    call.hangup()
    peer.take()
    peer.reply(peer.got[0], 200)
    wire.run(300_000)
    before = len(seen)
    known.set()
    for _ in range(4):
        await asyncio.sleep(0)
    assert len(seen) == before and not any(ip for _, ip in seen), seen


async def test_a_name_for_the_voice_is_resolved_once_the_call_is_wanted():
    import asyncio

    for name, ip in (
        ("media.example", "10.9.9.9"), ("nowhere.example", None), ("many.example", None)
    ):  # fmt: skip
        wire, seen = Wire(), []
        a = wire.agent(A, "100", lambda kind, call, **x: kind == "incoming" and call.ring())
        a.resolver, peer = _Names(), wire.peer(B)
        a.media = lambda call, seen=seen: seen.append((call.state, call.voice.ip))
        body = SDP.replace(b"c=IN IP4 10.0.0.9", b"c=IN IP4 " + name.encode())
        peer.request("INVITE", (A, 5060), "sip:100@" + A, body=body)
        assert peer.take() == ["180"]
        await asyncio.sleep(0)
        call = a.calls[0]
        assert a.resolver.asked == [] and call.voice.host == name  # nobody has answered yet
        call.answer()
        for _ in range(4):
            await asyncio.sleep(0)
        assert a.resolver.asked == [name] and call.voice.ip == ip
        assert seen[-1] == ("connected" if ip else "calling", ip)
        peer.take()
        peer.request("ACK", (A, 5060), "sip:100@" + A, to_tag=call.dialog.local_tag)
        peer.take()
        call.hangup()
        peer.take()
        peer.reply(peer.got[0], 200)
        wire.run(300_000)
        assert not a.transactions and seen[-1][0] == "ended"
