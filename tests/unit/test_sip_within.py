"""What is said within a call, and what its end leaves: on the wire, to listener and voice."""

from sipkit import SDP, OneCall, finish

from sip.account import Account, account_of
from sip.message.fields import seconds
from sip.message.message import parse

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
_UNKNOWN = SDP.replace(b"AVP 0 8 101", b"AVP 18")  # G.729


# -- what a call is by itself -------------------------------------------------------------------


def test_a_call_of_ours_is_of_one_who_is_trusted_and_has_not_hidden():
    scene = OneCall()
    scene.agent.accounts[0].display = "Front Desk"
    call = scene.dialled().call
    assert call.trusted and not call.anonymous and call.local_display == "Front Desk"
    assert call.port == 16384 + 2 * call.id and (b"m=audio %d " % call.port) in scene.invite.body
    assert b"a=ptime:20\r\n" in scene.invite.body
    assert OneCall().called().call.local_display == ""
    scene = OneCall(codec_size=30)
    assert b"a=ptime:30\r\n" in scene.dialled().invite.body
    scene = OneCall()
    call = scene.called(body=b"").call
    assert call.port == 0, "nothing was said yet"


def test_an_answer_says_so_with_its_status_and_a_call_that_rings_keeps_no_body():
    scene = OneCall().called()
    assert scene.call.invite.body == b"" and scene.call.status == 0
    scene.call.answer()
    assert (scene.call.status, scene.call.answered) == (200, True)
    assert scene.voice[-1] == ("connected", False) and scene.told[-1] == "connected"


def test_an_answer_that_cannot_be_given_any_more_is_a_488():
    scene = OneCall().called()

    def describe(address):
        raise ValueError("nothing fits")

    scene.call.describe = describe
    scene.call.answer()
    assert scene.heard() == ["488"]
    assert (scene.call.state, scene.call.status, scene.call.ended_by) == ("ended", 488, "local")


def test_an_answer_ends_what_was_repeated_while_it_rang():
    scene = OneCall().called([("Require", "100rel")])
    scene.agent.guard.heard(B, 9000)
    assert scene.heard(500) == ["180"], "nobody has acknowledged the first"
    scene.call.answer()
    assert set(scene.heard(31_000)) == {"200"}
    scene = OneCall().called([("Require", "100rel")])
    scene.call.reject(486)
    assert "180" not in scene.heard(31_000)


def test_only_a_180_and_a_200_name_where_we_are():
    for status in (180, 200, 302, 486, 603):
        scene = OneCall().called([("Record-Route", "<sip:10.0.0.7;lr>")])
        if status == 200:
            scene.call.answer()
        elif status > 200:
            scene.call.reject(status)
        scene.heard()
        answer = scene.peer.got[-1] if status > 180 else parse(scene.wire.log[-1][3])
        assert answer.status == status
        assert bool(answer.header("contact")) is (status < 300), status
        assert bool(answer.header("record-route")) is (status < 300), status


# -- requests within a call ---------------------------------------------------------------------


def test_requests_within_a_call_count_up_and_each_fork_counts_for_itself():
    scene = OneCall().answered()
    scene.ask("INFO", 5)
    scene.ask("INFO", 5)  # an equal one is no older
    scene.ask("INFO", 4)
    assert scene.heard() == ["200", "200", "500"]
    scene = OneCall().called()
    scene.ask("OPTIONS", 7)
    scene.ask("OPTIONS", 6)
    assert scene.heard() == ["200", "500"], "before its answer, too"
    scene = OneCall().dialled()
    for tag in ("one", "two"):
        scene.peer.reply(scene.invite, 180, tag)
    scene.heard()
    for cseq, tag in ((9, "one"), (1, "two"), (8, "one")):
        scene.ask("OPTIONS", cseq, tag)
    assert scene.heard() == ["200", "200", "200"]


def test_a_fault_of_ours_within_a_call_is_a_500_and_is_logged():
    scene = OneCall().answered()
    logged = scene.log()
    scene.agent.listener = lambda *args, **more: {}["a KeyError"]
    headers = [("Content-Type", "application/dtmf-relay")]
    scene.ask("INFO", headers=headers, body=b"Signal=5\r\n", kind="application/dtmf-relay")
    assert scene.heard() == ["500"] and 0 in logged
    assert scene.call.state == "connected"


