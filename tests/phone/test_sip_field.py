"""Inputs from the field, as datagrams to a running phone: what rings, and what is refused."""

import socket

import pytest
import support

from tests.phone.attack import called

RINGS = (
    "ghost-diversion ghost-history-info ghost-call-info ghost-rpid to-tag-elsewhere via-ipv6 "
    "from-escaped-user from-user-params ruri-escaped quoted-name-no-brackets sdp-c-hostname "
    "sdp-anat sdp-port0-first"
).split()
SHOWN = {
    "from-escaped-user": "+4930555@",
    "from-user-params": "+4930555@",
    "quoted-name-no-brackets": "anonymous@pbx.example",
}


class Caller:
    """A socket that sends a file of the field, under an address of its own."""

    def __init__(self, phone, number):
        self.phone = phone
        self.ip = f"127.0.76.{number + 1}"
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.ip, 0))
        self.socket.settimeout(10)

    def send(self, name):
        """Send a file with our addresses in it."""
        try:
            text = support.data(f"field/{name}.sip")
        except support.Skip as reason:
            pytest.skip(str(reason))
        text = text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        head, _, body = text.partition(b"\r\n\r\n")
        body = body.replace(b"192.0.2.9", self.ip.encode())
        head = head.replace(b"192.0.2.9", self.ip.encode())
        head = head.replace(b"192.0.2.1", b"127.0.0.1").replace(b"in1", b"in" + name.encode())
        lines = [x for x in head.split(b"\r\n") if not x.startswith(b"Content-Length")]
        head = b"\r\n".join(lines)
        self.last = head.replace(b"INVITE", b"ACK") + b"\r\n\r\n"
        head += b"\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.socket.sendto(head + body, self.phone.address)

    def close(self):
        """Acknowledge the refusal, and go."""
        self.socket.sendto(self.last, self.phone.address)
        self.socket.close()

    def answer(self):
        """Return the next answer but 100, as (status, To header)."""
        while True:
            data = self.socket.recv(65536).decode()
            status = data.split(" ", 2)[1]
            if data.startswith("SIP/2.0") and status != "100":
                to = [x for x in data.split("\r\n") if x.lower().startswith("to:")]
                return int(status), to[0]


@pytest.fixture(params=[False, True], ids=["stranger", "registrar"])
def phone(request, phones):
    """A phone that is called by a stranger, or by what counts as its registrar."""
    wanted = {"user_outbound1": "127.0.76.1"} if request.param else {}
    return phones("100", **wanted)


def test_what_the_field_sends_rings_and_can_be_ended(phone):
    for name in RINGS:
        caller = Caller(phone, 0)
        caller.send(name)
        status, to = caller.answer()
        assert status == 180 and ";tag=" in to.rpartition(">")[2], (name, status, to)
        (call,) = phone.ask("calls")
        assert call["state"] == "ringing" and call["remote"].startswith(SHOWN.get(name, "")), name
        phone.ask("press CANCEL")
        assert caller.answer()[0] == 486, name
        phone.wait(lambda calls: calls == [])
        caller.close()
    assert not [x for x in phone.ask("log") if "Error" in str(x)]


def test_a_call_that_could_not_be_ended_does_not_begin(phone):
    for _ in range(10):
        caller = Caller(phone, 0)
        caller.send("unkillable-record-route")
        assert caller.answer()[0] == 400
        caller.close()
    assert phone.ask("calls") == []


# -- what needs a registrar: answers to the phone's own requests, and what it watches -------------


def given(name):
    """Return a file of the field as text; the test is skipped where it is not there."""
    try:
        return support.data(f"field/{name}").decode()
    except support.Skip as reason:
        pytest.skip(str(reason))


def test_a_200_with_a_broken_record_route_leaves_no_call(registered, pbx):
    text = given("unkillable-record-route-200.txt")
    route = next(x for x in text.splitlines() if x.startswith("Record-Route:"))
    for broken in ([route], ['Contact: "x <sip:200@127.0.0.9>'], ["Contact: <sip:>"]):
        phone = registered()
        phone.ask("dial 200")
        call = called(phone, pbx)
        pbx.answer(call, 200, broken)
        phone.wait(lambda calls: not calls)
        phone.wait(lambda _: {"ACK", "BYE"} <= {x.method for x in pbx.asked})
        phone.stop()
        pbx.asked.clear()
        pbx.calls.clear()


