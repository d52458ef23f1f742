"""Calls that come in: 180, the answer or the refusal (RFC 3261 section 13.3).

How one is made from its INVITE stands in `sip.call.arriving`.
"""

from base.compat import const
from sip.call.call import Call

_REFRESH = const(60000)  # a 180 is repeated each minute, for the proxies on the way (13.3.1.1)


class Incoming(Call):
    """A call that came in."""

    direction = "in"
    expiry = None  # until when it may be answered

    def ring(self):
        """Send 180."""
        if self.state not in ("calling", "ringing"):
            return
        self.state = "ringing"
        if self.invite.has("require", "100rel"):
            self.agent.load("sip.call.reliable").ring(self)
        else:
            self.send(180)
            self.wait(_REFRESH, self.ring)
        self.transaction = self.transaction.rest()

    def send(self, status, headers=(), body=b"", text=None):
        """Answer the INVITE; return the bytes."""
        from sip.transaction.server import response

        agent, dialog = self.agent, self.dialog
        if 100 < status < 300:
            headers = list(headers) + [("Contact", self.contact)]
            headers += [("Record-Route", route) for route in dialog.routes]
        if body:
            headers.append(("Content-Type", "application/sdp"))
        data = response(agent, self.invite, status, headers, body, dialog.local_tag, text)
        self.transaction.respond(data, status)
        return data

    def answer(self):
        """Send 200, again and again until its ACK comes."""
        if self.state not in ("calling", "ringing"):
            return
        try:
            body = self.describe(
                self.agent.network.address(self.transaction.address[0]), self.body
            )
        except ValueError:
            self.reject(488)
            return
        self.state = "connected"
        self.answered = True
        self.status = 200
        self.rest()
        if self.early:
            self.early.stop()
        headers = [("Supported", self.agent.supported)]
        if self.session:
            headers += self.session.headers()
            self.session.restart()
        self.confirm(self.send(200, headers, body), self.invite.cseq()[0])
        self.body = None
        self.report("connected")

    def reject(self, status, reason=None, headers=()):
        """Answer an unanswered incoming call with a final status (486, 603, …)."""
        if self.state in ("calling", "ringing"):
            self.send(status, headers, b"", reason)
            self.over("local", status)

    def redirect(self, uri, reason="deflection"):
        """Send an unanswered incoming call elsewhere: a number or a URI; see `sip.call.arriving`."""
        self.agent.load("sip.call.arriving").redirect(self, uri, reason)

    def cancelled(self, message):
        """The caller's CANCEL has come."""
        if not self.answered and self.state != "ended":
            self.cancel_reason = ", ".join(message.all("reason"))
            self.send(487)
            self.over("remote", 487)

    def over(self, by, status=0, text=""):
        """The call is over for the phone; see `Call.over`."""
        self.rest()
        super().over(by, status, text)

    def rest(self):
        """It rings no more."""
        if self.expiry:
            self.expiry.cancel()
            self.expiry = None

    def expired(self):
        """The INVITE's Expires has passed (RFC 3261 section 13.3.1), or the caller is gone."""
        if not self.answered and self.state != "ended":
            status = 487 if self.invite.header("expires") else 480
            self.send(status)
            self.over("remote", status)

    def hangup(self):
        """End the call: 486 where it was not answered, else BYE."""
        if self.answered:
            super().hangup()
        else:
            self.reject(486)
