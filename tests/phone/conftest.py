"""Simulated phones in the real VM for the tests of this folder."""

import pytest

from tests.phone.attack import STRANGER
from tests.phone.pbx import Pbx
from tests.phone.receiver import Receiver
from tests.phone.sippeer import Peer
from tools.control import Phone


@pytest.fixture
def phones(tmp_path):
    """Give ``start(name, **settings)``: a running `Phone`, stopped at the end of the test."""
    running = []

    def start(name="100", /, **settings):
        options = settings.pop("options", ())
        wanted = {"user_name1": name, "user_host1": "desk.example", "user_register1": "off"}
        wanted.update(settings)
        phone = Phone(tmp_path / name, wanted, options)
        running.append(phone)
        return phone

    yield start
    for phone in running:
        phone.stop()


@pytest.fixture
def pair(phones):
    """Two phones, 100 and 200, that call each other directly."""
    first, second = phones("100"), phones("200")
    first.ask(f"set user_outbound1 127.0.0.1:{second.sip_port}")
    second.ask(f"set user_outbound1 127.0.0.1:{first.sip_port}")
    return first, second


@pytest.fixture
def receiver():
    """A running `Receiver`."""
    server = Receiver()
    yield server
    server.close()


@pytest.fixture
def pbx():
    """A registrar that asks for credentials."""
    made = Pbx()
    yield made
    made.close()


@pytest.fixture
def stranger():
    """Somebody with an address of his own."""
    made = Peer(STRANGER)
    yield made
    made.close()


@pytest.fixture
def registered(phones, pbx):
    """Give ``start(*peers, **settings)``: a phone registered at `pbx`, known to `peers`."""

    def start(*peers, **settings):
        phone = phones("100", **{**pbx.settings, **settings})
        for peer in (pbx, *peers):
            peer.phone = phone.address
        phone.wait(lambda found: found["identities"][0]["registered"], "status")
        return phone

    return start


@pytest.fixture
def opened(registered, stranger):
    """A registered phone that lets strangers call, for the attacks that begin with a call."""
    return registered(stranger, filter_registrar="off")
