"""The user agent: how it begins and ends, and what comes of its identities meanwhile."""

import asyncio

from sipkit import SDP, OneCall, Random, Settings, Wire, log
from support import Clock

from base.timers import Timers
from sip.account import Account
from sip.agent import Agent

US, PEER, REGISTRAR = "10.0.0.1", "10.0.0.2", "10.0.0.9"


class Network:
    """A network whose datagrams are in `sent`, and whose peers are let in by `accept`."""

    up = True
    mac = "02:00-5E.00AB01"
    refuse = False

    def __init__(self):
        self.sent, self.ports, self.waiting = [], [], asyncio.Event()
        self.inbox = []
        self.closed = 0

    def address(self, peer=None):
        return US

    def udp(self, port):
        self.ports.append(port)
        return self

    def sendto(self, data, address):
        self.sent.append((data.split(b" ")[0].decode(), address))

    async def recvfrom(self):
        while not self.inbox:
            self.waiting.clear()
            await self.waiting.wait()
        return self.inbox.pop(0)

    async def serve(self, port, accept, backlog=4):
        if self.refuse:
            raise OSError(98)
        self.ports.append(port)
        self.accept = accept
        return self

    def close(self):
        self.closed += 1


def _agent(port=None, **settings):
    network = Network()
    told = []
    agent = Agent(
        network,
        Timers(Clock()),
        None,
        Settings(**settings),
        lambda kind, subject, **details: told.append(kind),
        log,
        Random(),
        port,
    )
    return network, agent, told


async def _turns():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_it_listens_hears_answers_and_closes_all_of_it():
    for port in (None, 5070):
        network, agent, told = _agent(port)
        agent.add(Account(1, "100"))
        assert agent.transport is None
        await agent.start()
        assert network.ports == [port or 5060] * 2
        assert agent.transport.share(PEER) == (3, 2), "strangers have a share of the connections"
        via = "Via: SIP/2.0/UDP %s;branch=z9hG4bK1;rport\r\n" % PEER
        ids = "From: <sip:a@b>;tag=1\r\nTo: <sip:100@x>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\n"
        contact = "Contact: <sip:a@%s>\r\nContent-Type: application/sdp\r\n\r\n" % PEER
        invite = "INVITE sip:100@x SIP/2.0\r\n" + via + ids + contact
        network.inbox.append((invite.encode() + SDP, (PEER, 5060)))
        network.waiting.set()
        await _turns()
        assert told == ["incoming"]
        call = agent.calls[0]
        await agent.stop()
        await _turns()
        assert network.sent[-1] == ("SIP/2.0", (PEER, 5060)) and call.status == 486
        assert told == ["incoming", "ended"] and network.closed == 2
        assert not agent.calls and not agent.transactions and len(agent.timers) == 0


async def test_at_its_end_it_unregisters_and_ends_what_it_has_begun():
    network, agent, told = _agent()
    account = Account(1, "100", REGISTRAR, "secret")
    await agent.start()
    agent.add(account)
    assert network.sent == [("REGISTER", (REGISTRAR, 5060))]
    account.registered = True
    call = agent.call(account, "200")
    stopping = asyncio.create_task(agent.stop())
    await _turns()
    methods = [x[0] for x in network.sent]
    assert methods[-1] == "REGISTER" and call.state == "ended"
    account.registration.gone.set()
    await stopping
    assert not agent.transactions and account.registered is False


async def test_without_tcp_it_goes_on_by_udp():
    network, agent, told = _agent()
    network.refuse = True
    await agent.start()
    assert network.ports == [5060]
    await agent.stop()
    assert network.closed == 1


def test_what_bounds_it_are_its_settings_or_good_values():
    _, agent, _ = _agent()
    assert (agent.largest, agent.most_headers, agent.most_calls) == (4096, 100, 8)
    assert agent.port == 5060
    _, agent, _ = _agent(
        5070, sip_max_message=900, sip_max_headers=9, sip_max_calls=2, sip_max_transactions=7
    )
    assert (agent.largest, agent.most_headers, agent.most_calls, agent.most) == (900, 9, 2, 7)
    assert agent.port == 5070


