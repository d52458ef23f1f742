"""Changes of a call that meet something: refusals, glare, limits, the end, another address."""

from sipkit import SDP, OneCall, finish

from base.compat import sleep_ms

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
_ALLOW = ("Allow", "INVITE, UPDATE")
_WE_REFRESH = ("Session-Expires", "200;refresher=uac")


def _refreshing(*headers):
    """Return a call of ours that we refresh every 100 s, by INVITE unless UPDATE is allowed."""
    return OneCall(session_timer=200).dialled(_WE_REFRESH, *headers)


def _due(scene, method, seconds=100):
    """Let the refresh come, after so many seconds, and return it."""
    scene.heard(1000 * seconds - 100)
    assert set(scene.heard(400)) == {method}
    return scene.peer.got[0]


def _hold(scene, status):
    scene.call.hold()
    assert scene.heard() == ["INVITE"]
    request = scene.peer.got[0]
    scene.peer.reply(request, status, headers=[_WE_REFRESH], body=SDP if status == 200 else b"")
    assert scene.heard() == ["ACK"]
    return request


# -- our own ------------------------------------------------------------------------------------


def test_a_new_address_is_told_once_the_call_is_answered_and_nothing_else_is_under_way():
    def moved(scene):
        scene.agent.network.ip = "10.0.0.7"
        scene.wire.ends["10.0.0.7", 5060] = scene.agent.received
        scene.call.moved()
        return scene.heard()

    assert moved(OneCall().answered()) == ["INVITE"]
    assert moved(OneCall().called()) == []
    assert moved(OneCall().dialled()) == []
    scene = OneCall().answered()
    scene.call.hold()
    scene.heard()
    assert moved(scene) == []


def test_a_change_that_is_refused_leaves_no_offer_behind():
    scene = _refreshing()
    assert b"a=sendonly" in _hold(scene, 488).body
    scene.call.resume()
    refresh = _due(scene, "INVITE", 10)
    assert b"a=sendrecv" in refresh.body and b"a=sendonly" not in refresh.body
    scene.peer.reply(refresh, 300, contact=False)  # as good a refusal as any
    assert scene.heard() == ["ACK"] and scene.call.state == "connected"
    refresh = [x for x in (scene.heard(10_100) and scene.peer.got)]
    assert [x.method for x in refresh] == ["INVITE"], "tried again after ten seconds"


def test_a_refresh_that_is_too_short_is_longer_at_once_and_any_other_refusal_waits():
    for allow, method in (((), "INVITE"), ((_ALLOW,), "UPDATE")):
        scene = _refreshing(*allow)
        request = _due(scene, method)
        scene.peer.reply(request, 422, headers=[("Min-SE", "500")])
        got = scene.heard()
        assert got[-1] == method and scene.peer.got[-1].header("session-expires")[:3] == "500"
        scene.peer.reply(scene.peer.got[-1], 422)  # without a limit
        scene.heard(9_000)
        assert method not in [x.method for x in scene.peer.got]
        assert scene.call.state == "connected"
        assert method in scene.heard(1_500)
    scene = _refreshing(_ALLOW)
    scene.peer.reply(_due(scene, "UPDATE"), 488, headers=[("Min-SE", "900")])
    assert scene.heard(5_000) == [], "that is no 422"


def test_a_hold_for_us_alone_stays_ours_when_a_refresh_says_nothing_of_it():
    scene = _refreshing(_ALLOW)
    _hold(scene, 488)
    scene.peer.reply(_due(scene, "UPDATE", 10), 491)
    scene.heard(4_100)
    assert scene.peer.got[0].method == "UPDATE"
    scene.peer.reply(scene.peer.got[0], 200)
    scene.heard()
    assert scene.call.changes.state == "alone"
    scene.call.resume()
    assert scene.heard() == [] and scene.call.state == "connected"


