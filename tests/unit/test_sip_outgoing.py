"""Calls of ours: what each answer leads to, where they go next, and what giving up leaves."""

from sipkit import SDP, OneCall, Wire, finish

from base.compat import sleep_ms
from net.resolver import ResolveError
from sip.account import Account
from sip.dialog import begin
from sip.request import Request

A, B, C, D = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"
_MD5 = ("Proxy-Authenticate", 'Digest realm="r", nonce="n1", qop="auth", algorithm=MD5')


def _to(*uris):
    return [("Contact", "<%s>" % uri) for uri in uris]


def _trusting():
    scene = OneCall()
    scene.agent.trusted = lambda account, message: True
    return scene.dialled()


class Names:
    """A resolver: names and their addresses, and what waits until `known` is True."""

    def __init__(self, **names):
        self.names, self.known = names, True

    def random(self, bits):
        return 0

    async def resolve(self, name, kind="A"):
        while not self.known:
            await sleep_ms(0)
        if kind != "A" or name not in self.names:
            raise ResolveError(name)
        return self.names[name]


async def _turns():
    for _ in range(20):
        await sleep_ms(0)


# -- answers ------------------------------------------------------------------------------------


def test_the_status_of_a_call_is_that_of_its_last_answer():
    scene = OneCall().dialled()
    for status, kept in ((100, 0), (180, 180), (183, 183), (199, 199)):
        scene.peer.reply(scene.invite, status)
        scene.heard()
        assert scene.call.status == kept
    scene.peer.reply(scene.invite, 202, body=SDP)
    assert scene.heard() == ["ACK"] and scene.call.status == 202
    assert scene.voice[-1] == ("connected", False), "the voice is told of the connected call"
    scene = OneCall().dialled()
    scene.peer.reply(scene.invite, 101)  # whatever it means: RFC 3261 section 8.1.3.2
    scene.heard()
    assert scene.call.state == "ringing"


def test_who_asked_for_a_call_hears_how_it_goes():
    scene = OneCall(refer_from="anybody").answered()
    other = scene.wire.peer(C)
    scene.ask("REFER", headers=[("Refer-To", "<sip:300@%s>" % C)])
    told = []

    def notified():
        scene.heard(30)
        for each in scene.peer.got:
            if each.method == "NOTIFY":
                told.append(each.body.split()[1])
                scene.peer.reply(each, 200)

    notified()
    invite = other.got[0]
    for status in (180, 180, 183, 200):
        other.reply(invite, status, body=SDP)
        notified()
    assert told == [b"100", b"180", b"183", b"200"], told
    scene.agent.calls[-1].hangup()
    notified()
    assert len(told) == 4, "the final one is the last"


def test_a_422_is_followed_with_the_next_cseq():
    scene = OneCall(session_timer=100).dialled()
    scene.peer.reply(scene.invite, 422, headers=[("Min-SE", "300")])
    assert scene.heard() == ["ACK", "INVITE"]
    again = scene.peer.got[1]
    assert again.cseq().number == 2 and again.header("session-expires")[:3] == "300"


def test_a_call_that_rings_is_over_when_its_connection_broke_and_nothing_more_is_heard():
    scene = OneCall().dialled()
    scene.peer.reply(scene.invite, 180)
    scene.peer.take(600_000)
    assert scene.call.state == "ringing"  # it may take as long as it likes
    for _ in range(2):
        scene.agent.broken(("10.0.0.2", 5060), "UDP")
        scene.peer.take(31_000)
        scene.peer.reply(scene.invite, 180)  # by another connection
        scene.peer.take(600_000)
        assert scene.call.state == "ringing"
    for which in ((("10.0.0.2", 5061), "UDP"), (("10.0.0.2", 5060), "TLS")):
        scene.agent.broken(*which)
    scene.peer.take(600_000)
    assert scene.call.state == "ringing"
    scene.agent.broken(("10.0.0.2", 5060), "UDP")
    scene.peer.take(33_000)
    assert scene.call.state == "ended" and scene.call.ended_by == "error"
    finish(scene.wire, scene.agent)


def test_a_call_that_was_given_up_is_no_longer_held_by_a_connection_that_broke():
    scene = OneCall().dialled()
    scene.peer.reply(scene.invite, 180)
    scene.peer.take()
    scene.call.hangup()
    assert scene.peer.take() == ["CANCEL"]
    scene.agent.broken(("10.0.0.2", 5060), "UDP")
    finish(scene.wire, scene.agent)