def test_what_names_it_is_long_enough_and_each_time_another():
    _, agent, _ = _agent()
    tokens = {agent.token() for _ in range(50)}
    assert len(tokens) == 50 and all(len(x) == 16 for x in tokens)
    numbers = {agent.number() for _ in range(50)}
    assert len(numbers) == 50 and all(0 <= x < 1 << 28 for x in numbers)
    assert max(numbers) >= 1 << 24 or len(numbers) == 50
    assert agent.instance == "urn:uuid:00000000-0000-1000-8000-02005e00ab01"


def test_codecs_go_by_the_setting_and_g722_where_there_is_memory_for_it():
    for wanted, roomy, names in (
        (None, True, ("G722", "PCMA", "PCMU")), (None, False, ("PCMA", "PCMU")),
        ("g722_pcmu", True, ("G722", "PCMU", "PCMA")), ("g722_pcmu", False, ("PCMU", "PCMA")),
        ("pcma", True, ("PCMA", "PCMU")), ("pcma", False, ("PCMA", "PCMU")),
        ("pcmu", False, ("PCMU", "PCMA")), ("pcma_only", True, ("PCMA",)),
        ("pcmu_only", False, ("PCMU",)), ("unheard of", True, ("G722", "PCMA", "PCMU")),
    ):  # fmt: skip
        _, agent, _ = _agent(codec_priority=wanted)
        agent._roomy = roomy
        assert agent.codecs() == names, (wanted, roomy)


def test_voice_is_encrypted_by_tls_alone_and_as_the_settings_say():
    for transport, srtp, savp, found in (
        ("tls", True, None, "wanted"), ("tls", True, "mandatory", "required"),
        ("tls", True, "optional", "wanted"), ("tls", False, "mandatory", ""),
        ("udp", True, "mandatory", ""), ("tcp", True, None, ""), ("auto", True, None, ""),
    ):  # fmt: skip
        _, agent, _ = _agent(user_srtp3=srtp, user_savp3=savp)
        account = Account(3, "100")
        account.transport = transport
        assert agent.secure(account) == found, (transport, srtp, savp)


def test_ports_for_the_voice_are_even_and_one_pair_apart():
    class Call:
        id = 0

    for first, port, number in (
        (None, 16384, 0), (None, 16386, 1), (None, 16582, 99), (None, 16384, 100),
        (20000, 20002, 1), (20001, 20002, 1), (65535, 65334, 0), (65535, 65532, 99),
        (65334, 65334, 0), (65332, 65332, 0),
    ):  # fmt: skip
        _, agent, _ = _agent(rtp_port=first)
        Call.id = number
        assert agent.media_port(Call) == port, (first, number)


def test_an_identity_that_goes_and_comes_is_registered_when_the_former_has_gone():
    wire = Wire()
    agent = wire.agent(US, "direct")
    assert agent.guard.open_house
    agent.add(Account(2, "100", REGISTRAR))
    assert not agent.guard.open_house, "from now on there are strangers"
    account = agent.accounts[1]
    account.registration = None
    agent.remove(account)
    assert agent.guard.open_house and agent.leaving == {}


async def test_an_heir_that_was_removed_before_its_turn_never_begins():
    wire = Wire()
    registrar, agent = wire.peer(REGISTRAR), wire.agent(US, "direct")
    first = Account(2, "100", REGISTRAR)
    agent.add(first)
    registrar.take()
    registrar.reply(registrar.got[0], 200, headers=[("Expires", "3600")], contact=False)
    registrar.take()
    agent.remove(first)
    second = Account(2, "100", REGISTRAR)
    agent.add(second)
    agent.remove(second)
    await _turns()
    registrar.take()
    registrar.reply(registrar.got[-1], 200, contact=False)
    registrar.take()
    await _turns()
    assert registrar.take(100_000) == [] and agent.leaving == {}
    assert len(wire.timers) == 0


