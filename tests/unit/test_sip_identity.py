"""Who is there: one reading of callers, anonymous ones, connected identities, hiding ourselves."""

from sipkit import SDP, Wire, finish, trust
from support import data

from sip.account import Account
from sip.call.identity import anonymous, plain

A, B, C = "10.0.0.1", "10.0.0.2", "10.0.0.3"


def test_a_caller_is_read_in_one_way():
    for uri, shown in (
        ("sip:200@h", "200@h"),
        ("sip:200@h:5070", "200@h:5070"),
        ("sips:200@h", "200@h"),
        ("sip:%2B4930555@h;user=phone", "+4930555@h"),
        ("sip:*31%23123@h", "*31#123@h"),
        ("sip:%2331%23@h", "#31#@h"),
        ("sip:%31%30%30@h", "100@h"),
        ("sip:+4930555;phone-context=example.com@h;user=phone", "+4930555@h"),
        ("sip:+1408;npdi;rn=+1409@h", "+1408@h"),
        ("sip:m%C3%BCller@h", "m\u00fcller@h"),
        ("tel:+49-30-555.1;phone-context=x", "+49305551"),
        ("tel:(030)555", "030555"),
        ("sip:h", "h"),
        # what would mean something else without its escape keeps it
        ("sip:a%40b@h", "a%40b@h"),
        ("sip:a%0Ab@h", "a%0Ab@h"),
        ("sip:a%20b@h", "a%20b@h"),
        ("sip:a%3Cb@h", "a%3Cb@h"),
        ("sip:a%C2%85b@h", "a%C2%85b@h"),
        ("sip:a%FFb@h", "a%FFb@h"),
        ("sip:a%ZZ@h", "a%ZZ@h"),
        ("sip:a@h:999999", "sip:a@h:999999"),
        ("urn:service:sos", "service:sos"),
    ):
        assert plain(uri) == shown, uri


def test_a_user_part_of_nothing_but_escapes_is_shown_as_it_came():
    assert plain("sip:%s@h" % ("%41" * 200)) == "A" * 200 + "@h"
    assert plain("sip:%s@h" % ("%41" * 201)) == "%41" * 201 + "@h"


def test_those_who_stand_for_nobody_are_known():
    for uri in (
        "sip:anonymous@anonymous.invalid",
        "sip:Anonymous@anonymous.invalid",
        "sip:anonymous.invalid",
        "sip:c8oqz84zk7z@anonymous.invalid",
        "sip:Restricted@ANONYMOUS.invalid",
        "sip:anonymous@pbx.example",
    ):
        assert anonymous(uri), uri
    for uri in (
        "sip:200@h",
        "sip:anonymouse@h",
        "sip:200@anonymous.example",
        "tel:+49",
        "sip:x:y:z",
    ):
        assert not anonymous(uri), uri


def _incoming(headers=(), trusted=True, from_="<sip:200@h>;tag=pt"):
    wire = Wire()
    a = wire.agent(A, "100")
    trust(a, *((B,) if trusted else ()))
    peer = wire.peer(B)
    to = "sip:100@" + A
    peer.request("INVITE", (A, 5060), to, headers=headers, body=SDP, from_=from_)
    assert peer.take() == []
    call = a.calls[0]
    call.reject(486)
    wire.run(100_000)
    return call


def test_every_form_of_an_anonymous_caller_is_told_to_the_desk():
    for line in str(data("field/anonymous-forms.txt"), "utf-8").splitlines():
        value, _, more = line.partition(": ")[2].partition(" with ")
        headers = []
        if more:
            asserted = more.partition("P-Asserted-Identity: ")[2].split(" ")[0]
            headers = [("Privacy", "id"), ("P-Asserted-Identity", asserted)]
        call = _incoming(headers, from_=value)
        assert call.anonymous and "4930777" not in call.remote, line
    for privacy in ("id", "header", "user", "id;critical", "none, id"):
        call = _incoming([("Privacy", privacy), ("P-Asserted-Identity", "<tel:+4930777>")])
        assert call.anonymous and call.remote == "200@h", privacy
    for privacy in ("none", "session", "critical", ""):
        call = _incoming([("Privacy", privacy), ("P-Asserted-Identity", "<tel:+4930777>")])
        assert not call.anonymous and call.remote == "+4930777", privacy


