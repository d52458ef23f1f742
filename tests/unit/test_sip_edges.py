"""Where SIP's rules have their edges: bounds, defaults, and the last of several."""

from sipkit import SDP, Wire, finish

from sip.account import Account
from sip.registration.refresh import due
from sip.transaction.server import InviteServer
from sip.transaction.table import make_room
from sip.transaction.transaction import oldest
from sip.transport.framer import Framer
from sip.transport.locate import Target

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"
TO = (A, 5060)


def _peer_call(**settings):
    """Return (wire, agent, peer, call) of a call of ours that was answered."""
    wire = Wire()
    a = wire.agent(A, "100", refer_from="anybody", **settings)
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    peer.take()
    peer.reply(peer.got[0], 200, body=SDP, headers=[("Allow", "INVITE, UPDATE")])
    peer.take()
    return wire, a, peer, call


def _inside(peer, call, method, cseq=1, **kw):
    kw["from_"] = "<sip:200@%s>;tag=peer" % B
    kw["to_tag"] = call.dialog.local_tag
    peer.request(method, TO, "sip:100@" + A, call.call_id, cseq, **kw)


# -- who is home, and for how long --------------------------------------------------------------


def test_the_last_sixteen_ways_home_are_known():
    account = Account(1, "100", "pbx")
    targets = [Target("10.0.1.%d" % n, 5060, "UDP") for n in range(20)]
    for target in targets:
        account.learn_home([target])
    assert [account.is_home(x) for x in targets] == [False] * 4 + [True] * 16
    account.learn_home(targets[4:5])  # known already: nothing gives way
    assert account.is_home(targets[5])
    account.learn_home([Target("10.0.1.99", 5061, "TLS")])
    assert account.is_home(Target("10.0.1.99", 5061, "TLS"))
    assert not account.is_home(Target("10.0.1.99", 5061, "TCP"))
    assert not account.is_home(targets[4]) and account.is_home(targets[5])


