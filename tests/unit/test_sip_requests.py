"""One outgoing request: credentials, several targets, routes, proxies, and large ones."""

from sipkit import SDP, Wire

from base.compat import sleep_ms
from sip.dialog import begin
from sip.request import Request

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
_MD5 = 'Digest realm="r", nonce="%s", qop="auth", algorithm=MD5'


def _scene(**account):
    wire = Wire()
    a = wire.agent(A, "100")
    a.accounts[0].password, a.accounts[0].host = "secret", B
    for name, value in account.items():
        setattr(a.accounts[0], name, value)
    return wire, a, wire.peer(B)


def _options(a, target="sip:x@" + B, **kw):
    got = []
    dialog = begin(a.accounts[0], target, a.token)
    request = Request(a, dialog, "OPTIONS", lambda r, response: got.append(response), **kw)
    request.start()
    return got, dialog, request


def _challenge(peer, request, nonce, status=401, more="", contact=True):
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    peer.reply(request, status, headers=[(name, _MD5 % nonce + more)], contact=contact)


def _end(wire, agent):
    wire.run(100_000)
    assert not agent.transactions and not agent.calls and len(wire.timers) == 0


def test_a_challenged_invite_is_sent_again_with_credentials_in_a_new_transaction():
    wire, a, peer = _scene()
    call = a.call(a.accounts[0], "200@" + B)
    peer.take()
    first = peer.got[0]
    _challenge(peer, first, "n1", 407)
    assert peer.take() == ["ACK", "INVITE"]
    second = peer.got[1]
    assert second.cseq()[0] == 2 and second.header("call-id") == first.header("call-id")
    assert second.tag("from") == first.tag("from") and second.tag("to") == ""
    assert second.header("via") != first.header("via")
    value = second.header("proxy-authorization")
    assert 'username="100"' in value and "nc=00000001" in value and 'nonce="n1"' in value
    peer.reply(second, 200, body=SDP)
    assert peer.take() == ["ACK"]
    assert peer.got[0].cseq()[0] == 2 and peer.got[0].header("proxy-authorization")
    assert a.party.events == ["outgoing", "connected"]
    call.hangup()
    assert peer.take() == ["BYE"]
    assert "nc=00000003" in peer.got[0].header("proxy-authorization")
    _challenge(peer, peer.got[0], "n2", 407, ", stale=true")
    assert peer.take() == ["BYE"] and 'nonce="n2"' in peer.got[0].header("proxy-authorization")
    peer.reply(peer.got[0], 200)
    _end(wire, a)


def test_a_wrong_password_is_tried_once():
    wire, a, peer = _scene()
    got, _, _ = _options(a)
    peer.take()
    _challenge(peer, peer.got[0], "n1")
    peer.take()
    _challenge(peer, peer.got[0], "n1")
    assert peer.take() == [] and [x.status for x in got] == [401]
    got, _, _ = _options(a)
    peer.take()
    for nonce in ("a", "b"):  # a fresh nonce each time does not make it right
        _challenge(peer, peer.got[0], nonce)
        peer.take()
    assert peer.got == [] and [x.status for x in got] == [401]
    _end(wire, a)


def test_an_endless_row_of_stale_nonces_ends():
    wire, a, peer = _scene()
    got, _, _ = _options(a)
    peer.take()
    for count in range(20):
        if not peer.got:
            break
        _challenge(peer, peer.got[0], "n%d" % count, 401, ", stale=true")
        peer.take()
    assert count < 8 and [x.status for x in got] == [401]
    _end(wire, a)


def test_two_realms_along_a_path_are_both_answered():
    wire, a, peer = _scene()
    got, _, _ = _options(a)
    peer.take()
    _challenge(peer, peer.got[0], "proxy", 407)
    peer.take()
    _challenge(peer, peer.got[0], "server", 401)
    peer.take()
    message = peer.got[0]
    assert 'nonce="proxy"' in message.header("proxy-authorization")
    assert 'nonce="server"' in message.header("authorization")
    peer.reply(message, 200)
    peer.take()
    assert [x.status for x in got] == [200]
    _end(wire, a)


def test_the_strongest_of_several_challenges_is_answered():
    wire, a, peer = _scene()
    got, _, _ = _options(a)
    peer.take()
    headers = [
        ("WWW-Authenticate", _MD5 % "weak"),
        ("WWW-Authenticate", 'Digest realm="r", nonce="strong", qop="auth", algorithm=SHA-256'),
        ("WWW-Authenticate", 'Digest realm="r", nonce="x", algorithm=SHA-512-256, qop="auth"'),
        ("WWW-Authenticate", "Nonsense"),
    ]
    peer.reply(peer.got[0], 401, headers=headers)
    peer.take()
    assert peer.got[0].all("authorization")[0].count("SHA-256") == 1
    assert 'nonce="strong"' in peer.got[0].header("authorization")
    peer.reply(peer.got[0], 200)
    _end(wire, a)


def test_without_a_password_a_challenge_is_an_answer():
    wire, a, peer = _scene(password="")
    got, _, _ = _options(a)
    peer.take()
    _challenge(peer, peer.got[0], "n")
    assert peer.take() == [] and [x.status for x in got] == [401]
    _end(wire, a)


