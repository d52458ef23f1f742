"""An INVITE of ours: its transaction machine (RFC 3261 section 17, RFC 6026), ACK and CANCEL.

Loaded by the first call that goes out.
"""

from base.compat import const
from sip.message.message import encode, parse
from sip.transaction.client import Client

_LONG = const(32000)  # 64 * T1: timers B, D, M

_PROCEEDING = const(1)
_COMPLETED = const(2)
_ACCEPTED = const(4)


class InviteClient(Client):
    """An INVITE's client transaction (section 17.1.1): timers A, B, D, M.

    The 2xx and its repetitions are all handed on: their ACK is the call's.
    """

    longest = _LONG  # timer A doubles without a bound

    def receive(self, response):
        """Take a response of this transaction."""
        status, state, callback = response.status, self.state, self.callback
        if state > _PROCEEDING:
            if state == _COMPLETED and status >= 300:
                self.transmit()
            if state != _ACCEPTED or not 200 <= status < 300:
                return
        elif status < 200:
            self.state = _PROCEEDING
            self.repeat()
            if not self.withdrawn:
                self.expire()
        elif status < 300:
            self.data = None
            self.state = _ACCEPTED
            self.repeat()
            self.expire(_LONG, self.end)
        else:
            self.callback = None
            self.data = follow("ACK", self.data, response)
            self.transmit()
            self.absorb(_COMPLETED, _LONG)
        if callback:
            callback(response)

    withdrawn = False

    def cancel(self, headers=()):
        """Send the CANCEL of an INVITE that has got a provisional answer (section 9.1).

        The final answer is waited for no longer than timer B.
        """
        if self.data and not self.withdrawn:
            self.withdrawn = True
            data = follow("CANCEL", self.data, None, headers)
            key = self.key.replace("INVITE", "CANCEL")
            Client(self.owner, key, self.address, self.protocol, data, None).start()
            self.expire(_LONG, self.timeout)


def follow(method, data, response, headers=()):
    """Return an ACK (for a final answer that is no 2xx) or CANCEL that belongs to an INVITE."""
    invite = parse(data)
    to = response.header("to") if response else invite.header("to")
    lines = [
        ("Via", invite.header("via")),
        ("Max-Forwards", "70"),
        ("From", invite.header("from")),
        ("To", to),
        ("Call-ID", invite.header("call-id")),
        ("CSeq", "%d %s" % (invite.cseq()[0], method)),
    ]
    lines.extend([("Route", route) for route in invite.all("route")])
    lines.extend(headers)
    return encode("%s %s SIP/2.0" % (method, invite.uri), lines)
