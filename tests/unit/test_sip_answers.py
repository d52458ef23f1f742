"""Calls at their bounds: how long they ring, what their answers hold, changes that are refused."""

from sipkit import SDP, Random, Wire, finish

from sip.message.message import parse

A, B = "10.0.0.1", "10.0.0.2"
_ROUTES = [("Record-Route", "<sip:10.0.0.7;lr>"), ("Record-Route", "<sip:%s;lr>" % B)]


def _called(headers=(), body=SDP, **settings):
    """Return (wire, agent, peer, the call that rings)."""
    wire = Wire()

    def ring(kind, call, **more):
        if kind == "incoming":
            call.ring()

    agent, peer = wire.agent(A, "100", ring, **settings), wire.peer(B)
    peer.request("INVITE", (A, 5060), "sip:100@" + A, headers=headers, body=body)
    assert peer.take() == ["180"]
    return wire, agent, peer, agent.calls[0]


def _answered(headers=(), **settings):
    wire, agent, peer, call = _called(headers, **settings)
    call.answer()
    assert peer.take() == ["200"]
    _inside(peer, call, "ACK")
    assert peer.take() == []
    return wire, agent, peer, call


def _inside(peer, call, method, cseq=1, **kw):
    kw["to_tag"] = call.dialog.local_tag
    peer.request(method, (A, 5060), "sip:100@" + A, call.call_id, cseq, **kw)


def _dialled(**settings):
    wire = Wire()
    agent, peer = wire.agent(A, "100", **settings), wire.peer(B)
    call = agent.call(agent.accounts[0], "200@" + B)
    assert peer.take() == ["INVITE"]
    return wire, agent, peer, call


def test_a_call_rings_as_long_as_its_invite_says_and_an_hour_at_most():
    for value, seconds, status in (
        ("1", 1, "487"), ("20", 20, "487"), ("3600", 3600, "487"), ("7200", 3600, "487"),
        ("99999999", 3600, "487"), ("soon", 300, "487"), (None, 300, "480"),
    ):  # fmt: skip
        wire, agent, peer, call = _called([("Expires", value)] if value else [])
        peer.take(1000 * seconds - 100)
        assert call.state == "ringing", value
        assert status in peer.take(200) and call.state == "ended", value
        assert call.ended_by == "remote"
        peer.request("ACK", (A, 5060), "sip:100@" + A, branch="z9hG4bKp1")
        finish(wire, agent)


def test_a_180_is_repeated_each_minute_for_the_proxies():
    wire, agent, peer, call = _called()  # RFC 3261 section 13.3.1.1
    agent.guard.heard(B, 9000)  # or three times his bytes would be the end of it
    for _ in range(3):
        assert peer.take(59_900) == [] and peer.take(100) == ["180"]
    call.answer()
    assert peer.take() == ["200"]
    _inside(peer, call, "ACK")
    assert peer.take(130_000) == [], "nothing is told of what is over"
    call.ring()
    assert call.state == "connected"
    call.answer()
    assert peer.take() == [] and agent.party.events.count("connected") == 1


def test_what_each_answer_to_an_invite_holds():
    wire, agent, peer, call = _called(_ROUTES)
    ringing = peer.got[0]
    assert ringing.header("contact") == "<sip:100@10.0.0.1:5060>" and not ringing.body
    assert ringing.all("record-route") == [x[1] for x in _ROUTES]
    call.answer()
    peer.take()
    answer = peer.got[0]
    assert answer.all("record-route") == [x[1] for x in _ROUTES]
    assert answer.header("contact") == ringing.header("contact")
    assert answer.tag("to") == ringing.tag("to") and answer.header("content-type")
    assert answer.body.startswith(b"v=0") and "timer" in answer.header("supported")
    wire, agent, peer, call = _called(_ROUTES)
    call.reject(486)
    peer.take()
    refusal = peer.got[0]
    assert refusal.status == 486 and not refusal.header("record-route") and not refusal.body
    assert not refusal.header("contact") and refusal.tag("to")
    peer.request("ACK", (A, 5060), "sip:100@" + A, branch="z9hG4bKp1")
    call.reject(603)
    assert peer.take() == [], "once"


