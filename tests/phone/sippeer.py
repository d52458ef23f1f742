"""A SIP peer that does what a test tells it: many calls at once, on one UDP socket of loopback.

Independent of the firmware's own SIP code. It acknowledges, answers what is owed inside a call,
and repeats its answer to a repeated request; all else is a step of the test.
"""

import re
import socket
import threading

_SDP = (
    "v=0\r\no=- 1 {version} IN IP4 {ip}\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 0\r\na={direction}\r\n"
)


class Message:
    """One message, read just far enough."""

    def __init__(self, data):
        head, _, self.body = data.decode().partition("\r\n\r\n")
        self.first, *lines = head.split("\r\n")
        self.headers = [tuple(x.strip() for x in line.split(":", 1)) for line in lines]
        words = self.first.split(" ")
        self.status = int(words[1]) if words[0] == "SIP/2.0" else 0
        self.number, self.method = self["CSeq"].split()
        self.branch = re.search(r"branch=([^;,\s]+)", self["Via"])[1]
        self.call_id = self["Call-ID"]

    def __getitem__(self, name):
        return next((v for n, v in self.headers if n.lower() == name.lower()), "")

    def copied(self):
        """Return what an answer takes over."""
        wanted = ("via", "from", "to", "call-id", "cseq")
        return [f"{n}: {v}" for n, v in self.headers if n.lower() in wanted]


class Call:
    """One call of the peer; `state` is "in", "out", "up" or "over"."""

    def __init__(self, call_id, state):
        self.call_id, self.state = call_id, state
        self.cseq = 1
        self.invite = self.local = self.remote = self.target = self.branch = None
        self.seen = set()  # statuses that came for our INVITEs
        self.replies = []  # (method, status) of every answer to a request of ours
        self.final = None  # the last final answer to our INVITE
        self.version = 0