def test_an_anonymous_from_is_known_where_the_registrar_asserts_who_it_is():
    headers = [("P-Asserted-Identity", '"Boss" <sip:1@h>')]
    who = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=pt'
    call = _incoming(headers, from_=who)
    assert (call.remote, call.remote_display, call.anonymous) == ("1@h", "Boss", False)
    call = _incoming(headers, False, who)
    assert call.anonymous and call.remote == "anonymous@anonymous.invalid"
    hidden = [("Remote-Party-ID", "<sip:1@h>;party=calling;privacy=full")]
    assert _incoming(hidden, from_=who).anonymous


def test_strangers_assert_nothing_and_broken_assertions_are_passed_over():
    call = _incoming([("P-Asserted-Identity", '"x" <sip:1@h>')], False)
    assert (call.remote, call.trusted) == ("200@h", False)
    mixed = [("P-Asserted-Identity", "<http://x>, <sip:@>, <sip:1@h>")]
    assert _incoming(mixed).remote == "1@h"


# -- connected identity -----------------------------------------------------------------------


def _calling(trusted=True):
    wire = Wire()
    a = wire.agent(A, "100")
    trust(a, *((B,) if trusted else ()))
    peer = wire.peer(B)
    call = a.call(a.accounts[0], "200@" + B)
    assert peer.take() == ["INVITE"]
    return wire, a, peer, call, peer.got[0]


def _says(value, name="P-Asserted-Identity"):
    return [(name, value)]


def test_18x_200_update_and_re_invite_tell_who_is_there_now():
    wire, a, peer, call, invite = _calling()
    assert call.remote == "200@" + B
    peer.reply(invite, 180, headers=_says('"Ann" <sip:200@pbx>'))
    peer.take()
    assert (call.remote, call.remote_display) == ("200@pbx", "Ann")
    peer.reply(invite, 180, headers=_says("<sip:200@pbx>"))  # the same without a name
    peer.take()
    assert call.remote_display == "Ann" and a.party.events.count("identity") == 1
    peer.reply(invite, 200, headers=_says('"Bob" <sip:300@pbx>;party=called', "Remote-Party-ID"))
    assert peer.take() == ["ACK"]
    assert (call.remote, call.remote_display) == ("300@pbx", "Bob")
    inside = {"from_": "<sip:200@%s>;tag=peer" % B, "to_tag": call.dialog.local_tag}
    to = (A, 5060), "sip:100@" + A, call.call_id
    headers = _says('"Carl" <sip:400@pbx>')
    peer.request("UPDATE", *to, cseq=1, headers=headers, **inside)
    got = peer.take()
    assert got == ["200"], got
    assert (call.remote, call.remote_display) == ("400@pbx", "Carl"), call.remote
    headers = _says("<tel:+4930777>")
    peer.request("INVITE", *to, cseq=2, headers=headers, body=SDP, **inside)
    assert peer.take() == ["200"] and (call.remote, call.remote_display) == ("+4930777", "")
    peer.request("ACK", *to, cseq=2, **inside)
    hidden = _says("<sip:500@pbx>") + [("Privacy", "id")]
    peer.request("UPDATE", *to, cseq=3, headers=hidden, **inside)
    assert peer.take() == ["200"] and call.remote == "+4930777"
    call.hold()
    peer.take()
    peer.reply(peer.got[0], 200, headers=_says('"Dora" <sip:600@pbx>'), body=SDP)
    peer.take()
    assert (call.remote, call.remote_display) == ("600@pbx", "Dora")
    assert a.party.events.count("identity") == 5
    call.hangup()
    peer.take()
    peer.reply(peer.got[-1], 200)
    finish(wire, a)


