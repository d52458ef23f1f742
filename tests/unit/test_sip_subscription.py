"""Subscriptions under a virtual clock: SUBSCRIBE, NOTIFY, renewal, refusal, and their ends."""

from sipkit import Wire

from sip.account import Account
from sip.subscription.subscribe import Subscription, Subscriptions

A, B = "10.0.0.1", "10.0.0.2"
_INFO = "application/dialog-info+xml"


def info(state, version=0, kind="full", direction="recipient"):
    """Return a dialog-info body with one dialog."""
    dialog = ""
    if state:
        dialog = (
            '<dialog id="d1" call-id="c9" local-tag="lt" remote-tag="rt" direction="%s">'
            "<state>%s</state><remote><target uri='sip:300@10.0.0.9'/></remote></dialog>"
        ) % (direction, state)
    return (
        '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" '
        'version="%d" state="%s" entity="sip:201@%s">%s</dialog-info>'
    ) % (version, kind, B, dialog)


class Scene:
    """An agent that watches 201 at a peer."""

    def __init__(self, **settings):
        self.wire = Wire()
        self.told = []
        self.agent = self.wire.agent(A, "100", self._heard, **settings)
        self.peer = self.wire.peer(B)
        self.account = self.agent.accounts[0]
        self.every = Subscriptions(self.agent)
        self.cseq = 0

    def _heard(self, kind, subject, **details):
        self.told.append((kind, details) if details else kind)

    def watch(self, event="dialog"):
        return self.every.add(self.account, "sip:201@" + B, event)

    def asked(self, ms=100):
        """Return the SUBSCRIBE that comes within `ms`."""
        found = {x.cseq(): x for x in self._got(ms) if x.method == "SUBSCRIBE"}
        assert len(found) == 1, found  # but for repetitions
        return list(found.values())[0]

    def _got(self, ms):
        self.peer.take(ms)
        return self.peer.got

    def answer(self, request, status, *headers):
        self.peer.reply(request, status, headers=headers)
        self.peer.take()

    def notify(
        self, request, body="", state="active;expires=600", event="dialog", kind=_INFO, **kw
    ):
        """Send a NOTIFY for the SUBSCRIBE; return the status that it gets."""
        self.cseq = kw.get("cseq") or self.cseq + 1
        lines = [("Event", event)]
        if state:
            lines.append(("Subscription-State", state))
        self.peer.request(
            "NOTIFY",
            (A, 5060),
            "sip:100@" + A,
            request.header("call-id"),
            self.cseq,
            lines,
            body.encode(),
            from_="<sip:201@%s>;tag=%s" % (B, kw.get("tag", "peer")),
            to_tag=request.tag("from"),
            kind=kind,
        )
        self.peer.take()
        return [x.status for x in self.peer.got if x.status][-1]


def test_a_subscription_is_asked_for_told_and_renewed_in_time():
    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    assert first.header("event") == "dialog" and first.header("expires") == "3600"
    assert first.header("accept") == _INFO and first.header("contact")
    scene.answer(first, 200, ("Expires", "600"))
    assert scene.notify(first, info("early")) == 200
    assert watched.state == "ringing"
    assert scene.told[-2:] == [("watched", {"state": "ringing"}), "notify"]
    assert scene.notify(first, info("confirmed", 1)) == 200 and watched.state == "busy"
    assert scene.notify(first, info("", 2)) == 200 and watched.state == "idle"
    scene.peer.take(470_000)
    assert not scene.peer.got
    again = scene.asked(20_000)
    assert again.header("call-id") == first.header("call-id") and again.tag("to") == "peer"
    assert again.cseq()[0] == first.cseq()[0] + 1
    assert again.uri == "sip:peer@%s:5060" % B


def test_a_notify_that_overtakes_the_answer_counts():
    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    assert scene.notify(first, info("early")) == 200 and watched.state == "ringing"
    scene.answer(first, 202, ("Expires", "600"))
    assert watched.tag == "peer"


