"""Early media, forks, reliable provisional responses (RFC 3262) and redirections."""

from sipkit import SDP, Wire, finish, trust

A, B = "10.0.0.1", "10.0.0.2"


def _calling():
    wire = Wire()
    a = wire.agent(A, "100")
    trust(a, B, "10.0.0.3")
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    assert peer.take() == ["INVITE"]
    return wire, a, peer, call, peer.got[0]


def test_early_media_is_taken_over_and_ringing_told_once():
    wire, a, peer, call, invite = _calling()
    peer.reply(invite, 183, body=SDP)
    peer.take()
    assert call.voice.port == 4000 and call.state == "ringing"
    peer.reply(invite, 180)
    peer.reply(invite, 180, "fork")
    peer.take()
    assert a.party.events == ["outgoing", "ringing"]
    finish(wire, a)


def test_a_reliable_18x_gets_its_prack_once_and_in_order():
    wire, a, peer, call, invite = _calling()
    reliable = [("Require", "100rel"), ("RSeq", "7")]
    peer.reply(invite, 183, headers=reliable, body=SDP)
    assert peer.take() == ["PRACK"]
    prack = peer.got[0]
    assert prack.header("rack") == "7 1 INVITE" and prack.tag("to") == "peer"
    assert prack.cseq() == (2, "PRACK") and prack.uri == "sip:peer@10.0.0.2:5060"
    peer.reply(prack, 200)
    peer.reply(invite, 183, headers=reliable, body=SDP)  # repeated
    peer.reply(invite, 180, headers=[("Require", "100rel"), ("RSeq", "9")])  # 8 was lost
    assert peer.take() == []
    peer.reply(invite, 180, headers=[("Require", "100rel"), ("RSeq", "8")])
    assert peer.take() == ["PRACK"] and peer.got[0].header("rack") == "8 1 INVITE"
    peer.reply(peer.got[0], 200)
    peer.reply(invite, 180, "fork", headers=[("Require", "100rel"), ("RSeq", "100")])
    assert peer.take() == ["PRACK"] and peer.got[0].tag("to") == "fork"
    peer.reply(peer.got[0], 200)
    peer.reply(invite, 200, body=SDP)
    assert peer.take() == ["ACK"] and call.state == "connected"
    assert peer.got[0].cseq() == (1, "ACK")
    call.hangup()
    assert peer.take() == ["BYE"] and peer.got[0].cseq()[0] > 4
    peer.reply(peer.got[0], 200)
    finish(wire, a)


def _called():
    wire = Wire()
    a = wire.agent(A, "100", lambda kind, call, **more: kind == "incoming" and call.ring())
    peer = wire.peer(B)
    required = [("Require", "100rel")]
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP, headers=required)
    assert peer.take() == ["180"]
    return wire, a, peer, a.calls[0], peer.got[0]


def _prack(peer, answer, rack, cseq=2):
    headers = [("RAck", rack)]
    tag = answer.tag("to")
    peer.request("PRACK", (A, 5060), "sip:100@" + A, cseq=cseq, to_tag=tag, headers=headers)


def test_our_180_is_reliable_where_it_must_be():
    wire, a, peer, call, ringing = _called()
    assert ringing.header("require") == "100rel"
    rseq = ringing.header("rseq")
    assert peer.take(2000) == ["180", "180"]
    _prack(peer, ringing, "1 1 INVITE")
    assert peer.take() == ["481"]
    _prack(peer, ringing, rseq + " 1 INVITE", 3)
    assert peer.take() == ["200"]
    assert peer.take(20_000) == []
    _prack(peer, ringing, rseq + " 1 INVITE", 4)
    assert peer.take() == ["481"]
    call.answer()
    assert peer.take() == ["200"]
    finish(wire, a)


def test_a_180_that_nobody_pracks_ends_the_call_after_32_s():
    wire, a, peer, call, ringing = _called()
    a.guard.heard(B, 4000)  # or three times his bytes would be the end of it
    got = peer.take(33_000)
    assert "504" in got and call.state == "ended"
    finish(wire, a)


def test_an_answer_stops_the_reliable_180():
    wire, a, peer, call, ringing = _called()
    call.answer()
    a.guard.vouch(B)
    assert set(peer.take(4000)) == {"200"}
    finish(wire, a)


def test_a_prack_that_crosses_the_200_is_taken_once():
    wire, a, peer, call, ringing = _called()
    call.answer()
    assert peer.take() == ["200"]
    _prack(peer, ringing, ringing.header("rseq") + " 1 INVITE")
    assert peer.take() == ["200"]
    _prack(peer, ringing, ringing.header("rseq") + " 1 INVITE", 3)
    _prack(peer, ringing, "1 1 INVITE", 4)
    assert peer.take() == ["481", "481"]
    assert call.state == "connected"
    finish(wire, a)


