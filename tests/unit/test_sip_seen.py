"""What other software sends, as seen from PBXs, trunks and phones: lax, odd, but meant well."""

from sipkit import SDP, Wire, finish

from sip.account import Account

A, B = "10.0.0.1", "10.0.0.2"


def _called(body=SDP, **kw):
    """Return (wire, agent, peer, call, branch of the INVITE, tag of ours) of a call that rings."""
    wire = Wire()
    a = wire.agent(A, "100", lambda kind, call, **more: kind == "incoming" and call.ring())
    peer = wire.peer(B)
    branch = peer.request("INVITE", (A, 5060), "sip:100@" + A, body=body, **kw)
    assert peer.take() == ["180"]
    return wire, a, peer, a.party.calls[0], branch, peer.got[0].tag("to")


def _calling():
    wire = Wire()
    a = wire.agent(A, "100")
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    assert peer.take() == ["INVITE"]
    return wire, a, peer, call, peer.got[0]


def _inside(peer, call, method, cseq=1, tag="peer", **kw):
    kw["from_"] = "<sip:200@%s>;tag=%s" % (B, tag)
    kw["to_tag"] = call.dialog.local_tag
    peer.request(method, (A, 5060), "sip:100@" + A, call.call_id, cseq, **kw)


def test_a_cancel_with_the_to_tag_of_our_180_ends_the_call():
    wire, a, peer, call, branch, tag = _called()
    peer.request("CANCEL", (A, 5060), "sip:100@" + A, branch=branch, to_tag=tag)
    assert sorted(peer.take()) == ["200", "487"] and call.state == "ended"
    peer.request("ACK", (A, 5060), "sip:100@" + A, branch=branch, to_tag=tag)
    finish(wire, a)


def test_the_cancel_of_a_re_invite_that_is_answered_gets_200_and_changes_nothing():
    wire, a, peer, call, branch, tag = _called()
    call.answer()
    peer.take()
    peer.request("ACK", (A, 5060), "sip:100@" + A, to_tag=tag)
    again = peer.request("INVITE", (A, 5060), "sip:100@" + A, cseq=2, to_tag=tag, body=SDP)
    assert peer.take() == ["200"]
    peer.request("CANCEL", (A, 5060), "sip:100@" + A, cseq=2, to_tag=tag, branch=again)
    assert peer.take() == ["200"] and call.state == "connected"
    peer.request("ACK", (A, 5060), "sip:100@" + A, cseq=2, to_tag=tag)
    finish(wire, a)


def test_an_update_before_the_answer_tells_who_is_called_and_leaves_the_call_alone():
    wire, a, peer, call, invite = _calling()
    peer.reply(invite, 180)
    peer.take()
    for method in ("UPDATE", "OPTIONS", "INFO"):
        _inside(peer, call, method)
        assert peer.take() == ["200"], method
    _inside(peer, call, "UPDATE", 2, body=SDP)  # our offer is not answered yet
    assert peer.take() == ["500"] and peer.got[0].header("retry-after")
    _inside(peer, call, "UPDATE", 3, "stranger")
    assert peer.take() == ["481"] and call.state == "ringing"
    peer.reply(invite, 200, body=SDP)
    assert peer.take() == ["ACK"] and call.state == "connected"
    finish(wire, a)


def test_an_update_may_change_early_media_once_a_reliable_183_has_answered_our_offer():
    wire, a, peer, call, invite = _calling()
    peer.reply(invite, 183, headers=[("Require", "100rel"), ("RSeq", "7")], body=SDP)
    assert peer.take() == ["PRACK"]
    peer.reply(peer.got[0], 200)
    _inside(peer, call, "UPDATE", body=SDP.replace(b"4000", b"4002"))
    assert peer.take() == ["200"] and b"m=audio" in peer.got[0].body
    assert call.voice.port == 4002 and call.state == "ringing"
    peer.reply(invite, 200)
    assert peer.take() == ["ACK"] and call.state == "connected"
    call.hangup()
    assert peer.take() == ["BYE"]
    peer.reply(peer.got[0], 200)
    finish(wire, a)


def test_the_end_of_an_early_dialog_is_no_ringing():
    wire, a, peer, call, invite = _calling()
    peer.reply(invite, 199, "gone")
    peer.take()
    assert call.state == "calling" and a.party.events == ["outgoing"]
    finish(wire, a)


def test_an_ack_with_a_body_that_nobody_asked_for_is_an_ack():
    wire, a, peer, call, branch, tag = _called()
    call.answer()
    peer.take()
    peer.request("ACK", (A, 5060), "sip:100@" + A, to_tag=tag, body=b"x", kind="text/plain")
    assert peer.take() == [] and call.state == "connected"
    finish(wire, a)


def test_an_info_of_a_package_that_nobody_has_agreed_on_gets_469():
    wire, a, peer, call, branch, tag = _called()
    more = [("Info-Package", "conference")]
    peer.request("INFO", (A, 5060), "sip:100@" + A, cseq=2, to_tag=tag, headers=more)
    assert peer.take() == ["469"] and peer.got[0].header("recv-info") == "dtmf"
    more = [("Info-Package", "dtmf")]
    peer.request("INFO", (A, 5060), "sip:100@" + A, cseq=3, to_tag=tag, headers=more)
    assert peer.take() == ["200"]
    finish(wire, a)