def test_a_notify_of_nobodys_subscription_is_refused():
    scene = Scene()
    scene.watch()
    first = scene.asked()
    scene.answer(first, 200, ("Expires", "600"))
    scene.notify(first, info(""))
    assert scene.notify(first, info("early"), tag="other") == 481
    scene.cseq = 7
    assert scene.notify(first, info("early"), event="presence") == 489
    assert scene.notify(first, info("early"), kind="text/plain") == 415
    assert scene.notify(first, "<dialog-info><dialog>") == 400
    assert scene.every.all[0].state == "idle"


def test_a_notify_counts_from_where_its_subscribe_went_or_would_go():
    scene, stranger = Scene(), "10.0.0.66"
    watched = scene.watch()
    first = scene.asked()
    scene.answer(first, 200)
    assert scene.notify(first, info("early")) == 200
    own, forged = scene.peer, scene.wire.peer(stranger)
    scene.peer = forged  # he has seen all of it
    assert scene.notify(first, info("confirmed", 1)) == 481
    scene.peer = own
    assert watched.state == "ringing" and stranger not in watched.contact
    watched.contact = "sip:201@" + stranger  # where the notifier has told that it is
    scene.peer = forged
    assert scene.notify(first, info("confirmed", 1)) == 200 and watched.state == "busy"
    watched.contact, watched.routes = "sip:201@" + B, ("<sip:%s;lr>" % stranger,)
    assert scene.notify(first, info("", 2)) == 200 and watched.state == "idle"


def test_a_stranger_learns_of_no_user_by_a_notify_as_of_a_dialog():
    scene = Scene()
    account = Account(2, "registered", "10.0.0.9")
    scene.agent.add(account)
    scene.agent.accounts.pop(0)
    stranger = scene.wire.peer("10.0.0.66")
    for user in ("registered", "nobody"):
        for event in ("check-sync", "message-summary", "dialog", "refer"):
            to = "sip:%s@%s" % (user, A)
            call_id = user + event
            stranger.request("NOTIFY", (A, 5060), to, call_id, 1, [("Event", event)], to_tag="x")
            assert stranger.take() == ["481"], (user, event)


def test_a_notify_refused_for_its_cseq_is_made_up_for_by_subscribing_anew():
    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    scene.answer(first, 200, ("Expires", "600"))
    scene.notify(first, info("early"), cseq=7)
    assert scene.notify(first, info("", 1), cseq=3) == 500
    anew = scene.asked(200)
    assert anew.header("call-id") != first.header("call-id") and not anew.tag("to")
    scene.answer(anew, 200, ("Expires", "600"))
    assert scene.notify(anew, info(""), cseq=1) == 200 and watched.state == "idle"
    assert scene.notify(first, info("early", 9), cseq=8) == 481  # the old dialog is nobody's


def test_a_version_that_went_back_is_made_up_for_by_asking_for_a_full_state():
    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    scene.answer(first, 200, ("Expires", "600"))
    scene.notify(first, info("early", 5))
    assert scene.notify(first, info("", 2)) == 200
    again = scene.asked(200)
    assert again.tag("to") == "peer"
    scene.answer(again, 200, ("Expires", "600"))
    assert scene.notify(again, info("", 3)) == 200 and watched.state == "idle"
    assert scene.notify(again, info("early", 4)) == 200 and watched.state == "ringing"
    scene.peer.take(60_000)
    assert not scene.peer.got


def test_messages_refused_with_5xx_are_asked_for_slower_and_slower_and_not_for_ever():
    scene = Scene()
    watched = scene.watch("message-summary")
    request, pauses = scene.asked(), []
    while not watched.over:
        scene.answer(request, 500)
        pauses.append(0)
        found = []
        while not found and not watched.over:
            scene.peer.take(10_000)
            pauses[-1] += 10
            found = [x for x in scene.peer.got if x.method == "SUBSCRIBE"]
        request = found[0] if found else None
    assert len(pauses) == 10 and pauses[:-1] == sorted(pauses[:-1])
    assert pauses[0] < 100 and pauses[-2] > 7000, pauses
    assert scene.told == ["unwatched"]
    scene.peer.take(90_000_000)
    assert not scene.peer.got


