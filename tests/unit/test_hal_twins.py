"""Simulated parts that only the VM has, by the contracts of their drivers."""

import contracts
from support import raises

from hal.clock.sim import Clock
from hal.sim import faults
from hal.sim.board import Parts

ONLY = "micropython"


def test_the_simulated_clock_keeps_the_contract():
    contracts.clock(Clock())


def test_the_simulated_board_has_all_parts_that_a_board_can_have():
    parts = Parts({}.get, lambda *_: None)
    assert parts.input.names()[0] == "HOOK" and "P50" in parts.input.names()
    for name in "network clock display lamps ringer memory keys missing sound fkeys".split():
        assert getattr(parts, name) is not None, name


async def test_the_faults_of_the_poller_are_errors_of_the_loops_wait():
    import asyncio
    from errno import EIO

    queue = asyncio.core._io_queue

    def fails():
        try:
            asyncio.core._io_queue.wait_io_event(0)
        except OSError as error:
            return error.errno == EIO
        return False

    faults.fault(_Nobody(), None, "poller", True)
    assert fails() and not fails(), "once"
    faults.fault(_Nobody(), None, "poller_dead", True)
    assert fails() and fails()
    faults.fault(_Nobody(), None, "poller_dead", False)
    assert not fails() and queue is asyncio.core._io_queue


class _Nobody:
    class network:
        FAULTS = ()


def test_the_systems_memory_is_taken_away_by_a_fault():
    parts = Parts({}.get, lambda *_: None)
    faults.fault(parts, None, "system_memory", True)
    assert parts.memory.figures().free < 20_000
    faults.fault(parts, None, "system_memory", False)
    assert parts.memory.figures().free > 20_000


def test_a_fault_that_there_is_not_is_refused_with_the_names_of_those_there_are():
    parts = Parts({}.get, lambda *_: None)
    with raises(ValueError) as caught:
        faults.fault(parts, None, "nonsense", True)
    for name in ("loss", "power_cut", "system_memory", "poller"):
        assert name in str(caught.value)