def test_a_302_is_followed_from_the_best_contact_on_and_to_a_bare_number(registered, pbx):
    assert "301" in given("redirect-second-contact.txt")
    number = given("redirect-tel.txt").partition("Contact: ")[2].strip()
    phone = registered()
    phone.ask("dial 200")
    at = f"127.0.0.9:{pbx.port}"
    more = [f"Contact: sip:300@{at};q=0.99, <sip:301@{at}>;q=1.00"]
    pbx.answer(called(phone, pbx), 302, more)
    for user in ("301", "300"):
        pbx.answer(asked_for(phone, pbx, user), 486)
    phone.wait(lambda calls: not calls)
    phone.ask("dial 200")
    pbx.answer(asked_for(phone, pbx, "200"), 302, ["Contact: " + number])
    pbx.answer(asked_for(phone, pbx, "8005550100"), 486)
    phone.wait(lambda calls: not calls)


def asked_for(phone, pbx, user):
    """Return the phone's call to `user` that nobody has answered yet."""

    start = f"INVITE sip:{user}@"
    phone.wait(lambda _: any(x.invite.first.startswith(start) for x in pbx.some("in")))
    return next(x for x in pbx.some("in") if x.invite.first.startswith(start))


def test_a_status_line_in_lower_case_ends_the_call(registered, pbx):
    start = given("status-line-lower-case.txt").split(" ")[0]
    assert start == "sip/2.0"
    phone = registered()
    phone.ask("dial 200")
    call = called(phone, pbx)
    lines = [f"{start} 486 Busy Here", *call.invite.copied(), "Content-Length: 0", "", ""]
    pbx.send("\r\n".join(lines).encode())
    phone.wait(lambda calls: not calls)


@pytest.mark.parametrize("back", ["cseq", "version"])
def test_a_lamp_is_true_again_after_a_notify_that_went_back(registered, pbx, back):
    given("notify-cseq-back.txt")
    text = given("dialog-info-version-back.xml")
    pbx.watchable = True
    phone = registered(fkey5="active blf 140")
    phone.wait(lambda _: pbx.some("watched"))
    watched = pbx.some("watched")[0]

    def asked():
        return sum(x.method == "SUBSCRIBE" for x in pbx.asked)

    before = asked()
    watched.cseq = 31000000
    pbx.tell(watched, "confirmed", 5)
    phone.wait(lambda lamps: lamps["P6"] == "on", "lamps")
    if back == "cseq":
        watched.cseq = 1000
        pbx.tell(watched, "terminated", 6)
    else:
        more = ["Event: dialog", "Subscription-State: active;expires=600"]
        pbx.request(watched, "NOTIFY", text, more=more)
    phone.wait(lambda _: asked() > before)  # in the same dialog, or in another one
    anew = pbx.some("watched")[-1]
    pbx.tell(anew, "terminated", 0 if anew is not watched else 9)
    phone.wait(lambda lamps: lamps["P6"] == "off", "lamps")


def test_messages_are_counted_with_spaces_between(registered, pbx):
    phone = registered(user_mailbox1="99")
    pbx.notify(given("mwi-spaces.txt").replace("\n", "\r\n"), "message-summary")
    phone.wait(lambda lines: any("3 new messages" in x for x in lines), "log 20")


def test_each_form_of_anonymity_is_rejected(registered, pbx):
    phone = registered(reject_anonymous="on")
    for line in given("anonymous-forms.txt").splitlines():
        who, _, more = line.partition(" with ")
        lines = [x for x in more.replace(" and ", "\n").split("\n") if x]
        lines = [x.partition(" (from")[0] for x in lines]
        display, _, uri = who.removeprefix("From: ").partition("<")
        pbx.count += 1
        call = pbx.invite_as(f"{display}<{uri.partition('>')[0]}>;tag=c{pbx.count}", lines)
        phone.wait(lambda _, call=call: call.state == "over")
        assert call.final.status == 433, line
