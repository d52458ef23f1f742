"""The four transaction machines under a virtual clock: every timer of RFC 3261 and RFC 6026."""

from support import Clock

from base.timers import Timers
from sip.message.message import encode, parse
from sip.transaction.client import Client
from sip.transaction.invite import InviteClient
from sip.transaction.server import InviteServer, Server


class Owner:
    """Records what is sent, with its time."""

    def __init__(self):
        self.clock = Clock(2**30 - 3000)  # every test crosses the wrap of the ticks
        self.timers = Timers(self.clock)
        self.transactions = {}
        self.start = self.clock.ms()
        self.sent = []
        self.failed = None

    def send(self, data, address, protocol, failed=None):
        self.sent.append((self.clock.diff(self.clock.ms(), self.start), data))
        self.failed = failed

    def run(self, ms):
        self.clock.move(ms, self.timers)

    def times(self):
        return [time for time, _ in self.sent]


_INVITE = encode(
    "INVITE sip:b@h SIP/2.0",
    [
        ("Via", "SIP/2.0/UDP a;branch=z9hG4bK1"),
        ("From", "<sip:a@h>;tag=f"),
        ("To", "<sip:b@h>"),
        ("Call-ID", "c"),
        ("CSeq", "7 INVITE"),
        ("Route", "<sip:p;lr>"),
    ],
)


def _client(kind, protocol="UDP"):
    owner, got = Owner(), []
    key = b"z9hG4bK1INVITE"
    transaction = kind(owner, key, ("1.1.1.1", 5060), protocol, _INVITE, got.append)
    transaction.start()
    return owner, transaction, got


def _answer(transaction, status):
    lines = "SIP/2.0 %d x\r\nTo: <sip:b@h>;tag=t\r\n\r\n" % status
    transaction.receive(parse(lines.encode()))


def _statuses(got):
    return [x.status for x in got]


def test_timer_a_doubles_and_timer_b_ends_the_invite():
    owner, transaction, got = _client(InviteClient)
    owner.run(31_900)
    assert owner.times() == [0, 500, 1500, 3500, 7500, 15_500, 31_500] and got == []
    owner.run(200)
    assert _statuses(got) == [408] and got[0].local
    assert not owner.transactions and len(owner.timers) == 0


def test_a_provisional_answer_stops_timers_a_and_b():
    owner, transaction, got = _client(InviteClient)
    owner.run(600)
    _answer(transaction, 100)
    _answer(transaction, 180)
    owner.run(100_000)
    assert len(owner.sent) == 2 and _statuses(got) == [100, 180] and owner.transactions


def test_a_2xx_is_handed_on_each_time_until_timer_m():
    owner, transaction, got = _client(InviteClient)
    _answer(transaction, 200)
    owner.run(10_000)
    _answer(transaction, 200)
    _answer(transaction, 486)  # too late
    assert _statuses(got) == [200, 200] and len(owner.sent) == 1
    owner.run(21_900)
    assert owner.transactions
    owner.run(200)
    assert not owner.transactions and len(owner.timers) == 0


def test_any_other_final_answer_is_acknowledged_each_time_until_timer_d():
    owner, transaction, got = _client(InviteClient)
    _answer(transaction, 486)
    _answer(transaction, 486)
    assert _statuses(got) == [486] and len(owner.sent) == 3
    ack = parse(owner.sent[1][1])
    assert ack.method == "ACK" and ack.cseq() == (7, "ACK") and ack.header("to").endswith("tag=t")
    assert ack.header("via") == "SIP/2.0/UDP a;branch=z9hG4bK1"
    assert ack.header("route") == "<sip:p;lr>"
    owner.run(31_900)
    assert owner.transactions
    owner.run(200)
    assert not owner.transactions


