"""Simulated parts that only the VM has, by the contracts of their drivers."""

import contracts

from hal.clock.sim import Clock

ONLY = "micropython"


def test_the_simulated_clock_keeps_the_contract():
    contracts.clock(Clock())
