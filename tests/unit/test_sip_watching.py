"""Subscriptions, one beside the other: what each carries, tells, and leaves when it is dropped."""

from test_sip_subscription import A, B, Scene, info

_CHALLENGE = ("WWW-Authenticate", 'Digest realm="r", nonce="n1", qop="auth", algorithm=MD5')


def _active(scene, watched, expires=600):
    request = scene.asked()
    scene.answer(request, 200, ("Expires", str(expires)))
    return request


def test_as_long_as_the_settings_say_is_asked_for():
    scene = Scene(subscription_expiry=120)
    scene.watch()
    assert scene.asked().header("expires") == "120"


def test_sixty_four_may_be_watched_or_as_many_as_the_settings_say():
    for most, settings in ((64, {}), (2, {"sip_max_subscriptions": 2})):
        scene = Scene(**settings)
        for number in range(most):
            scene.every.add(scene.account, "sip:%d@%s" % (number, B), "dialog")
        try:
            scene.watch()
            raise AssertionError(most)
        except ValueError as error:
            assert "too many" in str(error)
        ids = {scene.every._call_id(x) for x in scene.every.all}
        assert len(ids) == most, "each in a dialog of its own"


def test_a_state_is_told_once_until_it_is_another_one():
    scene = Scene()
    watched = scene.watch()
    request = _active(scene, watched)
    scene.told.clear()
    states = []
    for version, state in enumerate(("early", "early", "confirmed", "confirmed", "", "")):
        scene.notify(request, info(state, version))
        states += [x[1]["state"] for x in scene.told if x[0] == "watched"]
        assert "notify" in scene.told
        scene.told.clear()
    assert states == ["ringing", "busy", "idle"]
    scene.notify(request, "", "terminated;reason=noresource")
    assert ("watched", {"state": None}) in scene.told and watched.state is None


def test_messages_have_no_state_of_an_extension():
    scene = Scene()
    watched = scene.watch("message-summary")
    request = _active(scene, watched)
    body, kind = "Messages-Waiting: yes\r\n", "application/simple-message-summary"
    scene.notify(request, body, event="message-summary", kind=kind)
    scene.notify(request, "", "terminated", event="message-summary")
    assert not [x for x in scene.told if x[0] == "watched"]
    assert ("mwi", {"new": 1, "old": 0}) in scene.told


def test_a_notify_whose_number_was_taken_before_is_refused():
    for number, status in ((5, 500), (4, 500), (6, 200)):
        scene = Scene()
        watched = scene.watch()
        request = _active(scene, watched)
        assert scene.notify(request, info("early"), cseq=5) == 200
        assert scene.notify(request, info("confirmed", 1), cseq=number) == status, number
        assert watched.state == ("busy" if status == 200 else "ringing")


def test_credentials_of_the_last_subscribe_go_with_the_next_one():
    scene = Scene()
    scene.account.password, scene.account.host = "secret", B
    scene.account.home = [(B, 5060, False)]
    watched = scene.watch()
    scene.answer(scene.asked(), 401, _CHALLENGE)
    request = [x for x in scene.peer.got if x.method == "SUBSCRIBE"][-1]
    assert "nc=00000001" in request.header("authorization")
    scene.answer(request, 200, ("Expires", "100"))
    again = scene.asked(90_000)
    assert "nc=00000002" in again.header("authorization") and again.tag("to") == watched.tag
    scene.answer(again, 200, ("Expires", "3600"))
    scene.every.add(scene.account, "sip:202@" + B, "dialog")
    assert "nc=00000003" in scene.asked().header("authorization"), "of another one, too"


def test_a_notify_comes_from_where_its_subscribe_went_whatever_its_uri_says():
    scene = Scene()
    scene.every.add(scene.account, "sip:201@10.0.0.5;maddr=" + B, "dialog")
    request = scene.asked()
    assert scene.notify(request, info("early")) == 200, "before the answer, too"
    scene.peer.reply(request, 200, headers=[("Expires", "600")], contact=False)
    scene.peer.take()
    assert scene.notify(request, info("confirmed", 1)) == 200
    other = scene.wire.peer("10.0.0.66")
    other.request(
        "NOTIFY", (A, 5060), "sip:100@" + A, request.header("call-id"), 9,
        [("Event", "dialog")], to_tag=request.tag("from"), from_="<sip:201@%s>;tag=peer" % B,
    )  # fmt: skip
    assert other.take() == ["481"]


def test_the_others_go_on_when_one_is_dropped():
    scene = Scene()
    first, second = scene.watch(), scene.every.add(scene.account, "sip:202@" + B, "dialog")
    for each in (first, second):
        _active(scene, each, 100)
    scene.every.remove(first)
    bye = scene.asked()
    assert bye.header("expires") == "0" and bye.tag("to")
    scene.answer(bye, 200)
    assert scene.every.all == [second]
    assert scene.asked(90_000).uri != bye.uri or scene.peer.got
    scene = Scene()
    first, second = scene.watch(), scene.every.add(scene.account, "sip:202@" + B, "dialog")
    request = scene.asked()
    scene.every.remove(first)  # while it is under way
    assert scene.every.all == [second] and scene.every.request is None
    assert scene.asked().uri == "sip:202@" + B
    scene.answer(request, 200, ("Expires", "600"))
    assert scene.every.all == [second], "a late answer is nobody's"


def test_what_is_stopped_sends_nothing_and_takes_nothing():
    for under_way in (False, True):
        scene = Scene()
        watched = scene.watch()
        if under_way:
            scene.asked()
        else:
            _active(scene, watched)
        scene.every.stop()
        before = len(scene.wire.log)
        scene.peer.take(4_000_000)
        assert len(scene.wire.log) == before and len(scene.wire.timers) == 0, under_way


def test_a_redirection_is_a_refusal():
    for status in (300, 302):
        scene = Scene()
        scene.watch()
        scene.answer(scene.asked(), status)
        assert "unwatched" in scene.told
        scene.peer.take(3_590_000)
        assert not scene.peer.got, status


def test_who_has_a_subscription_is_renewed_though_the_server_is_dead_for_another():
    scene = Scene()
    first = scene.watch()
    _active(scene, first, 100)  # renewed after 80 s
    scene.every.add(scene.account, "sip:202@" + B, "dialog")
    third = scene.every.add(scene.account, "sip:203@" + B, "dialog")
    dead = scene.asked()
    assert dead.uri == "sip:202@" + B
    scene.peer.take(32_500)  # nobody answers: it counts as dead
    assert third.due != first.due
    clock = scene.agent.timers.clock
    assert 29_000 <= clock.diff(third.due, clock.ms()) <= 38_000
    assert 40_000 <= clock.diff(first.due, clock.ms()) <= 48_000, "as it was granted"


def test_an_account_that_is_not_registered_and_a_network_that_is_down_are_looked_at_again():
    scene = Scene()
    scene.account.register = True
    scene.watch()
    scene.peer.take(30_000)
    assert not scene.peer.got
    scene.account.registered = True
    scene.asked(2_010)
    scene = Scene()
    scene.agent.network.up = False
    scene.watch()
    scene.peer.take(30_000)
    assert not scene.peer.got
    scene.agent.network.up = True
    scene.asked(5_010)