def test_on_a_reliable_transport_nothing_is_sent_twice_and_nothing_lingers():
    owner, transaction, got = _client(InviteClient, "TCP")
    owner.run(20_000)
    assert len(owner.sent) == 1
    _answer(transaction, 486)
    assert not owner.transactions and len(owner.sent) == 2
    owner, transaction, got = _client(Client, "TCP")
    owner.run(31_000)
    assert len(owner.sent) == 1
    owner.run(2000)
    assert _statuses(got) == [408]


def test_a_transport_error_is_a_503():
    for kind in (InviteClient, Client):
        owner, transaction, got = _client(kind, "TCP")
        owner.failed()
        assert _statuses(got) == [503] and got[0].local and not owner.transactions
        owner.failed()
        assert len(got) == 1


def test_timer_e_doubles_to_t2_and_timer_f_ends_the_request():
    owner, transaction, got = _client(Client)
    owner.run(33_000)
    assert owner.times() == [
        0,
        500,
        1500,
        3500,
        7500,
        11_500,
        15_500,
        19_500,
        23_500,
        27_500,
        31_500,
    ]
    assert _statuses(got) == [408] and not owner.transactions and len(owner.timers) == 0


def test_timer_e_is_t2_once_the_other_side_is_at_work():
    owner, transaction, got = _client(Client)
    _answer(transaction, 100)
    owner.run(13_000)
    assert owner.times() == [0, 500, 4500, 8500, 12_500]
    _answer(transaction, 200)
    _answer(transaction, 200)
    assert _statuses(got) == [100, 200]
    owner.run(4900)
    assert owner.transactions  # timer K
    owner.run(200)
    assert not owner.transactions and len(owner.sent) == 5


def test_a_cancel_follows_its_invite_and_waits_64_t1():
    owner, transaction, got = _client(InviteClient)
    _answer(transaction, 180)
    transaction.cancel()
    transaction.cancel()
    assert len(owner.sent) == 2 and len(owner.transactions) == 2
    cancel = parse(owner.sent[1][1])
    assert cancel.method == "CANCEL" and cancel.cseq() == (7, "CANCEL")
    _answer(owner.transactions[b"z9hG4bK1CANCEL"], 200)
    _answer(transaction, 180)
    owner.run(33_000)
    assert _statuses(got) == [180, 180, 408] and not owner.transactions


def _server(kind, protocol="UDP"):
    owner = Owner()
    return owner, kind(owner, "k", ("1.1.1.1", 5060), protocol)


def test_a_rejection_is_repeated_by_timer_g_until_timer_h():
    owner, transaction = _server(InviteServer)
    transaction.respond(b"100", 100)
    transaction.receive(parse(_INVITE))
    assert [x for _, x in owner.sent] == [b"100", b"100"]
    transaction.respond(b"486", 486)
    transaction.respond(b"200", 200)  # ignored: it was answered
    owner.run(31_900)
    assert owner.times()[2:] == [
        0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500
    ]  # fmt: skip
    owner.run(200)
    assert not owner.transactions and len(owner.timers) == 0


def test_the_ack_stops_timer_g_and_timer_i_ends_it():
    ack = parse(_INVITE.replace(b"INVITE", b"ACK"))
    owner, transaction = _server(InviteServer)
    transaction.respond(b"486", 486)
    owner.run(600)
    transaction.receive(ack)
    transaction.receive(ack)
    owner.run(4900)
    assert owner.transactions and len(owner.sent) == 2
    owner.run(200)
    assert not owner.transactions and len(owner.timers) == 0


def test_a_2xx_is_left_to_the_call_and_repeated_invites_absorbed_until_timer_l():
    owner, transaction = _server(InviteServer)
    transaction.respond(b"200", 200)
    transaction.receive(parse(_INVITE))
    owner.run(31_900)
    assert len(owner.sent) == 1 and owner.transactions
    owner.run(200)
    assert not owner.transactions


