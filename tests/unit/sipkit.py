"""What the SIP tests share: agents wired back to back over a lossy recorder, under one clock."""

from support import Clock

from base.timers import Timers
from sip.account import Account
from sip.agent import Agent
from sip.message.message import encode, parse


class Random:
    """`getrandbits` that gives the same numbers in every run and both interpreters."""

    def __init__(self, seed=1):
        self.state = seed

    def __call__(self, bits):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        value = self.state >> 7
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (value << 16 ^ self.state >> 5) & ((1 << bits) - 1)


class Settings:
    """The defaults, and what a test sets."""

    def __init__(self, **values):
        self.values = values

    def get(self, name):
        return self.values.get(name)


class Network:
    """The network part: always up, one address."""

    up = True
    mac = "02005E000001"

    def __init__(self, ip):
        self.ip = ip

    def address(self, peer=None):
        assert peer is None or "." in peer, peer
        return self.ip


class Wire:
    """Carries datagrams between agents and recorders in `delay` ms; loses those in `lose`.

    `log` holds (index, from, to, message) of everything sent, whether lost or not.
    """

    protocol = "UDP"  # as what they arrive

    def __init__(self, clock=None, delay=10):
        self.clock = clock or Clock()
        self.timers = Timers(self.clock)
        self.delay = delay
        self.ends = {}
        self.lose = ()
        self.log = []
        self.random = Random()

    def agent(self, ip, user, listener=None, port=5060, **settings):
        """Return a started agent with one account."""
        end = Party(self, ip, port)
        agent = Agent(
            Network(ip), self.timers, None, Settings(**settings), end.heard, log, self.random, port
        )
        end.agent = agent
        agent.transport = end
        agent.party = end
        end.listener = listener
        account = Account(1, user)
        agent.add(account)
        self.ends[ip, port] = agent.received
        return agent

    def peer(self, ip, port=5060):
        """Return a `Peer` that records what it gets and sends what it is told."""
        peer = Peer(self, (ip, port))
        self.ends[ip, port] = peer.received
        return peer

    def carry(self, source, data, target):
        """Take a datagram; deliver it later, unless it is lost."""
        index = len(self.log)
        self.log.append((index, source, target, data))
        if index not in self.lose and target in self.ends:
            self.timers.after(self.delay, self.ends[target], data, source, self.protocol)

    def run(self, ms):
        """Let time pass."""
        self.clock.move(ms, self.timers)

    def lines(self):
        """Return the first lines of everything sent."""
        return [str(x[3].split(b"\r\n")[0], "utf-8") for x in self.log]


def log(level, text, *values):
    """Take a line of the log; a fault that the agent caught fails the test."""
    if level == 0:
        raise AssertionError(text % values)


class Party:
    """An agent's transport and listener."""

    streams = False

    def __init__(self, wire, ip, port):
        self.wire, self.address = wire, (ip, port)
        self.events = []
        self.calls = []

    def send(self, data, address, protocol, failed=None):
        self.wire.carry(self.address, data, address)
        return True

    def heard(self, kind, subject, **details):
        self.events.append(kind)
        if kind in ("incoming", "outgoing") and subject not in self.calls:
            self.calls.append(subject)
        if self.listener:
            self.listener(kind, subject, **details)


class Peer:
    """A scripted SIP peer: `got` are the messages that came."""

    def __init__(self, wire, address):
        self.wire, self.address = wire, address
        self.got = []
        self.count = 0

    def received(self, data, address, protocol):
        message = parse(data)
        message.source = address
        self.got.append(message)

    def send(self, data, to):
        self.wire.carry(self.address, data, to)

    def take(self, ms=20):
        """Let `ms` pass; return what came, as ["INVITE", "180"]; the messages are in `got`."""
        self.got = []
        self.wire.run(ms)
        return [str(x.status) if x.status else x.method for x in self.got]

    def reply(self, request, status, tag="peer", headers=(), body=b"", contact=True):
        """Answer a request of the agent's."""
        lines = [("Via", x) for x in request.all("via")]
        lines.append(("From", request.header("from")))
        to = request.header("to")
        if tag and ";tag=" not in to and status > 100:
            to += ";tag=" + tag
        lines.append(("To", to))
        lines.append(("Call-ID", request.header("call-id")))
        lines.append(("CSeq", request.header("cseq")))
        if contact:
            lines.append(("Contact", "<sip:peer@%s:%d>" % self.address))
        lines.extend(headers)
        if body:
            lines.append(("Content-Type", "application/sdp"))
        self.send(encode("SIP/2.0 %d x" % status, lines, body), request.source)

    def request(self, method, to, uri, call_id="c1", cseq=1, headers=(), body=b"", **kw):
        """Send a request to the agent at `to`; give branch=, from_=, to_tag= to change them."""
        self.count += 1
        branch = kw.get("branch") or "z9hG4bKp%d" % self.count
        target = "<%s>" % uri
        if kw.get("to_tag"):
            target += ";tag=" + kw["to_tag"]
        via = "SIP/2.0/UDP %s:%d;rport;branch=%s" % (self.address + (branch,))
        lines = [
            ("Via", via),
            ("Max-Forwards", "70"),
            ("From", kw.get("from_") or '"Peer" <sip:peer@peer.example>;tag=pt'),
            ("To", target),
            ("Call-ID", call_id),
            ("CSeq", "%d %s" % (cseq, method)),
            ("Contact", "<sip:peer@%s:%d>" % self.address),
        ]
        lines.extend(headers)
        if body:
            lines.append(("Content-Type", kw.get("kind") or "application/sdp"))
        self.send(encode("%s %s SIP/2.0" % (method, uri), lines, body), to)
        return branch


