"""A seeded generator of broken SIP, and the good messages that it breaks.

Each kind of message that a phone may get is made well first, then damaged: bytes are changed, cut
or doubled, header lines dropped, repeated and swapped, and values replaced by those that parsers
stumble over.
"""

import random

_PIECES = (
    b"\r\n", b"\r\n ", b"\n", b";", b",", b'"', b"<", b">", b"@", b":", b"%", b"%0d%0a", b"\x00",
    b"\xff", b"\xc3\x28", b"SIP/2.0", b"tag=", b"z9hG4bK", b"99999999999999999999", b"-1", b"sip:",
    b"tel:", b"\r\n\r\n", b"", b" ", b"\t", b"=", b"\\", b"[::1]", b"anonymous.invalid",
)  # fmt: skip
_VALUES = (
    "", "x", "0", "-1", "4294967296", "99999999999999999999999", '"', '"x', "<", "<>", "<sip:",
    "<sip:@>", "<sip:a@b", "sip:a@b;tag=1;tag=2", "<tel:+49>", "<sip:a@[::1]:99999>", ",", ";",
    ",,,", ";;;", "a;b=c;b=d", "%00%0d%0a", "\u202e\u00fc\U0001f4de", "x" * 1500, "a, " * 100,
    "<sip:a@b>," * 100, "application/sdp", "multipart/mixed;boundary=x", "Digest realm=", "*",
    "10 INVITE", "1 2 3", "SIP/2.0/UDP", "SIP/2.0/UDP b;branch=", "on", "id;header;user;none",
    "answer-after=-5", "<x>;answer-after=12x", "active;expires=-1",
    "terminated;reason=x;retry-after=z",
    "dialog", "message-summary", "refer;id=x", "a@b;to-tag=;from-tag=", "90;refresher=",
    "text/plain",
)  # fmt: skip
_HEADERS = (
    "Via From To Call-ID CSeq Contact Max-Forwards Content-Type Content-Length Content-Encoding "
    "Require Supported Allow Accept Route Record-Route Expires Event Subscription-State "
    "Session-Expires Min-SE RSeq RAck Replaces Refer-To Referred-By Refer-Sub Reason Privacy "
    "P-Asserted-Identity Remote-Party-ID Diversion History-Info Alert-Info Call-Info Answer-Mode "
    "Retry-After Date Warning Server User-Agent WWW-Authenticate Proxy-Authenticate "
    "Authentication-Info Service-Route Path Min-Expires Unsupported Subject MIME-Version Join"
).split()
_SDP = (
    "v=0\r\no=- {n} {n} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\n"
    "a=sendrecv\r\na=rtcp:40001\r\n"
)
_SDP_LINES = (
    "c=IN IP4 name.invalid", "c=IN IP6 ::1", "c=", "m=audio 0 RTP/AVP 0",
    "m=audio 70000 RTP/AVP 0",
    "m=audio 4 RTP/SAVP 0", "m=video 4 RTP/AVP 31", "m=audio", "a=rtpmap:0", "a=rtpmap:x y/z",
    "a=ptime:0", "a=ptime:99999", "a=inactive", "a=group:ANAT 1 2", "a=rtcp:x", "b=AS:-1", "o=",
    "a=sendonly", "m=audio 1 RTP/AVP 300", "m=audio 1 RTP/AVP " + "0 " * 200, "a=" + "x" * 900,
    "=",
)  # fmt: skip
_INFO = (
    '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="{n}" '
    'state="full" entity="sip:201@pbx"><dialog id="1" call-id="c" local-tag="a" remote-tag="b" '
    'direction="recipient"><state>early</state><remote><identity display="x">sip:202@pbx'
    '</identity><target uri="sip:202@pbx"/></remote></dialog></dialog-info>'
)
_MWI = "Messages-Waiting: yes\r\nMessage-Account: sip:9@pbx\r\nVoice-Message: 3/1 (0/0)\r\n"
_PIDGIN = "SIP/2.0 200 OK\r\n"
_STATUSES = (
    100, 180, 183, 199, 200, 200, 200, 202, 300, 302, 400, 401, 403, 404, 407, 408, 422, 423, 480,
    481, 486, 487, 488, 489, 491, 500, 503, 600, 603, 699,
)  # fmt: skip
METHODS = "INVITE ACK BYE CANCEL OPTIONS INFO UPDATE PRACK REFER NOTIFY MESSAGE SUBSCRIBE REGISTER"


