"""A registrar that is broken, or somebody on its path: what it says makes the phone no flood."""

from sipkit import Wire

from sip.account import Account
from sip.subscription.subscribe import Subscriptions

US, REGISTRAR = "10.0.0.1", "10.0.0.9"
_MINUTES_10 = 600_000


class Streams:
    """Takes the place of TCP and TLS: what breaks is told by `broken`."""

    broken = None

    def __init__(self):
        self.closed = []

    def silent(self, address, protocol):
        self.closed.append((address, protocol))

    def watch(self, address, protocol, callback):
        self.broken = callback

    def named(self, targets, host):
        pass


class Scene:
    """A phone that registers; `answer(request)` gives (status, headers) of what it is told.

    `change` may alter a request's Via before it is answered. `times` are those of the REGISTERs.
    """

    def __init__(self, answer, change=None, protocol="UDP", user="100", **settings):
        self.wire = Wire()
        self.wire.protocol = protocol
        self.answer, self.change = answer, change
        self.times, self.last, self.watched = [], None, 0
        self.peer = self.wire.peer(REGISTRAR, 5061 if protocol == "TLS" else 5060)
        self.wire.ends[self.peer.address] = self._received
        self.agent = self.wire.agent(US, "direct", **settings)
        self.streams = self.agent.transport.streams = Streams() if protocol == "TLS" else False
        self.account = Account(2, user, REGISTRAR, "secret")
        self.account.transport = protocol.lower()
        self.agent.add(self.account)

    def _received(self, data, *more):
        if not data.strip():
            return  # a keep-alive
        self.peer.received(data, *more)
        request = self.last = self.peer.got[-1]
        if request.method == "SUBSCRIBE":
            self.watched += 1
            self.peer.reply(request, 200, headers=[("Expires", "100")])
        elif request.method == "REGISTER":
            self.times.append(self.wire.clock.now)
            status, headers = self.answer(request)
            if self.change:
                self.change(request)
            self.peer.reply(request, status, headers=headers, contact=False)

    def run(self, ms):
        """Let time pass; return how many REGISTERs came meanwhile."""
        before = len(self.times)
        self.wire.run(ms)
        return len(self.times) - before


def _contact(request, expires=""):
    """Return our Contact as the registrar lists it."""
    return ("Contact", request.header("contact").partition(";expires")[0] + expires)


def test_a_registrar_that_grants_nothing_has_refused_and_is_asked_slower_and_slower():
    for given in (";expires=0", ";expires=00", ";expires=1", ";expires=2"):
        scene = Scene(lambda request: (200, [_contact(request, given)]))  # noqa: B023
        assert 1 <= scene.run(_MINUTES_10) < 9, given
        assert not scene.account.registered and "expires" in scene.account.reason, given
        assert scene.agent.party.events == ["reg_failed"], given  # once, not at each try
    scene = Scene(lambda request: (200, [("Expires", "0")]))
    assert 1 <= scene.run(_MINUTES_10) < 9 and not scene.account.registered


def test_what_was_registered_and_is_granted_no_more_is_told_once_and_comes_back():
    seconds = [100]
    scene = Scene(lambda request: (200, [_contact(request, ";expires=%d" % seconds[0])]))
    scene.run(1000)
    seconds[0] = 0
    scene.run(_MINUTES_10)
    assert scene.agent.party.events == ["registered", "reg_failed"]
    seconds[0] = 100
    scene.run(3 * _MINUTES_10)
    assert scene.agent.party.events == ["registered", "reg_failed", "registered"]
    assert scene.account.reason == ""


def test_a_brief_registration_is_kept():
    scene = Scene(lambda request: (200, [_contact(request, ";expires=5")]))
    assert 20 <= scene.run(60_000) <= 30
    assert scene.agent.party.events == ["registered"] and scene.account.registered


