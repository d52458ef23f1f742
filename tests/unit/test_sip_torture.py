"""Every message of RFC 4475, sent to an agent: the answer that it owes, and it lives on."""

import json

from sipkit import SDP, Wire
from support import data

OWED = {
    # file: the statuses that may come back, "" for silence
    "wsinv": "481",
    "intmeth": "501",
    "esc01": "100 180",
    "escnull": "405",
    "esc02": "501",
    "lwsdisp": "200",
    "longreq": "100 180 513",
    "dblreq": "405",
    "semiuri": "200",
    "transports": "200",
    "mpart01": "405",
    "unreason": "",
    "noreason": "",
    "badinv01": "400",
    "clerr": "400",
    "ncl": "400",
    "scalar02": "400",
    "scalarlg": "",
    "quotbal": "400",
    "ltgtruri": "400",
    "lwsruri": "400",
    "lwsstart": "400",
    "trws": "400",
    "escruri": "400",
    "baddate": "100 180",
    "regbadct": "400 405",
    "badaspec": "200 400",
    "baddn": "400 200",
    "badvers": "505",
    "mismatch01": "400",
    "mismatch02": "501",
    "bigcode": "",
    "badbranch": "400",
    "insuf": "400",
    "unkscm": "416",
    "novelsc": "416",
    "unksm2": "405",
    "bext01": "420",
    "invut": "415",
    "regaut01": "405",
    "multi01": "400",
    "mcl01": "400",
    "bcast": "",
    "zeromf": "200",
    "cparam01": "405",
    "cparam02": "405",
    "regescrt": "405",
    "sdp01": "406",
    "inv2543": "100 180",
    "test": "",
}


def _agent():
    wire = Wire()
    seen = []

    def listener(kind, call, **details):
        seen.append(kind)
        if kind == "incoming":
            call.ring()

    agent = wire.agent("192.0.2.1", "user", listener)
    from sip.account import Account

    for number, user in enumerate(("vivekg", "UserB", "sips%3Auser%40example.com", "alice")):
        agent.add(Account(number + 2, user))
    return wire, agent


def test_each_torture_message_gets_what_it_is_owed():
    names = [x["file"] for x in json.loads(str(data("rfc4475/expectations.json"), "utf-8"))]
    assert len(names) == 50
    for name in names:
        wire, agent = _agent()
        stem = name.split("/")[1].split(".")[0]
        sent = []
        wire.carry = lambda source, raw, target, sent=sent: sent.append(raw)
        agent.received(data(name), ("192.0.2.77", 5099), "UDP")
        answers = [str(x, "utf-8").split(" ", 2)[1] for x in sent]
        owed = OWED[stem].split()
        assert answers == [] if not owed else answers, (stem, answers)
        for answer in answers:
            assert answer in owed, (stem, answers)
        _check_alive(agent, sent, stem)


def _check_alive(agent, sent, stem):
    del sent[:]
    agent.received(
        b"OPTIONS sip:user@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bKalive\r\n"
        b"From: <sip:a@b>;tag=1\r\nTo: <sip:user@192.0.2.1>\r\nCall-ID: alive\r\n"
        b"CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
        ("192.0.2.9", 5060),
        "UDP",
    )
    assert len(sent) == 1 and sent[0].startswith(b"SIP/2.0 200 "), stem


def test_the_answer_to_a_wrong_request_copies_what_it_must():
    wire, agent = _agent()
    peer = wire.peer("10.0.0.9")
    peer.request("REGISTER", ("192.0.2.1", 5060), "sip:user@192.0.2.1")
    assert peer.take() == ["405"]
    answer = peer.got[0]
    assert "INVITE" in answer.header("allow")
    assert answer.header("call-id") == "c1" and answer.tag("from") == "pt" and answer.tag("to")
    assert "received=10.0.0.9" in answer.header("via") and "rport=5060" in answer.header("via")


def test_an_unknown_body_and_an_unknown_extension_are_named():
    wire, agent = _agent()
    peer = wire.peer("10.0.0.9")
    to = ("192.0.2.1", 5060)
    peer.request("INVITE", to, "sip:user@h", body=b"x", kind="text/plain")
    assert peer.take() == ["415"] and peer.got[0].header("accept") == "application/sdp"
    peer.request("INVITE", to, "sip:user@h", "c2", headers=[("Require", "foo, 100rel")], body=SDP)
    assert peer.take() == ["420"] and peer.got[0].header("unsupported") == "foo"
