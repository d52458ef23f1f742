"""Credentials at their bounds: when they go, how often, and what is remembered of challenges."""

from sipkit import SDP, Wire

from sip import auth
from sip.account import Account
from sip.dialog import begin
from sip.message.message import Message
from sip.request import Request
from sip.transport.locate import Target

A, B = "10.0.0.1", "10.0.0.2"


def _scene():
    wire = Wire()
    agent, peer = wire.agent(A, "100"), wire.peer(B)
    account = agent.accounts[0]
    account.password, account.host = "secret", B
    return wire, agent, peer, account


def _challenge(realm="r", nonce="n", algorithm="MD5", more=""):
    text = 'Digest realm="%s", nonce="%s", qop="auth", algorithm=%s%s'
    return ("WWW-Authenticate", text % (realm, nonce, algorithm, more))


def test_nothing_is_answered_without_a_password_a_target_or_for_somebody_else():
    wire, agent, peer, account = _scene()
    request = Request(agent, begin(account, "sip:x@" + B, agent.token), "OPTIONS", None)
    home = Target(B, 5060, "UDP")
    account.home = [(B, 5060, False)]
    for password, targets, may in (
        ("secret", [home], True), ("", [home], False), ("secret", [], False), ("", [], False),
        ("secret", [Target("10.0.0.66", 5060, "UDP")], False),
        ("secret", [Target(B, 5061, "TLS")], False), ("secret", [Target(B, 5060, "TCP")], True),
    ):  # fmt: skip
        account.password, request.targets = password, targets
        assert auth.may_answer(request) is may, (password, targets)


def test_four_challenges_are_answered_on_end_and_no_more():
    wire, agent, peer, account = _scene()
    dialog = begin(account, "sip:x@" + B, agent.token)
    got = []
    Request(agent, dialog, "OPTIONS", lambda r, response: got.append(response.status)).start()
    sent = 0
    while peer.take() == ["OPTIONS"]:
        sent += 1
        fresh = _challenge(nonce="n%d" % sent, more=", stale=true")
        peer.reply(peer.got[0], 401, headers=[fresh], contact=False)
    assert sent == 5 and got == [401] and dialog.auth is None
    Request(agent, dialog, "OPTIONS", None).start()
    peer.take()
    assert peer.got[0].header("authorization") is None, "what was of no use is not sent again"


def _registers(agent, account, *challenges):
    """Let a REGISTER be challenged so; return whether each was answered."""
    found = []
    dialog = begin(account, "sip:" + B, agent.token)
    for header in challenges:
        request = Request(agent, dialog, "REGISTER", None)
        request.targets = [Target(B, 5060, "UDP")]
        name = header[0].lower().encode()
        response = Message("", "", 401, "", [(name, header[1].encode())])
        found.append(auth.answer(request, response))
    return found


def test_the_last_four_realms_of_the_registrar_are_remembered_and_eight_strengths():
    wire, agent, peer, account = _scene()
    account.home = [(B, 5060, False)]
    assert all(_registers(agent, account, *[_challenge("r%d" % n) for n in range(5)]))
    assert account.realms == ["r1", "r2", "r3", "r4"]
    _registers(agent, account, _challenge("r2", "other"))
    assert account.realms == ["r1", "r2", "r3", "r4"], "a known one is not new"
    _registers(agent, account, *[_challenge("s%d" % n, algorithm="SHA-256") for n in range(20)])
    assert len(account.strengths) == 8
    known = sorted(account.strengths)[0]
    assert not any(_registers(agent, account, _challenge("s0"))), "weaker than before"
    assert known in account.strengths
    strengths = dict(account.strengths)
    _registers(agent, account, _challenge("r4", "n9", "SHA-256"))
    assert account.strengths["r4"] > strengths["r4"], "of a known realm the strength may grow"
    assert not any(_registers(agent, account, _challenge("r4", "n10")))


def test_an_ack_is_signed_as_its_invite_was():
    wire, agent, peer, account = _scene()
    methods = []
    good = auth.authorize

    def authorize(challenge, user, password, method, uri, body, nc, cnonce):
        methods.append((method, nc))
        return good(challenge, user, password, method, uri, body, nc=nc, cnonce=cnonce)

    auth.authorize = authorize
    try:
        call = agent.call(account, "200@" + B)
        peer.take()
        peer.reply(peer.got[0], 401, headers=[_challenge()], contact=False)
        assert peer.take() == ["ACK", "INVITE"]
        peer.reply(peer.got[1], 200, body=SDP)
        assert peer.take() == ["ACK"]
        call.hangup()
        assert peer.take() == ["BYE"]
    finally:
        auth.authorize = good
    assert methods == [("INVITE", 1), ("INVITE", 2), ("BYE", 3)]


def test_the_user_of_the_credentials_may_be_another_one():
    for user, expected in ((None, 'username="100"'), ("login", 'username="login"')):
        wire, agent, peer, account = _scene()
        account.auth_user = user or ""
        Request(agent, begin(account, "sip:x@" + B, agent.token), "OPTIONS", None).start()
        peer.take()
        peer.reply(peer.got[0], 401, headers=[_challenge()], contact=False)
        peer.take()
        assert expected in peer.got[0].header("authorization")


def test_what_is_copied_into_an_answer_has_spaces_for_control_characters():
    wire, agent, peer, account = _scene()
    data = (
        b"OPTIONS sip:100@10.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.2;branch=z9hG4bKx;rport\r\n"
        b'From: "a\x01b\x1fc d!\x7f~" <sip:x@y>;tag=1\r\nTo: <sip:100@10.0.0.1>\r\n'
        b"Call-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n"
    )
    peer.send(data, (A, 5060))
    assert peer.take() == ["400"]
    assert peer.got[0].header("from") == '"a b c d! ~" <sip:x@y>;tag=1'


def test_an_account_knows_itself_however_its_number_is_escaped():
    account = Account(1, "1+2")
    for user, same in (
        ("1+2", True), ("1%2B2", True), ("1+2;phone-context=x", True), ("1+3", False),
        ("1%2b3", False), ("12", False), ("", False),
    ):  # fmt: skip
        assert account.is_called(user) is same, user