def test_what_cannot_be_read_as_seconds_is_what_we_have_asked_for():
    for given in (";expires=-1", ";expires=x", ";expires", ";expires=1e3", ";expires=9999999999",
                  ";expires=", ";expires=0x10", ""):  # fmt: skip
        scene = Scene(lambda request: (200, [_contact(request, given)]))  # noqa: B023
        assert scene.run(3_000_000) == 1 and scene.account.registered, given
        assert scene.run(600_000) >= 1, given
    scene = Scene(lambda request: (200, [_contact(request, ";expires=0000000100")]))
    assert scene.run(60_000) == 1 and scene.account.registered
    assert scene.run(30_000) == 1


def test_among_others_contacts_ours_counts_however_the_registrar_writes_it():
    def others(count, *more):
        lines = ["<sip:100@10.1.%d.%d>;expires=3000" % (x >> 8, x & 255) for x in range(count)]
        return [("Contact", x) for x in lines + list(more)]

    def seen(request):
        via = request.header("via").replace(";rport", ";received=198.51.100.7;rport=40001")
        request.replace("via", via)

    # as the address that the registrar sees
    scene = Scene(lambda _: (200, others(3, "<sip:100@198.51.100.7:40001>;expires=100")), seen)
    scene.agent.settings.values["use_rport_contact"] = False
    assert scene.run(10_000) == 1
    assert scene.run(90_000) >= 1
    # not there: the briefest is not outlived, and what has nearly ended is no flood
    scene = Scene(lambda _: (200, others(3, "<sip:100@10.9.9.9>;expires=200")))
    assert scene.run(200_000) in (2, 3) and scene.account.registered
    scene = Scene(lambda _: (200, others(3, "<sip:100@10.9.9.9>;expires=1")))
    assert scene.run(_MINUTES_10) <= 30 and scene.agent.party.events == ["registered"]
    # hundreds, in which ours cannot be looked for any more
    scene = Scene(lambda _: (200, [("Expires", "100")] + others(300)))
    assert scene.run(10_000) == 1 and scene.account.registered


def test_an_address_that_changes_with_each_answer_is_no_loop():
    """A NAT with a port for each packet, or somebody on the path who counts upwards."""
    for protocol in ("UDP", "TLS"):
        count = [0]

        def changed(request):
            count[0] += 1  # noqa: B023
            seen = ";received=198.51.100.7;rport=%d" % (20000 + count[0])  # noqa: B023
            request.replace("via", request.header("via").replace(";rport", seen))

        scene = Scene(
            lambda request: (200, [("Expires", "3600")]),
            changed,
            protocol,
            use_rport_contact=True,
        )
        assert scene.run(1000) == 4, "thrice once more at once"
        assert scene.run(_MINUTES_10) < 12, protocol
        assert scene.account.registered and scene.agent.party.events == ["registered"]


def test_a_connection_that_is_closed_after_each_answer_is_made_anew_slower_and_slower():
    scene = Scene(lambda request: (200, [("Expires", "3600")]), None, "TLS")
    for _ in range(600):
        scene.run(1000)
        if scene.streams.broken:
            scene.streams.broken, broken = None, scene.streams.broken
            broken()
    assert len(scene.times) < 25, len(scene.times)
    scene.run(_MINUTES_10)  # now it holds
    before = len(scene.times)
    scene.streams.broken()
    assert scene.run(6000) == 1 and len(scene.times) == before + 1


def test_each_connection_that_breaks_at_once_doubles_the_pause_up_to_two_minutes():
    scene = Scene(lambda request: (200, [("Expires", "3600")]), None, "TLS")

    def pause(after, drawn=0):
        scene.agent.random = lambda bits: drawn
        scene.wire.run(after)
        began, before = scene.wire.clock.now, len(scene.times)
        scene.streams.broken()
        while len(scene.times) == before:
            scene.wire.run(10)
        scene.wire.run(10)  # until it is answered
        return scene.times[-1] - began - scene.wire.delay

    scene.wire.run(30)
    found = [pause(0) for _ in range(11)]
    assert found == [500, 1000, 2000, 4000, 8000, 16000, 32000, 64000] + 3 * [128_000]
    assert pause(119_000) == 128_000
    assert pause(120_000) == 500, "two minutes are no break at once"
    assert pause(0, 4095) == 5095, "and a thousand phones do not come in one moment"