def test_a_request_whose_via_makes_no_sense_is_dropped_without_a_fault():
    wire, a, peer, call, branch, tag = _called()
    for broken in ('z9hG4bK1;x="y', 'z9hG4bK1;"rport'):
        peer.request("OPTIONS", (A, 5060), "sip:100@" + A, "c9", branch=broken)
        assert peer.take() in ([], ["400"])  # a fault in the log fails the test
    finish(wire, a)


def test_an_accept_over_several_lines_is_one_list():
    more = [("Accept", "application/isup"), ("Accept", "application/sdp")]
    wire, a, peer, call, branch, tag = _called(headers=more)
    finish(wire, a)


def test_numbers_are_dialled_as_uris_write_them():
    wire = Wire()
    peer = wire.peer(B)
    a = wire.agent(A, "100")
    a.accounts[0].host = B
    for number, uri in (
        ("#31#12", "sip:%2331%2312@10.0.0.2"),
        ("*21*5#", "sip:*21*5%23@10.0.0.2"),
        ("tel:+49-30.123", "sip:+4930123@10.0.0.2"),
        ("tel:123;phone-context=x", "sip:123@10.0.0.2"),
        ("sip:%2331@10.0.0.2;user=phone", "sip:%2331@10.0.0.2;user=phone"),
    ):
        call = a.call(a.accounts[0], number)
        assert peer.take(40_000)[0] == "INVITE"
        assert peer.got[0].uri == uri, (number, peer.got[0].uri)
        assert "<%s>" % uri == peer.got[0].header("to")
        if number == "#31#12":
            assert call.remote == "#31#12@10.0.0.2"
    finish(wire, a)


def _register(host=B, outbound=""):
    wire = Wire()
    peer = wire.peer(B)
    a = wire.agent(A, "direct")
    account = Account(2, "100", host, "secret")
    account.outbound = outbound
    a.add(account)
    assert peer.take() == ["REGISTER"]
    return wire, peer, a, account


def test_the_time_that_is_granted_is_found_however_the_registrar_writes_our_contact():
    for contacts in (
        ["<sip:100@10.0.0.1>;expires=100"],  # without the port that is the usual one
        ["<sip:100@192.0.2.7:33333;ob>;expires=100"],  # as a NAT made it
        ["<sip:100@10.0.0.3:5060>;expires=0, <sip:100@10.0.0.1:5060;x=y>;Expires=100"],
        ["<sip:old@10.9.9.9>;expires=7", '"x"<SIP:100@10.0.0.1:5060>;q=1;expires="100"'],
    ):
        wire, peer, a, account = _register()
        more = [("Contact", x) for x in contacts]
        peer.reply(peer.got[0], 200, headers=more, contact=False)
        assert peer.take(70_000) == [] and account.registered, contacts
        assert "REGISTER" in peer.take(12_000), contacts


def test_a_contact_that_cannot_be_read_is_no_reason_to_forget_the_registration():
    wire, peer, a, account = _register()
    more = [
        ("Contact", '"x <sip:1@10.0.0.9>'),
        ("Service-Route", '"y <sip:z>'),
        ("Expires", "100"),
    ]
    peer.reply(peer.got[0], 200, headers=more, contact=False)
    assert peer.take(70_000) == [] and account.registered
    assert "REGISTER" in peer.take(12_000)


def test_calls_take_the_service_route_of_the_registrar():
    wire, peer, a, account = _register()
    routes = [("Service-Route", "<sip:10.0.0.2;lr>, <sip:core.example;lr>")]
    peer.reply(peer.got[0], 200, headers=routes)
    peer.take()
    a.call(account, "300")
    assert peer.take()[-1] == "INVITE"
    assert peer.got[-1].all("route") == ["<sip:10.0.0.2;lr>", "<sip:core.example;lr>"]
    assert peer.got[-1].uri == "sip:300@10.0.0.2"


def test_a_registrar_that_has_moved_is_followed_once_and_the_first_one_is_asked_again_later():
    wire, peer, a, account = _register()
    other = wire.peer("10.0.0.3")
    peer.reply(peer.got[0], 302, headers=[("Contact", "<sip:10.0.0.3>")], contact=False)
    peer.take()
    assert other.got[-1].method == "REGISTER" and other.got[-1].uri == "sip:10.0.0.3"
    assert other.got[-1].header("to") == "<sip:100@10.0.0.2>" and not account.tried
    other.reply(other.got[-1], 301, headers=[("Contact", "<sip:10.0.0.2>")], contact=False)
    other.take()
    assert account.reason.startswith("301") and not account.registered
    assert "REGISTER" in peer.take(40_000) and peer.got[0].uri == "sip:10.0.0.2"
    peer.reply(peer.got[0], 200)
    peer.take()
    assert account.registered


def test_the_service_route_begins_behind_the_outbound_proxy():
    wire, peer, a, account = _register("ims.example", B)
    routes = [("Service-Route", "<sip:core.example;lr>")]
    peer.reply(peer.got[0], 200, headers=routes)
    peer.take()
    a.call(account, "300")
    assert peer.take()[-1] == "INVITE"
    assert peer.got[-1].all("route") == ["<sip:10.0.0.2;lr>", "<sip:core.example;lr>"]
