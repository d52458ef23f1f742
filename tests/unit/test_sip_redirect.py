"""Redirections: whose are followed, in which order, what crosses a CANCEL, and TLS is not left."""

import asyncio

from sipkit import SDP, Wire, finish, trust

from sip.account import Account
from sip.call.redirect import contacts
from sip.message.message import Message

A, B, C, D = "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"


def _calling(trusted=(B, C, D), host=""):
    wire = Wire()
    a = wire.agent(A, "100")
    trust(a, *trusted)
    a.accounts[0].host = host
    peers = [wire.peer(ip) for ip in (B, C, D)]
    call = a.call(a.accounts[0], "200@" + B)
    assert peers[0].take() == ["INVITE"]
    return wire, a, peers, call, peers[0].got[0]


def _to(*uris):
    return [("Contact", uri) for uri in uris]


def test_the_next_contact_is_tried_where_one_fails():
    for status in (486, 404, 503, 408, 302):
        wire, a, (one, two, three), call, invite = _calling()
        where = _to("sip:300@%s;q=0.99, <sip:301@%s>;q=1.00" % (D, C))
        one.reply(invite, 302, headers=where, contact=False)
        one.take()
        assert two.got[0].uri == "sip:301@" + C and three.got == []
        two.reply(two.got[0], status, contact=False)
        one.take()
        assert three.got[0].uri == "sip:300@" + D and call.state != "ended", status
        three.reply(three.got[0], 200, body=SDP)
        assert three.take() == ["ACK"] and call.state == "connected"
        finish(wire, a, ms=300_000)


def test_a_refusal_everywhere_and_the_end_of_the_contacts_end_the_call():
    for statuses in ((603,), (486, 480), (486, 603)):
        wire, a, (one, two, three), call, invite = _calling()
        one.reply(invite, 302, headers=_to("<sip:1@%s>, <sip:2@%s>" % (C, D)), contact=False)
        one.take()
        for status, peer in zip(statuses, (two, three)):  # noqa: B905
            peer.reply(peer.got[0], status, contact=False)
            one.take()
        assert (call.state, call.status) == ("ended", statuses[-1]), statuses
        assert [x.method for x in three.got[:1]] == ["INVITE"] * (len(statuses) - 1)
        finish(wire, a, ms=300_000)


def test_a_telephone_number_alone_is_called_through_the_own_host():
    wire, a, (one, two, three), call, invite = _calling(host=C)
    where = _to("<tel:8005550100;cic=0222;rn=18005550100>;q=1")
    one.reply(invite, 302, headers=where, contact=False)
    one.take()
    assert two.got[0].uri == "sip:8005550100@" + C
    finish(wire, a, ms=300_000)
    wire, a, (one, two, three), call, invite = _calling()  # no host, no number
    one.reply(invite, 302, headers=where, contact=False)
    one.take()
    assert call.state == "ended" and call.status == 302
    finish(wire, a, ms=300_000)


def test_headers_in_a_contact_do_not_become_ours():
    wire, a, (one, two, three), call, invite = _calling()
    where = _to("<sip:9@%s?Replaces=x%%3Bto-tag%%3D1&Route=%%3Csip:h%%3E>" % C)
    one.reply(invite, 302, headers=where, contact=False)
    one.take()
    assert two.got[0].uri == "sip:9@" + C
    assert two.got[0].header("replaces") is None and two.got[0].header("route") is None
    finish(wire, a, ms=300_000)


def _asked(a):
    seen = []
    a.party.listener = lambda kind, call, **more: seen.append((kind, more.get("target")))
    return seen


def test_where_a_stranger_sends_a_call_is_asked_first():
    for yes in (True, False, None):
        wire, a, (one, two, three), call, invite = _calling(trusted=())
        seen = _asked(a)
        one.reply(invite, 302, headers=_to("<sip:0900@%s>" % C), contact=False)
        one.take()
        assert seen == [("redirected", "sip:0900@" + C)] and two.got == []
        assert call.state == "calling" and a.calls == [call]
        if yes is None:  # nobody is there
            wire.run(61_000)
        else:
            call.follow(yes)
            call.follow(yes)
        one.take()
        assert len(two.got) == (yes is True)
        assert (call.state == "ended") == (yes is not True)
        if not yes:
            assert (call.status, call.ended_by) == (302, "remote") and seen[-1][0] == "ended"
        finish(wire, a, ms=300_000)


def test_a_call_may_be_hung_up_while_it_asks():
    wire, a, (one, two, three), call, invite = _calling(trusted=())
    one.reply(invite, 302, headers=_to("<sip:0900@%s>" % C), contact=False)
    one.take()
    call.hangup()
    assert call.state == "ended" and call.ended_by == "local"
    call.follow(True)
    assert one.take(300_000) == [] and two.got == []
    finish(wire, a)