def test_a_version_that_was_lost_is_made_up_for_by_asking_again():
    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    scene.answer(first, 200, ("Expires", "600"))
    scene.notify(first, info(""))
    assert scene.notify(first, info("early", 1, "partial")) == 200 and watched.state == "ringing"
    assert scene.notify(first, info("confirmed", 3, "partial")) == 200
    assert scene.asked(200).tag("to") == "peer"
    scene.notify(first, info("confirmed", 4))
    assert watched.state == "busy"


def test_who_sends_partial_states_only_is_asked_once_for_a_full_one():
    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    scene.answer(first, 200, ("Expires", "600"))
    assert scene.notify(first, info("early", 5, "partial")) == 200 and watched.state is None
    again = scene.asked(200)
    scene.answer(again, 200, ("Expires", "600"))
    assert scene.notify(again, info("early", 6, "partial")) == 200 and watched.state == "ringing"
    assert scene.notify(again, info("terminated", 7, "partial")) == 200 and watched.state == "idle"
    scene.peer.take(60_000)
    assert not scene.peer.got


def test_min_expires_a_lost_dialog_and_a_refusal():
    scene = Scene()
    watched = scene.watch()
    scene.answer(scene.asked(), 423, ("Min-Expires", "7200"))
    first = scene.asked()
    assert first.header("expires") == "7200"
    scene.answer(first, 200, ("Expires", "100"))
    renewal = scene.asked(82_000)
    scene.answer(renewal, 481)
    anew = scene.asked()
    assert anew.header("call-id") != first.header("call-id") and not anew.tag("to")
    scene.answer(anew, 489)
    scene.peer.take(3_500_000)
    assert not scene.peer.got and watched.state is None
    scene.asked(200_000)


def test_min_expires_is_followed_three_times_and_no_more():
    scene = Scene()
    watched = scene.watch()
    for _ in range(4):
        longer = str(watched.expires + 10)
        scene.answer(scene.asked(), 423, ("Min-Expires", longer))
    scene.peer.take(3_500_000)
    assert not scene.peer.got
    while "SUBSCRIBE" not in scene.peer.take(100):
        pass
    scene.answer(scene.peer.got[0], 423, ("Min-Expires", "20000"))
    assert scene.asked().header("expires") == "20000"


def test_retry_after_and_a_dead_server_are_waited_for():
    scene = Scene()
    scene.watch()
    scene.answer(scene.asked(), 503, ("Retry-After", "120"))
    scene.peer.take(119_000)
    assert not scene.peer.got
    scene.asked(5000)
    count = len([x for x in scene.wire.lines() if x.startswith("SUBSCRIBE")])
    scene.peer.take(600_000)  # nobody answers: each try has its retransmissions, then a pause
    more = len([x for x in scene.wire.lines() if x.startswith("SUBSCRIBE")]) - count
    assert 10 < more < 70, more


def test_what_is_terminated_begins_anew_as_its_reason_says():
    for state, early, late in (
        ("terminated;reason=timeout", 1900, 300),
        ("terminated;reason=probation;retry-after=300", 299_000, 2000),
        ("terminated;reason=noresource", 3_590_000, 20_000),
    ):
        scene = Scene()
        watched = scene.watch()
        first = scene.asked()
        scene.answer(first, 200, ("Expires", "600"))
        scene.notify(first, info("confirmed"))
        assert scene.notify(first, "", state) == 200
        assert watched.state is None
        scene.peer.take(early)
        assert not scene.peer.got, state
        assert scene.asked(late).header("call-id") != first.header("call-id")


def test_a_subscription_that_ends_tells_the_notifier():
    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    scene.answer(first, 200, ("Expires", "600"))
    scene.every.remove(watched)
    last = scene.asked()
    assert last.header("expires") == "0" and last.tag("to") == "peer"
    scene.answer(last, 200, ("Expires", "0"))
    assert scene.every.all == []
    assert scene.notify(first, info(""), "terminated;reason=timeout") == 481