def test_a_registration_is_refreshed_with_time_for_more_than_one_try():
    for granted, least, most in (
        (1, 1000, 1000),
        (2, 1000, 1000),
        (10, 5000, 5000),
        (11, 8800 - 8800 // 20, 8800),
        (60, 48_000 - 2400, 48_000),
        (300, 240_000 - 12_000, 240_000),
        (3600, 3_540_000 - 177_000, 3_540_000),
    ):
        for bits in (0, 65535, 12345):
            ms = due(granted, lambda _, bits=bits: bits)
            assert least <= ms <= most, (granted, ms)
        assert due(granted, lambda _: 0) == most


# -- room ---------------------------------------------------------------------------------------


class Owner:
    """What transactions want of an agent."""

    def __init__(self, wire):
        self.timers = wire.timers
        self.transactions = {}
        self.sent = []

    def send(self, data, *_):
        self.sent.append(data)


def _begun(owner, key, stranger):
    made = InviteServer(owner, key, (C if stranger else B, 5060), "UDP")
    made.stranger = stranger
    return made


def test_for_ourselves_a_stranger_gives_way_whatever_he_has_begun():
    owner = Owner(Wire())
    ours = [_begun(owner, "a%d" % n, False) for n in range(2)]
    theirs = [_begun(owner, "s%d" % n, True) for n in range(2)]
    assert make_room(owner.transactions, 4)
    assert len(owner.transactions) == 3 and theirs[0].key not in owner.transactions
    assert make_room(owner.transactions, 3)
    assert list(owner.transactions.values()) == ours or set(owner.transactions) == {"a0", "a1"}
    assert not make_room(owner.transactions, 2)  # nobody is left to give way
    assert len(owner.transactions) == 2


def test_an_accepted_invite_may_give_way_and_one_that_goes_on_may_not():
    wire, a, peer, call = _peer_call()
    (invite,) = a.transactions.values()
    assert invite.final and oldest(a.transactions.values()) is invite
    other = a.call(a.accounts[0], "201@" + B)
    going = [x for x in a.transactions.values() if x is not invite][0]
    assert not going.final and oldest([going]) is None
    assert oldest([going, invite]) is invite
    other.hangup()
    finish(wire, a, ms=300_000)


# -- what is owed -------------------------------------------------------------------------------


def test_a_refer_is_told_of_from_its_beginning_and_of_the_status_of_a_call_that_never_began():
    wire, a, peer, call = _peer_call()
    _inside(peer, call, "REFER", 1, headers=[("Refer-To", "<sip:300@%s>" % C)])
    assert peer.take() == ["202", "NOTIFY"]
    assert peer.got[1].body.startswith(b"SIP/2.0 100 ")
    assert peer.got[1].header("subscription-state").startswith("active;expires=")
    a.calls[1].hangup()
    peer.take()
    call.referred = False
    a.most_calls = 2
    other = a.call(a.accounts[0], "203@" + B)
    peer.take()
    _inside(peer, call, "REFER", 2, headers=[("Refer-To", "<sip:301@%s>" % C)])
    assert peer.take()[0] == "486"
    other.hangup()
    finish(wire, a, ms=300_000)


def test_what_a_refer_names_and_nobody_can_call_is_told_as_503():
    wire, a, peer, call = _peer_call()
    to = [("Refer-To", "<sip:30 0@%s>" % C)]
    _inside(peer, call, "REFER", 1, headers=to)
    got = peer.take()
    assert got[0] == "202" and got.count("NOTIFY") >= 1
    last = [x for x in peer.got if x.method == "NOTIFY"][-1]
    assert last.body.startswith(b"SIP/2.0 503 ")
    assert last.header("subscription-state").startswith("terminated")
    assert len(a.calls) == 1
    finish(wire, a, ms=300_000)


def test_a_prack_that_acknowledges_nothing_gets_481():
    wire, a, peer, call = _peer_call()
    for cseq, value in ((1, "1 1 INVITE"), (2, "x")):
        _inside(peer, call, "PRACK", cseq, headers=[("RAck", value)])
        assert peer.take() == ["481"], value
    wire = Wire()
    a = wire.agent(A, "100", lambda kind, call, **more: kind == "incoming" and call.ring())
    peer = wire.peer(B)
    peer.request("INVITE", TO, "sip:100@" + A, body=SDP, headers=[("Require", "100rel")])
    assert peer.take() == ["180"]
    tag = peer.got[0].tag("to")
    peer.request(
        "PRACK", TO, "sip:100@" + A, cseq=2, to_tag=tag, headers=[("RAck", "999 1 INVITE")]
    )
    assert peer.take() == ["481"]
    finish(wire, a)


def test_a_session_agreed_to_is_never_shorter_than_the_least():
    for given, wanted in (("30", 90), ("90", 90), ("1800", 1800)):
        wire = Wire()
        a = wire.agent(A, "100", session_timer=100)
        peer = wire.peer(B)
        call = a.call(a.accounts[0], "200@" + B)
        peer.take()
        headers = [("Session-Expires", given + ";refresher=uac"), ("Supported", "timer")]
        peer.reply(peer.got[0], 200, body=SDP, headers=headers)
        peer.take()
        assert call.session.seconds == wanted and call.session.ours, given
        assert peer.take(wanted * 500 - 100) == []
        assert peer.take(200) != []  # refreshed at half time
        finish(wire, a, ms=300_000)


def test_each_refusal_that_others_see_has_its_words():
    wire, a, peer, call = _peer_call()
    _inside(peer, call, "REFER", 1, headers=[("Refer-To", "<sip:1@h;method=BYE>")])
    peer.take()
    assert (peer.got[0].status, peer.got[0].reason) == (501, "Not Implemented")
    assert "INVITE" in peer.got[0].header("allow")
    finish(wire, a, ms=300_000)


def test_commas_in_a_name_do_not_part_it_and_those_of_a_list_do():
    wire = Wire()
    seen = []
    a = wire.agent(A, "100", lambda kind, call, **more: seen.append((kind, call)))
    peer = wire.peer(B)
    peer.request("INVITE", TO, "sip:100@" + A, body=SDP, from_='"Doe, Jane" <sip:7@h>;tag=a,b')
    peer.take()
    call = seen[0][1]
    assert (call.remote, call.remote_display) == ("7@h", "Doe, Jane")
    finish(wire, a)


# -- keep-alives of a stream --------------------------------------------------------------------


def test_a_ping_that_comes_in_pieces_is_one_ping():
    message = b"OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n"
    for index in (1, 3):  # two bytes alone are a pong
        framer = Framer(600)
        data = b"\r\n\r\n" + message
        assert framer.feed(data[:index]) == []
        assert framer.feed(data[index:]) == [message]
        assert framer.pings == 1
