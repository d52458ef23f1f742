"""Runs in build/bench: times the SIP parsers of others; started by signalling.py.

Standard input is the INVITE. Prints one JSON line: {name: [parse, parse and access] in µs, or why
there is none}. Access means in each: branch of the topmost Via, tag of From, user of To, host of
Contact, number and method of CSeq, Call-ID.
"""

import json
import sys
import time


def best(action, rounds=7, count=150):
    """Return the time of one call in µs: the fastest of several rounds."""
    took = []
    for _ in range(rounds):
        begin = time.perf_counter()
        for _ in range(count):
            action()
        took.append((time.perf_counter() - begin) / count * 1e6)
    return min(took)


def aiosipua(data):
    from aiosipua import SipMessage

    def access():
        message = SipMessage.parse(data)
        address = message.to_addr.uri.user, message.contact[0].uri.host
        cseq = message.cseq
        return (
            message.via[0].branch,
            message.from_addr.tag,
            *address,
            cseq.seq,
            cseq.method,
            message.call_id,
        )

    return lambda: SipMessage.parse(data), access


def sipmessage(data):
    from sipmessage import Message

    def access():
        message = Message.parse(data)
        cseq = message.cseq
        return (
            message.via[0].parameters["branch"],
            message.from_address.parameters["tag"],
            message.to_address.uri.user,
            message.contact[0].uri.host,
            cseq.sequence,
            cseq.method,
            message.call_id,
        )

    return lambda: Message.parse(data), access


def sippy(data):
    from sippy.SipRequest import SipRequest

    text = data.decode()

    def access():
        message = SipRequest(text)
        number, method = message.getHFBody("cseq").getCSeq()
        return (
            message.getHFBody("via").getBranch(),
            message.getHFBody("from").getTag(),
            message.getHFBody("to").getUrl().username,
            message.getHFBody("contact").getUrl().host,
            number,
            method,
            message.getHFBody("call-id").body,
        )

    return lambda: SipRequest(text), access


def pyvoip(data):
    import pyVoIP.VoIP  # noqa: F401  its modules import each other: this one goes first
    from pyVoIP.SIP import SIPMessage

    def access():
        headers = SIPMessage(data).headers
        return (
            headers["Via"][0]["branch"],
            headers["From"]["tag"],
            headers["To"]["number"],
            headers["Contact"],
            headers["CSeq"]["check"],
            headers["CSeq"]["method"],
            headers["Call-ID"],
        )

    return lambda: SIPMessage(data), access


def twisted(data):
    from twisted.protocols import sip

    def parse():
        got = []
        parser = sip.MessagesParser(got.append)
        parser.dataReceived(data)
        parser.dataDone()
        return got[0]

    def access():
        headers = parse().headers
        number, method = headers["cseq"][0].split()
        return (
            sip.parseViaHeader(headers["via"][0]).branch,
            sip.parseAddress(headers["from"][0])[2]["tag"],
            sip.parseAddress(headers["to"][0])[1].username,
            sip.parseAddress(headers["contact"][0])[1].host,
            int(number),
            method,
            headers["call-id"][0],
        )

    return parse, access


def main():
    """Time them all."""
    data = sys.stdin.buffer.read()
    found = {}
    for make in (aiosipua, sipmessage, sippy, pyvoip, twisted):
        try:
            parse, access = make(data)
            got = [str(x) for x in access()]
            if "z9hG4bKbench1" not in got or "31" not in got:
                raise ValueError(f"reads {got}")
            found[make.__name__] = [best(parse), best(access)]
        except Exception as error:
            found[make.__name__] = f"{type(error).__name__}: {error}"[:120]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