def test_a_route_that_leads_nowhere_does_not_take_every_call_with_it():
    for route in (
        "<sip:224.0.1.75;lr>", "<sip:10.0.0.8:99999;lr>", "<tel:1>", "<>", "<sip:;lr>", "x",
        "<sip:", "<sip:[::1]>", "<sip:255.255.255.255;lr>", '"<sip:10.0.0.8;lr>',
    ):  # fmt: skip
        scene = Scene(lambda request: (200, [("Service-Route", route)]))  # noqa: B023
        scene.run(1000)
        scene.agent.call(scene.account, "112")
        scene.run(100)
        assert scene.last.method == "INVITE" and not scene.last.has("route", "x"), route


def test_the_connection_of_a_registrar_that_answers_no_more_is_given_up():
    unheard = []
    scene = Scene(lambda request: (200, [("Expires", "100")]), None, "TLS")
    scene.run(60_000)
    assert scene.streams.closed == []
    scene.wire.ends[scene.peer.address] = lambda *more: unheard.append(1)
    scene.run(200_000)
    assert scene.streams.closed and set(scene.streams.closed) == {((REGISTRAR, 5061), "TLS")}
    assert len(unheard) > 1, "it is tried again"


def test_a_registrar_that_ignores_what_it_does_not_know_keeps_its_connection():
    scene = Scene(lambda request: (200, [("Expires", "3600")]), None, "TLS")
    scene.run(1000)
    every = Subscriptions(scene.agent)
    every.add(scene.account, "201", "dialog")
    scene.run(_MINUTES_10)
    assert scene.last.method == "SUBSCRIBE" and scene.streams.closed == []


def test_a_pause_that_is_asked_for_is_kept_and_bounded_however_it_is_written():
    for value, least, most in (
        ("0", 1, 40), ("120", 115, 125), ("000000120", 115, 125), ("120;duration=60", 115, 125),
        ("120 (in \"maintenance\"; (nested))", 115, 125), ("99999999999999999999", 1, 3700),
        ("86400000", 3590, 3700), ("-5", 1, 40), ("x", 1, 40), ("", 1, 40),
    ):  # fmt: skip
        for status in (491, 503):
            scene = Scene(lambda request: (status, [("Retry-After", value)]))  # noqa: B023
            scene.run(4_000_000)
            waited = (scene.times[1] - scene.times[0]) // 1000
            assert least <= waited <= most, (value, status, waited)


def test_a_min_expires_of_any_kind_makes_no_loop():
    for value in ("0", "-1", "x", "", "3600", "86401", "99999999999999", "0000086400", "1"):
        scene = Scene(lambda request: (423, [("Min-Expires", value)]))  # noqa: B023
        assert scene.run(_MINUTES_10) < 12, value
        assert not scene.account.registered


class Short:
    """Takes the place of an agent's `token`, which each request wants: no memory for its n-th."""

    def __init__(self, agent, which):
        self.good, self.left, self.failed = agent.token, which, 0
        agent.token = self
        agent.log = lambda level, text, *values: None  # it is logged, what else

    def __call__(self):
        self.left -= 1
        if self.left == 0:
            self.failed += 1
            raise MemoryError
        return self.good()

    def pass_by(self, scene, ms):
        """Let time pass, though a timer's callback may fail: a phone's timers report that."""
        for _ in range(0, ms, 100_000):
            try:
                scene.run(100_000)
            except MemoryError:
                pass