def test_a_call_moves_with_the_network_once_that_is_up():
    wire = Wire()
    agent, peer = wire.agent(US, "100"), wire.peer(PEER)
    call = agent.call(agent.accounts[0], " 200@%s " % PEER)
    peer.take()
    peer.reply(peer.got[0], 200, body=SDP)
    assert peer.take() == ["ACK"] and call.remote == "200@" + PEER
    agent.network.ip, agent.network.up = "10.0.0.7", False
    wire.ends["10.0.0.7", 5060] = agent.received
    agent.network_changed()
    assert peer.take() == []
    agent.network.up = True
    agent.network_changed()
    assert peer.take() == ["INVITE"]


def test_each_message_is_followed_by_what_was_put_off_broken_or_not():
    scene, count = OneCall(), []
    scene.agent.settled = lambda: count.append(1)
    scene.log()
    for data in (b"OPTIONS sip:100@x SIP/2.0\r\n\r\n", b"junk", b"\r\n\r\n", b"x" * 200):
        scene.peer.send(data, (US, 5060))
        scene.heard()
    assert len(count) == 4


def test_who_is_at_home_is_no_stranger_whose_bytes_are_counted():
    wire = Wire()
    registrar, agent, peer = wire.peer(REGISTRAR), wire.agent(US, "direct"), wire.peer(PEER)
    agent.add(Account(2, "100", REGISTRAR))
    registrar.take()
    for each in (registrar, peer):
        each.request("OPTIONS", (US, 5060), "sip:100@" + US)
        assert each.take() == ["200"]
    assert list(agent.guard.sources) == [PEER]


def test_an_answer_that_is_not_ours_or_has_control_characters_is_none():
    for change in (
        lambda data: data.replace(b"Via: ", b"Via: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bKx, ", 1),
        lambda data: data.replace(b"From: ", b"Via: SIP/2.0/UDP 10.0.0.5;branch=x\r\nFrom: ", 1),
        lambda data: data.replace(b"180 x", b"180 x\x01", 1),
        lambda data: data.replace(b"From: ", b"X: ", 1),
        lambda data: data.replace(b"Call-ID: ", b"X: ", 1),
        lambda data: data.replace(b"To: ", b"X: ", 1),
        None,
    ):
        scene = OneCall().dialled()
        scene.log()
        send = scene.peer.send
        if change:
            scene.peer.send = lambda data, to, c=change, send=send: send(c(data), to)
        scene.peer.reply(scene.invite, 180)
        scene.heard()
        assert scene.call.state == ("calling" if change else "ringing")


def test_who_calls_is_shown_however_odd_his_address_and_no_longer_than_128_characters():
    from sip.call import announcement, identity
    from sip.message.message import parse

    def said(*lines):
        return parse("\r\n".join(("INVITE sip:a SIP/2.0",) + lines + ("", "")).encode())

    found = identity.sender(said('From: "%s" <sip:x@h:999999>;tag=1' % ("n" * 200)))
    assert found == ("sip:x@h:999999", "n" * 128, False)
    lines = []

    def note(level, text, *values):
        lines.append(text % values)

    for value, party in (
        ("<tel:+49123>", "+49123"), ("<sip:5@h>", "5@h"), ("<sips:5@h>", "5@h"),
        ("<sip:>", "9@z"), ("<mailto:5@h>", "9@z"),
    ):  # fmt: skip
        message = said("From: <sip:9@z>;tag=1", "P-Asserted-Identity: " + value)
        assert identity.caller(message, True, note).address == party, value
    assert announcement.diversion(said("History-Info: <sip:1@h>;index=1"), note) is None
    two = said("History-Info: <sip:1@h>;index=1, <sip:2@h>;index=1.1")
    assert announcement.diversion(two, note) == "1@h" and lines == []
    for text, after in (
        ("<sip:x>;answer-after=5", 5), ("<sip:x>; answer-after = 0", 0), ("answer-after=999", 999),
        ("<x;answer-after=4>;a=b", None), ("<sip:x>;answer-after=1000", 0),
        ("<sip:x>;answer-after=soon", 0), ("<sip:x>", None),
    ):  # fmt: skip
        assert announcement.auto_answer(said("Call-Info: " + text), note) == after, text