def test_one_request_at_a_time_and_the_number_is_bounded():
    scene = Scene(sip_max_subscriptions=3)
    for number in range(3):
        scene.every.add(scene.account, "sip:20%d@%s" % (number, B), "dialog")
    try:
        scene.every.add(scene.account, "sip:209@" + B, "dialog")
        raise AssertionError
    except ValueError as error:
        assert "too many" in str(error)
    seen = []
    for _ in range(3):
        request = scene.asked()
        seen.append(request.uri)
        scene.answer(request, 200, ("Expires", "600"))
    assert seen == ["sip:20%d@%s" % (number, B) for number in range(3)]


def test_messages_waiting_are_counted_asked_for_or_not():
    body = "Messages-Waiting: yes\r\nVoice-Message: 2/8 (0/2)\r\n"
    kind = "application/simple-message-summary"
    scene = Scene()
    scene.watch("message-summary")
    first = scene.asked()
    assert first.header("accept") == kind
    scene.answer(first, 200, ("Expires", "600"))
    assert scene.notify(first, body, event="message-summary", kind=kind) == 200
    assert ("mwi", {"new": 2, "old": 8}) in scene.told
    del scene.told[:]
    lines = [("Event", "message-summary")]
    uri = "sip:100@" + A
    scene.peer.request("NOTIFY", (A, 5060), uri, "u1", 1, lines, body.encode(), kind=kind)
    assert scene.peer.take() == ["200"] and scene.told == [("mwi", {"new": 2, "old": 8})]
    scene.peer.request("NOTIFY", (A, 5060), uri, "u3", 1, lines, body.encode(), kind="text/plain")
    assert scene.peer.take() == ["415"] and len(scene.told) == 1
    scene.peer.request("NOTIFY", (A, 5060), uri, "u2", 1, [("Event", "presence")])
    assert scene.peer.take() == ["489"]
    assert "dialog" in scene.peer.got[0].header("allow-events")


def test_messages_of_an_identity_without_registration_are_told_by_its_server():
    lines, body = [("Event", "message-summary")], b"Messages-Waiting: yes\r\n"
    kind = "application/simple-message-summary"
    for host, others, wanted in (
        (B, False, ["200", "403"]),
        ("pbx.example", False, ["200", "200"]),  # which of them it is nobody can tell
        ("", False, ["200", "200"]),
        (B, True, ["200", "403"]),
        ("pbx.example", True, ["403", "403"]),
        ("", True, ["403", "403"]),
    ):
        scene = Scene()
        scene.account.host = host
        if others:
            scene.agent.add(Account(2, "registered", "10.0.0.9"))
        stranger = scene.wire.peer("10.0.0.66")
        scene.agent.settings.values["filter_registrar"] = False
        for index, peer in enumerate((scene.peer, stranger)):
            status = wanted[index]
            peer.request(
                "NOTIFY", (A, 5060), "sip:100@" + A, "u" + status, 1, lines, body, kind=kind
            )
            assert peer.take() == [status], (host, others, peer.address)


def test_check_sync_is_taken_from_the_registrar_only():
    scene = Scene()

    class Registered:
        public = None

        addresses = (B,)

        def has_sent(self, message):
            return message.source[0] == B

    scene.account.registration = Registered()
    stranger = scene.wire.peer("10.0.0.66")
    lines = [("Event", "check-sync;reboot=true")]
    stranger.request("NOTIFY", (A, 5060), "sip:100@" + A, "s1", 1, lines)
    assert stranger.take() == ["403"] and not scene.told
    scene.peer.request("NOTIFY", (A, 5060), "sip:100@" + A, "s2", 1, lines)
    assert scene.peer.take() == ["200"] and scene.told == [("checksync", {"reboot": True})]
    for call_id, event in (("s3", "check-sync;reboot=false"), ("s4", "check-sync")):
        lines = [("Event", event)]
        scene.peer.request("NOTIFY", (A, 5060), "sip:100@" + A, call_id, 1, lines)
        scene.peer.take()
        assert scene.told.pop() == ("checksync", {"reboot": False})


