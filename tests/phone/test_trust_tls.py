"""An identity of TLS: only a server that its owner trusts, and never anywhere else than by TLS."""

import pytest

from tests.phone.attack import STRANGER, called, gone, told
from tests.phone.certificates import Authority
from tests.phone.sippeer import Peer
from tests.phone.tlspbx import TlsPbx

HOST = "127.0.0.9"


@pytest.fixture
def authority():
    """A CA of our own."""
    return Authority()


@pytest.fixture
def secure(phones, tmp_path, authority):
    """Give ``start(context, **settings)``: (phone, its registrar by TLS)."""
    running = []

    def start(context=None, **settings):
        pbx = TlsPbx(context or authority.server(tmp_path, HOST))
        running.append(pbx)
        wanted = {**pbx.settings, "user_transport1": "tls", "register_back_off": 1}
        wanted["sip_ca_certificate"] = authority.pem.replace("\n", " ")
        return phones("100", **{**wanted, **settings}), pbx

    yield start
    for pbx in running:
        pbx.close()


def registered(found):
    """Whether the first identity is registered."""
    return found["identities"][0]["registered"]


def test_only_a_trusted_certificate_registers_whatever_web_servers_show(secure, tmp_path):
    phone, pbx = secure(
        Authority("another").server(tmp_path, HOST), check_trusted_certificate="off"
    )
    phone.wait(lambda _: len(pbx.failed) >= 2)
    assert not registered(phone.ask("status")) and not pbx.asked and not pbx.raw


def test_a_certificate_of_another_name_registers_nothing(secure, authority, tmp_path):
    phone, pbx = secure(authority.server(tmp_path, "127.0.0.8", "other.example"))
    phone.wait(lambda _: len(pbx.failed) >= 2)
    assert not registered(phone.ask("status")) and not pbx.raw


@pytest.fixture
def listener():
    """Whoever would hear what leaves TLS."""
    made = Peer(STRANGER)
    yield made
    made.close()


@pytest.mark.parametrize("transport", ["", ";transport=udp", ";transport=tcp"])
def test_neither_a_302_nor_a_contact_leads_out_of_tls(secure, listener, transport):
    phone, pbx = secure()
    phone.wait(registered, "status")
    out = [f"Contact: <sip:x@{STRANGER}:{listener.port}{transport}>"]
    phone.ask("dial 300")
    pbx.answer(called(phone, pbx), 302, out)
    phone.wait(lambda calls: not calls or calls[0]["state"] == "calling")
    phone.ask("press CANCEL")
    phone.wait(lambda calls: not calls)
    phone.ask("hook off")
    phone.ask("dial 301")
    pbx.answer(called(phone, pbx), 200, out)
    phone.wait(lambda calls: calls and calls[0]["state"] == "connected")
    phone.ask("press HOLD")
    phone.ask("hook on")
    phone.ask("press CANCEL")
    gone(phone)
    nothing_heard(phone, listener)


def nothing_heard(phone, listener):
    """Assert that no request of the phone has reached `listener`, up to an answer that does."""
    listener.phone = phone.address
    told(phone, listener.alone("OPTIONS"), "OPTIONS")
    assert not listener.asked


def test_a_record_route_of_udp_is_not_followed(secure, listener):
    phone, pbx = secure()
    phone.wait(registered, "status")
    phone.ask("hook off")
    phone.ask("dial 301")
    route = f"Record-Route: <sip:{STRANGER}:{listener.port};lr;transport=udp>"
    pbx.answer(called(phone, pbx), 200, [route])
    phone.wait(lambda calls: calls and calls[0]["state"] == "connected")
    phone.ask("press HOLD")
    phone.ask("hook on")
    phone.ask("press CANCEL")
    gone(phone)
    nothing_heard(phone, listener)


def test_an_identity_of_tls_is_not_called_by_udp(secure, listener):
    phone, pbx = secure(filter_registrar="off")
    phone.wait(registered, "status")
    neighbour = Peer(HOST)  # the registrar's own address, without its connection
    for peer in (listener, neighbour):
        peer.phone = phone.address
        call = peer.invite("201")
        phone.wait(lambda _, call=call: call.final)
        assert call.final.status in (403, 404) and 180 not in call.seen
        assert phone.ask("calls") == []
    neighbour.close()
    pbx.phone = phone.address
    call = pbx.invite("201")
    phone.wait(lambda calls: calls and calls[0]["state"] == "ringing")
    phone.ask("press CANCEL")
    phone.wait(lambda _: call.state == "over")
