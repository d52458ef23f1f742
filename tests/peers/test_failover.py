"""Two Kamailios behind SRV records, the first of which dies."""

import os
import signal

import pytest

from tests.peers.peer import until
from tests.peers.test_kamailio import registered, states, talk

_SECONDS = 45  # RFC 3261 gives a transaction 32 s


@pytest.fixture
def two(names, kamailio):
    """Two registrars of pbx.test, the first preferred."""
    first, second = (kamailio(("udp", f"127.0.0.{n}", 5060)) for n in (11, 12))
    names.zone.update(
        {
            ("pbx.test", "NAPTR"): [(10, 10, "s", "SIP+D2U", "_sip._udp.pbx.test")],
            ("_sip._udp.pbx.test", "SRV"): [
                (20, 0, 5060, "b.pbx.test"),
                (10, 0, 5060, "a.pbx.test"),
            ],
            ("a.pbx.test", "A"): ["127.0.0.11"],
            ("b.pbx.test", "A"): ["127.0.0.12"],
        }
    )
    return first, second


def phone_of(desk, name):
    """Return a phone that asks the test's name server."""
    more = {"user_host1": "pbx.test", "register_back_off": "1"}
    return desk(name, options=("--dns", "127.0.0.1"), **more)


def test_the_preferred_server_is_used(desk, names, two):
    registered(phone_of(desk, "100"))
    assert two[0].bindings("100") and not two[1].bindings("100")
    assert ("pbx.test", "NAPTR") in names.asked


def test_a_server_that_dies_in_mid_registration(desk, two):
    os.killpg(two[0].process.pid, signal.SIGSTOP)  # it takes the request, no more
    phone = phone_of(desk, "100")
    two[0].stop()
    phone.wait(lambda found: found["identities"][0]["registered"], "status", _SECONDS)
    assert two[1].bindings("100")


def test_a_server_that_dies_in_mid_call(desk, two):
    phones = [phone_of(desk, name) for name in ("100", "200")]
    for phone in phones:
        registered(phone)
    talk(*phones, "200")
    two[0].stop()
    for phone in phones:  # neither hears the other's BYE, both are free at once
        phone.ask("hook on")
        phone.wait(states())
    for phone in phones:
        phone.ask("set user_expiry1 61")  # registers anew
    until(lambda: two[1].bindings("100") and two[1].bindings("200"), _SECONDS, "not moved")
    for phone in phones:
        phone.wait(lambda found: found["identities"][0]["registered"], "status", _SECONDS)
    talk(*phones, "200")
    for phone in phones:
        phone.ask("hook on")
        phone.wait(states())


def test_the_name_server_comes_back(desk, names, two):
    names.silent = True
    phone = phone_of(desk, "100")
    phone.wait(lambda found: found["identities"][0]["reason"], "status", _SECONDS)
    names.silent = False
    phone.wait(lambda found: found["identities"][0]["registered"], "status", _SECONDS)