def test_a_call_that_waits_for_nothing_but_its_ack_knows_no_requests():
    scene = OneCall().called()
    scene.call.answer()
    scene.call.hangup()
    assert scene.heard() == ["200"] and scene.agent.waiting == [scene.call]
    for method in ("INFO", "UPDATE", "OPTIONS", "BYE"):
        scene.ask(method)
        assert scene.heard() == ["481"], method
    scene.ask("ACK", 1)
    assert scene.heard() == ["BYE"] and scene.agent.waiting == []


def test_who_is_to_be_replaced_and_has_just_been_hung_up_is_declined():
    scene = OneCall().called()  # RFC 3891 section 3
    scene.call.answer()
    scene.call.hangup()
    scene.heard()
    dialog = scene.call.dialog
    for call_id, ours, theirs, status in (
        (dialog.call_id, dialog.local_tag, dialog.remote_tag, "603"),
        (" %s " % dialog.call_id, dialog.local_tag, dialog.remote_tag, "603"),
        ("other", dialog.local_tag, dialog.remote_tag, "481"),
        (dialog.call_id, "x", dialog.remote_tag, "481"),
        (dialog.call_id, dialog.local_tag, "x", "481"),
    ):
        value = "%s;to-tag=%s;from-tag=%s" % (call_id, ours, theirs)
        from_ = "<sip:300@peer.example>;tag=%s" % status
        scene.peer.request(
            "INVITE", (A, 5060), "sip:100@" + A, "n" + ours + theirs + call_id.strip(),
            headers=[("Replaces", value)], body=SDP, from_=from_,
        )  # fmt: skip
        assert status in scene.heard(), (call_id, ours, theirs)
        scene.agent.transactions.clear()


def test_a_bye_ends_the_repetition_of_a_200_that_nobody_has_acknowledged():
    scene = OneCall().called()
    scene.call.answer()
    assert scene.heard() == ["200"]
    scene.ask("BYE")
    assert scene.heard() == ["200"]
    assert (scene.call.state, scene.call.ended_by) == ("ended", "remote")
    assert scene.heard(40_000) == [] and scene.agent.waiting == []


def test_a_call_without_refreshes_is_ended_once_whatever_else_waits():
    timer = [("Session-Expires", "90;refresher=uac"), ("Supported", "timer")]
    scene = OneCall().answered(timer)
    scene.agent.guard.vouch(B)
    scene.heard(50_000)
    scene.ask("INVITE", body=SDP)  # its 200 is never acknowledged
    scene.heard(9_000)
    assert "BYE" in scene.heard(2_000)
    bye = [x for x in scene.peer.got if x.method == "BYE"][0]
    assert bye.header("reason") == 'SIP;cause=408;text="session expired"'
    scene.peer.reply(bye, 200)
    assert scene.heard(60_000) == []
    call = scene.call
    assert (call.status, call.reason, call.ended_by) == (408, "session expired", "error")


def test_a_call_of_ours_whose_answer_cannot_be_used_is_hung_up():
    scene = OneCall().dialled()
    scene.peer.reply(scene.invite, 200, body=_UNKNOWN)
    assert scene.heard() == ["ACK", "BYE"]
    assert scene.call.state == "ended" and scene.told == ["outgoing", "ended"]


# -- changes ------------------------------------------------------------------------------------


def test_the_voice_is_told_of_each_hold_and_of_its_end():
    scene = OneCall().answered()
    scene.call.hold()
    assert scene.voice == [("held", False)] and scene.told == ["hold"]
    scene.call.hold()
    assert len(scene.voice) == 1 and scene.told == ["hold"], "once"
    assert scene.heard() == ["INVITE"]
    scene.peer.reply(scene.peer.got[0], 200, body=SDP)
    scene.heard()
    scene.voice.clear()
    scene.call.resume()
    assert scene.voice == [], "not before they have agreed"
    assert scene.heard() == ["INVITE"]
    scene.peer.reply(scene.peer.got[0], 200, body=SDP)
    scene.heard()
    assert scene.voice[-1] == ("connected", False) and scene.told == ["hold", "unhold"]