def test_a_redirection_is_followed_by_its_q_values_and_within_limits():
    wire, a, peer, call, invite = _calling()
    other = wire.peer("10.0.0.3")
    contacts = [("Contact", "<sip:x@10.0.0.2>;q=0.2, <sip:y@10.0.0.3>;q=0.9, <tel:123>")]
    peer.reply(invite, 302, headers=contacts, contact=False)
    assert peer.take() == ["ACK"]
    assert [x.method for x in other.got] == ["INVITE"]
    moved = other.got[0]
    assert moved.uri == "sip:y@10.0.0.3" and moved.header("call-id") == call.call_id
    assert moved.cseq()[0] == 2 and moved.tag("from") == invite.tag("from")
    assert moved.tag("to") == ""
    back = [("Contact", "<sip:y@10.0.0.3>")]
    other.reply(moved, 301, headers=back, contact=False)  # round and round
    assert peer.take(50) == ["INVITE"] and peer.got[0].uri == "sip:x@10.0.0.2"
    peer.reply(peer.got[0], 302, contact=False)
    peer.take()
    assert call.state == "ended" and call.status == 302
    assert a.party.events == ["outgoing", "ended"]
    finish(wire, a)


def test_a_chain_of_redirections_ends():
    wire, a, peer, call, invite = _calling()
    for index in range(20):
        headers = [("Contact", "<sip:u%d@%s>" % (index, B))]
        peer.reply(invite, 302, headers=headers, contact=False)
        got = peer.take()
        if "INVITE" not in got:
            break
        invite = peer.got[got.index("INVITE")]
    assert call.state == "ended" and index < 8
    finish(wire, a)


def test_an_answer_that_does_not_want_to_hear_us_is_a_hold_from_the_start():
    for line, held in ((b"a=sendonly\r\n", True), (b"a=inactive\r\n", True), (b"", False)):
        wire, a, peer, call, invite = _calling()
        peer.reply(invite, 200, body=SDP + line)
        assert peer.take() == ["ACK"] and call.state == "connected"
        assert call.remote_hold is held, line
        call.hangup()
        peer.take()
        peer.reply(peer.got[0], 200)
        finish(wire, a)


def test_forks_are_followed_up_to_eight_and_further_ones_change_nothing():
    wire, a, peer, call, invite = _calling()
    for number in range(10):
        headers = [("Require", "100rel"), ("RSeq", "1")]
        body = SDP.replace(b"4000", b"%d" % (4000 + 2 * number))
        peer.reply(invite, 183, "fork%d" % number, headers=headers, body=body)
        told = peer.take()
        assert told == (["PRACK"] if number < 8 else []), number
        if told:
            peer.reply(peer.got[0], 200)
    assert call.voice.port < 4016
    call.hangup()
    wire.run(64_000)


def test_a_reliable_18x_whose_number_is_none_is_passed_over():
    for number in ("x", "12345678901", "-1", "1 2"):
        wire, a, peer, call, invite = _calling()
        headers = [("Require", "100rel"), ("RSeq", number)]
        peer.reply(invite, 183, headers=headers, body=SDP)
        assert peer.take() == [] and call.voice is None and call.state == "calling", number
        call.hangup()
        wire.run(64_000)


def test_the_next_reliable_18x_waits_for_the_answer_to_the_prack():
    wire, a, peer, call, invite = _calling()
    for number in range(1, 40):
        headers = [("Require", "100rel"), ("RSeq", str(number))]
        peer.reply(invite, 183, headers=headers)
    assert peer.take() == ["PRACK"] and len(a.transactions) == 2
    peer.reply(peer.got[0], 200)
    peer.reply(invite, 183, headers=[("Require", "100rel"), ("RSeq", "2")])  # it comes again
    assert peer.take() == ["PRACK"] and peer.got[0].header("rack") == "2 1 INVITE"
    peer.reply(peer.got[0], 200)
    call.hangup()
    wire.run(64_000)


def test_a_ninth_fork_is_neither_acknowledged_nor_heard():
    wire, a, peer, call, invite = _calling()
    for number in range(9):
        body = SDP.replace(b"m=audio 4000", b"m=audio %d" % (4000 + 2 * number))
        headers = [("RSeq", "1"), ("Require", "100rel")]
        peer.reply(invite, 183, "f%d" % number, headers, body)
        peer.take(100)
        for each in peer.got:
            if each.method == "PRACK":
                peer.reply(each, 200)
        peer.take()
    assert call.voice.port == 4014, "the eighth is the last"
    assert len({x for x in wire.lines() if x.startswith("PRACK")}) >= 1


def test_the_number_of_a_reliable_180_is_between_1_and_2_to_the_31():
    for drawn in (lambda bits: 0, lambda bits: (1 << bits) - 1):  # RFC 3262 section 3
        wire = Wire()
        a = wire.agent(A, "100", lambda kind, call, **x: kind == "incoming" and call.ring())
        a.random, peer = drawn, wire.peer(B)
        peer.request("INVITE", (A, 5060), "sip:100@" + A, headers=[("Require", "100rel")])
        assert peer.take() == ["180"]
        assert 1 <= int(peer.got[0].header("rseq")) < 1 << 31


def test_until_it_is_known_better_everybody_is_a_stranger():
    from sip.message.message import parse

    message = parse(b"INVITE sip:a@b SIP/2.0\r\n\r\n")
    assert message.stranger is True and message.trusted is False and message.local is False