def test_a_want_of_memory_in_the_midst_of_it_ends_no_registration_for_good():
    """Neither where a REGISTER begins, nor where an answer leads to the next one."""
    challenge = ("WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5')

    def answer(request):
        known = request.header("authorization")
        return (200, [("Expires", "100")]) if known else (401, [challenge])

    for which in range(1, 9):
        scene = Scene(answer)
        short = Short(scene.agent, which)
        short.pass_by(scene, 2_000_000)
        assert short.failed and scene.account.registered, which
        assert scene.run(_MINUTES_10) >= 6, which


def test_a_want_of_memory_ends_no_subscription_for_good():
    for which in range(1, 5):
        scene = Scene(lambda request: (200, [("Expires", "86400")]))
        scene.run(1000)
        every = Subscriptions(scene.agent)
        every.add(scene.account, "201", "dialog")
        short = Short(scene.agent, which)
        short.pass_by(scene, 2_000_000)
        assert short.failed, which
        before = scene.watched
        scene.run(_MINUTES_10)
        assert scene.watched - before >= 6, which


def test_a_user_whose_name_can_stand_in_no_uri_does_not_stop_a_registration():
    for user in ("a>b", "<", '"', "a;b", "a@b:c", "a b", "%zz", "a?b"):
        scene = Scene(lambda request: (200, [("Expires", "100")]), user=user)
        assert 4 <= scene.run(_MINUTES_10) <= 16, user


def test_an_address_that_nobody_can_have_is_not_taken_for_ours():
    for protocol in ("UDP", "TLS"):
        for seen in (
            "received=198.51.100.7;rport=0", "received=198.51.100.7;rport=65536",
            "received=198.51.100.7;rport=999999", "received=pbx.example;rport=5",
            "received=2001:db8::1;rport=5", "received=[::1];rport=5", "received=1.2.3;rport=5",
            "received=0.0.0.0;rport=5", "received=255.255.255.255;rport=5", "rport=70000",
            "received=;rport=", 'received="1.2.3.4>";rport=5', "received=1.2.3.4;rport=-5",
            "received=224.0.0.1;rport=5060", "received=a%20b;rport=5060", "received;rport",
        ):  # fmt: skip

            def change(request):
                via = request.header("via").replace(";rport", ";" + seen)  # noqa: B023
                request.replace("via", via)

            scene = Scene(
                lambda request: (200, [("Expires", "100")]),
                change,
                protocol,
                use_rport_contact=True,
            )
            assert 8 <= scene.run(_MINUTES_10) <= 16, (protocol, seen)
            assert scene.account.registered, (protocol, seen)
            assert scene.agent.party.events == ["registered"], (protocol, seen)
            contact = scene.last.header("contact")
            assert contact.startswith("<sip:100@10.0.0.1:5060"), (seen, contact)


_BROKEN = (
    "", '"', "<", ">", "<sip:", "sip:@", "<sip:10.0.0.8:port>", "<sip:x@10.0.0.8:99999>",
    "<sip:10.0.0.8:65536>", ",", ";", "=", "\xe9", ",".join(["x"] * 200), ";".join(["x"] * 200),
    '"' * 50, "<" * 50, "*", "a" * 2000, "Digest", 'Digest realm="', "Digest realm=r, nonce=",
    'Digest realm="r", nonce="n", qop="x"', 'Digest realm="r", nonce="n", algorithm="x"',
    'Digest nonce="n"', "Basic x", "-1", "9" * 400, "tel:1",
)  # fmt: skip


def test_no_header_of_an_answer_stops_a_registration():
    names = (
        "Contact", "Expires", "Service-Route", "Require", "Supported", "WWW-Authenticate",
        "Proxy-Authenticate", "Min-Expires", "Retry-After", "Path", "Date", "Warning", "Via",
    )  # fmt: skip
    for status in (200, 302, 401, 407, 423, 503):
        for name in names:
            for number, value in enumerate(_BROKEN):
                if (status + len(name) + number) % 3:
                    continue  # a third of them each way
                scene = Scene(lambda request: (status, [(name, value)]))  # noqa: B023
                scene.agent.log = lambda level, text, *values: None
                scene.run(1000)
                before = len(scene.times)
                assert scene.run(7_200_000) >= 1, (status, name, value, before)