def test_a_refresh_that_says_that_we_hold_is_taken_back_by_the_resume():
    for glare in (False, True):
        scene = _refreshing()
        _hold(scene, 488)
        request = _due(scene, "INVITE", 10)
        assert b"a=sendonly" in request.body
        if glare:
            scene.peer.reply(request, 491)
            scene.heard(4_200)
            request = [x for x in scene.peer.got if x.method == "INVITE"][0]
        scene.peer.reply(request, 200, body=SDP)
        scene.heard()
        assert scene.call.changes.state == "held"
        scene.call.resume()
        assert scene.heard() == ["INVITE"] and b"a=sendrecv" in scene.peer.got[0].body


def test_the_wait_after_a_491_is_drawn_in_steps_of_ten_ms_from_none():
    for drawn, least, most in ((0, 0, 0), (1, 10, 10), (199, 1990, 1990), (200, 0, 0)):
        scene = OneCall().answered()  # the other one made the Call-ID: RFC 3261 section 14.1
        scene.agent.random = lambda bits, drawn=drawn: drawn
        scene.call.hold()
        scene.heard()
        before = len(scene.wire.log)
        scene.peer.reply(scene.peer.got[0], 491)
        waited = 0
        while not any(x.startswith("INVITE") for x in scene.wire.lines()[before:]):
            scene.wire.run(1)
            waited += 1
        assert least <= waited - scene.wire.delay <= most, (drawn, waited)


def test_a_refresh_that_another_change_is_in_the_way_of_comes_two_seconds_later():
    scene = _refreshing(_ALLOW)
    scene.heard(99_900)
    scene.ask("INVITE", 1, body=SDP)
    assert "UPDATE" not in scene.heard(1_000), "our 200 waits for its ACK"
    scene.ask("ACK", 1)
    assert "UPDATE" not in scene.heard(1_000)
    assert "UPDATE" in scene.heard(300)


# -- the end while one is under way -------------------------------------------------------------


