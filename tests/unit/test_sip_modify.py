"""Changing a call: hold and resume, offers both ways, glare, UPDATE, and session timers."""

from sipkit import SDP, Wire, finish

A, B = "10.0.0.1", "10.0.0.2"


def _connected(lose=(), **settings):
    wire = Wire()
    wire.lose = lose

    def at_b(kind, call, **details):
        if kind == "incoming":
            call.answer()

    a = wire.agent(A, "100", **settings)
    b = wire.agent(B, "200", at_b, **settings)
    call = a.call(a.accounts[0], "200@" + B)
    wire.run(2000)
    other = b.party.calls[0]
    assert call.state == other.state == "connected"
    return wire, a, b, call, other


def _peer(**settings):
    """Return a call from an agent to a scripted peer, connected."""
    wire = Wire()
    a = wire.agent(A, "100", **settings)
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    peer.take()
    headers = [("Allow", "INVITE, UPDATE"), ("Supported", "timer")]
    peer.reply(peer.got[0], 200, body=SDP, headers=headers)
    assert peer.take() == ["ACK"]
    return wire, a, peer, call


def _inside(peer, call, method, cseq=1, **kw):
    dialog = call.dialog
    kw["from_"] = "<sip:200@%s>;tag=peer" % B
    kw["to_tag"] = dialog.local_tag
    peer.request(method, (A, 5060), "sip:100@" + A, call.call_id, cseq, **kw)


def test_hold_and_resume_are_told_to_both_sides():
    wire, a, b, call, other = _connected()
    call.hold()
    assert (call.state, call.changes.state) == ("held", "holding")  # at once for the desk
    wire.run(1000)
    assert (call.state, call.changes.state) == ("held", "held")
    assert a.party.events[-1] == "hold"
    assert other.remote_hold and other.state == "connected" and b.party.events[-1] == "held"
    call.resume()
    wire.run(1000)
    assert call.state == "connected" and a.party.events[-1] == "unhold"
    assert not other.remote_hold and b.party.events[-1] == "unheld"
    finish(wire, a, b)


def test_hold_survives_the_loss_of_any_one_message():
    for lost in range(12):
        wire, a, b, call, other = _connected()
        wire.lose = [len(wire.log) + lost]
        call.hold()
        wire.run(40_000)
        assert call.state == "held" and other.remote_hold, lost
        call.resume()
        wire.run(40_000)
        assert call.state == "connected" and not other.remote_hold, lost
        assert a.party.events.count("hold") == a.party.events.count("unhold") == 1
        finish(wire, a, b)


def test_both_sides_hold_and_resume():
    wire, a, b, call, other = _connected()
    call.hold()
    wire.run(1000)
    other.hold()
    wire.run(1000)
    assert call.state == other.state == "held" and call.remote_hold and other.remote_hold
    assert call.voice.direction == "inactive"
    call.resume()
    wire.run(1000)
    assert call.state == "connected" and call.remote_hold and not other.remote_hold
    other.resume()
    wire.run(1000)
    assert other.state == "connected" and not call.remote_hold
    assert call.voice.direction == other.voice.direction == "sendrecv"
    finish(wire, a, b)


def test_glare_is_resolved_by_491_and_unlike_pauses():
    wire, a, b, call, other = _connected()
    call.hold()
    other.hold()
    wire.run(100)
    assert sum(line.startswith("SIP/2.0 491") for line in wire.lines()) == 2
    wire.run(10_000)
    assert call.state == other.state == "held"
    finish(wire, a, b)


def test_a_change_of_mind_while_the_hold_is_under_way_is_carried_out():
    wire, a, b, call, other = _connected()
    call.hold()
    call.resume()
    call.hold()
    call.resume()
    wire.run(5000)
    assert call.state == "connected" and not other.remote_hold
    finish(wire, a, b)


