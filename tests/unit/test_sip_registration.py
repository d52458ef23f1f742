"""Registration: refresh, 423, credentials, back-off, the public address, its end."""

import asyncio

from sipkit import SDP, Wire

from sip.account import Account

US, REGISTRAR = "10.0.0.1", "10.0.0.9"


def _scene(**settings):
    wire = Wire()
    peer = wire.peer(REGISTRAR)
    agent = wire.agent(US, "direct", **settings)
    account = Account(2, "100", REGISTRAR, "secret")
    agent.add(account)
    assert peer.take() == ["REGISTER"]
    return wire, peer, agent, account


def _grant(peer, expires=3600, ms=20):
    request = peer.got[0]
    contact = request.header("contact").partition(";expires")[0]
    headers = (("Contact", "%s;expires=%d" % (contact, expires)),)
    peer.reply(request, 200, headers=headers, contact=False)
    return peer.take(ms)


def test_a_register_names_the_registrar_without_a_user():
    _, peer, _, _ = _scene()
    request = peer.got[0]
    assert request.uri == "sip:" + REGISTRAR
    assert "sip:100@" + REGISTRAR in request.header("to")
    assert request.header("contact").startswith("<sip:100@10.0.0.1:5060>")
    assert request.header("contact").endswith(";expires=3600")


def test_it_is_refreshed_before_the_end_that_the_registrar_grants():
    _, peer, agent, account = _scene()
    assert _grant(peer, 100) == [] and account.registered and account.tried
    assert peer.take(70000) == []
    assert "REGISTER" in peer.take(11000)
    first = peer.got[0]
    assert first.cseq()[0] == 2
    assert _grant(peer, 100) == []
    assert agent.party.events == ["registered"]  # a refresh is no change


def test_an_interval_too_brief_is_lengthened_once():
    wire, peer, _, account = _scene()
    peer.reply(peer.got[0], 423, headers=(("Min-Expires", "7200"),))
    assert peer.take() == ["REGISTER"]
    assert peer.got[0].header("expires") == "7200"
    peer.reply(peer.got[0], 423, headers=(("Min-Expires", "60"),))
    assert peer.take() == [] and not account.registered
    assert account.reason.startswith("423")


def test_intervals_too_brief_are_lengthened_three_times_and_no_more():
    wire, peer, _, account = _scene()
    for _ in range(2):  # each time that it is tried
        for number in range(4):
            longer = str(account.registration.expires + 10)
            peer.reply(peer.got[-1], 423, headers=(("Min-Expires", longer),))
            assert peer.take() == (["REGISTER"] if number < 3 else []), number
        assert account.reason.startswith("423")
        while "REGISTER" not in peer.take(100):
            pass


def test_a_registrar_that_has_moved_is_followed_once_and_no_one_else_says_where_to():
    for status in (301, 302):
        wire = Wire()
        agent = wire.agent("10.0.0.1", "direct")
        registrar, other = wire.peer("10.0.0.9"), wire.peer("10.0.0.8")
        third = wire.peer("10.0.0.7")
        account = Account(2, "100", "10.0.0.9", "secret")
        agent.add(account)
        registrar.take()
        contact = [("Contact", "<sip:10.0.0.8>")]
        third.reply(registrar.got[0], status, headers=[("Contact", "<sip:10.0.0.7>")])
        assert third.take() == [], "answers of others are none"
        registrar.reply(registrar.got[0], status, headers=contact, contact=False)
        assert other.take() == ["REGISTER"] and other.got[0].uri == "sip:10.0.0.8"
        other.reply(other.got[0], status, headers=[("Contact", "<sip:10.0.0.7>")], contact=False)
        assert third.take() == [] and not account.registered