def test_a_refusal_of_the_class_6xx_is_everybodys():
    for status, following in ((599, True), (600, False), (603, False)):
        scene = _trusting()
        others = [scene.wire.peer(ip) for ip in (C, D)]
        where = _to("sip:1@" + C, "sip:2@" + D)
        scene.peer.reply(scene.invite, 302, headers=where, contact=False)
        scene.heard()
        others[0].reply(others[0].got[0], status, contact=False)
        scene.heard()
        assert bool(others[1].got) is following, status
        assert (scene.call.state == "ended") is not following


def test_a_call_by_tls_is_not_redirected_out_of_it():
    for way, followed in (("udp", False), ("tcp", False), ("tls", True)):
        scene = OneCall()
        scene.agent.trusted = lambda account, message: True
        peer, other = scene.wire.peer(B, 5061), scene.wire.peer(C, 5061)
        plain = scene.wire.peer(C)
        call = scene.agent.call(scene.agent.accounts[0], "sip:200@%s;transport=tls" % B)
        assert peer.take() == ["INVITE"]
        where = _to("sip:1@%s;transport=%s" % (C, way))
        peer.reply(peer.got[0], 302, headers=where, contact=False)
        peer.take()
        assert bool(other.got) is followed and not plain.got, way
        assert (call.state == "ended") is not followed
        scene = OneCall().dialled()  # by UDP it may go anywhere
        scene.agent.trusted = lambda account, message: True
        other = scene.wire.peer(C, 5061 if way == "tls" else 5060)
        scene.peer.reply(scene.invite, 302, headers=where, contact=False)
        scene.heard()
        assert [x.method for x in other.got] == ["INVITE"], way


def test_each_redirection_by_a_stranger_is_asked_for_a_whole_minute():
    scene = OneCall().dialled()
    other = scene.wire.peer(C)
    scene.peer.reply(scene.invite, 302, headers=_to("sip:1@" + C), contact=False)
    scene.heard(40_000)
    scene.call.follow(True)
    scene.heard()
    other.reply(other.got[0], 302, headers=_to("sip:2@" + D), contact=False)
    scene.heard(59_000)
    assert scene.call.state != "ended"
    scene.heard(1_100)
    assert (scene.call.state, scene.call.status, scene.call.reason) == ("ended", 302, "x")
    scene = OneCall().dialled()
    scene.peer.reply(scene.invite, 302, headers=_to("sip:1@" + C), contact=False)
    scene.heard()
    scene.call.hangup()
    scene.heard(33_000)  # the transaction's timer D
    assert len(scene.wire.timers) == 0, "nobody is asked any more"


async def test_a_redirection_to_a_name_that_is_none_goes_to_nobody_twice():
    scene = _trusting()
    scene.agent.resolver = Names()
    scene.peer.reply(scene.invite, 302, headers=_to("sip:1@gone.example"), contact=False)
    scene.heard()
    await _turns()
    assert scene.heard(1000) == []
    assert (scene.call.state, scene.call.ended_by) == ("ended", "error")
    scene = _trusting()
    scene.agent.resolver, other = Names(), scene.wire.peer(C)
    where = _to("sip:1@gone.example", "sip:2@" + C)
    scene.peer.reply(scene.invite, 302, headers=where, contact=False)
    scene.heard()
    await _turns()
    assert scene.heard() == [] and [x.method for x in other.got] == ["INVITE"]


async def test_hanging_up_while_a_name_is_asked_for_sends_nothing():
    for redirected in (False, True):
        scene = OneCall()
        scene.agent.trusted = lambda account, message: True
        scene.agent.resolver = names = Names(**{"later.example": [C]})
        names.known, other = False, scene.wire.peer(C)
        if redirected:
            scene.dialled()
            where = _to("sip:1@later.example:5060")
            scene.peer.reply(scene.invite, 302, headers=where, contact=False)
            scene.heard()
        else:
            scene.call = scene.agent.call(scene.agent.accounts[0], "1@later.example:5060")
        await _turns()
        scene.call.hangup()
        names.known = True
        await _turns()
        scene.heard(1000)
        assert other.got == [] and scene.call.state == "ended", redirected
        finish(scene.wire, scene.agent)


# -- what is left of a call that was given up ---------------------------------------------------


def _given_up(**account):
    """Return a scene whose call was hung up while it rang, and the CANCEL's answer was sent."""
    scene = OneCall()
    for name, value in account.items():
        setattr(scene.agent.accounts[0], name, value)
    scene.dialled()
    scene.peer.reply(scene.invite, 180)
    scene.heard()
    scene.call.hangup()
    assert scene.heard() == ["CANCEL"]
    scene.peer.reply(scene.peer.got[0], 200)
    return scene