def test_an_offerless_invite_while_held_gets_what_we_want_now():
    wire, a, peer, call = _peer()
    call.hold()
    peer.take()
    peer.reply(peer.got[0], 200, body=SDP.replace(b"t=0 0", b"t=0 0\r\na=recvonly"))
    assert peer.take() == ["ACK"] and call.state == "held"
    _inside(peer, call, "INVITE")
    assert peer.take() == ["200"]
    assert b"a=sendonly" in peer.got[0].body
    _inside(peer, call, "ACK", body=SDP.replace(b"t=0 0", b"t=0 0\r\na=recvonly"))
    assert peer.take(3000) == [] and call.state == "held" and not call.remote_hold
    call.hangup()
    peer.take()
    peer.reply(peer.got[0], 200)
    finish(wire, a)


def test_a_refused_hold_is_a_hold_for_us_alone():
    wire, a, peer, call = _peer()
    call.hold()
    peer.take()
    peer.reply(peer.got[0], 488)
    assert peer.take() == ["ACK"]
    assert (call.state, call.changes.state) == ("held", "alone")
    call.resume()
    assert peer.take() == [] and call.state == "connected"  # there is nothing to tell
    assert a.party.events[-2:] == ["hold", "unhold"]
    finish(wire, a)


def test_a_refused_resume_leaves_the_call_on_hold_and_may_be_tried_again():
    wire, a, peer, call = _peer()
    call.hold()
    peer.take()
    peer.reply(peer.got[0], 200, body=SDP)
    peer.take()
    for status in (500, 200):
        call.resume()
        assert peer.take() == ["INVITE"] and call.state == "held"
        peer.reply(peer.got[0], status, body=SDP if status == 200 else b"")
        assert peer.take() == ["ACK"]
    assert call.state == "connected" and a.party.events[-2:] == ["hold", "unhold"]
    finish(wire, a)


def test_a_481_to_the_hold_ends_the_call():
    wire, a, peer, call = _peer()
    call.hold()
    peer.take()
    peer.reply(peer.got[0], 481)
    assert sorted(peer.take()) == ["ACK", "BYE"] and call.ended_by == "error"
    finish(wire, a)


def test_an_update_moves_the_remote_target_and_may_change_the_session():
    wire, a, peer, call = _peer()
    _inside(peer, call, "UPDATE", body=SDP.replace(b"t=0 0", b"t=0 0\r\na=sendonly"))
    assert peer.take() == ["200"] and b"a=recvonly" in peer.got[0].body
    assert call.remote_hold and a.party.events[-1] == "held"
    _inside(peer, call, "UPDATE", 2)
    assert peer.take() == ["200"] and peer.got[0].body == b""
    _inside(peer, call, "UPDATE", 1)  # its CSeq is over
    assert peer.take() == ["500"]
    _inside(peer, call, "UPDATE", 3, body=b"v=0\r\nm=audio 4 RTP/AVP 18\r\n")
    assert peer.take() == ["488"]
    _inside(peer, call, "FOO", 4)
    assert peer.take() == ["501"]
    _inside(peer, call, "MESSAGE", 5)  # known, and not for a phone (RFC 3261 8.2.1)
    assert peer.take() == ["405"] and "INVITE" in peer.got[0].header("allow")
    assert call.state == "connected"
    finish(wire, a)


def test_what_nobody_here_can_is_not_done_in_a_call_either_but_its_end_is():
    wire, a, peer, call = _peer()
    odd = (("Require", "100rel, nonsense"),)
    for cseq, method in enumerate(("OPTIONS", "INFO", "UPDATE", "REFER", "NOTIFY", "INVITE")):
        _inside(peer, call, method, 1 + cseq, headers=odd)
        assert peer.take()[-1:] == ["420"], method
        assert peer.got[-1].header("unsupported") == "nonsense", method
    assert call.state == "connected" and not call.remote_hold
    _inside(peer, call, "BYE", 9, headers=odd)
    assert peer.take() == ["200"] and call.state == "ended"
    finish(wire, a)


def test_a_new_address_of_ours_is_told_to_the_other_side():
    wire, a, b, call, other = _connected()
    a.network_changed()
    wire.run(100)
    assert other.voice.ip == A
    a.network.ip = "10.0.0.11"
    a.network_changed()
    wire.run(100)
    assert other.voice.ip == "10.0.0.11" and other.dialog.target == "sip:100@10.0.0.11:5060"
    a.network.ip = A
    finish(wire, a, b)