def test_what_rings_can_be_picked_up_by_replaces():
    from sip.subscription.subscribe import pickup

    scene = Scene()
    watched = scene.watch()
    assert pickup(watched) == ("sip:201@" + B, "")
    first = scene.asked()
    scene.answer(first, 200, ("Expires", "600"))
    scene.notify(first, info("early"))
    assert pickup(watched) == ("sip:300@10.0.0.9", "c9;to-tag=rt;from-tag=lt;early-only")


def test_only_the_registrar_says_whom_a_pick_up_calls():
    """Else an extension of somebody's has the owner's key call a number of theirs."""
    from sip.subscription.subscribe import pickup

    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    scene.answer(first, 200, ("Expires", "600"))
    scene.agent.guard.open_house = False  # there is an identity that registers, elsewhere
    scene.notify(first, info("early"))
    assert pickup(watched) == ("sip:201@" + B, "c9;to-tag=rt;from-tag=lt;early-only")
    scene.agent.guard.at_home = lambda ip: ip == B
    scene.notify(first, info("early", 1))
    assert pickup(watched)[0] == "sip:300@10.0.0.9"


def test_a_second_account_is_kept_apart():
    scene = Scene()
    other = Account(2, "101")
    scene.agent.add(other)
    scene.watch()
    scene.every.add(other, "sip:201@" + B, "dialog")
    assert len(scene.every.of(other)) == 1 and len(scene.every.of(scene.account)) == 1
    scene.every.stop()
    scene.peer.take(10_000)
    assert not scene.peer.got


def test_a_subscription_in_a_new_dialog_counts_from_one_and_forgets_the_other():
    scene = Scene()
    watched = scene.watch()
    first = scene.asked()
    assert first.cseq()[0] == 1
    scene.answer(first, 200, ("Expires", "100"))
    assert (
        scene.notify(first, info("early", 7), "active;expires=100", cseq=40) == 200
        and watched.active
    )
    renewal = scene.asked(82_000)
    assert renewal.cseq()[0] == 2 and renewal.uri == "sip:peer@%s:5060" % B
    scene.answer(renewal, 481)
    anew = scene.asked()
    assert anew.cseq()[0] == 1 and anew.uri == "sip:201@" + B
    assert not watched.active
    scene.answer(anew, 200, ("Expires", "100"))
    assert (
        scene.notify(anew, info("confirmed"), "active", cseq=1) == 200 and watched.state == "busy"
    )


def test_a_481_before_there_is_a_dialog_is_a_refusal():
    scene = Scene()
    scene.watch()
    scene.answer(scene.asked(), 481)
    assert scene.told[-1] == "unwatched"
    scene.peer.take(3_500_000)
    assert not scene.peer.got
    scene.asked(200_000)


def test_each_refusal_is_tried_again_soon_or_much_later():
    for status, early, late in (
        (408, 29_000, 2000), (480, 29_000, 2000), (500, 29_000, 2000), (503, 29_000, 2000),
        (504, 29_000, 2000), (403, 3_599_000, 2000), (404, 3_599_000, 2000),
        (489, 3_599_000, 2000), (603, 3_599_000, 2000),
    ):  # fmt: skip
        scene = Scene()
        scene.watch()
        scene.answer(scene.asked(), status)
        assert ("unwatched" in scene.told) is (late == 2000 and early > 29_000), status
        scene.peer.take(early)
        assert not scene.peer.got, status
        scene.asked(late)


def test_an_extension_that_fails_is_asked_slower_and_slower_up_to_a_quarter_of_an_hour():
    scene = Scene()
    scene.watch()
    request = scene.asked()
    for seconds in (30, 60, 120, 240, 480, 900, 900):
        scene.answer(request, 500)
        scene.peer.take(1000 * seconds - 1000)
        assert not scene.peer.got, seconds
        request = scene.asked(2000)
    scene.answer(request, 200, ("Expires", "100"))
    renewal = scene.asked(82_000)
    scene.answer(renewal, 500)
    scene.peer.take(29_000)
    assert not scene.peer.got
    scene.asked(2000)


