"""What counts as the registrar's: address, port and transport of the registration, all of them.

For TCP and TLS the port is that of the very connection.
"""

from sipkit import SDP, Wire

from sip.account import Account

US, HOME, PROXY, OTHER = "10.0.0.1", "10.0.0.9", "10.0.0.8", "10.0.0.66"
TO = (US, 5060)
URI = "sip:100@" + US
_WAITING = b"Messages-Waiting: yes\r\nVoice-Message: 7/0\r\n"
_ASSERTED = (
    ("P-Asserted-Identity", '"Boss" <sip:1@h>'),
    ("Remote-Party-ID", '"Boss" <sip:1@h>;party=calling'),
)
_SPEAKER = ("Answer-Mode", "Auto")


class Streams:
    """Stands for the connections of TCP and TLS."""

    def find(self, address, protocol):
        return True

    def watch(self, address, protocol, callback):
        pass


def _scene(protocol="UDP", outbound=""):
    """Return (wire, agent, what it has told, the registrar or proxy that has answered)."""
    wire = Wire()
    told = []

    def listener(kind, subject, **details):
        told.append((kind, subject, details))
        if kind == "incoming":
            subject.ring()

    wire.protocol = protocol
    agent = wire.agent(US, "nobody", listener, filter_registrar=False)
    agent.remove(agent.accounts[0])
    agent.transport.streams = Streams()
    home = wire.peer(PROXY if outbound else HOME, 5061 if protocol == "TLS" else 5060)
    account = Account(2, "100", HOME, "secret")
    account.transport, account.outbound = protocol.lower(), outbound
    agent.add(account)
    assert home.take() == ["REGISTER"]
    home.reply(home.got[0], 200, contact=False, headers=[("Expires", "3600")])
    home.take()
    assert account.registered
    told.clear()
    return wire, agent, told, home


def _notify(peer, call_id, event, body=b""):
    more = [("Event", event), ("Subscription-State", "active")]
    peer.request(
        "NOTIFY", TO, URI, call_id, 1, more, body, kind="application/simple-message-summary"
    )
    return peer.take()


def _counts(wire, agent, told, peer):
    """Return which of a peer's words are taken for the registrar's."""
    taken = []
    told.clear()
    assert _notify(peer, "n1", "check-sync") in (["200"], ["403"])
    assert _notify(peer, "n2", "message-summary", _WAITING) in (["200"], ["403"])
    taken += [kind for kind, _, _ in told]
    for index, header in enumerate(_ASSERTED):
        peer.request("INVITE", TO, URI, "c%d" % index, headers=[header, _SPEAKER], body=SDP)
        assert peer.take() == ["180"]
        (call,) = agent.calls
        if call.remote == "1@h" and call.remote_display == "Boss":
            taken.append(header[0])
        else:
            assert call.remote == "peer@peer.example" and call.remote_display == "Peer"
        if call.auto_answer is not None:
            taken.append("speaker")
        call.reject(486)
        peer.request("ACK", TO, URI, "c%d" % index, branch="z9hG4bKp%d" % peer.count)
        peer.take()
    return taken


_ALL = ["checksync", "mwi", "P-Asserted-Identity", "speaker", "Remote-Party-ID", "speaker"]


def test_only_address_port_and_transport_together_make_the_registrar():
    for registered in ("UDP", "TCP", "TLS"):
        port = 5061 if registered == "TLS" else 5060
        for ip, at, protocol in (
            (HOME, port, registered),
            (HOME, port + 1, registered),  # another program there, or another connection
            (HOME, port, "TCP" if registered != "TCP" else "UDP"),
            (OTHER, port, registered),
        ):
            wire, agent, told, home = _scene(registered)
            peer = home if (ip, at) == home.address else wire.peer(ip, at)
            if registered == "TLS" and protocol != "TLS":
                continue  # is refused, see below
            wire.protocol = protocol
            found = _counts(wire, agent, told, peer)
            same = (ip, at, protocol) == home.address + (registered,)
            assert found == (_ALL if same else []), (registered, ip, at, protocol, found)


def test_an_identity_of_tls_takes_nothing_that_did_not_come_by_tls():
    wire, agent, told, home = _scene("TLS")
    wire.protocol = "UDP"
    assert _notify(home, "n1", "check-sync") == ["403"]
    home.request("INVITE", TO, URI, "c1", body=SDP)
    assert home.take() == ["403"] and told == [] and agent.calls == []


def test_behind_an_outbound_proxy_it_is_the_proxy_that_counts_and_not_the_registrar():
    wire, agent, told, home = _scene(outbound=PROXY)
    assert _counts(wire, agent, told, home) == _ALL
    wire, agent, told, home = _scene(outbound=PROXY)
    assert _counts(wire, agent, told, wire.peer(HOME)) == []


def test_who_is_there_now_is_taken_from_the_registrar_only():
    for port, name in ((5060, "Boss"), (5062, "")):
        wire, agent, told, home = _scene()
        call = agent.call(agent.accounts[0], "300")
        home.take()
        home.reply(home.got[0], 180)
        home.take()
        peer = home if port == 5060 else wire.peer(HOME, port)
        peer.request(
            "UPDATE",
            TO,
            URI,
            call.call_id,
            5,
            [("P-Asserted-Identity", '"Boss" <sip:1@h>')],
            from_="<sip:300@%s>;tag=peer" % HOME,
            to_tag=call.dialog.local_tag,
        )
        peer.take()
        assert (call.remote_display == "Boss") is (name == "Boss")


def test_after_the_registration_has_moved_the_former_server_counts_no_more():
    wire, agent, told, home = _scene()
    registration = agent.accounts[0].registration
    registration.server = ("10.0.0.7", 5060)
    assert _counts(wire, agent, told, home) == []
    assert _counts(wire, agent, told, wire.peer("10.0.0.7")) == _ALL