def test_an_offer_before_the_answer_is_refused_with_500():
    wire = Wire()
    a = wire.agent(A, "100", lambda kind, call, **more: kind == "incoming" and call.ring())
    peer = wire.peer(B)
    peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP)
    peer.take()
    call = a.calls[0]
    tag = call.dialog.local_tag
    peer.request("UPDATE", (A, 5060), "sip:100@" + A, cseq=2, to_tag=tag, body=SDP)
    assert peer.take() == ["500"] and peer.got[0].header("retry-after")
    peer.request("INVITE", (A, 5060), "sip:100@" + A, cseq=3, to_tag=tag, body=SDP)
    assert peer.take() == ["500"] and call.state == "ringing"
    finish(wire, a)


def test_the_session_is_refreshed_at_half_time_and_ends_without_refreshes():
    wire, a, b, call, other = _connected(session_timer=100)
    assert call.session.ours and not other.session.ours
    wire.run(49_000)
    assert "UPDATE" in "".join(wire.lines()[-2:])
    wire.run(500_000)
    assert call.state == other.state == "connected"
    wire.lose = range(100_000)  # the wire is cut
    wire.run(200_000)
    assert call.state == other.state == "ended"
    assert (call.ended_by, other.ended_by) == ("error", "error")
    finish(wire, a, b)


def test_the_other_side_refreshes_and_is_waited_for():
    wire, a, peer, call = _peer()
    timer = [("Session-Expires", "90;refresher=uac"), ("Supported", "timer")]
    _inside(peer, call, "UPDATE", 1, headers=timer)
    assert peer.take() == ["200"]
    assert peer.got[0].header("session-expires") == "90;refresher=uac"
    assert peer.got[0].header("require") == "timer"
    peer.take(50_000)
    _inside(peer, call, "UPDATE", 2, headers=timer)
    assert peer.take() == ["200"]
    peer.take(58_000)
    assert call.state == "connected"
    assert "BYE" in peer.take(5_000) and call.state == "ended"
    finish(wire, a)


def test_too_short_a_session_gets_422_with_min_se():
    wire, a, peer, call = _peer()
    timer = [("Session-Expires", "30"), ("Supported", "timer")]
    _inside(peer, call, "UPDATE", 1, headers=timer)
    assert peer.take() == ["422"] and peer.got[0].header("min-se") == "90"
    peer.request("INVITE", (A, 5060), "sip:100@" + A, "c7", headers=timer, body=SDP)
    assert peer.take() == ["422"]
    finish(wire, a)


def test_a_422_raises_our_interval():
    wire = Wire()
    a = wire.agent(A, "100", session_timer=100)
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    peer.take()
    assert peer.got[0].header("session-expires").startswith("100")
    peer.reply(peer.got[0], 422, headers=[("Min-SE", "400")])
    assert peer.take() == ["ACK", "INVITE"]
    invite = peer.got[1]
    assert invite.header("session-expires").startswith("400") and invite.header("min-se") == "400"
    peer.reply(invite, 200, body=SDP, headers=[("Session-Expires", "400;refresher=uac")])
    assert peer.take() == ["ACK"] and call.session.seconds == 400
    assert a.party.events == ["outgoing", "connected"]
    assert peer.take(201_000)[0] == "INVITE"  # no UPDATE in its Allow
    finish(wire, a)


def test_a_422_is_followed_three_times_and_no_more():
    wire = Wire()
    a = wire.agent(A, "100", session_timer=100)
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    peer.take()
    for number in range(4):
        peer.reply(peer.got[-1], 422, headers=[("Min-SE", str(400 + number))])
        assert peer.take() == (["ACK", "INVITE"] if number < 3 else ["ACK"]), number
    assert call.state == "ended" and call.status == 422
    finish(wire, a)


def test_a_session_of_any_length_is_neither_over_nor_refreshed_at_once():
    for seconds in (1_200_000, 4_294_967, 9_999_999):
        for refresher in ("uac", "uas"):
            wire = Wire()
            a = wire.agent(A, "100")
            peer = wire.peer(B)
            call = a.call(a.accounts[0], "200@" + B)
            peer.take()
            value = "%d;refresher=%s" % (seconds, refresher)
            peer.reply(peer.got[0], 200, body=SDP, headers=[("Session-Expires", value)])
            assert peer.take(100_000) == ["ACK"] and call.state == "connected", value
            call.hangup()
            peer.take()
            peer.reply(peer.got[0], 200)
            finish(wire, a)


