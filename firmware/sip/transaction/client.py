"""Transactions (RFC 3261 section 17): what the four machines share, and the plain client's.

INVITE's client is in `sip.transaction.invite`, the servers in `sip.transaction.server`: loaded when first needed.

A transaction lives in ``owner.transactions`` under its key and leaves it at its end; it sends with
``owner.send(data, address, protocol, failed)`` and waits with ``owner.timers``. Timer names are
the RFC's. A client's user is ``callback(response)``, where a response with `local` set is a
time-out (408) or a transport's failure (503); a server's user calls `respond`.
"""

from base.compat import const
from sip.agent import Spent
from sip.message.message import Message

_T1 = const(500)
_T2 = const(4000)
_T4 = const(5000)
_LONG = const(32000)  # 64 * T1

_PROCEEDING = const(1)  # 0 is RFC 3261's calling and trying
_COMPLETED = const(2)
_ACCEPTED = const(4)
_OVER = const(5)


class Transaction:
    """What all four have in common: what is sent again, when, and until when."""

    state = interval = 0
    longest = _T2  # the longest interval (timers E and G)
    data = callback = again = limit = failed = None

    def __init__(self, owner, key, address, protocol):
        self.owner = owner
        self.key = key
        self.address = address
        self.protocol = protocol
        owner.transactions[key] = self

    def transmit(self):
        """Send what there is to send."""
        if self.data:
            self.owner.send(self.data, self.address, self.protocol, self.failed)

    def repeat(self, delay=0):
        """Send again in `delay` ms and at doubling intervals; 0 or a reliable transport: never."""
        if self.again:
            self.again.cancel()
            self.again = None
        if delay and self.protocol == "UDP" and self.state != _OVER:
            self.interval = delay
            self.again = self.owner.timers.after(delay, self._again)

    def _again(self):
        self.again = None
        self.transmit()
        self.repeat(min(2 * self.interval, self.longest))

    def expire(self, delay=0, callback=None):
        """Call back once, in `delay` ms; it replaces what was waited for."""
        if self.limit:
            self.limit.cancel()
        self.limit = self.owner.timers.after(delay, callback) if callback else None

    def absorb(self, state, delay):
        """Stop sending again; what is `Spent` stays `delay` ms for late ones, by UDP."""
        self.state = state
        self.repeat()
        self.expire()
        if self.protocol == "UDP" or state == _ACCEPTED:
            Spent(self.owner, self.key, self.address, self.protocol, self.data, delay)
        else:
            self.end()

    def end(self):
        """Leave the table; nothing is sent or reported any more."""
        self.state = _OVER
        self.repeat()
        self.expire()
        self.owner.transactions.pop(self.key, None)
        self.callback = self.data = None


class Client(Transaction):
    """A client transaction for any method but INVITE (section 17.1.2): timers E, F, K."""

    def __init__(self, owner, key, address, protocol, data, callback):
        super().__init__(owner, key, address, protocol)
        self.data = data
        self.callback = callback

    def start(self, patience=_LONG):
        """Send the request; `patience` is how long an answer is waited for, timer B or F."""
        self.expire(patience, self.timeout)
        self.repeat(_T1)
        self.transmit()

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

    def receive(self, response):
        """Take a response of this transaction."""
        if self.state > _PROCEEDING:
            return
        callback = self.callback
        if response.status < 200:
            self.state = _PROCEEDING
            self.interval = _T2
        else:
            self.data = self.callback = None
            self.absorb(_COMPLETED, _T4)
        if callback:
            callback(response)