def test_an_invite_that_nothing_was_sent_for_in_200_ms_gets_100():
    owner, transaction = _server(InviteServer)
    owner.name = "Offhook"
    invite = parse(_INVITE)
    invite.source, invite.protocol = ("1.1.1.1", 5060), "UDP"
    transaction.wait(invite)
    owner.run(199)
    assert owner.sent == []
    owner.run(1)
    assert _firsts(owner) == [b"SIP/2.0 100 Trying"]
    owner.run(10_000)
    transaction.receive(invite)  # what was sent last is what a repetition gets
    transaction.respond(b"180", 180)
    transaction.receive(invite)
    assert _firsts(owner)[1:] == [b"SIP/2.0 100 Trying", b"180", b"180"]
    assert transaction.invite is None


def test_an_invite_that_is_answered_at_once_gets_no_100():
    for status, later in ((180, 1), (200, 1), (486, 2)):
        owner, transaction = _server(InviteServer)
        transaction.wait(parse(_INVITE))
        transaction.respond(b"%d" % status, status)
        owner.run(600)
        assert [x for _, x in owner.sent] == later * [b"%d" % status]
        assert transaction.invite is None


def _firsts(owner):
    return [data.partition(b"\r\n")[0] for _, data in owner.sent]


def test_an_answer_is_given_again_until_timer_j():
    owner, transaction = _server(Server)
    transaction.receive(None)  # trying: nothing to send yet
    transaction.respond(b"100", 100)
    transaction.receive(None)
    transaction.respond(b"200", 200)
    transaction.receive(None)
    transaction.respond(b"500", 500)
    assert [x for _, x in owner.sent] == [b"100", b"100", b"200", b"200"]
    owner.run(31_900)
    assert owner.transactions
    owner.run(200)
    assert not owner.transactions
    owner, transaction = _server(Server, "TCP")
    transaction.respond(b"200", 200)
    assert not owner.transactions


def test_what_came_again_does_not_put_the_end_off():
    owner, transaction, got = _client(Client)
    _answer(transaction, 200)
    owner.run(4000)
    _answer(transaction, 200)
    owner.run(1100)  # timer K counts from the first
    assert not owner.transactions
    owner, transaction = _server(InviteServer)
    transaction.respond(b"486", 486)
    ack = parse(_INVITE.replace(b"INVITE", b"ACK"))
    transaction.receive(ack)
    owner.run(4000)
    transaction.receive(ack)
    owner.run(1100)  # nor does timer I
    assert not owner.transactions and len(owner.sent) == 1


def test_a_refused_invite_that_comes_again_gets_the_first_refusal_at_once():
    owner, transaction = _server(InviteServer)
    transaction.respond(b"486", 486)
    transaction.respond(b"603", 603)
    transaction.receive(parse(_INVITE))
    assert [x for _, x in owner.sent] == [b"486", b"486"] and transaction.final


def test_a_transaction_that_is_done_keeps_no_message():
    for kind, status in ((Client, 200), (Client, 500), (InviteClient, 200)):
        owner, transaction, got = _client(kind)
        assert transaction.data
        _answer(transaction, status)
        assert transaction.data is None and owner.transactions, (kind, status)
    owner, transaction = _server(InviteServer)
    transaction.respond(b"200", 200)
    assert transaction.data is None and transaction.invite is None
    owner, transaction = _server(InviteServer)
    transaction.invite = parse(_INVITE)
    transaction.respond(b"486", 486)
    assert transaction.data and transaction.invite is None
    transaction.receive(parse(_INVITE.replace(b"INVITE", b"ACK")))
    assert transaction.data is None and owner.transactions


def test_the_end_of_a_transaction_is_the_end_of_all_that_it_would_do():
    for kind in (Client, InviteClient):
        owner, transaction, got = _client(kind)
        transaction.end()
        assert not owner.transactions and len(owner.timers) == 0
        _answer(transaction, 200)
        owner.failed()
        owner.run(40_000)
        assert got == [] and len(owner.sent) == 1