def test_what_they_agree_to_may_come_from_another_contact():
    scene = OneCall().answered()
    scene.call.hold()
    scene.heard()
    other = scene.wire.peer(C)
    request = scene.peer.got[0]
    moved = [("Contact", "<sip:moved@%s>" % C)]
    scene.peer.reply(request, 200, body=SDP, headers=moved, contact=False)
    scene.heard()
    scene.call.hangup()
    scene.heard()
    assert [x.method for x in other.got][-1] == "BYE" and other.got[-1].uri == "sip:moved@" + C


def test_a_refresh_by_update_that_meets_491_is_an_update_again_and_says_how_it_stands():
    for held in (False, True):
        scene = OneCall(session_timer=90)
        agreed = ("Session-Expires", "200;refresher=uac"), ("Allow", "UPDATE, INVITE")
        scene.dialled(*agreed)
        if held:
            scene.call.hold()
            assert scene.heard() == ["INVITE"]
            scene.peer.reply(scene.peer.got[0], 200, body=SDP, headers=agreed)
            assert scene.heard() == ["ACK"]
        scene.heard(99_000)
        assert set(scene.heard(2000)) == {"UPDATE"}
        scene.peer.reply(scene.peer.got[0], 491)
        scene.heard()
        got = scene.heard(4100)
        assert got[:1] == ["UPDATE"] and "INVITE" not in got
        scene.peer.reply(scene.peer.got[0], 200, headers=agreed[:1])
        assert scene.heard(50_000) == [], "nothing is left to be told"
        assert scene.call.state == ("held" if held else "connected")


def test_a_name_that_changes_is_told_and_a_number_alone_takes_no_name_away():
    def said(scene, name, number, cseq, anonymous=""):
        value = "%s<sip:%s@pbx>%s" % (name, number, anonymous)
        scene.ask("UPDATE", cseq, headers=[("P-Asserted-Identity", value)])
        assert scene.heard() == ["200"]
        told = scene.told[:]
        scene.told.clear()
        return told, scene.call.remote, scene.call.remote_display

    scene = OneCall().answered()
    scene.agent.trusted = lambda account, message: True
    assert said(scene, '"Ann" ', 5, 2) == (["identity"], "5@pbx", "Ann")
    assert said(scene, '"Ann" ', 5, 3) == ([], "5@pbx", "Ann")
    assert said(scene, "", 5, 4) == ([], "5@pbx", "Ann")
    assert said(scene, '"Bob" ', 5, 5) == (["identity"], "5@pbx", "Bob")
    assert said(scene, "", 6, 6) == (["identity"], "6@pbx", "")
    assert said(scene, '"Bob" ', 7, 7) == (["identity"], "7@pbx", "Bob")
    assert said(scene, '"Bob" ', 8, 8) == (["identity"], "8@pbx", "Bob")


def test_who_withheld_his_name_has_not_when_another_one_is_there():
    scene = OneCall()
    anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=pt'
    scene.agent.trusted = lambda account, message: True
    scene.peer.request("INVITE", (A, 5060), "sip:100@" + A, from_=anonymous, body=SDP)
    scene.heard()
    scene.call = scene.agent.calls[0]
    assert scene.call.anonymous
    scene.call.answer()
    scene.heard()
    scene.ask("ACK", 1, from_=anonymous)
    scene.ask("UPDATE", 2, from_=anonymous, headers=[("P-Asserted-Identity", "<sip:5@pbx>")])
    scene.heard()
    assert scene.call.remote == "5@pbx" and not scene.call.anonymous


# -- transfers ----------------------------------------------------------------------------------


def test_a_transfer_ends_with_its_call_and_nothing_is_told_of_it_later():
    scene = OneCall().answered()
    scene.call.transfer("300@" + C)
    assert scene.heard() == ["REFER"]
    scene.peer.reply(scene.peer.got[0], 202)
    scene.heard()
    scene.call.hangup()
    assert scene.heard() == ["BYE"]
    scene.peer.reply(scene.peer.got[0], 200)
    scene.heard(300_000)
    assert scene.told == ["ended"] and scene.call.transferring is None
    finish(scene.wire, scene.agent)


