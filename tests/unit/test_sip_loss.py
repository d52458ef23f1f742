"""The loss of any one message of a flow ends in the same state as without loss.

Those of plain calls, of hold and of transfers stand with their features.
"""

from sipkit import SDP, Robot, Wire, trust

from sip.account import Account
from sip.subscription.subscribe import Subscriptions

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
_ASK = ("Proxy-Authenticate", 'Digest realm="r", nonce="n%d", qop="auth"')
_INFO = (
    b'<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="%d" state="full" '
    b'entity="sip:201@h"><dialog id="1"><state>%s</state></dialog></dialog-info>'
)


def _each(flow, least, **more):
    """Play `flow` without loss, then with the loss of each of its messages; compare the ends."""
    wire, wanted = flow((), **more)
    count = len(wire.log)
    assert count >= least, wire.lines()
    for lost in range(count):
        wire, found = flow((lost,), **more)
        assert found == wanted, (lost, found, wanted, wire.lines())


def _empty(wire, *agents):
    """Let everything run out; nothing may be left."""
    for agent in agents:
        for call in list(agent.calls):
            call.hangup()
    wire.run(300_000)
    for agent in agents:
        assert agent.calls == [] and agent.waiting == [] and not agent.transactions


def _robot_call(lose, decide):
    wire = Wire()
    wire.lose = lose
    robots = [Robot(wire, (ip, 5060), decide) for ip in (B, C)]
    a = wire.agent(A, "100")
    a.accounts[0].password, a.accounts[0].host = "secret", B
    trust(a, B, C)
    call = a.call(a.accounts[0], "200@" + B)
    wire.run(70_000)
    state = call.state, [list(x.trail) for x in robots], a.party.events
    call.hangup()
    wire.run(70_000)
    state += (robots[0].trail + robots[1].trail, not robots[0].due, not robots[1].due)
    _empty(wire, a)
    return wire, state


def test_a_challenged_call():
    def flow(lose):
        def decide(request):
            if request.method == "INVITE" and not request.header("proxy-authorization"):
                return 407, [(_ASK[0], _ASK[1] % 1)], b""
            return 200, (), SDP if request.method == "INVITE" else b""

        return _robot_call(lose, decide)

    _, (state, trails, events, after, one, two) = flow(())
    assert state == "connected" and trails == [["INVITE", "INVITE"], []] and one and two
    assert events == ["outgoing", "connected", "ended"] and after[-1] == "BYE"
    _each(flow, 7)


def test_a_call_that_is_redirected():
    def flow(lose):
        def decide(request):
            if request.method == "INVITE" and B in request.uri:
                return 302, [("Contact", "<sip:200@%s>" % C)], b""
            return 200, (), SDP if request.method == "INVITE" else b""

        return _robot_call(lose, decide)

    assert flow(())[1][:2] == ("connected", [["INVITE"], ["INVITE"]])
    _each(flow, 7)


def _two(lose, headers=(), **settings):
    """Return (wire, a, b, call of a): b rings and answers a second later."""
    wire = Wire()
    wire.lose = lose

    def at_b(kind, call, **details):
        if kind == "incoming":
            call.ring()
            wire.timers.after(1000, call.answer)

    a = wire.agent(A, "100", **settings)
    b = wire.agent(B, "200", at_b, **settings)
    return wire, a, b, a.call(a.accounts[0], "200@" + B, headers)


def test_a_call_with_a_reliable_180():
    def flow(lose):
        wire, a, b, call = _two(lose, [("Require", "100rel")])
        wire.run(70_000)
        state = call.state, b.party.calls[0].state, not b.party.calls[0].confirmation.waiting
        call.hangup()
        wire.run(70_000)
        state += (a.party.events, b.party.events)
        _empty(wire, a, b)
        return wire, state

    assert flow(())[1][:3] == ("connected", "connected", True)
    _each(flow, 8)


def test_sessions_are_refreshed_by_update_and_by_invite():
    def flow(lose, update):
        wire, a, b, call = _two((), session_timer=90)
        wire.run(3000)
        other = b.party.calls[0]
        for each in (call, other):
            each.session.update = update
        del wire.log[:]
        wire.lose = lose
        wire.run(200_000)
        changing = call.changes.request, other.changes.request
        state = call.state, other.state, changing, call.session.ours
        wire.lose, log = (), wire.log
        wire.log = []
        _empty(wire, a, b)
        wire.log = log[:12]  # two refreshes and more
        return wire, state

    for update in (True, False):
        assert flow((), update)[1][:2] == ("connected", "connected")
        _each(flow, 6, update=update)


def test_a_registration_with_digest_its_refresh_and_its_end():
    def flow(lose):
        wire = Wire()
        wire.lose = lose
        nonces = [1]

        def decide(request):
            sent = request.header("authorization") or ""
            if 'nonce="n%d"' % nonces[0] not in sent:
                more = ", stale=true" if sent else ""
                return 401, [("WWW-Authenticate", _ASK[1] % nonces[0] + more)], b""
            nonces[0] += len(robot.trail) == 2  # the refresh finds its nonce too old
            contact = request.header("contact").partition(";expires")[0]
            return 200, [("Contact", contact + ";expires=120")], b""

        robot = Robot(wire, (B, 5060), decide)
        a = wire.agent(A, "direct")
        account = Account(2, "100", B, "secret")
        a.add(account)
        wire.run(110_000)
        state = account.registered, a.party.events, list(robot.trail)
        account.registration.halt()
        _empty(wire, a)
        return wire, state

    assert flow(())[1] == (True, ["registered"], ["REGISTER"] * 4)
    _each(flow, 8)


def test_a_subscription_with_its_notifies():
    def flow(lose):
        wire = Wire()
        wire.lose = lose
        told = []

        def heard(kind, subject, **details):
            if kind == "watched":
                told.append(subject.state)

        def decide(request):
            if not request.header("proxy-authorization"):
                return 407, [(_ASK[0], _ASK[1] % 1)], b""
            if len(robot.trail) == 2:
                wire.timers.after(5, notify, request, 1, b"early")
                wire.timers.after(9000, notify, request, 2, b"confirmed")
                wire.timers.after(50_000, notify, request, 3, b"terminated")
            return 200, [("Expires", "600")], b""

        def notify(request, number, state):
            headers = [("Event", "dialog"), ("Subscription-State", "active;expires=500")]
            robot.ask(
                "NOTIFY",
                (A, 5060),
                "sip:100@" + A,
                request.header("call-id"),
                number,
                headers,
                _INFO % (number, state),
                kind="application/dialog-info+xml",
                from_="<sip:201@%s>;tag=peer" % B,
                to_tag=request.tag("from"),
            )

        robot = Robot(wire, (B, 5060), decide)
        a = wire.agent(A, "100", heard)
        a.accounts[0].password, a.accounts[0].host = "secret", B
        every = Subscriptions(a)
        watched = every.add(a.accounts[0], "sip:201@" + B, "dialog")
        wire.run(120_000)
        state = told, watched.state, watched.tag, watched.active, len(robot.trail), robot.due
        every.stop()
        _empty(wire, a)
        return wire, state

    assert flow(())[1] == (["ringing", "busy", "idle"], "idle", "peer", True, 2, {})
    _each(flow, 10)
