"""A registration that is interrupted: by the network, by its end, by what stands before it."""

import asyncio

from sipkit import Wire

from net.resolver import ResolveError
from sip.account import Account

US, REGISTRAR, PROXY = "10.0.0.1", "10.0.0.9", "10.0.0.8"


class Names:
    """A resolver that knows the registrar and notes who was asked for."""

    def __init__(self):
        self.asked = []

    def random(self, bits):
        return 0

    async def resolve(self, name, kind="A"):
        self.asked.append(name)
        if kind != "A" or name != "pbx.example":
            raise ResolveError(name)
        return [REGISTRAR]


def _scene(**account):
    wire = Wire()
    peer, agent = wire.peer(REGISTRAR), wire.agent(US, "direct")
    made = Account(2, "100", REGISTRAR, "secret")
    for name, value in account.items():
        setattr(made, name, value)
    agent.add(made)
    assert peer.take() == ["REGISTER"]
    return wire, peer, agent, made


def _grant(peer, expires=3600):
    request = [x for x in peer.got if x.method == "REGISTER"][-1]
    peer.reply(request, 200, headers=[("Expires", str(expires))], contact=False)
    return peer.take()


def _fails(wire, agent, peer, times):
    """Let it be refused so often; return the seconds until it is tried again."""
    for _ in range(times):
        request = [x for x in peer.got if x.method == "REGISTER"][-1]
        peer.reply(request, 500, contact=False)
        waited, number = 0, request.cseq().number
        while peer.take(500) == [] or peer.got[-1].cseq().number == number:
            waited += 1
    return waited // 2


def test_a_pause_begins_anew_when_the_network_has_changed_or_the_owner_asks():
    for change in ("network_changed", "retry"):
        wire, peer, agent, account = _scene()
        agent.random = lambda bits: (1 << bits) - 1
        assert _fails(wire, agent, peer, 1) >= 29
        assert _fails(wire, agent, peer, 3) >= 200
        peer.reply(peer.got[0], 500, contact=False)
        peer.take()
        getattr(agent, change)()
        assert peer.take(1000)[0] == "REGISTER"
        assert 29 <= _fails(wire, agent, peer, 1) <= 31, change
        _grant(peer)
        assert peer.take(600_000) == [], "one timer, and that of the refresh"


def test_a_failure_is_told_once_until_it_succeeds_or_ends():
    wire, peer, agent, account = _scene()
    _fails(wire, agent, peer, 3)
    assert agent.party.events == ["reg_failed"]
    _grant(peer)
    wire.run(3_500_000)
    peer.got = [x for x in peer.got if x.method == "REGISTER"]
    _fails(wire, agent, peer, 2)
    assert agent.party.events == ["reg_failed", "registered", "reg_failed"]


def test_the_network_that_comes_back_ends_what_was_under_way():
    wire, peer, agent, account = _scene()
    agent.network.up = False
    agent.network_changed()
    before = len(wire.log)
    wire.run(400)
    assert len(wire.log) == before, "not without a network"
    agent.network.up, agent.network.ip = True, "10.0.0.77"
    wire.ends["10.0.0.77", 5060] = agent.received
    agent.network_changed()
    agent.network_changed()
    peer.take(520)
    assert [x.header("contact").startswith("<sip:100@10.0.0.77") for x in peer.got] == [True]
    numbers = {x.cseq().number for x in peer.got}
    peer.take(20_000)
    assert {x.cseq().number for x in peer.got} == numbers, "the former is not repeated"
    _grant(peer)
    assert account.registered and agent.party.events == ["registered"]


async def _turns():
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_registration_is_taken_back_whatever_it_is_doing():
    for doing in ("nothing", "refreshing", "behind a NAT"):
        wire, peer, agent, account = _scene()
        if doing == "behind a NAT":
            via = peer.got[0].header("via").replace(";rport", ";received=198.51.100.7;rport=40001")
            peer.got[0].replace("via", via)
        _grant(peer)
        wire.ends[REGISTRAR, 5060] = lambda data, *more, peer=peer: (
            data.strip() and peer.received(data, *more)
        )
        if doing == "refreshing":
            assert "REGISTER" in peer.take(3_560_000)
        stopping = asyncio.create_task(account.registration.stop())
        await _turns()
        peer.take()
        last = peer.got[-1]
        assert last.header("expires") == "0" and ";expires=0" in last.header("contact"), doing
        peer.reply(last, 200, contact=False)
        peer.take()
        await stopping
        assert not account.registered and agent.party.events[-1] == "unregistered"
        before = len(wire.log)
        agent.network_changed()
        agent.retry()
        account.registration.lost()
        wire.run(8_000_000)
        assert len(wire.log) == before, "it is over: %s" % doing
        assert len(wire.timers) == 0


async def test_what_was_never_registered_is_not_taken_back():
    wire, peer, agent, account = _scene()
    await account.registration.stop()
    before = len(wire.log)
    wire.run(100_000)
    assert len(wire.log) == before and agent.party.events == []
    assert len(wire.timers) == 0


async def test_behind_a_proxy_the_registrars_own_addresses_are_home_too():
    for host, known in ((REGISTRAR, True), ("pbx.example", True), ("gone.example", False)):
        wire = Wire()
        peer, agent = wire.peer(PROXY), wire.agent(US, "direct")
        agent.resolver = names = Names()
        account = Account(2, "100", host, "secret")
        account.outbound = PROXY
        agent.add(account)
        assert peer.take() == ["REGISTER"]
        await _turns()
        assert agent.guard.at_home(PROXY), host
        assert agent.guard.at_home(REGISTRAR) is known, host
        _grant(peer)
        asked = len(names.asked)
        assert (asked > 0) is (host != REGISTRAR)
        assert "REGISTER" in peer.take(3_560_000)
        await _turns()
        assert len(names.asked) == asked, "once"


async def test_without_a_proxy_nobody_else_is_looked_up():
    wire = Wire()
    peer, agent = wire.peer(REGISTRAR), wire.agent(US, "direct")
    agent.resolver = names = Names()
    agent.add(Account(2, "100", "pbx.example:5060", "secret"))
    await _turns()
    assert peer.take() == ["REGISTER"] and names.asked == ["pbx.example"]


def test_a_connection_that_breaks_before_anything_was_granted_is_made_anew():
    wire, peer, agent, account = _scene()
    peer.reply(peer.got[0], 500, contact=False)
    peer.take()
    account.registration.lost()
    assert "REGISTER" in peer.take(5_000)
