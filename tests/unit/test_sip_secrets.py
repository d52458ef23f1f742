"""What a stranger must not guess, and what must not be given to him."""

from sipkit import SDP, Random, Wire

from sip.account import Account

A, B = "10.0.0.1", "10.0.0.2"


def test_tags_call_ids_and_branches_are_none_of_a_generator_that_could_be_found_out():
    seen = []
    for _ in range(2):
        wire = Wire()
        wire.random = Random(1)  # the same numbers both times
        a = wire.agent(A, "100")
        peer = wire.peer(B)
        a.call(a.accounts[0], "200@" + B)
        peer.take()
        invite = peer.got[0]
        seen.append((invite.tag("from"), invite.header("call-id"), invite.header("via")))
    for index in range(3):
        assert seen[0][index] != seen[1][index]
    assert len(seen[0][0]) >= 16 and len(seen[0][1]) >= 32
    tokens = {a.token() for _ in range(200)}
    assert len(tokens) == 200


REGISTRAR, ATTACKER = "10.0.0.9", "10.0.0.66"


def _ask(realm="pbx", nonce="n1", algorithm="MD5"):
    value = 'Digest realm="%s", nonce="%s", qop="auth", algorithm=%s' % (realm, nonce, algorithm)
    return [("WWW-Authenticate", value)]


def _registered(algorithm="MD5", outbound=""):
    """Return (wire, agent, account, registrar, attacker) with an identity that was challenged."""
    wire = Wire()
    agent = wire.agent(A, "direct")
    registrar, attacker = wire.peer(REGISTRAR), wire.peer(ATTACKER)
    account = Account(2, "100", REGISTRAR, "secret")
    agent.add(account)
    registrar.take()
    registrar.reply(registrar.got[0], 401, headers=_ask(algorithm=algorithm), contact=False)
    assert registrar.take() == ["REGISTER"] and registrar.got[0].header("authorization")
    registrar.reply(registrar.got[0], 200, headers=[("Expires", "86400")], contact=False)
    registrar.take()
    assert account.registered
    return wire, agent, account, registrar, attacker


def _leaked(wire):
    """Return whether any credentials went to the attacker."""
    return [x for x in wire.log if x[2][0] == ATTACKER and b"uthorization:" in x[3]]


def test_the_registrar_gets_credentials_for_a_call_in_its_realm():
    wire, agent, account, registrar, attacker = _registered()
    agent.call(account, "200")
    registrar.take()
    registrar.reply(registrar.got[0], 401, headers=_ask(nonce="n2"), contact=False)
    assert registrar.take() == ["ACK", "INVITE"] and registrar.got[1].header("authorization")


def test_a_challenge_of_anybody_else_is_not_answered():
    wire, agent, account, registrar, attacker = _registered()
    for target in ("sip:200@" + ATTACKER, "200@%s:5060" % ATTACKER):
        call = agent.call(account, target)
        assert "INVITE" in attacker.take()
        invite = [x for x in attacker.got if x.method == "INVITE"][0]
        attacker.reply(invite, 401, headers=_ask(), contact=False)
        assert attacker.take() == ["ACK"] and call.state == "ended" and call.status == 401
    assert not _leaked(wire)


def test_neither_after_a_302_nor_inside_a_call_does_anybody_else_get_them():
    wire, agent, account, registrar, attacker = _registered()
    call = agent.call(account, "200")
    registrar.take()
    contact = [("Contact", "<sip:200@%s>" % ATTACKER)]
    registrar.reply(registrar.got[0], 302, headers=contact, contact=False)
    registrar.take()
    invite = [x for x in attacker.got if x.method == "INVITE"][0]
    attacker.reply(invite, 401, headers=_ask(), contact=False)
    attacker.take()
    assert call.state == "ended"
    attacker.request("INVITE", (A, 5060), "sip:direct@" + A, "in", body=SDP)
    attacker.take()
    call = agent.calls[0]
    call.answer()
    attacker.take()
    attacker.request("ACK", (A, 5060), "sip:direct@" + A, "in", to_tag=call.dialog.local_tag)
    call.dialog.account = account
    call.hold()
    assert attacker.take() == ["INVITE"]
    attacker.reply(attacker.got[0], 401, headers=_ask(), contact=False)
    attacker.take()
    assert not _leaked(wire)