def test_a_refused_call_of_a_refer_is_told_with_its_status_and_any_other_end_as_487():
    for status, told in ((300, "300"), (404, "404"), (603, "603"), (None, "487")):
        scene = OneCall(refer_from="anybody").answered()
        other = scene.wire.peer(C)
        headers = [("Refer-To", "<sip:300@%s>" % C)]
        scene.ask("REFER", headers=headers)
        scene.heard(100)
        if status:
            other.reply(other.got[0], status, contact=False)
        else:
            other.reply(other.got[0], 180)
            scene.heard()
            scene.agent.calls[-1].hangup()
        got = scene.heard(50) and scene.peer.got
        bodies = [x.body for x in got if x.method == "NOTIFY"]
        assert bodies and bodies[-1].split()[1] == told.encode(), (status, bodies)


# -- who is meant -------------------------------------------------------------------------------


class _Registered:
    def __init__(self, account, *addresses):
        account.registration, self.addresses = self, addresses


def _accounts(*kinds):
    """Return accounts of user 100, each of a kind: what of it fits an INVITE."""
    made = []
    for number, kind in enumerate(kinds):
        user = "100" if "u" in kind else "200" if "t" in kind else "x"
        account = Account(number + 1, user, "pbx.example" if "h" in kind else "other.example")
        account.register = "n" not in kind
        if account.register:
            _Registered(account, "10.0.0.9" if "r" in kind else "10.0.0.8")
        made.append(account)
    return made


def test_of_accounts_that_fit_as_well_the_first_is_meant():
    """u: named by the Request-URI, t: by To; r: its registrar calls, n: has none; h: its host."""
    invite = parse(
        b"INVITE sip:100@pbx.example SIP/2.0\r\nTo: <sip:200@pbx.example>\r\n\r\n"
    )  # fmt: skip
    invite.source = ("10.0.0.9", 5060)
    for first, second, found in (
        ("u", "u", 0), ("rt", "u", 0), ("u", "rt", 0), ("r", "tn", 0), ("tn", "r", 0),
        ("uh", "ur", 1), ("ur", "uh", 0), ("u", "uh", 1), ("rt", "rth", 1), ("u", "rth", 1),
        ("rth", "u", 0), ("r", "u", 1), ("tn", "u", 1), ("h", "u", 1), ("h", "r", 1),
        ("t", "r", 1), ("h", "t", None), ("", "h", None), ("r", "rt", 1),
        ("rh", "rt", 1), ("u", "ur", 1),
    ):  # fmt: skip
        accounts = _accounts(first, second)
        meant = account_of(accounts, invite)
        assert meant is (None if found is None else accounts[found]), (first, second)


# -- numbers of seconds -------------------------------------------------------------------------


def test_a_number_of_seconds_may_have_a_comment_or_parameters_and_is_bounded():
    for text, found in (
        ("120", 120), (" 120 ", 120), ("120;duration=3", 120), ("18000 (busy)", 18000),
        ("0", 0), ("000000000120", 120), ("86400", 86400), ("86401", 86400), ("9" * 99, 86400),
        ("999999999", 86400), ("1000000000", 86400),
        ("", 7), (None, 7), ("soon", 7), ("-1", 7), ("1.5", 7), ("12x", 7), (";5", 7), ("(5)", 7),
    ):  # fmt: skip
        assert seconds(text, 7) == found, text
    assert seconds("999999999", 0, 1 << 40) == 999999999
    assert seconds("1000000000", 0, 5) == 5 and seconds("4", 0, 5) == 4


# -- as they come in ----------------------------------------------------------------------------


def test_a_100_is_sent_by_itself_where_nobody_makes_the_phone_ring():
    scene = OneCall()
    scene.agent.listener = lambda kind, call, **details: None
    scene.peer.request("INVITE", (A, 5060), "sip:100@" + A, body=SDP)
    assert scene.heard(205) == [] and scene.heard(20) == ["100"], "after 200 ms and the way"


