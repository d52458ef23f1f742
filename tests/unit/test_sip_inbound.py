"""Requests that come in: which transaction is theirs, and what nobody's are answered."""

from sipkit import SDP, Wire

from sip.account import Account

US, STRANGER, REGISTRAR = "10.0.0.1", "10.0.0.66", "10.0.0.9"
_TO = (US, 5060)
_URI = "sip:100@" + US


def _scene(registered=False, **settings):
    wire = Wire()
    agent = wire.agent(US, "100", lambda kind, call, **x: kind == "incoming" and call.ring(),
                       **settings)  # fmt: skip
    if registered:
        registrar = wire.peer(REGISTRAR)
        agent.add(Account(2, "200", REGISTRAR, "secret"))
        assert registrar.take() == ["REGISTER"]
        registrar.reply(registrar.got[0], 200, headers=[("Expires", "3600")], contact=False)
        registrar.take()
    return wire, agent, wire.peer(STRANGER)


def test_a_message_of_the_largest_size_was_cut_off():
    for size, answer in ((4095, "200"), (4096, "513"), (5000, "513")):
        wire, agent, peer = _scene()
        send = peer.send

        def sending(data, to, size=size, send=send):
            send(data + bytes(size - len(data)), to)

        peer.send = sending
        peer.request("OPTIONS", _TO, _URI)
        assert peer.take() == [answer], size
        wire, agent, peer = _scene()
        peer.send = lambda data, to, send=peer.send: send(data[:-2] + bytes(5000), to)
        peer.request("ACK", _TO, _URI)
        assert peer.take() == []


def test_what_cannot_be_answered_is_not_however_long_it_is():
    wire, agent, peer = _scene()
    for size in (0, 5000):
        data = b"OPTIONS sip:100@10.0.0.1 SIP/2.0\r\nFrom: <sip:a@b>\r\n\r\n" + bytes(size)
        peer.send(data, _TO)
        assert peer.take() == [], "there is no Via"


def test_before_rfc_3261_call_id_and_cseq_tell_transactions_apart():
    for branch, others in (("1", 3), ("z9hG4bKsame", 1)):
        wire, agent, peer = _scene()
        for call_id, cseq in (("a", 1), ("a", 1), ("b", 1), ("c", 2)):
            peer.request("INVITE", _TO, _URI, call_id, cseq, body=SDP, branch=branch)
            assert set(peer.take()) <= {"180"}
        assert len(agent.calls) == others, branch
        for call in list(agent.calls):
            call.reject(486)
            peer.take()
    wire, agent, peer = _scene()
    peer.request("INVITE", _TO, _URI, "a", 1, body=SDP, branch="1")
    peer.take()
    peer.request("CANCEL", _TO, _URI, "b", 1, branch="1")
    assert peer.take() == ["481"] and len(agent.calls) == 1
    peer.request("CANCEL", _TO, _URI, "a", 1, branch="1")
    assert sorted(peer.take()) == ["200", "487"] and not agent.calls


def test_a_request_of_nobodys_call_does_not_exist():
    for method, answer in (
        ("INFO", ["481"]), ("UPDATE", ["481"]), ("PRACK", ["481"]), ("BYE", ["481"]),
        ("CANCEL", ["481"]), ("REFER", ["403"]), ("ACK", []), ("OPTIONS", ["200"]),
        ("SUBSCRIBE", ["405"]), ("MESSAGE", ["405"]), ("FOO", ["501"]),
    ):  # fmt: skip
        for to_tag in ("", "x"):
            wire, agent, peer = _scene()
            peer.request(method, _TO, _URI, to_tag=to_tag)
            foreign = method in ("ACK", "FOO")
            expected = ["481"] if to_tag and not foreign else answer
            assert peer.take() == expected, (method, to_tag)


def test_a_request_may_go_no_further_only_where_it_has_been_here():
    for vias, answer in (
        ((), "180"),
        (("SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKx",), "180"),
        (("SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKx", "SIP/2.0/UDP 10.0.0.1:5060;branch=y"), "483"),
        (("SIP/2.0/UDP 10.0.0.1:5061;branch=y",), "180"),
    ):
        for forwards, expected in (("0", answer), ("00", answer), ("1", "180")):
            wire, agent, peer = _scene()
            send = peer.send

            def sending(data, to, forwards=forwards, send=send):
                send(data.replace(b"Max-Forwards: 70", b"Max-Forwards: " + forwards.encode()), to)

            peer.send = sending
            peer.request("INVITE", _TO, _URI, headers=[("Via", x) for x in vias], body=SDP)
            assert peer.take() == [expected], (vias, forwards)


def test_a_stranger_is_told_what_is_wrong_twenty_times_from_whichever_port():
    wire, agent, peer = _scene(registered=True)
    agent.guard.heard(STRANGER, 90_000)
    peers = [wire.peer(STRANGER, 6000 + n) for n in range(30)]
    for each in peers:
        each.request("OPTIONS", _TO, "sip:100@" + US, headers=[("CSeq", "2 OPTIONS")])
    wire.run(20)
    assert sum(len(x.got) for x in peers) == 20
    registrar = wire.peer(REGISTRAR)
    for n in range(40):
        registrar.request("OPTIONS", _TO, _URI, "r%d" % n, headers=[("CSeq", "2 OPTIONS")])
    assert registrar.take() == ["400"] * 40, "nobody counts those of the registrar"


def test_a_stranger_has_a_quarter_of_the_transactions():
    wire, agent, peer = _scene(registered=True, sip_max_transactions=8, filter_registrar=False)
    agent.transactions.clear()
    for n in range(6):
        port = wire.peer(STRANGER, 7000 + n)
        port.request("NOTIFY", _TO, _URI, "n%d" % n, headers=[("Event", "message-summary")])
        port.take()
        assert len(agent.transactions) <= 2, n
    assert len(agent.transactions) == 2
    other = wire.peer("10.0.0.67")
    for n in range(3):
        other.request("NOTIFY", _TO, _URI, "o%d" % n, headers=[("Event", "message-summary")])
        other.take()
    assert len(agent.transactions) == 4, "and all of them half"


def test_an_identity_of_tls_is_called_by_its_registrars_connection_where_it_has_one():
    wire, agent, peer = _scene()
    agent.accounts[0].transport = "tls"
    peer.request("INVITE", _TO, _URI, body=SDP)
    assert peer.take() == ["180"], "nobody registers: its calls come as they do"
    wire, agent, peer = _scene(registered=True, filter_registrar=False)
    agent.accounts[1].transport = "tls"
    for each in (peer, wire.peer(REGISTRAR)):
        each.request("INVITE", _TO, "sip:200@" + US, "c" + each.address[0], body=SDP)
        assert each.take() == ["403"] and not agent.calls
