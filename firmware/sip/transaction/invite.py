"""The client transaction of an INVITE (RFC 3261 section 17.1.1, RFC 6026): timers A, B, D, M.

    calling -PROVISIONAL-> proceeding -SUCCESS-> accepted -M-> over
                                      -REFUSAL-> completed -D-> over

The 2xx and its repetitions are all handed on: their ACK is the call's. Any other final answer is
acknowledged here. `cancel` sends the CANCEL as soon as that is allowed.
"""

from sip.message.message import encode, parse
from sip.timers import T1_64
from sip.transaction.client import LOST, Client, hand_on
from sip.transaction.transaction import (
    PROVISIONAL,
    REFUSAL,
    SUCCESS,
    TIMEOUT,
    end,
    transmit,
)


def calling(transaction, event):
    """Nothing has come back yet."""
    if event == PROVISIONAL:
        transaction.state = proceeding
        return _at_work
    return proceeding(transaction, event)


def proceeding(transaction, event):
    """The other side is at work; it may take as long as it likes, while it can be heard."""
    if event == PROVISIONAL:
        return _still
    if event in LOST:
        return LOST[event]
    transaction.state = accepted if event == SUCCESS else completed
    return _accepted if event == SUCCESS else _refused


def accepted(transaction, event):
    """A 2xx was handed on; its repetitions and those of other forks are, too, until timer M."""
    if event == SUCCESS:
        return hand_on
    return end if event == TIMEOUT else None


def completed(transaction, event):
    """The ACK was sent; it is sent again for each repetition, until timer D."""
    if event == REFUSAL:
        return transmit
    return end if event == TIMEOUT else None


def _at_work(transaction, response):
    transaction.hush()
    if transaction.withdrawn:
        transaction.send_cancel()
    _still(transaction, response)


def _still(transaction, response):
    if not transaction.withdrawn and not transaction.left:
        transaction.unlimited()
    hand_on(transaction, response)


def _accepted(transaction, response):
    transaction.data = None
    transaction.final = True
    transaction.hush()
    transaction.expire(T1_64)
    hand_on(transaction, response)


def _refused(transaction, response):
    callback, transaction.callback = transaction.callback, None
    transaction.data = follow("ACK", transaction.data, response)
    transaction.transmit()
    transaction.linger(T1_64)
    if callback:
        callback(response)


class InviteClient(Client):
    """An INVITE's client transaction."""

    longest = T1_64  # timer A doubles without a bound
    withdrawn = left = False

    def __init__(self, owner, key, address, protocol, data, callback):
        super().__init__(owner, key, address, protocol, data, callback, calling)

    def cancel(self):
        """Withdraw the INVITE: CANCEL goes out now, or behind the first provisional answer.

        (section 9.1). The final answer is waited for no longer than 64*T1 after it.
        """
        if not self.final and not self.withdrawn:
            self.withdrawn = True
            if self.state is proceeding:
                self.send_cancel()

    def cut_off(self):
        """The connection is gone: the answer may still come by another one, but not for ever."""
        if self.state is proceeding and not self.withdrawn and not self.left:
            self.expire(T1_64)

    def leave(self):
        """Nobody waits for the answer any more: 64*T1 from now on are enough, 1xx or not."""
        self.left = True
        self.expire(T1_64)

    def send_cancel(self):
        """Send the CANCEL in a transaction of its own."""
        data = follow("CANCEL", self.data, None)
        key = self.key.replace(b"INVITE", b"CANCEL")
        Client(self.owner, key, self.address, self.protocol, data, None).start()
        self.expire(T1_64)


def follow(method, data, response):
    """Return an ACK (for a final answer that is no 2xx) or CANCEL that belongs to an INVITE."""
    invite = parse(data)
    to = (response or invite).raw("to")
    lines = [b"Via: " + invite.raw("via"), b"From: " + invite.raw("from"), b"To: " + to]
    lines.append(b"Call-ID: " + invite.raw("call-id"))
    lines.extend([b"Route: " + route for route in invite.all_raw("route")])
    more = [("Max-Forwards", "70"), ("CSeq", "%d %s" % (invite.cseq().number, method))]
    return encode("%s %s SIP/2.0" % (method, invite.uri), more, b"", lines)