def test_a_diversion_names_a_number_an_address_or_a_uri():
    for target, contact in (
        ("555", "sip:555@10.0.0.1"), ("555@pbx", "sip:555@pbx"), ("*1#", "sip:*1%23@10.0.0.1"),
        ("sip:555@pbx", "sip:555@pbx"), ("SIPS:5@pbx", "SIPS:5@pbx"), ("tel:+49", "tel:+49"),
    ):  # fmt: skip
        wire, agent, peer, call = _called()
        call.redirect(target)
        assert peer.take() == ["302"]
        assert peer.got[0].header("contact") == "<%s>" % contact
        assert peer.got[0].header("diversion") == "<sip:100@10.0.0.1>;reason=deflection;counter=1"
        assert (call.state, call.status, call.ended_by) == ("ended", 302, "local")


def test_a_call_that_is_not_answered_is_hung_up_as_busy():
    wire, agent, peer, call = _called()
    call.hangup()
    assert peer.take() == ["486"] and call.status == 486
    wire, agent, peer, call = _answered()
    call.hangup()
    assert peer.take() == ["BYE"]


def test_calls_beyond_the_most_are_refused_as_busy_and_told_once():
    wire = Wire()
    agent, peer = wire.agent(A, "100"), wire.peer(B)
    most = agent.most_calls
    for n in range(most):
        peer.request("INVITE", (A, 5060), "sip:100@" + A, "c%d" % n, body=SDP)
        peer.take()
    assert len(agent.calls) == most
    peer.request("INVITE", (A, 5060), "sip:100@" + A, "more", body=SDP)
    assert "486" in peer.take() and len(agent.calls) == most
    assert agent.party.events.count("ended") == 1
    try:
        agent.call(agent.accounts[0], "200@" + B)
        raise AssertionError
    except ValueError as error:
        assert str(error) == "too many calls"


def test_after_a_491_the_one_who_called_waits_2_1_to_4_s_and_the_other_up_to_2():
    # RFC 3261 section 14.1
    for ours, least, most in ((True, 2100, 4000), (False, 0, 2000)):
        waits = set()
        for seed in range(12):
            if ours:
                wire, agent, peer, call = _dialled()
                peer.reply(peer.got[0], 200, body=SDP)
                assert peer.take() == ["ACK"]
            else:
                wire, agent, peer, call = _answered()
            agent.random = Random(seed + 3)
            call.hold()
            assert peer.take() == ["INVITE"]
            peer.reply(peer.got[0], 491)
            assert peer.take() == ["ACK"] or peer.got
            waited = 0
            again = [x for x in peer.got if x.method == "INVITE"]
            while not again and waited < 6000:
                peer.take(50)
                again = [x for x in peer.got if x.method == "INVITE"]
                waited += 50
            assert least - 100 <= waited <= most + 100, (ours, waited)
            waits.add(waited)
            peer.reply(again[0], 200, body=SDP.replace(b"m=audio", b"a=recvonly\r\nm=audio"))
            peer.take()
            assert call.changes.state == "held"
        assert len(waits) > 6, "it is drawn"


def _reinvited(peer):
    assert peer.take() == ["INVITE"]
    return peer.got[0]


def test_a_hold_that_is_refused_is_ours_alone_and_ends_without_a_word():
    wire, agent, peer, call = _answered()
    call.hold()
    peer.reply(_reinvited(peer), 488)
    assert peer.take() == ["ACK"]
    assert (call.state, call.changes.state) == ("held", "alone")
    call.hold()
    assert peer.take() == [] and call.changes.state == "alone"
    call.resume()
    assert peer.take() == [] and (call.state, call.changes.state) == ("connected", "active")