def test_the_registrar_itself_gets_none_for_a_target_that_the_other_side_has_chosen():
    wire, agent, account, registrar, attacker = _registered()
    call = agent.call(account, "200")
    registrar.take()
    evil = [("Record-Route", "<sip:%s;lr>" % REGISTRAR), ("Contact", "<sip:0900@%s>" % ATTACKER)]
    registrar.reply(registrar.got[0], 200, headers=evil, body=SDP, contact=False)
    assert registrar.take() == ["ACK"]
    call.hold()
    assert registrar.take() == ["INVITE"] and registrar.got[0].uri == "sip:0900@" + ATTACKER
    registrar.reply(registrar.got[0], 401, headers=_ask(nonce="n2"), contact=False)
    assert registrar.take() == ["ACK"]


def test_the_registrar_gets_none_in_a_dialog_whose_route_leads_on_to_somebody_else():
    home, evil = "<sip:%s;lr>" % REGISTRAR, "<sip:%s;lr>" % ATTACKER
    for routes, signed in (
        ((home,), True),
        ((evil, home), False),  # in the order of the 2xx: the nearest to us is the last one
        (("<sip:0900@pbx.evil>", home), False),
        ((home, home), True),
    ):
        wire, agent, account, registrar, attacker = _registered()
        call = agent.call(account, "200")
        registrar.take()
        lines = [("Record-Route", x) for x in routes] + [("Contact", "<sip:200@%s>" % REGISTRAR)]
        registrar.reply(registrar.got[0], 200, headers=lines, body=SDP, contact=False)
        registrar.take()
        call.hold()
        assert registrar.take() == ["INVITE"]
        registrar.reply(registrar.got[0], 401, headers=_ask(nonce="n2"), contact=False)
        assert registrar.take() == (["ACK", "INVITE"] if signed else ["ACK"]), routes


def _challenge_all(attacker):
    """Challenge each request that came to the attacker, until no more come."""
    for _ in range(4):
        attacker.take()
        for request in attacker.got:
            if request.method not in ("ACK", ""):
                attacker.reply(request, 401, headers=_ask(), contact=False)


def test_the_registrars_name_that_leads_elsewhere_by_maddr_is_not_the_registrar():
    evil = "sip:200@%s;maddr=%s" % (REGISTRAR, ATTACKER)
    wire, agent, account, registrar, attacker = _registered()
    agent.call(account, evil)  # as of a REFER, or a list of calls
    _challenge_all(attacker)
    assert attacker.got == [] and not _leaked(wire)
    assert not account.is_home((ATTACKER, 5060, "UDP"))
    for status in (302, 200):
        wire, agent, account, registrar, attacker = _registered()
        call = agent.call(account, "200")
        registrar.take()
        more = [("Contact", "<%s>" % evil)]
        body = SDP if status == 200 else b""
        registrar.reply(registrar.got[0], status, headers=more, body=body, contact=False)
        registrar.take()
        _challenge_all(attacker)
        call.hold()
        _challenge_all(attacker)
        call.hangup()
        _challenge_all(attacker)
        assert not _leaked(wire), status
        assert not account.is_home((ATTACKER, 5060, "UDP"))
        # the registrar signs none for it either, where a Record-Route leads by him
    wire, agent, account, registrar, attacker = _registered()
    call = agent.call(account, "200")
    registrar.take()
    more = [("Record-Route", "<sip:%s;lr>" % REGISTRAR), ("Contact", "<%s>" % evil)]
    registrar.reply(registrar.got[0], 200, headers=more, body=SDP, contact=False)
    registrar.take()
    call.hold()
    assert registrar.take() == ["INVITE"]
    registrar.reply(registrar.got[0], 401, headers=_ask(nonce="n2"), contact=False)
    assert registrar.take() == ["ACK"]


def test_another_realm_than_that_of_the_register_is_refused_unless_it_was_set():
    no, yes = ["ACK"], ["ACK", "INVITE"]
    for realm, asked, wanted in (
        ("", "other", no),
        ("", "", no),  # which is none that was set
        ("", "PBX", no),
        ("other", "other", yes),
        ("other", "", no),
    ):
        wire, agent, account, registrar, attacker = _registered()
        account.realm = realm
        agent.call(account, "200")
        registrar.take()
        registrar.reply(registrar.got[0], 401, headers=_ask(asked), contact=False)
        assert registrar.take() == wanted, (realm, asked)


def test_a_weaker_algorithm_than_before_is_refused():
    wire, agent, account, registrar, attacker = _registered("SHA-256")
    for algorithm, wanted in (("MD5", ["ACK"]), ("SHA-256", ["ACK", "INVITE"])):
        agent.call(account, "200")
        registrar.take()
        asked = _ask(nonce="n2", algorithm=algorithm)
        registrar.reply(registrar.got[-1], 401, headers=asked, contact=False)
        assert registrar.take() == wanted, algorithm