class Peer:
    """The peer at `ip`; it calls the phone at `phone`, (ip, port)."""

    watchable = False  # it takes SUBSCRIBE
    user = "100"  # whom it calls
    protocol = "UDP"

    def __init__(self, ip="127.0.0.1"):
        self.ip = ip
        self.socket = self._open()
        self.port = self.socket.getsockname()[1]
        self.phone = None
        self.calls, self.sent = {}, {}
        self.asked = []  # every request of the phone's, without repetitions
        self.answers = []  # every answer of the phone's
        self.raw = b""  # all bytes that came
        self.count = 0
        self.lock = threading.RLock()
        threading.Thread(target=self._serve, daemon=True).start()

    def _open(self):
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind((self.ip, 0))
        return made

    def close(self):
        """Stop listening."""
        self.socket.close()

    def some(self, *states):
        """Return the calls in one of `states`, the oldest first."""
        with self.lock:
            return [call for call in self.calls.values() if call.state in states]

    # -- steps ----------------------------------------------------------------------------------

    def invite(self, user, more=(), body=None, display=""):
        """Call the phone as `user` whose name is `display`, with `more` header lines."""
        return self.invite_as(f"{display}<sip:{user}@{self.ip}>;tag=t{self.count}", more, body)

    def invite_as(self, local, more=(), body=None):
        """Call the phone with the From value `local`."""
        with self.lock:
            self.count += 1
            call = Call(f"peer{self.count}-{self.port}", "out")
            self.calls[call.call_id] = call
            call.local = local
            call.remote = call.target = f"sip:{self.user}@{self.phone[0]}:{self.phone[1]}"
            call.remote = f"<{call.remote}>"
            body = self._sdp(call) if body is None else body
            call.branch = self.request(call, "INVITE", body, more=more)
        return call

    def notify(self, body, event):
        """Send a NOTIFY that nobody has asked for."""
        more = ["Event: " + event, "Subscription-State: active"]
        return self.alone("NOTIFY", body, more)

    def alone(self, method, body="", more=()):
        """Send a request outside of any dialog; return the `Call` that has its Call-ID."""
        with self.lock:
            self.count += 1
            call = Call(f"alone{self.count}-{self.port}", "alone")
            self.calls[call.call_id] = call
            call.local = f"<sip:pbx@{self.ip}>;tag=n{self.count}"
            call.remote = f"<sip:{self.user}@127.0.0.1>"
            call.target = f"sip:{self.user}@{self.phone[0]}:{self.phone[1]}"
            self.request(call, method, body, more=more)
        return call

    def send(self, data):
        """Send bytes as they are."""
        self.socket.sendto(data, self.phone)

    def cancel(self, call):
        """Give our call up."""
        self.request(call, "CANCEL", branch=call.branch, number=1)

    def answer(self, call, status=200, more=()):
        """Answer a call of the phone's, or refuse it."""
        call.state = "up" if status == 200 else "over"
        self.respond(call.invite, status, self._sdp(call) if status == 200 else "", more)

    def change(self, call, direction):
        """Put the phone on hold ("sendonly"), or take it back."""
        self.request(call, "INVITE", self._sdp(call, direction))

    def tell(self, watched, state, version=0):
        """Tell the phone's subscription `watched` of one dialog in `state`."""
        body = (
            f'<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" '
            f'version="{version}" state="full" entity="sip:201@127.0.0.1"><dialog id="1">'
            f"<state>{state}</state></dialog></dialog-info>"
        )
        more = ["Event: dialog", "Subscription-State: active;expires=600"]
        self.request(watched, "NOTIFY", body, more=more)

    def bye(self, call):
        """Hang up."""
        call.state = "over"
        self.request(call, "BYE")

    # -- the wire -------------------------------------------------------------------------------

    def _sdp(self, call, direction="sendrecv"):
        call.version += 1
        return _SDP.format(version=call.version, direction=direction, ip=self.ip)

    def _send(self, lines, body=""):
        lines.append(f"Content-Length: {len(body)}")
        if body:
            kind = {
                "v=": "application/sdp",
                "SI": "message/sipfrag",
                "<?": "application/dialog-info+xml",
            }.get(body[:2], "application/simple-message-summary")
            lines.insert(-1, f"Content-Type: {kind}")
        data = ("\r\n".join(lines) + "\r\n\r\n" + body).encode()
        try:
            self.socket.sendto(data, self.phone)
        except OSError:
            pass  # the test is over
        return data

    def request(self, call, method, body="", branch=None, number=None, more=(), to=None):
        """Send a request in `call`, or one whose To value is `to`; return its branch."""
        with self.lock:
            if number is None:
                number, call.cseq = call.cseq, call.cseq + 1
            self.count += 1
            branch = branch or f"z9hG4bK{self.count}p{self.port}"
            self._send(
                [
                    f"{method} {call.target} SIP/2.0",
                    f"Via: SIP/2.0/{self.protocol} {self.ip}:{self.port};branch={branch}",
                    "Max-Forwards: 70",
                    "From: " + call.local,
                    "To: " + (to or call.remote),
                    "Call-ID: " + call.call_id,
                    f"CSeq: {number} {method}",
                    f"Contact: <sip:peer@{self.ip}:{self.port}>",
                    *more,
                ],
                body,
            )
        return branch

    def respond(self, message, status, body="", more=()):
        """Answer a request of the phone's, with `more` header lines."""
        lines = [f"SIP/2.0 {status} x", *message.copied()]
        if "tag=" not in message["To"] and status > 100:
            lines = [x + ";tag=answer" if x.lower().startswith("to:") else x for x in lines]
        own = [x for x in more if x.lower().startswith("contact:")]
        if message.method in ("INVITE", "REFER", "SUBSCRIBE") and not own:
            lines.append(f"Contact: <sip:peer@{self.ip}:{self.port}>")
        lines += more
        self.sent[message.branch, message.method] = self._send(lines, body)

    def _serve(self):
        while True:
            try:
                data, source = self.socket.recvfrom(65536)
            except OSError:
                return
            self.take(data, source)

    def take(self, data, source):
        """Take what came from `source`."""
        self.raw += data
        self.phone = self.phone or source
        if data.strip():
            message = Message(data)
            with self.lock:
                if message.status:
                    self._answered(message)
                else:
                    self._asked(message)

    def _answered(self, message):
        self.answers.append(message)
        call = self.calls.get(message.call_id)
        if call:
            call.replies.append((message.method, message.status))
        if call is None or message.method != "INVITE" or message.status < 200:
            if call and message.method == "INVITE":
                call.seen.add(message.status)
            return
        call.seen.add(message.status)
        call.final = message
        branch = message.branch
        if message.status < 300:
            call.remote, branch = message["To"], None
            call.target = re.search(r"<([^>]+)>", message["Contact"])[1]
            if call.state == "out":
                call.state = "up"
        elif call.state == "out":
            call.state = "over"
        self.request(call, "ACK", branch=branch, number=int(message.number), to=message["To"])

    def _asked(self, message):
        repeated = self.sent.get((message.branch, message.method))
        if repeated:
            self.socket.sendto(repeated, self.phone)
            return
        self.asked.append(message)
        call = self.calls.get(message.call_id)
        method = message.method
        if method == "ACK":
            return
        if method == "REGISTER":
            self.respond(message, 403)
            return
        if method == "INVITE" and "tag=" not in message["To"]:
            call = self.calls[message.call_id] = Call(message.call_id, "in")
            call.invite = message
            call.local, call.remote = message["To"] + ";tag=answer", message["From"]
            call.target = re.search(r"<([^>]+)>", message["Contact"])[1]
            self.respond(message, 180)
        elif method == "SUBSCRIBE" and self.watchable:
            call = self.calls[message.call_id] = call or Call(message.call_id, "watched")
            call.local, call.remote = message["To"], message["From"]
            if "tag=" not in call.local:
                call.local += ";tag=answer"
            call.target = re.search(r"<([^>]+)>", message["Contact"])[1]
            call.state = "watched" if message["Expires"] != "0" else "over"
            self.respond(message, 200)
        elif call is None:
            self.respond(message, 481)
        elif method == "CANCEL":
            self.respond(message, 200)
            if call.state == "in":
                self.answer(call, 487)
        elif call.state == "over":
            self.respond(message, 481)
        elif method == "INVITE":
            ours = {"sendonly": "recvonly", "inactive": "inactive"}
            asked = next((x for x in ours if f"a={x}" in message.body), "")
            self.respond(message, 200, self._sdp(call, ours.get(asked, "sendrecv")))
        elif method == "REFER":
            self.respond(message, 202)
            more = ["Event: refer", "Subscription-State: terminated;reason=noresource"]
            self.request(call, "NOTIFY", "SIP/2.0 200 OK", more=more)
        else:
            if method == "BYE":
                call.state = "over"
            self.respond(message, 200)