def test_the_next_target_is_tried_after_a_time_out_or_a_503():
    for dead in (False, True):
        wire, a, peer = _scene()
        other = wire.peer(C)
        got, dialog, request = _options(a)
        request.targets.append((C, 5060, "UDP"))
        peer.take()
        if not dead:
            peer.reply(peer.got[0], 503)
        wire.run(33_000 if dead else 100)
        assert other.got[0].method == "OPTIONS" and other.got[0].cseq()[0] == 1
        assert other.got[0].header("via") != request
        other.reply(other.got[0], 200)
        wire.run(100)
        assert [x.status for x in got] == [200]
        _end(wire, a)


def test_the_next_target_has_a_nonce_of_its_own():
    wire, a, peer = _scene()
    other = wire.peer(C)
    a.accounts[0].learn_home([(C, 5060, "UDP")])
    got, dialog, request = _options(a)
    request.targets.append((C, 5060, "UDP"))
    for nonce in ("n1", "n2"):
        peer.take()
        _challenge(peer, peer.got[0], nonce, more=", stale=true")
    wire.run(33_000)  # it dies
    _challenge(other, other.got[-1], "n3")
    other.take()
    assert 'nonce="n3"' in other.got[-1].header("authorization")
    other.reply(other.got[-1], 200)
    wire.run(100)
    assert [x.status for x in got] == [200]
    _end(wire, a)


def test_nobody_answers_at_all():
    wire, a, peer = _scene()
    got, _, _ = _options(a)
    wire.run(33_000)
    assert [(x.status, x.local) for x in got] == [(408, True)]
    _end(wire, a)


def test_without_a_network_a_request_fails_at_once():
    wire, a, peer = _scene()
    a.network.ip = None
    got, _, _ = _options(a)
    assert [(x.status, x.local) for x in got] == [(503, True)]
    call = a.call(a.accounts[0], "200@" + B)
    assert call.state == "ended" and call.status == 503
    _end(wire, a)


def test_an_outbound_proxy_gets_the_request_with_a_route():
    wire, a, peer = _scene(outbound=B + ":5060")
    _options(a, "sip:x@10.9.9.9")
    assert peer.take() == ["OPTIONS"]
    assert peer.got[0].uri == "sip:x@10.9.9.9"
    assert peer.got[0].header("route") == "<sip:10.0.0.2:5060;lr>"
    peer.reply(peer.got[0], 200)
    _end(wire, a)


def test_a_strict_router_of_rfc_2543_gets_its_own_uri():
    wire, a, peer = _scene()
    dialog = begin(a.accounts[0], "sip:x@10.9.9.9", a.token)
    dialog.routes = ("<sip:%s>" % B, "<sip:p2;lr>")
    Request(a, dialog, "OPTIONS", None).start()
    assert peer.take() == ["OPTIONS"]
    assert peer.got[0].uri == "sip:" + B
    assert peer.got[0].all("route") == ["<sip:p2;lr>", "<sip:x@10.9.9.9>"]
    peer.reply(peer.got[0], 200)
    _end(wire, a)


def test_a_large_request_goes_by_tcp_and_by_udp_where_tcp_fails():
    wire, a, peer = _scene()
    sent = []

    def send(data, address, protocol, failed=None):
        sent.append((protocol, data, failed))

    a.transport.streams = True
    a.transport.send = send
    got, _, _ = _options(a, headers=[("X", "y" * 1400)])
    assert sent[0][0] == "TCP" and b"SIP/2.0/TCP" in sent[0][1]
    sent[0][2]()
    assert sent[1][0] == "UDP" and b"SIP/2.0/UDP" in sent[1][1] and got == []
    _end(wire, a)


def test_a_request_that_is_forgotten_calls_nobody():
    wire, a, peer = _scene()
    got, _, request = _options(a)
    peer.take()
    request.cancel()
    peer.reply(peer.got[0], 200)
    peer.take()
    assert got == []
    _end(wire, a)


def test_wrong_targets_are_refused_with_a_reason():
    from support import raises

    wire, a, peer = _scene(host="")
    for target in ("200", "", "sip:", "a b@c", "sip:<x>@h", "x@h:77777777"):
        with raises(ValueError):
            a.call(a.accounts[0], target)
    assert a.calls == []


class Names:
    """A resolver that knows two servers of pbx.test."""

    def random(self, _):
        return 0

    async def resolve(self, name, kind="A"):
        if kind != "A":
            raise OSError(name)
        return [B, C]


async def test_a_server_that_does_not_answer_is_asked_last_for_some_minutes():
    wire, a, peer = _scene()
    other = wire.peer(C)
    a.resolver = Names()

    async def asked(wait):
        other.got, peer.got = [], []
        got, _, _ = _options(a, "sip:pbx.test:5060")
        for _ in range(20):
            await sleep_ms(0)
        wire.run(wait)
        if other.got:
            other.reply(other.got[0], 200)
            wire.run(20)
        return [x.status for x in got], len(peer.got), len(other.got)

    assert await asked(8_200) == ([200], 5, 1)  # it is given up after 8 s, as there is another
    assert await asked(20) == ([200], 0, 1)
    wire.run(300_000)
    assert await asked(20) == ([], 1, 0)  # it gets its chance
    peer.reply(peer.got[0], 200)
    wire.run(20)
    assert a.dead == {}
    _end(wire, a)