def test_what_is_granted_is_renewed_at_four_fifths_of_it_and_never_at_once():
    for granted, early, late in (
        ("100", 79_900, 200), ("10", 7900, 200), ("2", 1900, 200), ("1", 1900, 200),
        ("0", 1900, 200), ("x", 2_879_000, 2000),
    ):  # fmt: skip
        scene = Scene()
        scene.watch()
        scene.answer(scene.asked(), 200, ("Expires", granted))
        scene.peer.take(early - 40)
        assert not scene.peer.got, granted
        scene.asked(late)


def test_a_min_expires_that_asks_for_no_more_is_a_refusal():
    for least in ("3600", "60", "x"):
        scene = Scene()
        scene.watch()
        scene.answer(scene.asked(), 423, ("Min-Expires", least))
        scene.peer.take(100_000)
        assert not scene.peer.got and scene.told[-1] == "unwatched", least


def test_nobody_is_asked_before_the_account_is_registered_or_without_a_network():
    scene = Scene()
    scene.account.register, scene.account.registered = True, False
    scene.watch()
    scene.peer.take(10_000)
    assert not scene.peer.got
    scene.account.registered = True
    scene.answer(scene.asked(2100), 200, ("Expires", "100"))
    scene.agent.network.up = False
    scene.peer.take(100_000)
    assert not scene.peer.got
    scene.agent.network.up = True
    scene.asked(5100)


def test_what_was_forgotten_or_stopped_asks_no_more():
    scene = Scene()
    one, two = scene.watch(), scene.watch()
    first = scene.asked()
    scene.every.forget(one)
    assert scene.every.request is None and scene.every.all == [two]
    scene.answer(first, 200, ("Expires", "100"))
    assert not one.tag
    scene.every.plan()
    assert scene.asked().header("call-id") != first.header("call-id")
    scene.every.forget(one)
    scene.every.stop()
    scene.peer.take(200_000)
    assert not [x for x in scene.peer.got if x.method == "SUBSCRIBE"] and not scene.every.all
    assert scene.agent.notify is None and len(scene.wire.timers) == 0


def test_what_was_never_answered_is_dropped_without_a_word():
    scene = Scene()
    watched = scene.watch()
    scene.every.remove(watched)
    assert scene.every.all == []
    scene.peer.take(200_000)
    assert not scene.peer.got


def test_a_dead_server_is_asked_for_none_of_the_others_meanwhile():
    scene = Scene()
    for number in range(3):
        scene.every.add(scene.account, "sip:20%d@%s" % (number, B), "dialog")
    first = scene.asked()
    scene.peer.take(31_900)  # 32 s until it counts as dead, then 30 s
    assert {x.uri for x in scene.peer.got} <= {first.uri}
    scene.peer.take(29_000)
    assert not scene.peer.got
    found = set()
    for _ in range(3):
        scene.peer.take(12_000)
        for request in scene.peer.got:
            if request.uri not in found:
                found.add(request.uri)
                scene.peer.reply(request, 200, headers=(("Expires", "600"),))
    assert len(found) == 3


def test_an_extension_is_a_number_an_address_or_a_uri():
    scene = Scene()
    for target, uri in (
        ("201", "sip:201@pbx"), ("201@h", "sip:201@h"), ("sip:201@h", "sip:201@h"),
        ("SIPS:201@h", "SIPS:201@h"), ("sip", "sip:sip@pbx"),
    ):  # fmt: skip
        scene.account.host = "pbx"
        assert Subscription(scene.account, target, "dialog", 1).uri == uri, target
    one = scene.watch()
    other = Account(2, "9")
    assert scene.every.of(scene.account) == [one] and scene.every.of(other) == []
