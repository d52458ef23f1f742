"""Phones that speak SIP over TCP: registration and calls through Kamailio."""

from tests.peers.peer import until
from tests.peers.test_kamailio import registered, states, talk
from tools.control import free_ports


def _pair(desk, kamailio):
    port = free_ports(1)[0]
    proxy = kamailio(("udp", "127.0.0.1", port), ("tcp", "127.0.0.1", port))
    phones = [desk(x, user_host1=proxy.address, user_transport1="tcp") for x in ("100", "200")]
    for phone in phones:
        registered(phone)
    return proxy, *phones


def test_calls_over_tcp_are_answered_and_hung_up(desk, kamailio):
    proxy, first, second = _pair(desk, kamailio)
    assert "transport=tcp" in proxy.bindings("100").lower()
    talk(first, second, "200")
    first.ask("press HOLD")
    first.wait(states("held"))
    first.ask("press HOLD")
    first.wait(states("connected"))
    for phone in (first, second):
        phone.ask("hook on")
    first.wait(states())
    second.wait(states())
    assert first.stop() == 0
    until(lambda: not proxy.bindings("100"), message="still registered after the phone's end")