class Robot(Peer):
    """A peer that follows its rules: `decide(request)` gives (status, headers, body), or None.

    It repeats final answers to INVITEs until their ACK, and requests by `ask` until their answer.
    """

    def __init__(self, wire, address, decide):
        super().__init__(wire, address)
        self.decide = decide
        self.due = {}  # what is repeated: key -> bytes
        self.seen = {}  # key of a request -> the answer
        self.trail = []  # methods of the requests that came, each once
        wire.ends[address] = self.received

    def send(self, data, to):
        """Send; note the answer that goes out."""
        self.last = data
        super().send(data, to)

    def received(self, data, address, protocol):
        """Take one message."""
        super().received(data, address, protocol)
        message = self.got[-1]
        number, method = message.cseq()
        key = message.header("call-id"), number, message.tag("from")
        if message.status or method == "ACK":
            self.due.pop(key, None)
            return
        if key + (method,) in self.seen:
            if method != "INVITE":
                self.send(self.seen[key + (method,)], address)
            return
        self.trail.append(method)
        status, headers, body = self.decide(message)
        self.reply(message, status, headers=headers, body=body, contact=status < 300)
        self.seen[key + (method,)] = self.last
        if method == "INVITE":
            self.repeat(key, self.last, address)

    def ask(self, *args, **kw):
        """Send a request of our own, as `Peer.request` does, until it is answered."""
        self.request(*args, **kw)
        request = parse(self.last)
        key = request.header("call-id"), request.cseq()[0], request.tag("from")
        self.repeat(key, self.last, args[1])

    def repeat(self, key, data, to, interval=500):
        """Send again at doubling intervals while nobody has answered."""
        if interval == 500:
            self.due[key] = data
        elif self.due.get(key) is data:
            super().send(data, to)
        else:
            return
        if interval < 32000:
            self.wire.timers.after(interval, self.repeat, key, data, to, 2 * interval)


def trust(agent, *addresses):
    """Let the agent take what comes from `addresses` for its registrar's."""
    agent.trusted = lambda account, message: message.source[0] in addresses


def finish(wire, *agents, ms=200_000):
    """Hang up what there is and let `ms` pass: nothing may be left."""
    for agent in agents:
        for call in list(agent.calls):
            call.hangup()
    wire.run(ms)
    for agent in agents:
        assert agent.calls == [] and agent.waiting == [] and not agent.transactions
    assert len(wire.timers) == 0


SDP = (
    b"v=0\r\no=- 1 1 IN IP4 10.0.0.9\r\ns=-\r\nc=IN IP4 10.0.0.9\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
)

_OURS = ("10.0.0.1", 5060)


class OneCall:
    """An agent, a scripted peer, and one call between them."""

    def __init__(self, **settings):
        self.wire, self.told, self.voice, self.logged = Wire(), [], [], []
        self.agent = self.wire.agent("10.0.0.1", "100", self._heard, **settings)
        self.agent.media = lambda call: self.voice.append((call.state, call.remote_hold))
        self.peer = self.wire.peer("10.0.0.2")
        self.call, self.cseq = None, 1

    def _heard(self, kind, call, **details):
        if kind == "incoming":
            call.ring()
        self.told.append((kind, details) if details else kind)

    def log(self):
        """Let faults be logged, and return where their levels are."""
        self.agent.log = lambda level, *more: self.logged.append(level)
        return self.logged

    def called(self, headers=(), body=SDP):
        self.peer.request("INVITE", _OURS, "sip:100@10.0.0.1", headers=headers, body=body)
        self.peer.take()
        self.call = self.agent.calls[-1]
        return self

    def answered(self, headers=(), body=SDP):
        self.called(headers, body).call.answer()
        assert self.peer.take() == ["200"]
        self.ask("ACK", 1)
        assert self.peer.take() == []
        self.voice.clear()
        self.told.clear()
        return self

    def dialled(self, *headers):
        """Call the peer, which answers where `headers` are given, even none of a meaning."""
        self.call = self.agent.call(self.agent.accounts[0], "200@10.0.0.2")
        assert self.peer.take() == ["INVITE"]
        self.invite = self.peer.got[0]
        if headers:
            self.peer.reply(self.invite, 200, body=SDP, headers=headers)
            assert self.peer.take() == ["ACK"]
        return self

    def ask(self, method, cseq=None, tag="", **kw):
        """Send a request within the call."""
        if cseq is None:
            self.cseq += 1
        if self.call.direction == "out":
            kw["from_"] = "<sip:200@%s>;tag=%s" % ("10.0.0.2", tag or "peer")
        kw["to_tag"] = self.call.dialog.local_tag
        to = "sip:100@10.0.0.1"
        self.peer.request(method, _OURS, to, self.call.call_id, cseq or self.cseq, **kw)

    def heard(self, ms=20):
        return self.peer.take(ms)
