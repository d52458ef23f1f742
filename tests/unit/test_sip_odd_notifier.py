"""A notifier that is broken: whatever it answers and notifies, it is not asked without end."""

from sipkit import Wire

from sip.account import Account
from sip.message.fields import seconds
from sip.subscription.subscribe import Subscriptions

US, SERVER = "10.0.0.1", "10.0.0.2"
_MINUTES_10 = 600_000


class Scene:
    """A phone that watches 201 or its messages; `react(scene, request)` answers each SUBSCRIBE."""

    def __init__(self, react, event="dialog"):
        self.wire = Wire()
        self.react = react
        self.count, self.cseq = 0, 0
        self.peer = self.wire.peer(SERVER)
        self.wire.ends[self.peer.address] = self._received
        self.agent = self.wire.agent(US, "100")
        self.account = self.agent.accounts[0]
        self.every = Subscriptions(self.agent)
        self.watched = self.every.add(self.account, "sip:201@" + SERVER, event)

    def _received(self, data, *more):
        self.peer.received(data, *more)
        request = self.peer.got.pop()
        self.wire.log.clear()  # days go by
        if request.method == "SUBSCRIBE":
            self.count += 1
            self.react(self, request)

    def answer(self, request, status, *headers):
        """Answer a SUBSCRIBE."""
        self.peer.reply(request, status, headers=headers)

    def notify(self, request, state, cseq=None, more=()):
        """Send a NOTIFY without a body."""
        self.cseq += 1
        self.peer.request(
            "NOTIFY",
            (US, 5060),
            "sip:100@" + US,
            request.header("call-id"),
            self.cseq if cseq is None else cseq,
            [("Event", self.watched.event), ("Subscription-State", state)] + list(more),
            from_="<sip:201@%s>;tag=peer" % SERVER,
            to_tag=request.tag("from"),
        )

    def run(self, ms):
        """Let time pass; return how many SUBSCRIBEs came meanwhile."""
        before = self.count
        self.wire.run(ms)
        return self.count - before


def test_who_grants_next_to_nothing_is_asked_slower_and_slower():
    for event in ("dialog", "message-summary"):
        for granted in ("0", "1", "2", "-1", "x", "99999999999999999999", "0000000001"):
            scene = Scene(
                lambda scene, request: scene.answer(request, 200, ("Expires", granted)),  # noqa: B023
                event,
            )
            assert 1 <= scene.run(_MINUTES_10) < 16, (event, granted)