def test_what_is_answered_after_the_end_is_acknowledged_and_nothing_else_follows():
    for status, headers, acks in (
        (200, [], 1), (299, [], 1), (300, [], 1), (488, [], 1), (491, [], 1),
        (401, [("WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5')], 1),
        (422, [("Min-SE", "900")], 1),
    ):  # fmt: skip
        scene = OneCall()
        account = scene.agent.accounts[0]
        account.password, account.host, account.home = "secret", B, [(B, 5060, False)]
        scene.dialled(("x", "y"))
        scene.call.hold()
        assert scene.heard() == ["INVITE"]
        request = scene.peer.got[0]
        scene.call.hangup()
        assert scene.heard() == ["BYE"]
        scene.peer.reply(scene.peer.got[0], 200)
        scene.peer.reply(request, status, headers=headers, body=SDP if status < 300 else b"")
        assert scene.heard(5_000) == ["ACK"] * acks, status
        finish(scene.wire, scene.agent)


def test_an_update_that_is_answered_after_the_end_needs_no_ack():
    for status in (200, 491, None):
        scene = _refreshing(_ALLOW)
        request = _due(scene, "UPDATE")
        scene.call.hangup()
        assert "BYE" in scene.heard()
        bye = [x for x in scene.peer.got if x.method == "BYE"][0]
        scene.peer.reply(bye, 200)
        if status:
            scene.peer.reply(request, status)
        assert "ACK" not in scene.heard(5_000)
        finish(scene.wire, scene.agent)


async def test_a_change_that_has_not_left_before_the_end_never_does():
    class Slow:
        known = False

        async def resolve(self, name, kind="A"):
            while not self.known:
                await sleep_ms(0)
            return [C]

    scene = OneCall()
    scene.agent.resolver, other = Slow(), scene.wire.peer(C)
    scene.dialled()
    named = [("Contact", "<sip:200@later.example:5060>")]
    scene.peer.reply(scene.invite, 200, headers=named, body=SDP, contact=False)
    scene.heard()
    scene.call.hold()
    scene.call.hangup()
    Slow.known = True
    for _ in range(20):
        await sleep_ms(0)
    scene.heard(100)
    assert {x.method for x in other.got} == {"ACK", "BYE"}


# -- theirs -------------------------------------------------------------------------------------


def _other(scene):
    """Let the peer's next request name another Contact; return who is there."""
    send = scene.peer.send

    def sending(data, to):
        scene.peer.send = send
        send(data.replace(b"<sip:peer@10.0.0.2:5060>", b"<sip:new@10.0.0.3>"), to)

    scene.peer.send = sending
    return scene.wire.peer(C)


def _ended_at(scene, other):
    scene.call.hangup()
    scene.heard()
    return other.got[-1].method if other.got else None


def test_a_new_contact_counts_once_the_request_is_taken():
    scene = OneCall().answered()
    other = _other(scene)
    scene.ask("UPDATE")
    assert scene.heard() == ["200"] and _ended_at(scene, other) == "BYE"
    scene = OneCall().answered()
    other = _other(scene)
    scene.ask("UPDATE", headers=[("Require", "unheard-of")])
    assert scene.heard() == ["420"] and _ended_at(scene, other) is None
    scene = OneCall().called()
    other = _other(scene)
    scene.ask("UPDATE")
    assert scene.heard() == ["200"], "before the answer, too"
    scene.call.answer()
    scene.heard()
    scene.ask("ACK", 1)
    scene.heard()
    assert _ended_at(scene, other) == "BYE"
    scene = OneCall().dialled(("x", "y"))
    other = _other(scene)
    scene.ask("UPDATE")
    assert scene.heard() == ["200"] and _ended_at(scene, other) == "BYE"
    scene = OneCall(session_timer=90).dialled()  # one of the forks moves itself, not the INVITE
    scene.peer.reply(scene.invite, 180, "one")
    scene.heard()
    other = _other(scene)
    scene.ask("UPDATE", 1, "one")
    scene.peer.reply(scene.invite, 422, headers=[("Min-SE", "300")])
    assert "INVITE" in scene.heard() and other.got == []


def test_what_nobody_here_can_is_refused_whatever_else_is_asked_for():
    for method in ("UPDATE", "INVITE"):
        scene = OneCall().answered()
        asks = [("Require", "unheard-of"), ("Session-Expires", "100"), ("Supported", "timer")]
        scene.ask(method, headers=asks, body=SDP)
        assert scene.heard() == ["420"] and scene.call.session.state == "off"
        assert scene.peer.got[0].header("unsupported") == "unheard-of"


def test_a_change_that_ends_the_call_is_answered_481():
    scene = OneCall().answered()
    scene.agent.listener = lambda kind, call, **details: kind == "held" and call.hangup()
    scene.ask("UPDATE", body=SDP.replace(b"m=audio", b"a=sendonly\r\nm=audio"))
    assert sorted(scene.heard()) == ["481", "BYE"]


def test_who_offers_too_early_is_told_to_come_back_within_ten_seconds():
    for drawn in (lambda bits: 0, lambda bits: (1 << bits) - 1):  # RFC 3261 section 14.2
        scene = OneCall().called()
        scene.agent.random = drawn
        scene.ask("UPDATE", body=SDP)
        assert scene.heard() == ["500"]
        assert 0 <= int(scene.peer.got[0].header("retry-after")) <= 10


def test_who_calls_under_another_name_within_the_call_is_shown_before_its_answer_too():
    scene = OneCall().called()  # RFC 4916
    scene.ask("UPDATE", from_="<sip:777@peer.example>;tag=pt")
    assert scene.heard() == ["200"] and scene.call.remote == "777@peer.example"
    scene = OneCall().dialled()  # each fork of ours has its own
    scene.peer.reply(scene.invite, 180, "one")
    scene.heard()
    before = scene.call.remote
    to, ours = "sip:100@" + A, scene.call.dialog.local_tag
    scene.peer.request(
        "UPDATE", (A, 5060), to, scene.call.call_id, 1, from_="<sip:777@x>;tag=one", to_tag=ours
    )
    assert scene.heard() == ["200"] and scene.call.remote == before