def test_a_call_counts_on_from_its_invite_and_is_where_that_came_from():
    scene = OneCall()
    send = scene.peer.send

    def sending(data, to):
        send(data.replace(b"<sip:peer@10.0.0.2:5060>", b"<sip:there@10.0.0.9>"), to)

    scene.peer.send = sending
    scene.peer.request("INVITE", (A, 5060), "sip:100@" + A, cseq=5, body=SDP)
    scene.heard()
    scene.call = scene.agent.calls[0]
    scene.ask("OPTIONS", 4)
    assert scene.heard() == ["500"], "it is older than the INVITE"
    scene.ask("OPTIONS", 6)
    assert scene.heard() == ["200"]
    elsewhere = scene.wire.peer("10.0.0.66")
    elsewhere.request("BYE", (A, 5060), "sip:100@" + A, cseq=7, to_tag=scene.call.dialog.local_tag)
    assert elsewhere.take() == ["481"] and scene.call.state == "ringing"


def test_who_finds_no_place_is_told_of_as_he_would_have_been():
    for trusted in (True, False):
        scene = OneCall(sip_max_calls=1).called()
        scene.agent.trusted = lambda account, message, trusted=trusted: trusted
        ended = []
        scene.agent.listener = lambda kind, call, ended=ended, **x: ended.append((kind, call))
        from_ = '"Ann" <sip:ann@peer.example>;tag=x'
        scene.peer.request("INVITE", (A, 5060), "sip:100@" + A, "c2", from_=from_, body=SDP)
        assert scene.heard() == ["486"]
        [(kind, call)] = ended
        assert (kind, call.state, call.status, call.ended_by) == ("ended", "ended", 486, "local")
        assert (call.remote, call.remote_display) == ("ann@peer.example", "Ann")
        assert call.trusted is trusted and not call.anonymous


def test_a_refusal_in_words_that_cannot_be_sent_ends_the_call_all_the_same():
    scene = OneCall().called()
    scene.log()
    scene.call.reject(486, "no\r\nX: y")
    assert scene.heard() == [] and scene.call.state == "ended" and scene.logged == [2]
    assert not scene.agent.transactions and not scene.agent.calls


def test_a_call_that_nobody_could_be_told_of_leaves_nothing():
    for wrong in ("incoming", "connected"):
        scene = OneCall()
        if wrong == "connected":
            scene.called().call.answer()
            scene.heard()
            scene.ask("ACK", 1)
            scene.heard()
        scene.log()
        made = []

        def listener(kind, call, wrong=wrong, made=made, **details):
            if kind == wrong:
                made.append(call)
                raise KeyError(kind)

        scene.agent.listener = listener
        headers = []
        if wrong == "connected":
            dialog = scene.call.dialog
            ids = (dialog.call_id, dialog.local_tag, dialog.remote_tag)
            headers = [("Replaces", "%s;to-tag=%s;from-tag=%s" % ids)]
        from_ = "<sip:300@peer.example>;tag=other"
        scene.peer.request(
            "INVITE", (A, 5060), "sip:100@" + A, "c2", headers=headers, body=SDP, from_=from_
        )
        scene.heard()
        assert 0 in scene.logged
        assert [x.dialog.call_id for x in scene.agent.calls] == ["c1"] * (wrong == "connected")
        for call in list(scene.agent.calls):
            call.hangup()
        scene.heard(200_000)
        assert len(scene.wire.timers) == 0 and not scene.agent.transactions
        byes = [x[3] for x in scene.wire.log if x[3].startswith(b"BYE")]
        assert not [x for x in byes if b"Call-ID: c2" in x] and bool(byes) is bool(headers)
        assert {x.state for x in made} == {"ended"}


def test_who_takes_a_calls_place_is_told_whether_that_was_held():
    for held in (False, True):
        scene = OneCall().answered()
        if held:
            scene.call.hold()
            scene.heard()
            scene.peer.reply(scene.peer.got[0], 200, body=SDP)
            scene.heard()
        dialog = scene.call.dialog
        ids = (dialog.call_id, dialog.local_tag, dialog.remote_tag)
        value = "%s;to-tag=%s;from-tag=%s" % ids
        scene.told.clear()
        from_ = "<sip:300@peer.example>;tag=other"
        scene.peer.request(
            "INVITE", (A, 5060), "sip:100@" + A, "c2",
            headers=[("Replaces", value)], body=SDP, from_=from_,
        )  # fmt: skip
        assert "BYE" in scene.heard()
        [(kind, details)] = [x for x in scene.told if x[0] == "replaced"]
        assert details["held"] is held and details["new"].state == "connected"
        assert scene.call.state == "ended"
