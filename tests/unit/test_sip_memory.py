"""The heap in calls, in the VM: what a call costs, and that nothing stays behind."""

import gc

from sipkit import SDP, Wire

ONLY = "micropython"  # CPython does not tell its heap
A, B = "10.0.0.1", "10.0.0.2"


def _allocated():
    gc.collect()
    return gc.mem_alloc()


def _scene():
    wire = Wire()

    def listener(kind, call, **details):
        if kind == "incoming":
            call.ring()
            call.answer()

    a = wire.agent(A, "100", listener)
    peer = wire.peer(B)

    def call(index):
        """Call the agent, and return what ends the call."""
        call_id = "call-%d-%d" % (index, index * index)
        to = (A, 5060)
        peer.request("INVITE", to, "sip:100@" + A, call_id, body=SDP)
        peer.take()
        tag = a.calls[-1].dialog.local_tag
        peer.request("ACK", to, "sip:100@" + A, call_id, to_tag=tag)
        peer.take()

        def end(ms=40_000):
            peer.request("BYE", to, "sip:100@" + A, call_id, 2, to_tag=tag)
            peer.take(ms)
            del wire.log[:]
            del a.party.events[:], a.party.calls[:], peer.got[:]

        return end

    return wire, a, peer, call


def test_two_hundred_calls_leave_nothing_behind():
    wire, a, peer, call = _scene()
    for index in range(20):
        call(index)()
    early = _allocated()
    for index in range(200):
        call(index)()
    late = _allocated()
    assert late - early < 500, late - early
    wire.run(60_000)
    assert not a.calls and not a.transactions and len(wire.timers) == 0


def test_a_call_that_is_up_costs_little():
    wire, a, peer, call = _scene()
    call(8)()
    peer.take(60_000)
    first = call(9)
    peer.take(60_000)
    before = _allocated()
    ends = [call(index) for index in range(4)]
    del wire.log[:]
    del a.party.events[:], a.party.calls[:], peer.got[:]
    cost = (_allocated() - before) // 4
    peer.take(60_000)  # the transactions are over
    rest = (_allocated() - before) // 4
    for end in [first] + ends:
        end()
    assert len(a.calls) == 0
    # on this VM, whose words are twice as wide as the chip's
    assert cost < 6000 and rest < 5000, (cost, rest)