def test_a_call_that_was_given_up_follows_nothing_any_more():
    for status, headers in (
        (401, [("WWW-Authenticate", _MD5[1])]), (407, [_MD5]), (302, _to("sip:1@" + C)),
        (422, [("Min-SE", "900")]), (503, []), (300, _to("sip:1@" + B)), (487, []),
    ):  # fmt: skip
        scene = _given_up(password="secret", host=B)
        scene.peer.reply(scene.invite, status, headers=headers, contact=False)
        assert scene.heard(2000) == ["ACK"], status
        finish(scene.wire, scene.agent)


async def test_a_call_that_was_given_up_tries_no_further_server():
    scene = OneCall()
    scene.agent.resolver, other = Names(**{"two.example": [B, C]}), scene.wire.peer(C)
    call = scene.agent.call(scene.agent.accounts[0], "1@two.example:5060")
    await _turns()
    assert scene.heard() == ["INVITE"]
    call.hangup()
    scene.heard(60_000)
    assert other.got == [] and not scene.agent.transactions


def test_a_2xx_for_a_call_that_was_given_up_is_acknowledged_and_ended_tag_or_not():
    for tag in ("late", ""):
        scene = _given_up()
        scene.peer.reply(scene.invite, 200, tag, body=SDP)
        assert scene.heard() == ["ACK", "BYE"], tag
        assert scene.peer.got[1].cseq().number == 2, "behind the INVITE's"


def test_a_2xx_that_makes_no_dialog_ends_the_call_on_the_way_that_it_came():
    broken = [("Contact", "<sip:>")]
    scene = OneCall()
    account = scene.agent.accounts[0]
    account.password, account.host, account.home = "secret", B, [(B, 5060, False)]
    scene.dialled()
    scene.peer.reply(scene.invite, 407, headers=[_MD5], contact=False)
    assert scene.heard() == ["ACK", "INVITE"]
    second = scene.peer.got[1]
    for tag in ("x", ""):
        scene.peer.reply(second, 200, tag, headers=broken, body=SDP, contact=False)
    assert scene.heard() == ["ACK", "BYE", "ACK", "BYE"]
    ack, bye = scene.peer.got[:2]
    assert (ack.cseq().number, bye.cseq().number) == (2, 3)
    assert ack.tag("to") == bye.tag("to") == "x" and ack.uri == bye.uri == "sip:200@" + B
    assert bye.header("proxy-authorization"), "as the INVITE had it"
    call = scene.call
    assert (call.state, call.status, call.reason) == ("ended", 502, "Bad Answer")
    assert scene.heard(31_000) and "INVITE" not in [x.method for x in scene.peer.got]


def test_of_a_to_that_cannot_be_read_only_a_plain_tag_is_taken():
    for to, tag in (
        ('"Peer <sip:200@%s>;tag=abc', "abc"),
        ('"Peer <sip:200@%s>;tag=a<b', None), ('"Peer <sip:200@%s>', None),
        ('"Peer <sip:200@%s>;tag=abc;x=y', "abc"), ('"Peer <sip:200@%s>;tag=a b', None),
    ):  # fmt: skip
        scene = OneCall().dialled()
        said = scene.peer.send

        def send(data, where, to=to, said=said):
            said(data.replace(b"To: <sip:200@10.0.0.2>", b"To: " + (to % B).encode()), where)

        scene.peer.send = send
        scene.peer.reply(scene.invite, 200, "", body=SDP)
        assert scene.heard() == ["ACK", "BYE"], to
        for each in scene.peer.got:
            assert (each.tag("to") or None) == tag, to


# -- acknowledgements -----------------------------------------------------------------------------


def test_only_the_ack_of_the_invite_ends_the_repetition_of_its_200():
    scene = OneCall().called()
    scene.agent.guard.vouch(B)
    scene.call.answer()
    scene.heard()
    scene.ask("ACK", 7)
    assert scene.heard(2000) == ["200", "200"]
    scene.ask("ACK", 1)
    assert scene.heard(9000) == []


def test_an_ack_that_comes_again_answers_no_offer_of_ours():
    scene = OneCall().answered()
    port = scene.call.voice.port
    scene.call.hold()
    assert scene.heard() == ["INVITE"]
    request = scene.peer.got[0]
    scene.ask("ACK", 1, body=SDP.replace(b"4000", b"5000"))
    assert scene.heard() == [] and scene.call.voice.port == port
    scene.peer.reply(request, 200, body=SDP)
    assert scene.heard() == ["ACK"] and scene.call.changes.state == "held"


# -- where a request goes -----------------------------------------------------------------------


def _asked(agent, target):
    got = []
    request = Request(
        agent, begin(agent.accounts[0], target, agent.token), "OPTIONS",
        lambda request, response: got.append((response.status, response.local)),
    )  # fmt: skip
    return got, request.start()


