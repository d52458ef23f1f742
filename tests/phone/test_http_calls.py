"""Calls beside web servers that are dead, slow or mad: undisturbed, and each event sent once."""

from collections import Counter

import pytest

from tests.phone import webserver
from tests.phone.webserver import HOST, WebServer

EVENTS = ("offhook", "onhook", "incoming", "outgoing", "connected", "disconnected", "missed")


def gone():
    """Return the URL of a server that refuses."""
    server = WebServer()
    server.close()
    return server


@pytest.fixture
def good():
    """A web server that answers 200."""
    server = WebServer()
    yield server
    server.close()


def states(*wanted):
    """Return a test for the answer of ``calls``."""
    return lambda calls: [call["state"] for call in calls] == list(wanted)


def dial(phone, number):
    """Lift the handset and dial."""
    phone.ask("hook off")
    for digit in number + "#":
        phone.ask(f"press {digit} 20")


@pytest.mark.parametrize(
    "kind",
    ["refuse", "hang", "trickle", "endless_header", "endless_body", "vanish", "junk", "name"],
)
def test_a_call_and_its_events_beside_a_bad_server(pair, good, kind):
    bad = gone() if kind in ("refuse", "name") else WebServer(getattr(webserver, kind))
    place = "http://nowhere.example" if kind == "name" else bad.url
    for name, phone in zip(("100", "200"), pair, strict=True):
        phone.ask("set action_url_timeout 1")
        for event in EVENTS:
            tail = f"{name}/{event}?id=$csta_id&c=$call-id"
            phone.ask(f"set action_{event}_url {place}/{tail} {good.url}/{tail}")
    first, second = pair
    for _ in range(2):
        dial(first, "200")
        second.wait(states("ringing"))
        second.ask("hook off")
        first.wait(states("connected"))
        second.wait(states("connected"))
        second.ask("hook on")
        first.wait(states())
        first.ask("hook on")
    paths = good.wait(20)
    for name, wanted in (
        ("200", ["incoming", "offhook", "connected", "onhook", "disconnected"]),
        ("100", ["offhook", "outgoing", "connected", "disconnected", "onhook"]),
    ):
        got = [x.split("/")[2].split("?")[0] for x in paths if x.startswith(f"/{name}/")]
        assert got == wanted * 2
    assert len(good.heads) == 20
    assert not Counter(bad.paths()) - Counter(good.paths())
    for phone in pair:
        counters = phone.ask("counters")
        assert counters["total"]["queued"] == 20 and counters["total"]["dropped"] == 0
        assert counters["action_offhook_url"]["queued"] in (2, 4)
    bad.close()


def test_events_wait_for_a_server_that_is_restarted_in_a_call(pair):
    first, second = pair
    server = gone()
    for event in EVENTS:
        second.ask(f"set action_{event}_url {server.url}/{event}")
    dial(first, "200")
    second.wait(states("ringing"))
    second.ask("hook off")
    second.wait(states("connected"))
    again = WebServer(port=server.port)
    first.ask("hook on")
    second.wait(states())
    second.ask("hook on")
    wanted = ["/incoming", "/offhook", "/connected", "/disconnected", "/onhook"]
    assert again.wait(5) == wanted
    second.wait(lambda x: x["total"]["ok"] == 5, "counters")
    assert again.paths() == wanted
    again.close()


def test_a_network_that_is_unplugged_for_a_while_loses_no_event(phones, good):
    phone = phones("100", action_dnd_on_url=good.url + "/on", action_dnd_off_url=good.url + "/off")
    phone.ask("fault unplugged on")
    phone.ask("set dnd_mode on")
    phone.ask("set dnd_mode off")
    phone.wait(lambda x: x["total"]["retried"] >= 1, "counters")
    phone.ask("fault unplugged off")
    assert good.wait(2) == ["/on", "/off"]
    row = phone.wait(lambda x: x["total"]["ok"] == 2, "counters")["total"]
    assert (row["queued"], row["sent"], row["failed"]) == (2, 2, 0)


def test_a_name_server_that_never_answers_costs_the_deadline_only(phones, good):
    phone = phones("100", action_url_timeout=1, options=("--dns", "127.0.0.77"))
    phone.ask("set action_dnd_on_url http://web.example/x")
    phone.ask(f"set action_dnd_off_url http://{HOST}:{good.port}/y")
    phone.ask("set dnd_mode on")
    phone.ask("set dnd_mode off")
    assert good.wait(1) == ["/y"]
    row = phone.wait(lambda x: x["total"]["failed"] == 1, "counters", 30)["total"]
    assert (row["sent"], row["ok"], row["retried"]) == (1, 1, 3)