def test_a_resume_that_is_refused_leaves_the_call_held():
    wire, agent, peer, call = _answered()
    call.hold()
    peer.reply(_reinvited(peer), 200, body=SDP)
    assert peer.take() == ["ACK"] and call.changes.state == "held"
    call.resume()
    peer.reply(_reinvited(peer), 488)
    assert peer.take() == ["ACK"]
    assert call.changes.state == "held"
    call.resume()
    peer.reply(_reinvited(peer), 200, body=SDP)
    assert peer.take() == ["ACK"] and call.state == "connected"


def test_a_wish_that_changes_while_it_is_told_is_told_too():
    wire, agent, peer, call = _answered()
    call.hold()
    request = _reinvited(peer)
    call.resume()
    assert peer.take() == [] and call.changes.state == "resuming", "one at a time"
    call.hold()
    assert call.changes.state == "holding"
    call.resume()
    peer.reply(request, 200, body=SDP)
    assert peer.take() == ["ACK", "INVITE"]
    second = peer.got[-1]
    assert b"a=sendonly" not in second.body and b"a=sendonly" in request.body
    peer.reply(second, 200, body=SDP)
    assert peer.take() == ["ACK"] and call.changes.state == "active"


def test_a_call_that_the_other_side_does_not_know_any_more_ends():
    for status in (408, 481):
        wire, agent, peer, call = _answered()
        call.hold()
        peer.reply(_reinvited(peer), status)
        peer.take()
        assert call.state == "ended" and call.ended_by == "error", status
    for status in (400, 403, 500, 603):
        wire, agent, peer, call = _answered()
        call.hold()
        peer.reply(_reinvited(peer), status)
        assert peer.take() == ["ACK"] and call.state == "held", status


def test_a_refresh_that_is_refused_is_tried_again_after_ten_seconds():
    timer = [("Session-Expires", "200;refresher=uas"), ("Supported", "timer")]
    wire, agent, peer, call = _answered(timer + [("Allow", "UPDATE")])
    assert peer.take(99_800) == []
    assert peer.take(400) == ["UPDATE"]
    peer.reply(peer.got[0], 500)
    assert peer.take(9900) == [] and peer.take(300) == ["UPDATE"]
    peer.reply(peer.got[0], 200, headers=[("Session-Expires", "200;refresher=uac")])
    assert peer.take(99_000) == []
    assert peer.take(1500) == ["UPDATE"]


def test_an_offer_that_crosses_ours_gets_491_and_one_before_the_answer_500():
    wire, agent, peer, call = _answered()
    call.hold()
    request = _reinvited(peer)
    for method in ("INVITE", "UPDATE"):
        _inside(peer, call, method, 5, body=SDP)
        assert peer.take() == ["491"], method
        _inside(peer, call, "ACK", 5)
        peer.take()
    peer.reply(request, 200, body=SDP)
    peer.take()
    wire, agent, peer, call = _called()
    _inside(peer, call, "UPDATE", 5, body=SDP)
    assert peer.take() == ["500"] and 1 <= int(peer.got[0].header("retry-after")) <= 10
    assert call.state == "ringing"


def test_an_offer_that_cannot_be_met_leaves_the_call_as_it_was():
    wire, agent, peer, call = _answered()
    before = call.voice
    bad = SDP.replace(b"AVP 0 8 101", b"AVP 18")
    for cseq, method in ((5, "INVITE"), (6, "UPDATE")):
        _inside(peer, call, method, cseq, body=bad)
        assert peer.take() == ["488"], method
        assert call.state == "connected" and call.voice.port == before.port
    _inside(peer, call, "UPDATE", 7)
    assert peer.take() == ["200"] and not peer.got[0].body
    _inside(peer, call, "UPDATE", 8, body=SDP.replace(b"4000", b"4002"))
    assert peer.take() == ["200"] and peer.got[0].body and call.voice.port == 4002
    assert peer.got[0].header("content-type") == "application/sdp"
    assert peer.got[0].header("contact") and peer.got[0].header("supported")