async def test_a_name_leads_to_its_server_or_to_a_503_of_our_own():
    wire = Wire()
    agent, peer = wire.agent(A, "100"), wire.peer(B)
    agent.resolver = Names(**{"pbx.example": [B], "empty.example": []})
    for name, found in (("pbx.example", []), ("gone.example", [(503, True)]),
                        ("empty.example", [(503, True)])):  # fmt: skip
        got, request = _asked(agent, "sip:x@%s:5060" % name)
        await _turns()
        assert peer.take() == (["OPTIONS"] if not found else []) and got == found, name
        request.cancel()
    agent.resolver.known = False
    for name in ("pbx.example", "gone.example"):
        got, request = _asked(agent, "sip:x@%s:5060" % name)
        await _turns()
        request.cancel()
        agent.resolver.known = True
        await _turns()
        assert peer.take() == [] and got == [], "it was forgotten meanwhile"
        agent.resolver.known = False


async def test_the_server_that_has_registered_us_is_asked_first_and_a_register_as_the_names_say():
    class At:
        server, addresses, routes, outbound = (C, 5060), (B, C), (), False
        public = flow = protocol = None

        def seen_at(self, protocol):
            return None

    wire = Wire()
    agent, peers = wire.agent(A, "100"), [wire.peer(B), wire.peer(C)]
    agent.resolver = Names(**{"pbx.example": [B, C]})
    account = agent.accounts[0]
    account.registration = At()
    for method, first in (("OPTIONS", 1), ("REGISTER", 0)):
        for peer in peers:
            peer.got = []
        dialog = begin(account, "sip:pbx.example:5060", agent.token)
        request = Request(agent, dialog, method, None).start()
        await _turns()
        wire.run(20)
        assert [len(peer.got) for peer in peers] == [1 - first, first], method
        request.cancel()


async def test_the_server_that_has_registered_us_is_called_though_no_name_server_answers():
    wire = Wire()
    agent, peer, other = wire.agent(A, "100"), wire.peer(B), wire.peer(C)
    agent.resolver = Names(**{"pbx.example": [B]})
    account = Account(2, "200", "pbx.example", "secret")
    agent.add(account)
    await _turns()
    assert peer.take() == ["REGISTER"]
    peer.reply(peer.got[0], 200, headers=[("Expires", "3600")], contact=False)
    peer.take()
    agent.resolver.names = {}
    call = agent.call(account, "112")
    await _turns()
    assert peer.take() == ["INVITE"] and peer.got[0].uri == "sip:112@pbx.example"
    challenge = 'Digest realm="r", nonce="n", algorithm=MD5'
    peer.reply(peer.got[0], 407, headers=[("Proxy-Authenticate", challenge)])
    assert peer.take() == ["ACK", "INVITE"]  # it is the registrar still
    call.hangup()
    peer.take()
    stranger = agent.call(account, "sip:1@other.example")
    await _turns()
    assert stranger.state == "ended" and stranger.status == 503
    account.registration.start()  # a refresh
    await _turns()
    assert "REGISTER" in peer.take()
    agent.resolver.names = {"pbx.example": [C]}  # names say where, once they are known
    agent.call(account, "112")
    await _turns()
    assert other.take() == ["INVITE"]


async def test_the_addresses_behind_a_name_must_show_it_where_they_are_reached_by_tls():
    class Streams:
        def __init__(self):
            self.told = []

        def named(self, targets, host):
            self.told.append(([x.ip for x in targets], host))

    wire = Wire()
    agent = wire.agent(A, "100")
    agent.transport.streams = streams = Streams()
    agent.resolver = Names(**{"pbx.example": [B, C]})
    for target, told in (
        ("sip:pbx.example:5060", []),
        ("sip:pbx.example:5060;transport=tcp", []),
        ("sip:x@pbx.example:5061;transport=tls", [([B, C], "pbx.example")]),
    ):
        _, request = _asked(agent, target)
        await _turns()
        assert streams.told == told, target
        request.cancel()


def test_a_call_that_a_refer_asks_for_and_that_cannot_begin_is_told_as_503():
    scene = OneCall(refer_from="anybody").answered()
    good = scene.agent.network.address
    scene.agent.network.address = lambda peer=None: None if peer == C else good(peer)
    scene.ask("REFER", headers=[("Refer-To", "<sip:300@%s>" % C)])
    scene.heard(100)
    told = []
    for _ in range(3):
        for each in [x for x in scene.peer.got if x.method == "NOTIFY"]:
            told.append(each.body.split()[1])
            scene.peer.reply(each, 200)
        scene.heard(600)
    assert told[-1] == b"503" and len(scene.agent.calls) == 1