def test_a_session_that_cannot_be_refreshed_ends_at_its_end():
    """Nobody is there to be asked: the connection is refused each time."""
    for update in (True, False):
        wire, a, peer, call = _peer(session_timer=200)
        headers = [("Session-Expires", "200;refresher=uas"), ("Supported", "timer")]
        if update:
            headers.append(("Allow", "UPDATE"))
        _inside(peer, call, "UPDATE", headers=headers)
        assert peer.take() == ["200"] and call.session.ours
        send = a.transport.send

        def refuse(data, address, protocol, failed=None):
            if failed:
                wire.timers.after(0, failed)  # noqa: B023

        a.transport.send = refuse
        peer.take(190_000)
        assert call.state == "connected", update
        peer.take(20_000)
        assert call.state == "ended" and call.ended_by == "error", update
        a.transport.send = send
        finish(wire, a)


def test_a_refusal_of_a_refresh_is_no_end_and_it_is_tried_again():
    wire, a, peer, call = _peer(session_timer=200)
    headers = [("Session-Expires", "200;refresher=uas"), ("Supported", "timer")]
    _inside(peer, call, "UPDATE", headers=headers)
    peer.take(101_000)
    for _ in range(30):
        for request in [x for x in peer.got if x.method in ("INVITE", "UPDATE")][:1]:
            peer.reply(request, 500)
        peer.take(10_100)
    assert call.state == "connected"
    finish(wire, a)


def test_a_refused_hold_leaves_the_time_for_the_other_sides_refresh():
    wire, a, peer, call = _peer(session_timer=200)
    headers = [("Session-Expires", "200;refresher=uac"), ("Supported", "timer")]
    _inside(peer, call, "UPDATE", headers=headers)
    assert peer.take() == ["200"] and call.session.state == "watching"
    for status in (488, 500):
        call.hold()
        assert peer.take() == ["INVITE"]
        peer.reply(peer.got[0], status)
        peer.take(20_000)
        assert call.state == "held", status
        call.resume()
        assert call.state == "connected"
    finish(wire, a)


def test_a_change_of_address_that_meets_491_is_told_once_more():
    wire, a, peer, call = _peer()
    a.network.ip = "10.0.0.7"
    wire.ends["10.0.0.7", 5060] = a.received
    a.network_changed()
    assert peer.take() == ["INVITE"] and b"c=IN IP4 10.0.0.7" in peer.got[0].body
    peer.reply(peer.got[0], 491)
    assert peer.take(5000)[:2] == ["ACK", "INVITE"]
    assert b"c=IN IP4 10.0.0.7" in peer.got[1].body and call.state == "connected"
    finish(wire, a)


def test_a_491_without_end_is_a_refusal_in_the_end():
    for direction in ("out", "in"):
        wire, a, peer, call = _peer()
        call.direction = direction  # who made the Call-ID waits longer
        call.hold()
        count = 0
        for _ in range(600):
            for request in [x for x in peer.got if x.method == "INVITE"]:
                count += 1
                peer.reply(request, 491)
            peer.take(100)
        assert 5 <= count < 15, count
        assert call.state == "held" and call.changes.state == "alone" and not call.changes.request
        call.resume()
        assert call.state == "connected"
        call.hold()  # and a later change is as new
        assert peer.take() == ["INVITE"]
        peer.reply(peer.got[0], 491)
        assert peer.take(5000)[:2] == ["ACK", "INVITE"]
        finish(wire, a)


