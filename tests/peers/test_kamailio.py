"""Phones at a Kamailio: registration with Digest, and calls through it."""

import pytest

from tests.peers.peer import until


def registered(phone, wanted=True):
    """Wait until the phone's first identity is registered, or is not."""
    return phone.wait(lambda found: found["identities"][0]["registered"] == wanted, "status")


def states(*wanted):
    """Return a test for the answer of ``calls``."""
    return lambda calls: [call["state"] for call in calls] == list(wanted)


@pytest.fixture
def pair(desk, kamailio):
    """A Kamailio with the phones 100 and 200."""
    proxy = kamailio()
    phones = [desk(name, user_host1=proxy.address) for name in ("100", "200")]
    for phone in phones:
        registered(phone)
    return proxy, *phones


def talk(caller, callee, number):
    """Let one phone call the other until both are connected."""
    caller.ask("hook off")
    caller.ask(f"dial {number}")
    callee.wait(states("ringing"))
    caller.wait(states("ringing"))
    callee.ask("hook off")
    caller.wait(states("connected"))
    callee.wait(states("connected"))


def test_registration_with_digest_and_its_end(desk, kamailio):
    proxy = kamailio()
    phone = desk("100", user_host1=proxy.address)
    registered(phone)
    assert f"sip:100@127.0.0.1:{phone.sip_port}" in proxy.bindings("100")
    assert phone.stop() == 0
    until(lambda: not proxy.bindings("100"), message="still registered after the phone's end")


def test_a_wrong_password_fails_and_a_right_one_mends_it(desk, kamailio):
    proxy = kamailio()
    phone = desk("100", user_host1=proxy.address, user_pass1="wrong")
    phone.wait(lambda found: found["identities"][0]["reason"].startswith("401"), "status")
    assert not proxy.bindings("100")
    phone.ask("set user_pass1 secret100")
    registered(phone)
    assert proxy.bindings("100")


def test_a_registration_is_refreshed_with_a_stale_nonce(desk, kamailio):
    proxy = kamailio(min_expires=1, max_expires=3, nonce_expire=1)
    phone = desk("100", user_host1=proxy.address)
    registered(phone)

    def cseq():
        words = proxy.bindings("100").split()
        return int(words[words.index("CSeq:") + 1]) if words else 0

    first = cseq()
    until(lambda: cseq() > first + 2, 12, "no refresh")
    assert phone.ask("status")["identities"][0]["registered"]


def test_a_call_between_two_phones_either_side_hangs_up(pair):
    _, first, second = pair
    for ending in (first, second):
        talk(first, second, "200")
        for phone in (ending, first, second):
            phone.ask("hook on")
        first.wait(states())
        second.wait(states())


def test_a_call_is_held_and_taken_back_through_the_proxy(pair):
    _, first, second = pair
    talk(first, second, "200")
    first.ask("press HOLD")
    first.wait(states("held"))
    first.ask("press HOLD")
    first.wait(states("connected"))
    second.ask("hook on")
    first.wait(states())


def test_a_rejected_a_cancelled_and_a_wrong_number(pair):
    _, first, second = pair
    first.ask("dial 200")
    second.wait(states("ringing"))
    second.ask("press CANCEL")
    first.wait(states())
    second.wait(states())
    first.ask("dial 200")
    second.wait(states("ringing"))
    first.ask("press CANCEL")
    first.wait(states())
    second.wait(states())
    first.ask("dial 999")
    first.wait(states())