def test_answers_that_cross_a_cancel_are_not_followed():
    for status, after in ((302, []), (486, []), (401, []), (422, []), (200, ["BYE"])):
        wire, a, (one, two, three), call, invite = _calling()
        one.reply(invite, 180)
        one.take()
        where = _to("<sip:300@%s>" % (B if status == 200 else C))
        one.reply(invite, status, headers=where, body=SDP, contact=False)
        call.hangup()
        got = one.take()
        assert sorted(got) == sorted(["CANCEL", "ACK"] + after), (status, got)
        for request in one.got:
            if request.method != "ACK":
                one.reply(request, 200)
        assert call.state == "ended" and a.party.events[-1] == "ended"
        assert a.party.events.count("ended") == 1
        assert one.take(1000) == [] and two.got == []
        finish(wire, a, ms=300_000)


def test_a_call_hung_up_before_anything_came_back_is_cancelled_then_or_ended():
    for status, after in ((180, ["CANCEL"]), (302, ["ACK"]), (200, ["ACK", "BYE"])):
        wire, a, (one, two, three), call, invite = _calling()
        call.hangup()
        assert one.take(400) == []
        where = _to("<sip:300@%s>" % (B if status == 200 else C))
        one.reply(invite, status, headers=where, contact=False)
        assert one.take() == after, status
        assert two.got == []
        for request in one.got:
            one.reply(request, 200)
        finish(wire, a, ms=300_000)


def test_a_call_hung_up_between_a_302_and_the_next_answer_goes_nowhere_else():
    wire, a, (one, two, three), call, invite = _calling()
    where = _to("<sip:1@%s>, <sip:2@%s>" % (C, D))
    one.reply(invite, 302, headers=where, contact=False)
    one.take()
    call.hangup()
    two.reply(two.got[0], 180)
    assert two.take() == ["CANCEL"]
    two.reply(two.got[0], 200)
    wire.run(40_000)
    assert three.got == []
    finish(wire, a, ms=300_000)


class Slow:
    """A resolver that answers when it is told to."""

    def __init__(self):
        self.asked, self.known = [], asyncio.Event()

    def random(self, _):
        return 0

    async def resolve(self, name, kind="A"):
        self.asked.append(name)
        await self.known.wait()
        if kind != "A":
            raise OSError(name)
        return [C]


async def _turns(count=8):
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_call_hung_up_while_a_name_is_resolved_goes_nowhere():
    wire, a, (one, two, three), call, invite = _calling()
    a.resolver = Slow()
    one.reply(invite, 302, headers=_to("<sip:1@there.example>"), contact=False)
    one.take()
    await _turns()
    assert a.resolver.asked
    call.hangup()
    a.resolver.known.set()
    await _turns()
    wire.run(40_000)
    assert two.got == []
    finish(wire, a, ms=300_000)


def _response(*values):
    return Message("", b"", 302, "", [(b"contact", value.encode()) for value in values])


def _log(*_):
    """Take a line of the log."""


def test_the_best_contacts_come_first_and_what_cannot_be_called_is_left_out():
    account = Account(1, "100", "pbx")
    for values, found in (
        (("<sip:a@h>;q=0.1", "<sip:b@h>;q=0.9", "<sip:c@h>"), ["sip:c@h", "sip:b@h", "sip:a@h"]),
        (("<tel:+1>", "<sip:a@h>;q=0.1"), ["sip:a@h"]),
        (("<tel:+1>;q=0.1", "<tel:2>"), ["sip:2@pbx", "sip:+1@pbx"]),
        (("<http://h>", "*", "<sip:@>", "<sip:a@h:99999999>", '"x', "<sip:a@h>;q=x"), []),
        (("<mailto:a@h>",), []),
    ):
        assert contacts(_response(*values), account, False, _log) == found, values


def test_a_call_by_tls_does_not_leave_it_for_a_302():
    account = Account(1, "100", "pbx")
    account.transport = "tls"
    for uri, stays in (
        ("sip:a@h", True),  # goes as the account does: by TLS
        ("sips:a@h", True),
        ("sip:a@h;transport=tls", True),
        ("sip:a@h;transport=TLS", True),
        ("sip:a@h;transport=udp", False),
        ("sip:a@h;transport=tcp", False),
        ("sip:a@h;transport", False),
        ("sips:a@h;transport=udp", True),  # "sips" is TLS, whatever it says
    ):
        found = contacts(_response("<%s>" % uri), account, True, _log)
        assert found == ([uri] if stays else []), uri