def test_a_wrong_password_is_told_once_and_does_not_loop():
    wire, peer, agent, account = _scene(register_back_off=1)
    count = 0
    for _ in range(2):
        headers = (("WWW-Authenticate", 'Digest realm="r", nonce="n%d"' % count),)
        peer.reply(peer.got[0], 401, headers=headers)
        count += 1
        if peer.take() == []:
            break
    assert count == 2
    assert agent.party.events == ["reg_failed"] and account.tried
    assert account.reason.startswith("401")
    assert peer.take(29000) == []
    assert "REGISTER" in peer.take(61000)


def test_pauses_grow_are_jittered_and_obey_retry_after():
    wire, peer, agent, _ = _scene()
    before = 0
    for _ in range(3):
        peer.reply(peer.got[0], 500)
        peer.take()
        waited = 0
        while peer.take(1000) == []:
            waited += 1
        assert waited > before
        before = waited
    peer.reply(peer.got[0], 503, headers=(("Retry-After", "1700 (busy)"),))
    assert peer.take(1690000) == []
    assert "REGISTER" in peer.take(20000)
    assert agent.party.events == ["reg_failed"]  # once for the change


def test_what_a_registrar_asks_for_is_bounded():
    wire, peer, agent, account = _scene()
    peer.reply(peer.got[0], 503, headers=(("Retry-After", "999999999"),))
    peer.take(3_590_000)
    assert peer.got == []
    while "REGISTER" not in peer.take(100):
        pass
    peer.reply(peer.got[0], 423, headers=(("Min-Expires", "86401"),))
    assert peer.take() == [] and account.reason.startswith("423")
    while "REGISTER" not in peer.take(100):
        pass
    for given in ("0", "1", "-1", "x", "999999999999"):
        contact = peer.got[0].header("contact").partition(";expires")[0]
        contact = [("Contact", contact + ";expires=" + given)]
        peer.reply(peer.got[0], 200, headers=contact, contact=False)
        assert peer.take(900) == [], given  # no loop
        while "REGISTER" not in peer.take(100):
            pass


def test_a_registrar_that_does_not_answer_fails_and_comes_back():
    wire, peer, agent, account = _scene()
    peer.take(33000)
    assert agent.party.events == ["reg_failed"] and account.reason
    while "REGISTER" not in peer.take(1000):
        pass
    _grant(peer)
    assert agent.party.events == ["reg_failed", "registered"] and account.reason == ""


def test_what_has_failed_is_tried_at_once_when_what_stood_in_the_way_is_gone():
    wire, peer, agent, account = _scene()
    agent.retry()
    assert peer.take(500).count("REGISTER") <= 2  # it is under way: nothing more
    peer.take(33_000)
    assert agent.party.events == ["reg_failed"]
    agent.retry()
    assert peer.take(20) == ["REGISTER"]
    _grant(peer)
    agent.retry()
    assert peer.take(1000) == [] and agent.party.events == ["reg_failed", "registered"]


def test_the_registration_is_taken_back_at_the_end():
    wire, peer, agent, account = _scene()
    _grant(peer)

    async def scene():
        task = asyncio.create_task(account.registration.stop())
        await asyncio.sleep(0)
        assert peer.take() == ["REGISTER"]
        assert peer.got[0].header("expires") == "0"
        peer.reply(peer.got[0], 200, contact=False)
        peer.take()
        await task

    return _run(scene, agent, account)


def _run(scene, agent, account):
    asyncio.run(scene())
    assert agent.party.events == ["registered", "unregistered"] and not account.registered


def test_a_new_address_is_registered_at_once():
    wire, peer, agent, _ = _scene()
    _grant(peer)
    agent.network.ip = "10.0.0.77"
    agent.network_changed()
    assert "REGISTER" in peer.take(1000)
    assert "10.0.0.77" in peer.got[0].header("contact")


def test_a_broken_connection_to_the_registrar_is_replaced_within_seconds():
    wire, peer, agent, account = _scene()
    _grant(peer)
    account.registration.lost()
    assert "REGISTER" in peer.take(5000)
    account.registration.lost()  # while one is under way: nothing more
    _grant(peer, ms=5000)
    assert peer.got == []


