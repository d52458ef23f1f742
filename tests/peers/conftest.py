"""Others' programs beside simulated phones; each test has a network of its own where root is.

`own_network` puts the test, and all that it starts, into a network namespace with nothing but a
loopback; without root the ports are those that the system gives. Whatever a test started is over
when it ends: what is left is killed, and the test fails.
"""

import pytest

from tests.peers.baresip import Baresip
from tests.peers.browser import Browser
from tests.peers.dnsserver import NameServer
from tests.peers.kamailio import Kamailio
from tests.peers.netspace import Namespace, enter_new
from tools.control import Phone


@pytest.fixture
def own_network():
    """A network namespace for this test alone; None where root is not available."""
    space = enter_new()
    yield space
    if space is not None:
        left = space.leave()
        assert not left, f"left running: {left}"


@pytest.fixture
def root_network(own_network):
    """A network namespace, for tests that cannot do without."""
    if own_network is None:
        pytest.skip("needs root, for a network namespace")
    assert isinstance(own_network, Namespace)
    return own_network


@pytest.fixture
def start(own_network):
    """Give ``start(part)``: the part is stopped when the test ends, the last one first."""
    running = []

    def keep(part):
        running.append(part)
        return part

    yield keep
    for part in reversed(running):
        part.stop()


@pytest.fixture
def desk(start, tmp_path):
    """Give ``desk(name, **settings)``: a running phone with a registrar, or called directly."""

    def make(name="100", /, options=("--dns", "none"), **settings):
        wanted = {"user_name1": name, "user_host1": "desk.example", "user_pass1": "secret" + name}
        wanted["auto_dial"] = "1"
        wanted.update(settings)
        if wanted["user_host1"] == "desk.example":
            wanted.setdefault("user_register1", "off")
        return start(Phone(tmp_path / f"phone{name}", wanted, options))

    return make


@pytest.fixture
def browser(start):
    """A browser; whatever its pages complain of fails the test."""
    made = start(Browser())
    yield made
    assert not made.complaints


@pytest.fixture
def kamailio(start, tmp_path):
    """Give ``kamailio(*listeners)``: a running registrar and proxy for 100, 200 and 300."""
    return lambda *listeners, **more: start(Kamailio(tmp_path, listeners, **more))


@pytest.fixture
def baresip(start, tmp_path):
    """Give ``baresip(**more)``: a running baresip."""
    return lambda **more: start(Baresip(tmp_path / "baresip", **more))


@pytest.fixture
def names(start, root_network):
    """A name server at 127.0.0.1:53 of the test's own network; see `NameServer.zone`."""
    return start(NameServer())
