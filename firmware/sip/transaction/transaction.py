"""What the four transaction machines have in common (RFC 3261 section 17).

A state is a function ``state(transaction, event)``: it may put another one into
``transaction.state`` and returns the action to be done, a function ``action(transaction,
message)``, or None. Nothing is sent and nobody called back before the state has changed.

A transaction lives in ``owner.transactions`` under its key and leaves it at its end; it sends with
``owner.send(data, address, protocol, failed)`` and waits with ``owner.timers``.
"""

from base.compat import const
from sip.timers import T2

# Events: a response that came in or a response of ours, by its class
PROVISIONAL = const(1)
SUCCESS = const(2)
REFUSAL = const(3)  # 3xx to 6xx
TIMEOUT = const(4)  # what was waited for did not come, or lingering is over
UNDELIVERED = const(5)  # the transport could not deliver
REPEATED = const(6)  # the request came again
ACK = const(7)


def event_of(status):
    """Return the event that a response of `status` is."""
    return PROVISIONAL if status < 200 else SUCCESS if status < 300 else REFUSAL


class Transaction:
    """What is sent again, when, and until when. `final` is True once the final answer is known."""

    longest = T2  # ms: the longest interval between two repetitions
    final = False
    stranger = False  # it is not ours, nor of a registrar of ours
    call = None  # whose INVITE it is
    data = callback = failed = None
    _again = _limit = None
    _interval = 0

    def __init__(self, owner, key, address, protocol, state):
        self.owner = owner
        self.key = key
        self.address = address
        self.protocol = protocol
        self.state = state
        owner.transactions[key] = self

    def happen(self, event, message=None):
        """Let the present state say what an event leads to, and do it."""
        action = self.state(self, event)
        if action:
            action(self, message)

    def transmit(self, message=None):
        """Send what there is to send; an action, too."""
        if self.data:
            self.owner.send(self.data, self.address, self.protocol, self.failed)

    def repeat(self, delay):
        """Send again in `delay` ms and at doubling intervals; on a reliable transport never."""
        if self.protocol == "UDP":
            self._interval = delay
            self._again = self.owner.timers.after(delay, self._repeat)

    def _repeat(self):
        self.transmit()
        self.repeat(min(2 * self._interval, self.longest))

    def slower(self, interval):
        """Let the intervals after the present one be `interval` ms."""
        self._interval = interval

    def hush(self):
        """Send nothing again by itself."""
        if self._again:
            self._again.cancel()
            self._again = None

    def expire(self, delay):
        """Let `TIMEOUT` happen in `delay` ms, instead of whatever was waited for."""
        self.unlimited()
        self._limit = self.owner.timers.after(delay, self.happen, TIMEOUT)

    def unlimited(self):
        """Wait for as long as it takes."""
        if self._limit:
            self._limit.cancel()
            self._limit = None

    def cut_off(self):
        """Be told that the connection is gone by which it went."""

    def linger(self, delay):
        """Stay `delay` ms for what is late; on a reliable transport nothing is, so end."""
        self.final = True
        self.hush()
        if self.protocol == "UDP":
            self.expire(delay)
        else:
            self.end()

    def end(self, message=None):
        """Leave the table; nothing is sent or reported any more. An action, too."""
        self.state = over
        self.final = True
        self.hush()
        self.unlimited()
        self.owner.transactions.pop(self.key, None)
        self.callback = self.data = None


def oldest(transactions):
    """Return what lingers only for repetitions, with the least of its time left; None for none."""
    found, soonest, now = None, 0, None
    for transaction in transactions:
        limit = transaction._limit
        if limit and transaction.final and not transaction._again:
            clock = transaction.owner.timers.clock
            if now is None:
                now = clock.ms()
            left = clock.diff(limit.when, now)
            if found is None or left < soonest:
                found, soonest = transaction, left
    return found


def over(transaction, event):
    """It has left the table: nothing happens."""


def end(transaction, message):
    """End it: the action for `TIMEOUT` of what only lingers."""
    transaction.end()


def transmit(transaction, message):
    """Send again what was sent last."""
    transaction.transmit()