def test_an_account_that_comes_back_registers_when_the_former_is_taken_back():
    """A late "expires=0" must not undo the new registration (RFC 3261 section 10.2)."""
    wire, peer, agent, account = _scene()
    first = peer.got[0]
    _grant(peer)

    async def scene():
        for answered in (True, False):
            agent.remove(agent.accounts[-1])
            for _ in range(2):
                agent.add(Account(2, "100", REGISTRAR, "secret"))
                agent.remove(agent.accounts[-1])
            agent.add(Account(2, "100", REGISTRAR, "secret"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert peer.take() == ["REGISTER"]
            leaving = peer.got[0]
            assert leaving.header("expires") == "0"
            if answered:
                peer.reply(leaving, 200, contact=False)
                peer.take()
            while not peer.got or peer.got[0].header("expires") == "0":
                await asyncio.sleep(0.02)
                peer.take()
            assert peer.got[0].header("call-id") == first.header("call-id")
            assert peer.got[0].cseq()[0] == leaving.cseq()[0] + 1
            _grant(peer)
            assert agent.accounts[-1].registered and agent.leaving == {}

    asyncio.run(scene())


class Streams:
    """Takes the place of TCP and TLS: what breaks is told by `broken`."""

    broken = None

    def watch(self, address, protocol, callback):
        self.broken = callback

    def named(self, targets, host):
        pass


def _secure(granted=True, seen=40001):
    """Return (wire, peer, agent, account, streams), with a REGISTER that was sent over TLS."""
    wire = Wire()
    wire.protocol = "TLS"
    peer = wire.peer(REGISTRAR, 5061)
    agent = wire.agent(US, "direct")
    streams = agent.transport.streams = Streams()
    account = Account(2, "100", REGISTRAR, "secret")
    account.transport = "tls"
    agent.add(account)
    assert peer.take() == ["REGISTER"]
    return wire, peer, agent, account, streams


def _seen(request, port):
    """Return the request with the port that the registrar sees in its Via."""
    via = request.header("via").replace(";rport", ";received=10.0.0.1;rport=%d" % port)
    request.replace("via", via)
    return request


def test_over_tls_the_contact_names_the_connection_that_the_registrar_sees():
    wire, peer, agent, account, streams = _secure()
    first = peer.got[0]
    assert '+sip.instance="<urn:uuid:00000000-0000-1000-8000-02005e000001>"' in first.header(
        "contact"
    )
    assert "reg-id=1" in first.header("contact") and first.has("supported", "outbound")
    headers = (("WWW-Authenticate", 'Digest realm="r", nonce="n", algorithm=MD5'),)
    peer.reply(_seen(first, 40001), 401, headers=headers, contact=False)
    assert peer.take() == ["REGISTER"]
    contact = peer.got[0].header("contact")
    assert contact.startswith("<sip:100@10.0.0.1:40001;transport=tls>"), contact
    peer.reply(_seen(peer.got[0], 40001), 200, contact=False, headers=[("Expires", "3600")])
    assert peer.take() == [] and account.registered
    agent.call(account, "200")
    assert peer.take()[-1] == "INVITE"
    assert peer.got[-1].header("contact") == "<sip:100@10.0.0.1:40001;transport=tls>"


def test_a_registrar_with_outbound_is_told_so_in_later_contacts():
    wire, peer, agent, account, streams = _secure()
    lines = [("Expires", "3600"), ("Require", "outbound")]
    peer.reply(_seen(peer.got[0], 40001), 200, contact=False, headers=lines)
    assert peer.take() == ["REGISTER"]  # once more, with the port that counts
    peer.reply(_seen(peer.got[0], 40001), 200, contact=False, headers=lines)
    assert peer.take() == []
    agent.call(account, "200")
    peer.take()
    assert peer.got[-1].header("contact") == "<sip:100@10.0.0.1:40001;transport=tls;ob>"


def test_a_connection_that_broke_is_replaced_and_its_contact_taken_back():
    wire, peer, agent, account, streams = _secure()
    lines = [("Expires", "3600")]
    for _ in range(2):
        peer.reply(_seen(peer.got[0], 40001), 200, contact=False, headers=lines)
        peer.take()
    streams.broken()
    assert "REGISTER" in peer.take(5000)
    for _ in range(2):
        peer.reply(_seen(peer.got[0], 40002), 200, contact=False, headers=lines)
        last, _ = peer.got[0], peer.take()
    contacts = peer.got[0].all("contact") if peer.got else last.all("contact")
    assert contacts[-1].startswith("<sip:100@10.0.0.1:40002;transport=tls>;expires=3600")


def test_at_its_end_without_an_answer_the_registration_is_over_at_once_and_told_once():
    wire, peer, agent, account = _scene()
    _grant(peer, 100)
    peer.take(99_000)
    assert account.registered and agent.party.events == ["registered"]
    peer.take(1500)
    assert not account.registered and agent.party.events == ["registered", "reg_failed"]
    assert account.reason
    peer.take(60_000)
    assert agent.party.events == ["registered", "reg_failed"]
    while "REGISTER" not in peer.take(1000):
        pass
    _grant(peer, 100)
    assert agent.party.events[-1] == "registered" and account.reason == ""


def test_a_refresh_puts_the_end_off():
    wire, peer, agent, account = _scene()
    for _ in range(5):
        _grant(peer, 100)
        while "REGISTER" not in peer.take(1000):
            assert account.registered
    assert agent.party.events == ["registered"]


def test_a_refresh_puts_the_end_off_behind_a_nat_too():
    """The keep-alives that hold its mapping open do not lose the timer of the end."""
    wire, peer, agent, account = _scene()

    def received(data, *more):
        if data.strip():  # else it is a keep-alive
            peer.received(data, *more)

    wire.ends[REGISTRAR, 5060] = received
    for _ in range(4):
        request = [x for x in peer.got if x.method == "REGISTER"][0]
        via = request.header("via").replace(";rport", ";received=198.51.100.7;rport=40001")
        request.replace("via", via)
        peer.got = [request]
        _grant(peer, 100)
        got = []
        while "REGISTER" not in got:
            got = peer.take(1000)
            assert account.registered
    assert agent.party.events == ["registered"]
    peer.take(200_000)  # nobody answers any more
    assert not account.registered and agent.party.events == ["registered", "reg_failed"]


def test_a_notify_may_overtake_the_answer_to_the_register():
    wire, peer, agent, account = _scene()
    body = b"Messages-Waiting: yes\r\nVoice-Message: 3 / 1\r\n"
    lines = [("Event", "message-summary"), ("Subscription-State", "active")]
    kind = "application/simple-message-summary"
    for host, status in ((REGISTRAR, "200"), ("10.0.0.66", "403")):
        other = peer if host == REGISTRAR else wire.peer(host)
        uri = "sip:100@" + US
        other.request("NOTIFY", (US, 5060), uri, "n" + host, headers=lines, body=body, kind=kind)
        assert other.take() == [status], host
    assert agent.party.events == ["mwi"]


def test_a_tls_identity_is_not_called_by_udp():
    wire, peer, agent, account, streams = _secure()
    for _ in range(2):
        peer.reply(_seen(peer.got[0], 40001), 200, contact=False, headers=[("Expires", "3600")])
        peer.take()
    uri = "sip:100@" + US
    wire.protocol = "UDP"
    peer.request("INVITE", (US, 5060), uri, "plain", body=SDP)
    assert peer.take() == ["403"] and agent.calls == []
    wire.protocol = "TLS"
    peer.request("INVITE", (US, 5060), uri, "secure", body=SDP)
    assert peer.take() == [] and len(agent.calls) == 1