class Generator:
    """Makes messages from a seed: the same ones each time, for the same calls in their order."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.count = 0

    def chance(self, percent):
        """Return True so often."""
        return self.random.random() * 100 < percent

    # -- good messages ----------------------------------------------------------------------------

    def body(self):
        """Return (kind, text) of a body."""
        self.count += 1
        kind, text = self.random.choice(
            (
                ("application/sdp", _SDP),
                ("application/sdp", _SDP),
                ("application/dialog-info+xml", _INFO),
                ("application/simple-message-summary", _MWI),
                ("message/sipfrag", _PIDGIN),
                ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n"),
                ("", ""),
            )
        )
        text = text.replace("{n}", str(self.count))
        if kind == "application/sdp" and self.chance(50):
            lines = text.split("\r\n")
            lines.insert(self.random.randrange(len(lines)), self.random.choice(_SDP_LINES))
            if self.chance(30):
                lines.pop(self.random.randrange(len(lines)))
            text = "\r\n".join(lines)
        return kind, text

    def request(self, peer, method=None, dialog=None):
        """Return a request that `peer` sends, alone or in `dialog`, (local, remote, Call-ID)."""
        self.count += 1
        number = self.count
        method = method or self.random.choice(METHODS.split())
        local = f"<sip:20{number % 10}@{peer.ip}>;tag=f{number}"
        remote, call_id = "<sip:100@127.0.0.1>", f"g{number}-{peer.port}"
        if dialog:
            local, remote, call_id = dialog
        kind, body = self.body()
        lines = [
            f"{method} sip:100@127.0.0.1 SIP/2.0",
            f"Via: SIP/2.0/UDP {peer.ip}:{peer.port};branch=z9hG4bKg{number}",
            "Max-Forwards: 70",
            f"From: {local}",
            f"To: {remote}",
            f"Call-ID: {call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:x@{peer.ip}:{peer.port}>",
        ]
        if method == "NOTIFY":
            event = self.random.choice(("dialog", "message-summary", "refer", "talk", "x"))
            lines += [f"Event: {event}", "Subscription-State: active;expires=600"]
        if method == "REFER":
            lines.append(f"Refer-To: <sip:300@{peer.ip}:{peer.port}>")
        if kind:
            lines.append(f"Content-Type: {kind}")
        return self._joined(lines, body)

    def response(self, request, peer):
        """Return an answer to a request (a `sippeer.Message`) of the phone's."""
        self.count += 1
        kind, body = self.body()
        status = self.random.choice(_STATUSES)
        lines = [f"SIP/2.0 {status} x", *request.copied()]
        if "tag=" not in request["To"]:
            lines = [x + f";tag=r{self.count % 5}" if x.startswith("To:") else x for x in lines]
        lines.append(f"Contact: <sip:y@{peer.ip}:{peer.port}>")
        if self.chance(20):
            lines += ["Require: 100rel", f"RSeq: {self.count}"]
        if status in (401, 407):
            lines.append('WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"')
        if kind:
            lines.append(f"Content-Type: {kind}")
        return self._joined(lines, body)

    def _joined(self, lines, body):
        for _ in range(self.random.choice((0, 0, 1, 1, 2, 4))):
            header, value = self.random.choice(_HEADERS), self.random.choice(_VALUES)
            lines.insert(self.random.randrange(1, len(lines) + 1), f"{header}: {value}")
        lines.append(f"Content-Length: {len(body.encode())}")
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    # -- damage -----------------------------------------------------------------------------------

    def broken(self, data):
        """Return `data` with some damage, or as it is."""
        if self.chance(35):
            return data
        for _ in range(self.random.choice((1, 1, 1, 2, 4))):
            data = self._lines(data) if self.chance(50) else self._bytes(data)
        return data[:4000]

    def _bytes(self, data):
        at = self.random.randrange(len(data) + 1)
        way = self.random.randrange(4)
        if way == 0:
            return data[:at] + self.random.choice(_PIECES) + data[at:]
        if way == 1:
            return data[:at] + data[at + self.random.randrange(40) :]
        if way == 2:
            return data[:at] + bytes([self.random.randrange(256)]) + data[at + 1 :]
        return data[:at] + data[max(at - self.random.randrange(60), 0) :]

    def _lines(self, data):
        head, gap, body = data.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        at = self.random.randrange(len(lines))
        way = self.random.randrange(5)
        if way == 0:
            lines.pop(at)
        elif way == 1:
            lines.insert(at, self.random.choice(lines))
        elif way == 2:
            self.random.shuffle(lines)
        elif way == 3 and b":" in lines[at]:
            value = self.random.choice(_VALUES).encode()
            lines[at] = lines[at].partition(b":")[0] + b": " + value
        else:
            lines[at] = lines[at].swapcase()
        return b"\r\n".join(lines) + gap + body