def test_what_strangers_say_of_themselves_within_a_call_does_not_count():
    wire, a, peer, call, invite = _calling(False)
    peer.reply(invite, 180, headers=_says('"Boss" <sip:1@pbx>'))
    peer.take()
    assert call.remote == "200@" + B and "identity" not in a.party.events
    finish(wire, a)


def test_a_party_that_is_ourselves_is_not_the_other_side():
    wire, a, peer, call, invite = _calling()
    ours = _says("<sip:100@pbx>;party=calling", "Remote-Party-ID")
    peer.reply(invite, 180, headers=ours)
    peer.take()
    assert call.remote == "200@" + B
    finish(wire, a)


def test_a_from_that_changes_is_the_other_side_now_and_is_spoken_to():
    wire, a, peer, call, invite = _calling(False)
    peer.reply(invite, 200, body=SDP)
    peer.take()
    inside = {"from_": '"Eve" <sip:%%2B700@%s>;tag=peer' % C, "to_tag": call.dialog.local_tag}
    peer.request("UPDATE", (A, 5060), "sip:100@" + A, call.call_id, 1, **inside)
    assert peer.take() == ["200"]
    assert (call.remote, call.remote_display) == ("+700@" + C, "Eve")
    call.hangup()
    assert peer.take() == ["BYE"]
    to = peer.got[0].address("to")  # RFC 4916 section 4.4
    assert to.uri == "sip:%2B700@" + C and peer.got[0].tag("to") == "peer"
    peer.reply(peer.got[0], 200)
    finish(wire, a)


# -- hiding ourselves -------------------------------------------------------------------------


def _hidden(host, target, outbound=""):
    wire = Wire()
    a = wire.agent(A, "nobody")
    account = Account(2, "100", host, "secret")
    account.anonymous, account.register, account.outbound = True, False, outbound
    account.display = "Desk"
    a.add(account)
    peer = wire.peer(B)
    call = a.call(account, target)
    peer.take()
    return wire, a, peer, call


def _bare(message):
    """Return the text of a message without what only names the way."""
    lines = [x for x in message.headers if x[0] not in ("via", "call-id")]
    return message.uri + str(lines) + str(message.body, "utf-8")


def test_an_anonymous_call_shows_who_it_is_to_its_own_server_only():
    for host, target, outbound, known in (
        (B, "200", "", True),
        (B, "sip:200@" + B, "", True),
        ("pbx.example", "200", B, True),
        (B + ":5060", "200", "", True),
        ("pbx.example", "sip:200@" + B, "", False),
        ("", "sip:200@" + B, "", False),
    ):
        wire, a, peer, call = _hidden(host, target, outbound)
        invite = peer.got[0]
        assert invite.header("from").startswith('"Anonymous" <sip:anonymous@anonymous.invalid>;')
        assert invite.header("privacy") == "id"
        real = invite.header("p-preferred-identity")
        assert invite.header("p-asserted-identity") == real
        assert (real == "<sip:100@%s>" % (host or A)) if known else real is None, (host, target)
        if not known:
            assert "100@" not in _bare(invite) and "Desk" not in _bare(invite)
        peer.reply(invite, 200, body=SDP)
        peer.take()
        call.hold()
        peer.take()
        for request in peer.got:
            assert "100@" not in _bare(request) and "Desk" not in _bare(request), request.method
        peer.reply(peer.got[0], 200, body=SDP)
        peer.take()
        call.hangup()
        peer.take()
        peer.reply(peer.got[0], 200)
        finish(wire, a, ms=300_000)


def test_a_redirected_anonymous_call_does_not_tell_strangers_who_it_is():
    wire, a, peer, call = _hidden(B, "200")
    trust(a, B)
    other = wire.peer(C)
    peer.reply(peer.got[0], 302, headers=[("Contact", "<sip:9@%s>" % C)], contact=False)
    peer.take()
    invite = other.got[0]
    assert invite.header("privacy") == "id" and invite.header("p-preferred-identity") is None
    assert "100@" not in _bare(invite)
    finish(wire, a, ms=300_000)
