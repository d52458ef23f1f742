"""The four transaction machines (RFC 3261 section 17, RFC 6026 for the INVITE's 2xx).

A transaction lives in ``owner.transactions`` under its key and leaves it at its end; it sends with
``owner.send(data, address, protocol, failed)`` and waits with ``owner.timers``. Timer names are
the RFC's. Its user is a callback: ``callback(response)`` for a client, where a response with
`local` set is a timeout (408) or a transport's failure (503); a server's user calls `respond`.
"""

from base.compat import const
from sip.message import Message, encode, parse

T1 = const(500)
T2 = const(4000)
T4 = const(5000)
_LONG = const(32000)  # 64 * T1: timers B, D, F, H, J, L, M

_TRYING = const(0)  # RFC: calling, trying
_PROCEEDING = const(1)
_COMPLETED = const(2)
_CONFIRMED = const(3)
_ACCEPTED = const(4)
_OVER = const(5)


def follow(method, data, response, headers=()):
    """Return an ACK (for a final answer that is no 2xx) or CANCEL that belongs to an INVITE."""
    invite = parse(data)
    number = invite.cseq()[0]
    to = response.header("to") if response else invite.header("to")
    lines = [
        ("Via", invite.header("via")),
        ("Max-Forwards", "70"),
        ("From", invite.header("from")),
        ("To", to),
        ("Call-ID", invite.header("call-id")),
        ("CSeq", "%d %s" % (number, method)),
    ]
    lines.extend([("Route", route) for route in invite.all("route")])
    lines.extend(headers)
    return encode("%s %s SIP/2.0" % (method, invite.uri), lines)


class Transaction:
    """What all four have in common: what is repeated, when, and until when."""

    state = _TRYING
    interval = 0
    data = None  # what is sent again

    def __init__(self, owner, key, address, protocol):
        self.owner = owner
        self.key = key
        self.address = address
        self.protocol = protocol
        self.again = self.limit = None
        owner.transactions[key] = self

    def transmit(self):
        """Send what there is to send."""
        if self.data:
            self.owner.send(self.data, self.address, self.protocol, self.failed)

    def failed(self):
        """The transport could not deliver; a server cannot help it."""

    def repeat(self, delay):
        """Send again in `delay` ms and at doubling intervals, unless the transport is reliable."""
        if self.again:
            self.again.cancel()
        self.again = None
        if self.protocol == "UDP" and self.state != _OVER:
            self.interval = delay
            self.again = self.owner.timers.after(delay, self._again)

    def _again(self):
        self.again = None
        self.transmit()
        if self.state != _OVER:
            self.repeat(self.next(self.interval))

    def next(self, interval):
        """Return the interval after this one (timers E and G)."""
        return min(2 * interval, T2)

    def expire(self, delay, callback):
        """Call back once, in `delay` ms; it replaces what was waited for."""
        if self.limit:
            self.limit.cancel()
        self.limit = self.owner.timers.after(delay, callback)

    def quiet(self):
        """Stop sending again."""
        if self.again:
            self.again.cancel()
            self.again = None

    def absorb(self, state, delay):
        """Stop sending again; stay for `delay` ms (0 on reliable transports) for late ones."""
        self.state = state
        self.quiet()
        if self.protocol == "UDP" or state == _ACCEPTED:
            self.expire(delay, self.end)
        else:
            self.end()

    def end(self):
        """Leave the table; nothing is sent or reported any more."""
        self.state = _OVER
        self.quiet()
        if self.limit:
            self.limit.cancel()
            self.limit = None
        self.owner.transactions.pop(self.key, None)
        self.forget()

    def forget(self):
        """Let go of the user, which may hold this transaction in turn."""


class Client(Transaction):
    """A client transaction for any method but INVITE (section 17.1.2): timers E, F, K."""

    def __init__(self, owner, key, address, protocol, data, callback):
        super().__init__(owner, key, address, protocol)
        self.data = data
        self.callback = callback

    def start(self):
        """Send the request."""
        self.expire(_LONG, self.timeout)
        self.repeat(T1)
        self.transmit()

    def next(self, interval):
        """Return T2 once the other side is at work (timer E)."""
        return T2 if self.state else min(2 * interval, T2)

    def timeout(self):
        """Timer B or F: nobody answered."""
        self.report(408)

    def failed(self):
        """The transport could not deliver."""
        if self.state <= _PROCEEDING:
            self.report(503)

    def report(self, status):
        """End with a response made up here."""
        callback = self.callback
        self.end()
        if callback:
            response = Message("", "", status, "", [])
            response.local = True
            callback(response)

    def forget(self):
        self.callback = self.data = None

    def receive(self, response):
        """Take a response of this transaction."""
        if self.state > _PROCEEDING:
            return
        callback = self.callback
        if response.status < 200:
            self.state = _PROCEEDING
        else:
            self.data = self.callback = None
            self.absorb(_COMPLETED, T4)
        if callback:
            callback(response)


class InviteClient(Client):
    """An INVITE's client transaction (section 17.1.1, RFC 6026): timers A, B, D, M.

    The 2xx and its repetitions are all handed on: their ACK is the call's.
    """

    def give_up(self):
        """Wait for the final answer no longer than timer B: a CANCEL was sent (section 9.1)."""
        self.expire(_LONG, self.timeout)

    def next(self, interval):
        """Return the double, without an upper bound (timer A)."""
        return 2 * interval

    def receive(self, response):
        """Take a response of this transaction."""
        status, state = response.status, self.state
        if state > _PROCEEDING:
            if state == _COMPLETED and status >= 300:
                self.transmit()
            if state != _ACCEPTED or not 200 <= status < 300:
                return
        elif status < 200:
            self.state = _PROCEEDING
            self.quiet()
            if self.limit:
                self.limit.cancel()
                self.limit = None
        elif status < 300:
            self.data = None
            self.absorb(_ACCEPTED, _LONG)
        else:
            callback, self.callback = self.callback, None
            self.data = follow("ACK", self.data, response)
            self.transmit()
            self.absorb(_COMPLETED, _LONG)
            if callback:
                callback(response)
            return
        if self.callback:
            self.callback(response)


class Server(Transaction):
    """A server transaction for any method but INVITE (section 17.2.2): timer J."""

    def respond(self, data, status):
        """Send a response of ours; a second final one is ignored."""
        if self.state > _PROCEEDING:
            return
        self.data = data
        self.transmit()
        if status < 200:
            self.state = _PROCEEDING
        else:
            self.absorb(_COMPLETED, _LONG)

    def receive(self, request):
        """Take a repetition of the request."""
        self.transmit()

    def forget(self):
        self.data = None


class InviteServer(Server):
    """An INVITE's server transaction (section 17.2.1, RFC 6026): timers G, H, I, L.

    `lost()` is called when the ACK for a final answer other than 2xx never came.
    """

    def respond(self, data, status):
        """Send a response of ours; the 2xx is repeated by the call, not from here."""
        if self.state > _PROCEEDING:
            return
        self.data = data
        self.transmit()
        if status < 200:
            self.state = _PROCEEDING
        elif status < 300:
            self.data = None
            self.absorb(_ACCEPTED, _LONG)
        else:
            self.state = _COMPLETED
            self.repeat(T1)
            self.expire(_LONG, self.end)

    def receive(self, request):
        """Take a repeated INVITE, or the ACK for our final answer."""
        if request.method != "ACK":
            self.transmit()
        elif self.state == _COMPLETED:
            self.data = None
            self.absorb(_CONFIRMED, T4)