def test_a_new_address_of_ours_is_told_where_it_is_another_one():
    wire, agent, peer, call = _answered()
    call.changes.moved()
    assert peer.take() == []
    agent.network.ip = "10.0.0.11"
    wire.ends["10.0.0.11", 5060] = agent.received
    call.changes.moved()
    assert peer.take() == ["INVITE"] and b"10.0.0.11" in peer.got[0].body
    assert "10.0.0.11" in peer.got[0].header("contact")


def test_a_final_answer_of_every_class_ends_a_call_of_ours_with_its_words():
    for status, by in ((400, "remote"), (404, "remote"), (486, "remote"), (500, "remote"),
                       (600, "remote"), (603, "remote")):  # fmt: skip
        wire, agent, peer, call = _dialled()
        peer.reply(peer.got[0], status)
        assert peer.take() == ["ACK"]
        assert (call.state, call.status, call.ended_by) == ("ended", status, by)
        assert agent.party.events == ["outgoing", "ended"]


def test_a_100_is_no_ringing_and_each_18x_but_199_is_one():
    for status, state in ((100, "calling"), (199, "calling"), (180, "ringing"), (183, "ringing"),
                          (181, "ringing"), (182, "ringing")):  # fmt: skip
        wire, agent, peer, call = _dialled()
        peer.reply(peer.got[0], status)
        peer.take()
        assert call.state == state, status
        peer.reply(_sent_first(wire), 180)
        peer.take()
        assert call.state == "ringing"
        assert agent.party.events == ["outgoing", "ringing"], "once"


def _sent_first(wire):
    """Return the INVITE that was sent, as its receiver has it."""
    message = parse(wire.log[0][3])
    message.source = wire.log[0][1]
    return message


def test_forks_are_known_by_their_tags_up_to_eight():
    wire, agent, peer, call = _dialled()
    invite = peer.got[0]
    for n in range(12):
        peer.reply(invite, 180, "t%d" % n)
        peer.reply(invite, 180, "t%d" % n)
        peer.take()
    assert call.tags == tuple(["t%d" % n for n in range(8)])


def test_what_cannot_be_called_says_why():
    wire = Wire()
    agent = wire.agent(A, "100")
    for target, why in (
        ("", "no host"),
        ("555", "no host for '555'"),
        ("5 5@h", "no address"),
        ("<5>@h", "no address"),
        ('"5"@h', "no address"),
        ("sip:", "no address"),
        ("sip:5@", "no address"),
        ("5@", "no address"),
    ):
        try:
            agent.call(agent.accounts[0], target)
            raise AssertionError(target)
        except ValueError as error:
            assert why in str(error), (target, error)
    assert not agent.calls and not wire.log


def test_each_status_has_the_words_of_its_standard():
    from sip.message.response import response

    wire, agent, peer, call = _called()
    for status, words in (
        (100, "Trying"), (180, "Ringing"), (200, "OK"), (202, "Accepted"),
        (302, "Moved Temporarily"), (400, "Bad Request"), (403, "Forbidden"), (404, "Not Found"),
        (405, "Method Not Allowed"), (406, "Not Acceptable"), (415, "Unsupported Media Type"),
        (416, "Unsupported URI Scheme"), (420, "Bad Extension"),
        (422, "Session Interval Too Small"), (433, "Anonymity Disallowed"),
        (480, "Temporarily Unavailable"), (481, "Call/Transaction Does Not Exist"),
        (482, "Loop Detected"), (483, "Too Many Hops"), (486, "Busy Here"),
        (487, "Request Terminated"), (488, "Not Acceptable Here"), (489, "Bad Event"),
        (491, "Request Pending"), (500, "Server Internal Error"), (501, "Not Implemented"),
        (503, "Service Unavailable"), (505, "Version Not Supported"), (513, "Message Too Large"),
        (603, "Decline"),
    ):  # fmt: skip
        data = response(agent, call.invite, status)
        assert data.startswith(b"SIP/2.0 %d %s\r\n" % (status, words.encode())), status
