"""The client transaction for any method but INVITE (RFC 3261 section 17.1.2): timers E, F, K.

    trying -final-> completed -K-> over

A provisional answer (proceeding) lets timer E be T2 from then on and changes nothing else.

Its user is ``callback(response)``, where a response with `local` set is a time-out (408) or a
transport's failure (503). INVITE's is in `sip.transaction.invite`.
"""

from sip.message.message import Message
from sip.timers import T1, T1_64, T2, T4
from sip.transaction.transaction import (
    PROVISIONAL,
    TIMEOUT,
    UNDELIVERED,
    Transaction,
    end,
    event_of,
)


def trying(transaction, event):
    """No final answer is here; the other side may be at work."""
    if event == PROVISIONAL:
        return _at_work
    if event in LOST:
        return LOST[event]
    transaction.state = completed
    return _answered


def completed(transaction, event):
    """The final answer is here; it may come again until timer K."""
    return end if event == TIMEOUT else None


def hand_on(transaction, response):
    """Give a response to the user."""
    if transaction.callback:
        transaction.callback(response)


def _at_work(transaction, response):
    transaction.slower(T2)
    hand_on(transaction, response)


def _answered(transaction, response):
    callback = transaction.callback
    transaction.data = transaction.callback = None
    transaction.linger(T4)
    if callback:
        callback(response)


def _give_up(transaction, status):
    callback = transaction.callback
    transaction.end()
    if callback:
        response = Message("", "", status, "", [])
        response.local = True
        callback(response)


def timed_out(transaction, message):
    """Timer B or F: nobody answered."""
    _give_up(transaction, 408)


def undelivered(transaction, message):
    """The transport has told that it could not deliver."""
    _give_up(transaction, 503)


LOST = {TIMEOUT: timed_out, UNDELIVERED: undelivered}


class Client(Transaction):
    """A client transaction; `data` are the request's bytes."""

    def __init__(self, owner, key, address, protocol, data, callback, state=trying):
        super().__init__(owner, key, address, protocol, state)
        self.data = data
        self.callback = callback

    def start(self, patience=T1_64):
        """Send the request; `patience` ms is how long an answer is waited for, timer B or F."""
        self.expire(patience)
        self.repeat(T1)
        self.transmit()

    def failed(self):
        """Be told that the transport could not deliver."""
        self.happen(UNDELIVERED)

    def receive(self, response):
        """Take a response of this transaction."""
        self.happen(event_of(response.status), response)
