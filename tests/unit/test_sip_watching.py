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


# -- what a NOTIFY does -------------------------------------------------------------------------


def test_a_notify_before_the_answer_makes_the_dialog_and_another_branch_is_none():
    scene = Scene()
    watched = scene.watch()
    request = scene.asked()
    assert scene.notify(request, info("early")) == 200 and watched.tag == "peer"
    assert watched.contact == "sip:peer@%s:5060" % B
    scene.peer.reply(request, 200, "other", headers=[("Expires", "100")])
    scene.peer.take()
    assert watched.tag == "peer" and watched.contact == "sip:peer@%s:5060" % B
    assert scene.asked(90_000).tag("to") == "peer"


def test_a_renewal_takes_the_route_of_its_dialog():
    scene = Scene()
    watched = scene.watch()
    other = scene.every.add(scene.account, "sip:202@" + B, "dialog")
    request = scene.asked()
    routes = [("Record-Route", "<sip:%s;lr>" % B), ("Record-Route", "<sip:10.0.0.9;lr>")]
    scene.peer.reply(request, 200, headers=[("Expires", "100")] + routes[:1])
    scene.peer.take(40)
    second = [x for x in scene.peer.got if x.uri == "sip:202@" + B] or [scene.asked()]
    scene.peer.reply(second[0], 200, headers=[("Expires", "3600")])
    scene.peer.take()
    assert watched.routes == ("<sip:%s;lr>" % B,) and other.routes == ()
    assert scene.asked(90_000).header("route") == "<sip:%s;lr>" % B


def test_how_long_it_lasts_is_what_the_notify_says_if_it_says_so():
    for state, seconds in (
        ("active;expires=100", 80),
        ("active", 480),
        ("pending;expires=x", 480),
    ):
        scene = Scene()
        watched = scene.watch()
        request = _active(scene, watched, 600)
        assert scene.notify(request, info("early"), state) == 200
        scene.peer.take(1000 * seconds - 1000)
        assert not scene.peer.got, state
        scene.asked(2000)
    scene = Scene()
    watched = scene.watch()
    request = _active(scene, watched, 600)
    scene.every.remove(watched)
    last = scene.asked()
    assert scene.notify(request, "", "active;expires=100") == 200
    assert scene.notify(request, "", "terminated") == 200 and scene.every.all == []
    scene.answer(last, 200)
    scene.peer.take(200_000)
    assert not scene.peer.got, "it is watched no more"


def test_who_is_on_probation_is_asked_after_a_minute():
    for reason, early, late in (
        ("probation", 59_900, 200), ("giveup", 59_900, 200),
        ("probation;retry-after=90", 89_900, 200),
        ("deactivated", 1_900, 200), ("timeout;retry-after=5", 4_900, 200),
    ):  # fmt: skip
        scene = Scene()
        watched = scene.watch()
        request = _active(scene, watched)
        scene.peer.take(10_000)
        scene.notify(request, "", "terminated;reason=" + reason)
        scene.peer.take(early - 20)
        assert not scene.peer.got, reason
        again = scene.asked(late)
        assert again.header("call-id") != request.header("call-id") and not again.tag("to")


def test_messages_are_the_state_of_their_subscription():
    scene = Scene()
    watched = scene.watch("message-summary")
    request = _active(scene, watched)
    kind = "application/simple-message-summary"
    for text, new, old in (("3/1", 3, 1), ("0/4", 0, 4), ("2 / 8 (0/2)", 2, 8), ("x/2", 1, 0),
                           ("2/x", 1, 0)):  # fmt: skip
        body = "Messages-Waiting: %s\r\nVoice-Message: %s\r\n" % ("yes" if new else "no", text)
        assert scene.notify(request, body, event="message-summary", kind=kind) == 200
        assert watched.state == new and ("mwi", {"new": new, "old": old}) in scene.told, text


def test_a_body_that_is_none_leaves_the_number_of_its_notify_to_be_used_again():
    scene = Scene()
    watched = scene.watch()
    request = _active(scene, watched)
    assert scene.notify(request, "<x>", cseq=5) == 400
    assert scene.notify(request, info("early"), cseq=5) == 200 and watched.state == "ringing"


def test_who_is_refused_is_told_of_with_its_state():
    scene = Scene()
    watched = scene.watch()
    request = _active(scene, watched, 100)
    scene.notify(request, info("early"), "active;expires=100")
    scene.told.clear()
    scene.answer(scene.asked(90_000), 403)
    assert ("watched", {"state": None}) in scene.told and "unwatched" in scene.told


def test_names_of_parties_outside_of_a_call_and_empty_values_are_nothing():
    from sip.subscription.dialog_info import attribute, read

    one = '<dialog id="1"><state>early</state></dialog>'
    body = '<dialog-info version="0" state="full"><remote><identity>x</identity></remote>%s'
    dialogs = read((body % one + "</dialog-info>").encode(), None, {})[1]
    assert list(dialogs) == ["1"] and dialogs["1"].target == ""
    assert attribute('id="" x="1"', "id") == "" and attribute("id='' x='1'", "x") == "1"
    assert attribute('xid="2" iid="3" id="1"', "id") == "1"