def test_a_few_renewals_in_haste_then_each_pause_is_twice_the_last_up_to_15_minutes():
    times = []
    granted = ["2"]

    def react(scene, request):
        times.append(scene.wire.clock.ms())
        scene.answer(request, 200, ("Expires", granted[0]))

    def pauses(scene, ms):
        del times[:-1]
        scene.run(ms)
        return [round((b - a) / 1000) for a, b in zip(times, times[1:])]  # noqa: B905

    scene = Scene(react)
    doubled = [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert pauses(scene, 4_000_000) == [2, 2, 2, 2] + doubled
    granted[0] = "5"  # 4 s are no haste
    assert pauses(scene, 920_000)[1:] == [4] * len(times[2:])
    granted[0] = "2"
    found = pauses(scene, 100_000)
    assert found[:9] == [4, 2, 2, 2, 2, 2, 4, 8, 16], "it was in time meanwhile"


def test_a_longer_time_than_we_have_asked_for_is_not_relied_on():
    scene = Scene(lambda scene, request: scene.answer(request, 200, ("Expires", "86400")))
    assert scene.run(3_600_000) == 2


def test_a_brief_subscription_is_kept():
    scene = Scene(lambda scene, request: scene.answer(request, 200, ("Expires", "5")))
    assert 14 <= scene.run(60_000) <= 16


def test_whatever_a_notify_says_it_does_not_have_us_subscribe_without_end():
    for state in (
        "active;expires=1", "active;expires=2", "pending;expires=1", "active;expires=0",
        "active;expires=-1", "terminated", "terminated;reason=deactivated",
        "terminated;reason=deactivated;retry-after=0", "terminated;reason=timeout",
        "terminated;reason=probation;retry-after=1", "terminated;reason=giveup",
        "terminated;reason=rejected;retry-after=1", "terminated;reason=noresource",
        "terminated;reason=invariant", "terminated;reason=unheard-of", "terminated;retry-after=x",
        "TERMINATED;REASON=TIMEOUT", "", ";", "expires=1", "active;expires=99999999999999",
    ):  # fmt: skip

        def react(scene, request):
            scene.answer(request, 200, ("Expires", "3600"))
            scene.notify(request, state)  # noqa: B023

        scene = Scene(react)
        assert 1 <= scene.run(_MINUTES_10) < 16, state


def test_a_notifier_that_counts_backwards_is_no_loop():
    def react(scene, request):
        scene.answer(request, 200, ("Expires", "3600"))
        for cseq in (2, 1):
            scene.notify(request, "active;expires=3600", cseq)

    assert 1 <= Scene(react).run(_MINUTES_10) < 16


def test_who_has_lost_each_dialog_at_once_is_no_loop():
    def react(scene, request):
        if request.tag("to"):
            scene.answer(request, 481)
        else:
            scene.answer(request, 200, ("Expires", "2"))

    assert 1 <= Scene(react).run(_MINUTES_10) < 16


def test_who_was_broken_and_is_no_more_is_asked_in_time_again():
    granted = ["1"]
    scene = Scene(lambda scene, request: scene.answer(request, 200, ("Expires", granted[0])))
    scene.run(_MINUTES_10)
    granted[0] = "100"
    scene.run(1_800_000)
    assert scene.run(_MINUTES_10) in (7, 8)


def test_a_refusal_with_a_time_is_kept_and_bounded():
    for status in (480, 503):
        for value, least, most in (
            ("0", 29, 40), ("-1", 29, 40), ("x", 29, 40), ("120 (busy); duration=7", 119, 125),
            ("99999999999999", 80_000, 86_500),
        ):  # fmt: skip
            times = []

            def react(scene, request):
                times.append(scene.wire.clock.now)  # noqa: B023
                scene.answer(request, status, ("Retry-After", value))  # noqa: B023

            scene = Scene(react)
            scene.run(1000 * most + 1000)
            waited = (times[1] - times[0]) // 1000
            assert least <= waited <= most, (status, value, waited)


def test_seconds_are_digits_with_whatever_behind_them_and_bounded():
    for text, found in (
        ("5", 5), (" 5 ", 5), ("5;duration=3", 5), ("5 (five)", 5), ("000000000000005", 5),
        ("0", 0), ("000", 0), ("99999999", 86400), ("9" * 400, 86400), ("-5", 7), ("+5", 7),
        ("5s", 7), ("5.5", 7), ("", 7), (None, 7), (";5", 7), ("(5)", 7), ("0x5", 7), ("5 6", 7),
        ("1e3", 7), ("\u0665", 7), ("5\x00", 7),
    ):  # fmt: skip
        assert seconds(text, 7) == found, text
    assert seconds("500", 0, 60) == 60 and Account(1, "100").expires == 3600


_BROKEN = (
    "", '"', "<", ">", "<sip:", "sip:@", "<sip:x@10.0.0.8:99999>", "<sip:10.0.0.8:port>", ",", ";",
    "=", "\xe9", ",".join(["x"] * 200), ";".join(["x"] * 200), "<" * 50, "*", "a" * 2000, "-1",
    "9" * 400, "tel:1", "terminated;reason=\"", 'active;expires="5', "terminated;retry-after=;;",
)  # fmt: skip


def test_no_header_of_an_answer_or_a_notify_stops_a_subscription():
    for where in ("answer", "notify"):
        for status in (200, 401, 423, 489, 503):
            for name in (
                "Contact", "Expires", "Min-Expires", "Retry-After", "Record-Route", "Require",
                "WWW-Authenticate", "Subscription-State", "Event", "Content-Type", "Allow-Events",
            ):  # fmt: skip
                for number, value in enumerate(_BROKEN):
                    if (status + len(name) + number) % 4 or (where == "notify" and status > 200):
                        continue  # a quarter of them each way

                    def react(scene, request):
                        if where == "answer":  # noqa: B023
                            scene.answer(request, status, (name, value))  # noqa: B023
                        else:
                            scene.answer(request, 200, ("Expires", "600"))
                            scene.notify(request, "active", more=[(name, value)])  # noqa: B023

                    scene = Scene(react)
                    scene.agent.log = lambda level, text, *values: None
                    scene.run(1000)
                    longest = 90_000_000 if len(value) == 400 else 8_000_000
                    assert scene.run(longest) >= 1, (where, status, name, value)
