"""Phones that speak SIP over TLS: only a server with a certificate of the trusted CA is told."""

import pytest

from tests.peers.peer import until
from tests.peers.test_kamailio import registered, states, talk
from tests.phone.certificates import Authority
from tools.control import free_ports

DOMAIN = "pbx.test"


@pytest.fixture
def authority():
    """A CA of our own."""
    return Authority()


def secure(kamailio, tmp_path, authority, *certified, ports=None, rewriting=True, **how):
    """Return a Kamailio with TLS on the domain's name, certified for `certified`."""
    path = authority.file(tmp_path, *(certified or (DOMAIN,)), **how)
    udp, tls = ports or free_ports(2)
    proxy = kamailio(
        ("udp", "127.0.0.1", udp),
        ("tls", "127.0.0.1", tls),
        certificate=(path, path),
        rewriting=rewriting,
    )
    proxy.tls = tls
    return proxy


@pytest.fixture
def trusting(desk, names, authority):
    """Give ``make(number, proxy)``: a phone that trusts `authority` and is sent to `proxy`."""
    names.zone[DOMAIN, "A"] = ["127.0.0.1"]

    def make(number, proxy, **settings):
        settings.setdefault("ca_certificate", authority.pem.replace("\n", " "))
        if "user_host1" not in settings:
            settings["user_host1"] = f"{DOMAIN}:{proxy.tls}"
        options = ("--dns", "127.0.0.1", *settings.pop("options", ()))
        return desk(number, options=options, user_transport1="tls", **settings)

    return make


def test_calls_over_tls_are_answered_and_hung_up(kamailio, tmp_path, authority, trusting):
    proxy = secure(kamailio, tmp_path, authority)
    first, second = (trusting(number, proxy) for number in ("100", "200"))
    for phone in (first, second):
        registered(phone)
    assert "transport=tls" in proxy.bindings("100").lower()
    talk(first, second, "200")
    first.ask("press HOLD")
    first.wait(states("held"))
    first.ask("press HOLD")
    first.wait(states("connected"))
    second.ask("hook on")
    first.ask("hook on")
    for phone in (first, second):
        phone.wait(states())
    assert first.stop() == 0
    until(lambda: not proxy.bindings("100"), message=lambda: proxy.bindings("100"))


def test_calls_come_by_the_phones_own_connection_where_nobody_rewrites_contacts(
    kamailio, tmp_path, authority, trusting
):
    proxy = secure(kamailio, tmp_path, authority, rewriting=False)
    first, second = (trusting(number, proxy) for number in ("100", "200"))
    for phone, number in ((first, "100"), (second, "200")):
        registered(phone)
        assert f":{phone.sip_port}" not in proxy.bindings(number)
    for ending in (second, first):
        talk(first, second, "200")
        ending.ask("hook on")
        first.ask("hook on")
        second.ask("hook on")
        for phone in (first, second):
            phone.wait(states())


@pytest.mark.parametrize("wrong", ["authority", "name", "expired", "future"])
def test_a_server_with_a_wrong_certificate_is_told_nothing(
    kamailio, tmp_path, authority, trusting, wrong
):
    how = {"expired": {"days": (-9, -2)}, "future": {"days": (3, 9)}}.get(wrong, {})
    signer = Authority("Other") if wrong == "authority" else authority
    proxy = secure(kamailio, tmp_path, signer, "other.test" if wrong == "name" else DOMAIN, **how)
    phone = trusting("100", proxy)
    phone.wait(lambda found: found["identities"][0]["reason"].startswith("503"), "status")
    assert not proxy.bindings("100")
    assert any("TLS" in line for line in phone.ask("log")), phone.ask("log")


def test_any_certificate_is_taken_where_the_setting_says_so(
    kamailio, tmp_path, authority, trusting
):
    proxy = secure(kamailio, tmp_path, Authority("Other"), "other.test")
    phone = trusting("100", proxy, sip_check_certificate="off")
    registered(phone)


def test_a_phone_comes_back_to_its_tls_server_after_a_restart(
    kamailio, tmp_path, authority, trusting
):
    proxy = secure(kamailio, tmp_path, authority)
    phone = trusting("100", proxy, register_back_off="1")
    registered(phone)
    first = phone.ask("ram")
    for _ in range(3):
        proxy.stop()
        registered(phone, False)
        proxy = secure(kamailio, tmp_path, authority, ports=(proxy.port, proxy.tls))
        registered(phone)
        assert proxy.bindings("100")
    assert phone.ask("ram")["free"] > first["free"] - 4000


def test_baresip_is_called_over_tls_and_held(baresip, tmp_path, authority, trusting, names):
    path = authority.file(tmp_path, "baresip.test")
    other = baresip(certificate=path)
    names.zone["baresip.test", "A"] = ["127.0.0.1"]
    phone = trusting(
        "100",
        other,
        user_host1="desk.example",
        user_register1="off",
        user_outbound1=f"baresip.test:{other.port + 1};transport=tls",
    )
    phone.ask("dial 200")
    other.wait("CALL_INCOMING")
    other.ask("accept")
    phone.wait(states("connected"))
    phone.ask("press HOLD")
    phone.wait(states("held"))
    phone.ask("press HOLD")
    phone.wait(states("connected"))
    phone.ask("press CANCEL")
    other.wait("CALL_CLOSED")
    phone.wait(states())