def test_an_answer_that_never_came_does_not_stand_in_the_way_of_the_next_offer():
    wire = Wire()
    a = wire.agent(A, "100")
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    peer.take()
    peer.reply(peer.got[0], 200)  # without a description
    assert peer.take() == ["ACK"] and call.state == "connected"
    call.hold()
    assert peer.take() == ["INVITE"] and b"a=sendonly" in peer.got[0].body
    peer.reply(peer.got[0], 200)
    assert peer.take() == ["ACK"]
    call.resume()
    assert peer.take() == ["INVITE"] and b"a=sendrecv" in peer.got[0].body
    _inside(peer, call, "BYE")
    peer.take(100)
    finish(wire, a)
    peer.request("INVITE", (A, 5060), "sip:100@" + A, "offerless")
    peer.take()
    call = a.calls[0]
    call.answer()
    peer.take()
    tag = call.dialog.local_tag
    peer.request("ACK", (A, 5060), "sip:100@" + A, "offerless", to_tag=tag)  # and no answer
    peer.take()
    call.hold()
    assert peer.take() == ["INVITE"] and b"a=sendonly" in peer.got[0].body
    peer.reply(peer.got[0], 200, body=SDP)
    peer.take()
    call.hangup()
    peer.take()
    peer.reply(peer.got[0], 200)
    finish(wire, a)


def _plays(steps):
    """Play "hold", "resume" and statuses of the change under way; return the states after each."""
    wire, a, peer, call = _peer()
    under_way, states, direction = [], [], {}
    for step in steps:
        if step == "hold":
            call.hold()
        elif step == "resume":
            call.resume()
        else:
            request = under_way.pop(0)
            peer.reply(request, step, body=SDP if step == 200 else b"")
        peer.take()
        under_way += [x for x in peer.got if x.method == "INVITE"]
        for x in peer.got:
            if x.method == "INVITE":
                direction[len(states)] = b"a=sendonly" in x.body
        states.append(call.changes.state)
    for request in under_way:
        peer.reply(request, 200, body=SDP)
        peer.take()
    return states, direction, call.state


def test_each_cell_of_the_table_of_holding():
    on, off = True, False
    for steps, states, sent in (
        (("hold", 200), ["holding", "held"], {0: on}),
        (("hold", "hold", 200), ["holding", "holding", "held"], {0: on}),
        (("hold", 488), ["holding", "alone"], {0: on}),
        (("hold", 488, "hold"), ["holding", "alone", "alone"], {0: on}),
        (("hold", 488, "resume"), ["holding", "alone", "active"], {0: on}),
        (("hold", "resume", 200), ["holding", "resuming", "resuming"], {0: on, 2: off}),
        (
            ("hold", "resume", 200, 200),
            ["holding"] + 2 * ["resuming"] + ["active"],
            {0: on, 2: off},
        ),
        (("hold", "resume", "hold", 200), ["holding", "resuming", "holding", "held"], {0: on}),
        (("hold", 200, "hold"), ["holding", "held", "held"], {0: on}),
        (("hold", 200, "resume"), ["holding", "held", "resuming"], {0: on, 2: off}),
        (("hold", 200, "resume", 200), ["holding", "held", "resuming", "active"], {0: on, 2: off}),
        (("hold", 200, "resume", 488), ["holding", "held", "resuming", "held"], {0: on, 2: off}),
        (
            ("hold", 200, "resume", "hold", 200),
            ["holding", "held", "resuming", "held", "holding"],
            {0: on, 2: off, 4: on},
        ),
        (
            ("hold", 200, "resume", "hold", 488),
            ["holding", "held", "resuming", "held", "held"],
            {0: on, 2: off},
        ),
        (("resume",), ["active"], {}),
    ):
        found = _plays(steps)
        assert found[:2] == (states, sent), (steps, found)


def test_a_change_that_is_never_answered_ends_with_its_call():
    for status in (100, 183):
        for ends in ("BYE", "hangup", "hangup, then 1xx"):
            wire, a, peer, call = _peer()
            call.hold()
            assert peer.take() == ["INVITE"]
            change = peer.got[0]
            if "then" not in ends:
                peer.reply(change, status)  # after it, the answer may take any time
                peer.take()
            if ends == "BYE":
                _inside(peer, call, "BYE")
                assert peer.take() == ["200"]
            else:
                call.hangup()
                assert peer.take() == ["BYE"]
                peer.reply(peer.got[0], 200)
                if "then" in ends:
                    peer.reply(change, status)  # it was on its way
            assert call.state == "ended"
            finish(wire, a)
