"""Calls and registrations over a line that loses a tenth of the packets, and over a parted one."""

import pytest

from tests.peers.link import THERE, Link
from tests.peers.test_kamailio import registered, states

_SECONDS = 40  # RFC 3261 gives a transaction 32 s


@pytest.fixture
def link(root_network, start):
    """A line between the phones' network and the registrar's, good at first."""
    return start(Link(delay=1))


@pytest.fixture
def far(link, kamailio, desk):
    """Kamailio at the far end, the registered phones 100 and 200 at the near one."""
    proxy = kamailio(("udp", THERE, 5060), prefix=link.inside)
    phones = [
        desk(name, user_host1=THERE, register_back_off="1", session_timer="0")
        for name in ("100", "200")
    ]
    for phone in phones:
        registered(phone)
    return proxy, *phones


def test_calls_end_as_they_should_over_a_bad_line(link, far):
    _, first, second = far
    second.ask("set autoanswer on")
    link.change("loss=10 delay=30 jitter=15")
    for number in range(8):
        first.ask("dial 200")
        first.wait(states("connected"), seconds=_SECONDS)
        second.wait(states("connected"), seconds=_SECONDS)
        (first, second)[number % 2].ask("press CANCEL")
        first.wait(states(), seconds=_SECONDS)
        second.wait(states(), seconds=_SECONDS)
    second.ask("set autoanswer off")
    for number in range(4):
        first.ask("dial 200")
        second.wait(states("ringing"), seconds=_SECONDS)
        (first, second)[number % 2].ask("press CANCEL")
        first.wait(states(), seconds=_SECONDS)
        second.wait(states(), seconds=_SECONDS)


def test_registrations_succeed_over_a_bad_line(link, far):
    proxy, *phones = far
    link.change("loss=10 delay=30 jitter=15")
    for _ in range(4):
        for phone in phones:
            phone.ask("set user_active1 off")
            phone.ask("set user_active1 on")
        for phone in phones:
            phone.wait(
                lambda found: [x["registered"] for x in found["identities"]] == [True],
                "status",
                _SECONDS,
            )
    assert proxy.bindings("100") and proxy.bindings("200")


def test_the_phone_comes_back_after_its_line_was_parted(link, far):
    _, first, second = far
    link.change("loss=100")
    for phone in (first, second):
        phone.ask("set user_expiry1 61")  # registers anew, in vain
    for phone in (first, second):
        phone.wait(lambda found: found["identities"][0]["reason"], "status", _SECONDS)
    link.change("loss=0")
    for phone in (first, second):
        phone.wait(lambda found: found["identities"][0]["registered"], "status", _SECONDS)
    first.ask("dial 200")
    second.wait(states("ringing"))
    first.ask("press CANCEL")
    second.wait(states())
